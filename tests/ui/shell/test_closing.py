"""The question on closing: each way on by mouse and keyboard; the loop goes on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from page_stand import until
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.ui.shell.closing import ClosingChoice, ClosingDialog, ask_before_closing

InQt = Callable[[Any], Any]


def _job(name: str = "Fountain", state: JobState = JobState.RUNNING) -> Job:
    return Job(JobId("20261122-a-000001"), name, "/c", state)


@asynccontextmanager
async def _asked(
    jobs: Sequence[Job], copied: Sequence[str] = ()
) -> AsyncIterator[tuple[ClosingDialog, asyncio.Future[ClosingChoice]]]:
    window = QWidget()
    window.resize(400, 300)
    window.show()
    answer = asyncio.ensure_future(ask_before_closing(window, jobs, copied))
    await until(lambda: (found := window.findChild(ClosingDialog)) is not None and found.isVisible())
    dialog = window.findChild(ClosingDialog)
    assert dialog is not None
    try:
        yield dialog, answer
    finally:
        answer.cancel()
        await asyncio.wait([answer])
        window.close()
        window.deleteLater()


def _words(dialog: ClosingDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


@pytest.mark.parametrize("choice", [each for each in ClosingChoice if each is not ClosingChoice.PAUSE])
def test_each_way_on_by_mouse(in_qt: InQt, choice: ClosingChoice) -> None:
    async def scene() -> None:
        async with _asked([_job()]) as (dialog, answer):
            QTest.mouseClick(dialog.rows[choice], Qt.MouseButton.LeftButton)
            assert await answer is choice

    in_qt(scene())


def test_escape_and_the_frame_mean_stay(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _asked([_job()]) as (dialog, answer):
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
            assert await answer is ClosingChoice.STAY
        async with _asked([_job()]) as (dialog, answer):
            dialog.close()
            assert await answer is ClosingChoice.STAY

    in_qt(scene())


def test_the_arrow_keys_walk_and_enter_takes(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _asked([_job()]) as (dialog, answer):
            rows = list(dialog.rows.values())
            assert dialog.focusWidget() is rows[0]
            QTest.keyClick(rows[0], Qt.Key.Key_Down)
            assert dialog.focusWidget() is rows[1]
            QTest.keyClick(rows[1], Qt.Key.Key_Return)
            assert await answer is ClosingChoice.STOP

    in_qt(scene())


def test_the_loop_goes_on_while_it_asks(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _asked([_job()]) as (_, answer):
            for _ in range(10):
                await asyncio.sleep(0.001)
            assert not answer.done()

    in_qt(scene())


def test_each_way_on_says_what_it_means(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _asked([_job("<b>x</b>"), _job("second", JobState.QUEUED)], ["Terrain"]) as (dialog, _):
            assert "1 job running, 1 waiting" in _words(dialog)
            assert "<b>x</b>, second, photos of Terrain" in _words(dialog)
            assert "run on" in dialog.rows[ClosingChoice.GO_ON].line
            assert "Copying stops" in dialog.rows[ClosingChoice.GO_ON].line
            assert "on the Jobs page resumes" in dialog.rows[ClosingChoice.STOP].line
            assert all(row.accessibleDescription() for row in dialog.rows.values())

    in_qt(scene())


def test_copying_alone_cannot_go_on_in_the_background(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _asked([], ["Terrain"]) as (dialog, answer):
            assert [row.text() for row in dialog.rows.values()] == ["Stay", "Stop copying and close"]
            QTest.keyClick(dialog.rows[ClosingChoice.STAY], Qt.Key.Key_Return)
            assert await answer is ClosingChoice.STAY

    in_qt(scene())


def test_nothing_under_way_asks_nothing(in_qt: InQt) -> None:
    async def scene() -> None:
        window = QWidget()
        assert await ask_before_closing(window, []) is ClosingChoice.GO_ON
        assert window.findChild(ClosingDialog) is None
        window.deleteLater()

    in_qt(scene())


def test_more_jobs_than_fit_are_counted(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _asked([_job(f"job {number}") for number in range(5)]) as (dialog, _):
            assert "job 0, job 1, job 2 and 2 more" in _words(dialog)
            assert "5 jobs are running" in _words(dialog)

    in_qt(scene())
