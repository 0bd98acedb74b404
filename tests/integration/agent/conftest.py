"""A real agent over a toy engine, in folders of its own; nothing of it may be left when a test ends."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio

from program import Program

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from client import Client  # noqa: E402
from gate import Gate  # noqa: E402


@pytest.fixture
def program(tiepoint_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The processes of this test's home, with the toy engine in them."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE / "toy_engine"), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("TIEPOINT_WORKERS", "2")
    monkeypatch.setenv("PYTHONWARNINGS", "default")
    program = Program(tiepoint_home)
    yield program
    program.stop()
    said = "\n".join(path.read_text(errors="replace") for path in (tiepoint_home / "log").glob("*.log"))
    for noise in ("Warning:", "never retrieved", "never awaited", "Traceback"):
        assert noise not in said, said


@pytest_asyncio.fixture
async def client(program: Program) -> AsyncIterator[Client]:
    client = await Client.connect()
    yield client
    await client.close()


@pytest.fixture
def capture(tmp_path: Path) -> Callable[..., Path]:
    """Make a capture whose toy stages do what is asked."""

    def make(name: str = "capture", **stages: dict[str, Any]) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        photos = [{"path": f"{number}.jpg", "size": 1000} for number in range(3)]
        (folder / "capture.json").write_text(json.dumps({"photos": photos, "toy": stages}))
        return folder

    return make


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """One that is closed until the test has ended, however it does."""
    made = Gate(tmp_path / "gate")
    yield made
    made.open()


def cpu_s(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)
