"""Logs are written without waiting for their folders: in order, none lost, and not without end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from patience import PATIENCE_S
from tiepoint.agent import log_writer
from tiepoint.agent.job_log import append, tail
from tiepoint.agent.log_writer import LogWriter


class Slow:
    """A folder that does not answer until told."""

    def __init__(self) -> None:
        self.may_go = threading.Event()
        self.is_asked = threading.Event()

    def append(self, path: Path, text: str) -> None:
        self.is_asked.set()
        assert self.may_go.wait(PATIENCE_S)
        append(path, text)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    folder = Slow()
    monkeypatch.setattr(log_writer, "append", folder.append)
    yield folder
    folder.may_go.set()


def texts(path: Path) -> list[str]:
    return [line.text for line in tail(path, 1000, None).lines]


async def test_lines_keep_their_order(tmp_path: Path) -> None:
    writer, path = LogWriter(), tmp_path / "job" / "job.log"
    for number in range(200):
        writer.write(path, "info", "mesh", f"line {number}")
        await asyncio.sleep(0)
    assert await writer.written(path, PATIENCE_S)
    assert texts(path) == [f"line {number}" for number in range(200)]
    assert await writer.written(path, 0)  # nothing waits any more


async def test_a_folder_that_hangs_holds_up_nobody_and_loses_nothing(tmp_path: Path, slow: Slow) -> None:
    writer, path = LogWriter(), tmp_path / "job.log"
    for number in range(50):
        writer.write(path, "info", "mesh", f"line {number}")
    assert not await writer.written(path, 0.01)
    await asyncio.to_thread(slow.is_asked.wait, PATIENCE_S)
    assert writer.waits_s(path) > 0
    for number in range(50, 100):
        writer.write(path, "info", "mesh", f"line {number}")
    slow.may_go.set()
    assert await writer.written(path, PATIENCE_S)
    assert texts(path) == [f"line {number}" for number in range(100)]
    await writer.close(PATIENCE_S)
    assert writer.waits_s(path) == 0


async def test_what_waits_too_long_goes_and_is_counted(tmp_path: Path, slow: Slow) -> None:
    writer, path = LogWriter(most_characters=1000), tmp_path / "job.log"
    writer.write(path, "info", "mesh", "first")
    await asyncio.to_thread(slow.is_asked.wait, PATIENCE_S)
    for number in range(100):
        writer.write(path, "info", "mesh", f"line {number:03d}")
    slow.may_go.set()
    assert await writer.written(path, PATIENCE_S)
    found = texts(path)
    assert found[0] == "first"
    lost = int(found[1].split()[0])
    assert found[2:] == [f"line {number:03d}" for number in range(lost, 100)]
    assert 0 < lost < 100


async def test_an_agent_that_ends_waits_a_while_and_says_what_was_lost(
    tmp_path: Path, slow: Slow, expected_logs: list[str]
) -> None:
    expected_logs.append("could not be written")
    writer, path = LogWriter(), tmp_path / "job.log"
    writer.write(path, "info", "mesh", "last")
    await writer.close(0.01)
    assert not path.exists()


async def test_a_line_waits_since_it_was_told(tmp_path: Path) -> None:
    writer, path, loop = LogWriter(), tmp_path / "job.log", asyncio.get_running_loop()
    before_s = loop.time()
    writer.write(path, "info", "mesh", "line")
    assert writer.waits_s(path) <= loop.time() - before_s  # else the folder would be said to hang
    assert await writer.written(path, PATIENCE_S)
