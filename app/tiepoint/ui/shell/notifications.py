"""Telling people of jobs while they look elsewhere: on the desktop when the window is not active, in the window always.

Each event is told once (`Sites.noticed` sees to that), wherever it runs, and only while the settings want it. GUI
thread only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from tiepoint.domain.job import Job
from tiepoint.services.monitor import JobNotice, NoticeKind
from tiepoint.services.sites import SiteNotice
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.messages import Message
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.site_words import site_name

_NAME_LENGTH: Final = 80
_ABOUT_THE_JOB: Final[frozenset[str]] = frozenset((NoticeKind.COMPLETED, NoticeKind.FAILED, NoticeKind.ATTENTION))
"""The others are about one of its tasks."""
_TOASTS: Final = {NoticeKind.COMPLETED: "ok", NoticeKind.FAILED: "error"}


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
        self._off = panel.program.remote.sites.noticed.subscribe(self._on_notice)

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

    def _on_notice(self, told: SiteNotice) -> None:
        round_ = self._panel.program.remote.rounds.of_job(told.site.id, told.notice.job.id)
        notification = site_notification(told, is_coming=round_ is not None and not round_.state.is_over)
        self.tell(_TOASTS.get(told.notice.kind, "warning"), notification)

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


def site_notification(told: SiteNotice, *, is_coming: bool = False) -> Notification:
    """Say what happened to a job, and where it runs if that is not this computer.

    Args:
        told: What happened.
        is_coming: Whether its products come down to this computer by themselves.
    """
    notification, site = notification_of(told.notice), told.site
    if site.is_computer:
        return notification
    where, job = site_name(site), told.notice.job
    key, target = f"{site.id} {notification.key}", {"job": job.id, "site": site.id}
    if told.notice.kind is not NoticeKind.COMPLETED:
        return replace(notification, key=key, title=f"{notification.title} ({where})", target=target)
    text = tr("Notice", "Its products are on {name}.", name=where)
    if is_coming:
        text = tr("Notice", "Its products come down to this computer now.")
    title = tr("Notice", "{name} is done on {where}", name=plain(job.name, limit=_NAME_LENGTH), where=where)
    return Notification(key, title, text, tr("Notice", "Look at it"), "jobs", target)


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
    if notice.kind not in _ABOUT_THE_JOB:
        title = tr("Notice", "{name}: a first task failed", name=name)
        text = why or tr("Notice", "It is tried again; the job goes on.")
        return Notification(key, title, text, tr("Notice", "Look at it"), "jobs", {"job": job.id})
    title = tr("Notice", "{name} stands still", name=name)
    text = why or tr("Notice", "It stopped without being asked to. Resume it when you are ready.")
    return Notification(key, title, text, tr("Notice", "Look at it"), "jobs", {"job": job.id})


def _photos(job: Job) -> str:
    if job.photos:
        return tr("Notice", "The model of {count} photos can be opened.", count=job.photos)
    return tr("Notice", "The model can be opened.")
