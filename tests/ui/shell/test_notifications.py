"""Telling of jobs: once per event, on the desktop only when nobody looks and the settings want it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from fakes.program import FakeProgram
from fakes.scheduler import T0
from page_stand import FakePanel, until
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.services.monitor import JobNotice, NoticeKind
from tiepoint.ui.shell.desktops import NoDesktop, TrayDesktop, this_desktop
from tiepoint.ui.shell.notifications import JobNotifications, Notification, notification_of
from tiepoint.ui.shell.sign import sign_icon

InQt = Callable[[Any], Any]
JOB = JobId("20261122-job-000001")


class FakeDesktop:
    """Implements `ui.shell.notifications.Desktop`."""

    def __init__(self) -> None:
        self.shown: list[Notification] = []
        self.cleared = 0

    def show(self, notification: Notification) -> bool:
        self.shown.append(notification)
        return True

    def clear(self) -> None:
        self.cleared += 1


@asynccontextmanager
async def _watching(*, is_active: bool = False) -> AsyncIterator[tuple[FakePanel, FakeDesktop, JobNotifications]]:
    fake = FakeProgram()
    fake.scheduler.all_jobs[JOB] = Job(JOB, "Fountain", "/c", JobState.RUNNING, submitted=T0, photos=21)
    parts, desktop, window = FakePanel(fake), FakeDesktop(), QWidget()
    window.setWindowTitle("somebody looks elsewhere")
    if is_active:
        window.show()
        window.activateWindow()
        await until(window.isActiveWindow)
    notifications = JobNotifications(window, parts.panel, desktop)
    fake.program.monitor.start()
    await until(lambda: fake.program.monitor.snapshot.jobs)
    try:
        yield parts, desktop, notifications
    finally:
        notifications.shut()
        window.close()
        window.deleteLater()
        await parts.stop()


def test_a_finished_job_is_told_once_and_opens_its_result(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _watching() as (parts, desktop, notifications):
            parts.fake.scheduler.set(JOB, state=JobState.COMPLETED)
            await until(lambda: desktop.shown)
            parts.fake.scheduler.set(JOB, priority=1)
            await until(lambda: parts.fake.program.monitor.snapshot.jobs[0].priority == 1)
            [told] = desktop.shown
            assert (told.title, told.text) == ("Fountain is done", "The model of 21 photos can be opened.")
            assert [message.title for message in parts.said] == ["Fountain is done"]
            notifications.open(told)
            assert parts.navigator.gone == [("results", {"job": JOB})]
            assert desktop.cleared

    in_qt(scene())


def test_the_toast_leads_there_too(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _watching() as (parts, _, _notifications):
            parts.fake.scheduler.set(
                JOB, state=JobState.FAILED, error=Failure("engine", "No photo fits.", "Take more.")
            )
            await until(lambda: parts.said)
            [message] = parts.said
            assert (message.state, message.title, message.text) == ("error", "Fountain failed", "No photo fits.")
            assert message.on_action is not None
            message.on_action()
            assert parts.navigator.gone == [("jobs", {"job": JOB})]

    in_qt(scene())


def test_switched_off_in_the_settings_only_the_window_tells(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _watching() as (parts, desktop, _):
            await parts.fake.program.preferences.update(notifications=False)
            parts.fake.scheduler.set(JOB, state=JobState.COMPLETED)
            await until(lambda: parts.said)
            assert desktop.shown == []

    in_qt(scene())


def test_an_active_window_tells_by_itself(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _watching(is_active=True) as (parts, desktop, _):
            parts.fake.scheduler.set(JOB, state=JobState.COMPLETED)
            await until(lambda: parts.said)
            assert desktop.shown == []

    in_qt(scene())


def test_nothing_is_told_after_it_was_shut(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _watching() as (parts, desktop, notifications):
            notifications.shut()
            parts.fake.scheduler.set(JOB, state=JobState.COMPLETED)
            await until(lambda: parts.fake.program.monitor.snapshot.jobs[0].state is JobState.COMPLETED)
            assert (desktop.shown, parts.said) == ([], [])

    in_qt(scene())


def test_words_for_each_kind_and_names_made_harmless() -> None:
    job = Job(JOB, "line\nbreak \u202egnp", "/c", JobState.PAUSED, error=Failure("interrupted", "The agent ended."))
    attention = notification_of(JobNotice(NoticeKind.ATTENTION, job))
    assert "\n" not in attention.title
    assert "\u202e" not in attention.title
    assert (attention.text, attention.page, attention.action) == ("The agent ended.", "jobs", "Look at it")
    done = notification_of(JobNotice(NoticeKind.COMPLETED, Job(JOB, "x", "/c", JobState.COMPLETED)))
    assert (done.text, done.page) == ("The model can be opened.", "results")
    assert len({attention.key, done.key}) == 2


def test_a_desktop_that_takes_none_says_so() -> None:
    told = notification_of(JobNotice(NoticeKind.COMPLETED, Job(JOB, "x", "/c", JobState.COMPLETED)))
    assert NoDesktop().show(told) is False
    assert not sign_icon().isNull()


def test_without_tray_and_bus_the_window_alone_tells(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    if QSystemTrayIcon.isSystemTrayAvailable():
        pytest.skip("this desktop has a tray")
    owner = QWidget()
    assert isinstance(this_desktop(lambda _told: None, owner), NoDesktop)
    owner.deleteLater()


def test_a_click_on_the_tray_opens_the_last(qapp: QApplication) -> None:
    if qapp.platformName() == "offscreen":
        pytest.skip("no screen, no tray")
    opened: list[Notification] = []
    owner = QWidget()
    desktop = TrayDesktop(opened.append, owner)
    told = notification_of(JobNotice(NoticeKind.COMPLETED, Job(JOB, "x", "/c", JobState.COMPLETED)))
    assert desktop.show(told)
    desktop.click()
    desktop.clear()
    assert opened == [told]
    owner.deleteLater()


@pytest.mark.skipif(not which("dbus-run-session"), reason="needs a session bus")
def test_the_portal_shows_tells_of_the_click_and_takes_away() -> None:
    script = Path(__file__).with_name("portal_conversation.py")
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": paths}
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, str(script)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["added", "clicked", "removed"], done.stderr
