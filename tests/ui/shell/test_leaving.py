"""Closing the window: what is chosen is done, and only then the session ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from fakes.captures import FakeCaptureStore, a_drop
from fakes.program import FakeProgram
from fakes.scheduler import T0
from page_stand import FakePanel, until
from tiepoint.domain.capture import Capture, Drop
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.photo import PhotoFacts
from tiepoint.ports.capture_store import Report
from tiepoint.ui.shell.closing import ClosingChoice, ClosingDialog
from tiepoint.ui.shell.leaving import leave

InQt = Callable[[Any], Any]


class SlowStore(FakeCaptureStore):
    """Copies for ever."""

    async def create(self, name: str, drop: Drop, facts: Mapping[str, PhotoFacts], report: Report) -> Capture:
        await asyncio.Event().wait()
        raise AssertionError("never")


def _parts(*, with_job: bool, store: FakeCaptureStore | None = None) -> FakePanel:
    fake = FakeProgram()
    if with_job:
        job = Job(JobId("20261122-job-000001"), "Fountain", "/c", JobState.RUNNING, submitted=T0)
        fake.scheduler.all_jobs[job.id] = job
    if store is not None:
        fake.store = store
        fake.program = fake._program()
    return FakePanel(fake)


async def _asked(window: QWidget) -> ClosingDialog:
    await until(lambda: (found := window.findChild(ClosingDialog)) is not None and found.isVisible())
    found = window.findChild(ClosingDialog)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("choice", "stops", "ends"),
    [(ClosingChoice.GO_ON, [], 1), (ClosingChoice.STOP, [True], 1), (ClosingChoice.STAY, [], 0)],
)
def test_what_is_chosen_is_done(in_qt: InQt, choice: ClosingChoice, stops: list[bool], ends: int) -> None:
    async def scene() -> None:
        parts, window, ended = _parts(with_job=True), QWidget(), []
        parts.fake.program.monitor.start()
        await until(lambda: parts.fake.program.monitor.snapshot.unfinished)
        window.show()
        leaving = asyncio.ensure_future(leave(window, parts.panel, lambda: ended.append(1)))
        dialog = await _asked(window)
        await leave(window, parts.panel, lambda: ended.append(2))
        QTest.keyClick(dialog.rows[choice], Qt.Key.Key_Return)
        await leaving
        assert parts.fake.scheduler.stops == stops
        assert ended == [1] * ends
        await parts.stop()
        window.close()
        window.deleteLater()

    in_qt(scene())


def test_with_nothing_under_way_the_window_just_closes(in_qt: InQt) -> None:
    async def scene() -> None:
        parts, window, ended = _parts(with_job=False), QWidget(), []
        await leave(window, parts.panel, lambda: ended.append(1))
        assert ended == [1]
        await parts.stop()
        window.deleteLater()

    in_qt(scene())


def test_photos_that_are_being_copied_are_asked_about(in_qt: InQt) -> None:
    async def scene() -> None:
        parts, window, ended = _parts(with_job=False, store=SlowStore()), QWidget(), []
        window.show()
        parts.fake.program.captures.keep(a_drop(), "St. Mary, nave")
        assert parts.fake.program.captures.being_kept == ("St. Mary, nave",)
        leaving = asyncio.ensure_future(leave(window, parts.panel, lambda: ended.append(1)))
        dialog = await _asked(window)
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await leaving
        assert ended == []
        await parts.fake.program.operations.stop()
        assert parts.fake.program.captures.being_kept == ()
        await parts.stop()
        window.close()
        window.deleteLater()

    in_qt(scene())
