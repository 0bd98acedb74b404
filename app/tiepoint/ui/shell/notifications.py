"""Telling people of jobs while they look elsewhere: on the desktop when the window is not active, in the window always.

Each event is told once (`JobMonitor.noticed` sees to that), and only while the settings want it. GUI thread only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from tiepoint.domain.job import Job
from tiepoint.services.monitor import JobNotice, NoticeKind
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.messages import Message
from tiepoint.ui.text import plain, tr

_NAME_LENGTH: Final = 80
_TOASTS: Final = {NoticeKind.COMPLETED: "ok", NoticeKind.FAILED: "error", NoticeKind.ATTENTION: "warning"}


@dataclass(frozen=True, slots=True)
class Notification:
    """What is told of one job or transfer.

    Args:
        key: Tells one from the other.
        title: What happened.
        text: What to do about it.
        action: Words for going there.
        page: Where that is.
        target: What that page should show.
        topic: See `Message.topic`.
    """

    key: str
    title: str
    text: str
    action: str
    page: str
    target: dict[str, Any]
    topic: str = ""


class Desktop(Protocol):
    """Shows a notification outside of our window, as far as this desktop can."""

    def show(self, notification: Notification) -> bool:
        """Show one; False when it cannot."""

    def clear(self) -> None:
        """Take away what need not be seen any more, because the window is looked at."""


class JobNotifications(QObject):
    """Tells of jobs that are done, failed, or stand still and need somebody.

    Args:
        window: Comes to the front when a notification is clicked.
        panel: Whose jobs, settings and messages.
        desktop: Where notifications go; None = wherever this desktop takes them.
    """

    def __init__(self, window: QWidget, panel: Panel, desktop: Desktop | None = None) -> None:
        super().__init__(window)
        self._window, self._panel = window, panel
        self._desktop = desktop
        self._off = panel.program.monitor.noticed.subscribe(self._on_notice)

    def shut(self) -> None:
        """Tell nothing any more."""
        self._off()
        if self._desktop is not None:
            self._desktop.clear()

    def open(self, notification: Notification) -> None:
        """Bring the window to the front and go to the job."""
        self._window.setWindowState(self._window.windowState() & ~self._window.windowState().WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        if self._desktop is not None:
            self._desktop.clear()
        self._panel.navigator.go(notification.page, **notification.target)

    def tell(self, state: str, notification: Notification) -> None:
        """Tell something, inside always and on the desktop when nobody looks.

        Args:
            state: Of the toast: `ok`, `warning` or `error`.
            notification: What.
        """
        self._tell_inside(state, notification)
        # A dialog of ours in front is somebody looking, too.
        is_looked_at = QApplication.activeWindow() is not None
        if is_looked_at or not self._panel.program.preferences.settings.notifications:
            return
        QApplication.alert(self._window)
        if self._desktop is None:
            from tiepoint.ui.shell.desktops import this_desktop

            self._desktop = this_desktop(self.open, self)
        self._desktop.show(notification)

    def _on_notice(self, notice: JobNotice) -> None:
        self.tell(_TOASTS[notice.kind], notification_of(notice))

    def _tell_inside(self, state: str, notification: Notification) -> None:
        message = Message(
            state,
            notification.title,
            notification.text,
            action=notification.action,
            on_action=lambda: self._panel.navigator.go(notification.page, **notification.target),
            topic=notification.topic,
        )
        self._panel.messages.said.emit(message)


def notification_of(notice: JobNotice) -> Notification:
    """Say what happened to a job in a title and a sentence."""
    job = notice.job
    name = plain(job.name, limit=_NAME_LENGTH)
    key = f"{job.id} {notice.kind.value}"
    if notice.kind is NoticeKind.COMPLETED:
        title, text = tr("Notice", "{name} is done", name=name), _photos(job)
        return Notification(key, title, text, tr("Notice", "Open the result"), "results", {"job": job.id})
    why = plain(job.error.summary) if job.error is not None else ""
    if notice.kind is NoticeKind.FAILED:
        title = tr("Notice", "{name} failed", name=name)
        return Notification(key, title, why, tr("Notice", "See why"), "jobs", {"job": job.id})
    title = tr("Notice", "{name} stands still", name=name)
    text = why or tr("Notice", "It stopped without being asked to. Resume it when you are ready.")
    return Notification(key, title, text, tr("Notice", "Look at it"), "jobs", {"job": job.id})


def _photos(job: Job) -> str:
    if job.photos:
        return tr("Notice", "The model of {count} photos can be opened.", count=job.photos)
    return tr("Notice", "The model can be opened.")
