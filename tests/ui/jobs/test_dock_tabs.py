"""The dock's log and activity, and the chip of the running job in the strip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from fakes.job_scenes import AGENT_ENDED, a_job
from fakes.program import FakeProgram
from fakes.scheduler import T0
from page_stand import FakePanel, until
from tiepoint.domain.job import Job, JobState
from tiepoint.protocol.events import LogLine
from tiepoint.ui.shell.activity_tab import ActivityTab
from tiepoint.ui.shell.job_chip import JobChip
from tiepoint.ui.shell.log_tab import LogTab
from tiepoint.ui.viewmodels.job_choice import choice_of

InQt = Callable[[Any], Any]


def a_panel(*jobs: Job) -> FakePanel:
    fake = FakeProgram()
    fake.scheduler.all_jobs = {job.id: job for job in jobs}
    parts = FakePanel(fake)
    fake.program.monitor.start()
    return parts


def test_the_log_follows_the_running_job_then_the_chosen_one(in_qt: InQt) -> None:
    async def scene() -> None:
        done = a_job("old", JobState.COMPLETED)
        parts = a_panel(a_job(), done)
        tab = LogTab(parts.panel)
        tab.show()
        await until(lambda: len(tab.list.model_of_lines.lines) == 5)
        assert tab.viewmodel.job is not None
        assert tab.viewmodel.job.name == "Beach"
        parts.fake.scheduler.lines += (LogLine(T0, "half kept", "warning", "depth_maps"),)
        await until(lambda: tab.list.model_of_lines.warnings == 1)
        choice_of(parts.fake.program.remote.shown).choose(done.id)
        await until(lambda: tab.viewmodel.job is not None and tab.viewmodel.job.name == "old")
        tab.hide()
        assert tab.viewmodel.job is None
        tab.deleteLater()
        await parts.stop()

    in_qt(scene())


def test_the_log_says_when_there_is_no_job(in_qt: InQt) -> None:
    async def scene() -> None:
        parts = a_panel()
        tab = LogTab(parts.panel)
        tab.show()
        assert "first job" in tab._nothing.text()
        tab.hide()
        tab.deleteLater()
        await parts.stop()

    in_qt(scene())


def test_activity_tells_the_past_and_what_happens(in_qt: InQt) -> None:
    async def scene() -> None:
        job = a_job()
        parts = a_panel(job)
        tab = ActivityTab(parts.panel)
        tab.show()
        await until(lambda: len(tab.list.model_of_lines.lines) == 4)
        parts.fake.scheduler.set(job.id, state=JobState.PAUSED, error=AGENT_ENDED)
        await until(lambda: tab.list.model_of_lines.lines[-1].text.startswith("Interrupted: The job"))
        tab.list.opened.emit(job.id)
        assert parts.navigator.gone == [("jobs", {"job": job.id})]
        tab.hide()
        tab.viewmodel.shut()
        tab.deleteLater()
        await parts.stop()

    in_qt(scene())


def test_the_chip_shows_the_running_job_and_leads_to_it(in_qt: InQt) -> None:
    async def scene() -> None:
        job = a_job()
        parts = a_panel()
        chip = JobChip(parts.panel)
        wanted: list[bool] = []
        chip.wanted_changed.connect(wanted.append)
        chip.show()
        parts.fake.scheduler.all_jobs[job.id] = job
        parts.fake.scheduler.set(job.id)
        await until(lambda: wanted == [True])
        assert chip.words.startswith("Depth maps 7/18")
        QTest.keyClick(chip, Qt.Key.Key_Return)
        QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=chip._name.geometry().center())
        assert parts.navigator.gone == [("jobs", {"job": job.id})] * 2
        QTest.mouseClick(chip._pause, Qt.MouseButton.LeftButton)
        await until(lambda: chip._pause.accessibleName() == "Go on")
        assert chip.words.startswith("Paused")
        QTest.mouseClick(chip._pause, Qt.MouseButton.LeftButton)
        await until(lambda: wanted == [True, False])
        chip.shut()
        chip.hide()
        chip.deleteLater()
        await parts.stop()

    in_qt(scene())


def test_the_chip_of_a_lost_link_offers_nothing(in_qt: InQt) -> None:
    async def scene() -> None:
        parts = a_panel(a_job())
        chip = JobChip(parts.panel)
        chip.show()
        await until(lambda: chip.is_wanted and chip._pause.isVisible())
        parts.fake.scheduler.lose()
        await until(lambda: not chip._pause.isVisible())
        assert "last known" in chip.words
        assert not chip._stop.isVisible()
        chip.shut()
        chip.hide()
        chip.deleteLater()
        await parts.stop()

    in_qt(scene())
