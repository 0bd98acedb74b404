"""The open job's actions: for the strip, the context menu and the keyboard, only what its state allows. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from tiepoint.domain.job import Job
from tiepoint.ui.actions import action
from tiepoint.ui.shell.job_commands import JobCommands
from tiepoint.ui.text import tr
from tiepoint.ui.theme import icons
from tiepoint.ui.viewmodels.jobs_allowed import JobAction
from tiepoint.ui.viewmodels.jobs_words import PRIORITIES, priority_text

_IN_STRIP: Final = (
    JobAction.OPEN_FOLDER,
    JobAction.STOP_FOREIGN,
    JobAction.ADOPT,
    JobAction.STOP,
    JobAction.PAUSE,
    JobAction.RESUME,
    JobAction.GO_ON,
    JobAction.OPEN_RESULT,
)
_OF_FILES: Final = frozenset({JobAction.OPEN_FOLDER, JobAction.OPEN_RESULT})


class JobActions:
    """Makes and updates the actions.

    Args:
        commands: Do them.
        job: Returns the job they are about.
        page: Where their keys work.
    """

    def __init__(self, commands: JobCommands, job: Callable[[], Job | None], page: QWidget) -> None:
        self._commands, self._job = commands, job
        self._allowed: frozenset[JobAction] = frozenset()
        self._actions = {
            JobAction.OPEN_FOLDER: self._made(
                JobAction.OPEN_FOLDER, tr("Jobs", "Open folder"), "folder-open", "plain", page
            ),
            JobAction.STOP_FOREIGN: self._made(
                JobAction.STOP_FOREIGN, tr("Jobs", "Abort"), "circle-stop", "plain", page
            ),
            JobAction.ADOPT: self._made(JobAction.ADOPT, tr("Jobs", "Adopt"), "badge-check", "primary", page),
            JobAction.STOP: self._made(JobAction.STOP, tr("Jobs", "Stop"), "circle-stop", "plain", page),
            JobAction.PAUSE: self._made(JobAction.PAUSE, tr("Jobs", "Pause"), "pause", "plain", page),
            JobAction.RESUME: self._made(JobAction.RESUME, tr("Jobs", "Go on"), "play", "primary", page),
            JobAction.GO_ON: self._made(JobAction.GO_ON, tr("Jobs", "Go on from here"), "play", "primary", page),
            JobAction.OPEN_RESULT: self._made(
                JobAction.OPEN_RESULT, tr("Jobs", "Open the result"), "box", "primary", page
            ),
        }
        self._again = self._made(JobAction.GO_ON, tr("Jobs", "Try again"), "rotate-cw", "plain", page)
        self._add_keys(page)

    def update(self, job: Job | None, *, is_live: bool) -> None:
        """Offer what may be done now; of a recorded moment nothing can be changed."""
        found = self._commands.allowed(job) if job is not None else frozenset()
        self._allowed = found if is_live else found & _OF_FILES
        for each, made in self._actions.items():
            made.setEnabled(each in self._allowed)

    @property
    def allowed(self) -> frozenset[JobAction]:
        """What may be done now."""
        return self._allowed

    @property
    def for_strip(self) -> tuple[QAction, ...]:
        """What stands in the strip, the primary one last."""
        return tuple(self._action(each) for each in _IN_STRIP if each in self._allowed)

    def _action(self, which: JobAction) -> QAction:
        """Return an action; going on is no invitation where it cannot help."""
        job = self._job()
        is_vain = job is not None and job.error is not None and not job.error.retryable
        return self._again if which is JobAction.GO_ON and is_vain else self._actions[which]

    def menu(self, parent: QWidget) -> QMenu:
        """Return a menu about the job."""
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for each in reversed(_IN_STRIP):
            if each in self._allowed:
                made = self._action(each)
                made.setIcon(icons.icon(str(made.property("icon_name"))))
                menu.addAction(made)
        job = self._job()
        if job is not None and JobAction.PRIORITY in self._allowed:
            menu.addSeparator()
            self._add_priorities(menu.addMenu(tr("Jobs", "Priority")), job)
        return menu

    def _made(self, which: JobAction, text: str, icon: str, kind: str, page: QWidget) -> QAction:
        return action(page, text, lambda: self._commands.run(which, self._job()), icon=icon, kind=kind)

    def _add_priorities(self, menu: QMenu, job: Job) -> None:
        group = QActionGroup(menu)
        for priority in PRIORITIES:
            entry = menu.addAction(priority_text(priority))
            entry.setCheckable(True)
            entry.setChecked(priority == job.priority)
            entry.triggered.connect(lambda _is_on, each=priority: self._commands.set_priority(job, each))
            group.addAction(entry)

    def _add_keys(self, page: QWidget) -> None:
        keys: tuple[tuple[str, Callable[[], object]], ...] = (
            ("Ctrl+P", self._pause_or_go_on),
            ("Delete", lambda: self._run(JobAction.STOP)),
            ("Ctrl+Up", lambda: self._shift_priority(1)),
            ("Ctrl+Down", lambda: self._shift_priority(-1)),
            ("Ctrl+E", lambda: self._run(JobAction.OPEN_FOLDER)),
        )
        for key, slot in keys:
            shortcut = QShortcut(QKeySequence(key), page)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)
        tips = {JobAction.PAUSE: "Ctrl+P", JobAction.RESUME: "Ctrl+P", JobAction.GO_ON: "Ctrl+P"}
        for which, key in {**tips, JobAction.STOP: "Del", JobAction.OPEN_FOLDER: "Ctrl+E"}.items():
            self._actions[which].setToolTip(f"{self._actions[which].text()} ({key})")

    def _run(self, which: JobAction) -> None:
        if which in self._allowed:
            self._commands.run(which, self._job())

    def _shift_priority(self, step: int) -> None:
        if JobAction.PRIORITY in self._allowed:
            self._commands.shift_priority(self._job(), step)

    def _pause_or_go_on(self) -> None:
        for each in (JobAction.PAUSE, JobAction.RESUME, JobAction.GO_ON):
            if each in self._allowed:
                self._commands.run(each, self._job())
                return
