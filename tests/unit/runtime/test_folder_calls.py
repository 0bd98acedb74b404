"""Calls into folders that hang: waited for, given up, taken back, and never too many."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from patience import PATIENCE_S, until
from tiepoint.domain.errors import FolderSilent
from tiepoint.runtime import folder_calls
from tiepoint.runtime.folder_calls import MOST_HANGING, ask_folder, in_folder
from tiepoint.runtime.mounts import mount_of

FOLDER = Path("/lustre/captures")


class Hanging:
    """Work that hangs until told."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.begun = 0

    def __call__(self) -> str:
        self.begun += 1
        assert self.may_end.wait(PATIENCE_S)
        return "done"


@pytest.fixture
def work() -> Iterator[Hanging]:
    hanging = Hanging()
    yield hanging
    hanging.may_end.set()


def none_hangs() -> bool:
    return folder_calls._HANGING.total() == 0


async def test_results_and_failures_come_back() -> None:
    assert await in_folder(FOLDER, lambda: 1) == 1
    assert await ask_folder(FOLDER, lambda: 2) == 2
    for call in (in_folder, ask_folder):
        with pytest.raises(ZeroDivisionError):
            await call(FOLDER, lambda: 1 / 0)
    assert none_hangs()


async def test_a_folder_that_does_not_answer_is_said_and_its_work_taken_back(work: Hanging) -> None:
    undone: list[str] = []
    with pytest.raises(FolderSilent, match="/lustre/captures does not answer"):
        await ask_folder(FOLDER, work, within_s=0.01, undo=undone.append)
    assert undone == []
    work.may_end.set()
    await until(lambda: undone == ["done"] and none_hangs())


async def test_a_cancelled_call_goes_on_without_us(work: Hanging) -> None:
    task = asyncio.create_task(in_folder(FOLDER, work))
    await until(lambda: work.begun == 1)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    assert not none_hangs()
    work.may_end.set()
    await until(none_hangs)


async def test_only_a_few_hang_in_one_file_system(work: Hanging) -> None:
    for _ in range(MOST_HANGING):
        with pytest.raises(FolderSilent):
            await ask_folder(FOLDER, work, within_s=0)
    with pytest.raises(FolderSilent):
        await ask_folder(FOLDER, work, within_s=PATIENCE_S)  # at once: nobody is sent there any more
    waiting = asyncio.create_task(in_folder(FOLDER, lambda: "late"))
    await until(lambda: work.begun == MOST_HANGING)
    assert not waiting.done()
    work.may_end.set()
    assert await waiting == "late"
    assert work.begun == MOST_HANGING


def test_the_file_system_is_told_from_the_list_alone(tmp_path: Path) -> None:
    table = tmp_path / "mounts"
    table.write_text(
        "/dev/root / ext4 rw 0 0\nserver:/a /lustre\\040place nfs4 rw 0 0\nserver:/b /lustre lustre rw 0 0\n"
    )
    assert mount_of("/lustre place/captures/x", table) == ("/lustre place", "nfs4")
    assert mount_of("/lustre/captures/../jobs", table) == ("/lustre", "lustre")
    assert mount_of("/lustres", table) == ("/", "ext4")
    assert mount_of("/lustre", tmp_path / "none") == ("", "")


def test_names_of_mounts_may_hold_every_sign(tmp_path: Path) -> None:
    table = tmp_path / "mounts"
    table.write_text("server:/a /one\u2028two ext4 rw 0 0\nserver:/b /a\\011b\\134c nfs4 rw 0 0\n", encoding="utf-8")
    assert mount_of("/one\u2028two/x", table) == ("/one\u2028two", "ext4")
    assert mount_of("/a\tb\\c/x", table) == ("/a\tb\\c", "nfs4")
    assert mount_of("/elsewhere", table) == ("", "")
