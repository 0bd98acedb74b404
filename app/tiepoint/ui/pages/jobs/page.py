"""The Jobs page: the list of jobs above, the open job below and in the strip. GUI thread, on the loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget

from tiepoint.domain.job import Job, JobState
from tiepoint.domain.link import LinkState
from tiepoint.ui.pages.jobs.actions import JobActions
from tiepoint.ui.pages.jobs.detail import JobDetail
from tiepoint.ui.pages.jobs.list_card import JobListCard
from tiepoint.ui.pages.page import Page, StripContent
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.job_commands import JobCommands
from tiepoint.ui.shell.link_banner import LinkBanner
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewer import ModelView
from tiepoint.ui.viewmodels.job_choice import choice_of
from tiepoint.ui.viewmodels.jobs import JobsViewModel
from tiepoint.ui.viewmodels.jobs_allowed import JobAction
from tiepoint.ui.viewmodels.jobs_rows import JobContext, elapsed_s, job_share, left_cell
from tiepoint.ui.viewmodels.jobs_stages import stage_line
from tiepoint.ui.viewmodels.jobs_words import clock_text, duration_text, job_look, preset_text
from tiepoint.ui.viewmodels.log import LogViewModel
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.empty import EmptyState
from tiepoint.ui.widgets.layouts import column

_SPLITTER: Final = "jobs"
_LIST_SHARE: Final = 0.34


class JobsPage(Page):
    """All jobs, and one of them open. Targets: `job` (an id) opens a job.

    Args:
        panel: The services and the way to other pages.
        make_view: Makes the 3D view of the partial result.
    """

    def __init__(self, panel: Panel, make_view: Callable[[], ModelView] = ModelView) -> None:
        super().__init__()
        program = panel.program
        self._panel = panel
        choice = choice_of(program.remote.shown, program.panel_state.state.job or "")
        self.viewmodel = JobsViewModel(program, choice)
        self._commands = JobCommands(panel, self)
        self._actions = JobActions(self._commands, lambda: self.viewmodel.job, self)
        self._log = LogViewModel(program.remote.shown, choice)
        self.list_card = JobListCard(self.viewmodel, program.panel_state)
        self.detail = JobDetail(panel, self.viewmodel, self._log, self._run, make_view)
        self.banner = LinkBanner(panel)
        self._to_photos = Button(tr("Jobs", "Go to Photos"), "images", "primary")
        self.empty = EmptyState("list", tr("Jobs", "No jobs yet"), "", self._to_photos)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._stack = QStackedWidget()
        self._placed_for = -1
        self._setup_ui()
        self._connect()
        self._show()

    def strip(self) -> StripContent:
        """Tell of the open job."""
        job = self.viewmodel.job
        if job is None:
            return StripContent(tr("Jobs", "Jobs"))
        self._actions.update(job, self.viewmodel.snapshot)
        state, words = job_look(job)
        is_lost = self.viewmodel.snapshot.link.state in (LinkState.LOST, LinkState.STOPPED)
        if is_lost and not job.state.is_over:
            state, words = "lost", tr("Jobs", "{state}, last known", state=words or job.state.value.capitalize())
        return StripContent(
            plain(job.name),
            state,
            words,
            self._subtitle(job),
            self._facts(job),
            job_share(job) if job.state in (JobState.RUNNING, JobState.PAUSED) else None,
            self._actions.for_strip,
            is_about_job=job.state in (JobState.RUNNING, JobState.PAUSED),
        )

    def show_target(self, **target: Any) -> None:
        """Open a job by its id."""
        job_id = target.get("job")
        if isinstance(job_id, str):
            self.viewmodel.choose(job_id)
            self._show()

    def focus_first(self) -> None:
        """Begin in the list, or at the way to the photos."""
        (self._to_photos if self._stack.currentIndex() else self.list_card.table).setFocus(
            Qt.FocusReason.ShortcutFocusReason
        )

    def shut(self) -> None:
        """Let go of what outlives widgets."""
        self.viewmodel.shut()
        self.detail.shut()
        self.banner.shut()

    def _setup_ui(self) -> None:
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(12)
        self._splitter.addWidget(self.list_card)
        self._splitter.addWidget(self.detail)
        self._splitter.setStretchFactor(1, 1)
        self.detail.setMinimumHeight(120)
        self._stack.addWidget(self._splitter)
        self._stack.addWidget(self.empty)
        layout = column(self.banner, self._stack, spacing=12)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def _connect(self) -> None:
        table = self.list_card.table
        self.viewmodel.changed.connect(self._show)
        table.chosen.connect(self.viewmodel.choose)
        table.opened.connect(self._on_opened)
        table.menu_wanted.connect(self._on_menu)
        self._to_photos.clicked.connect(lambda: self._panel.navigator.go("photos"))
        self.detail.photos_wanted.connect(lambda: self._panel.navigator.go("photos"))
        self.detail.log_wanted.connect(self._open_log)
        self.list_card.fold_wanted.connect(self._on_fold)
        self._splitter.splitterMoved.connect(lambda _place, _index: self._keep_sizes())
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.list_card.find_box.setFocus)

    def _show(self) -> None:
        job = self.viewmodel.job
        self._actions.update(job, self.viewmodel.snapshot)
        self._turn_to(0 if job is not None else 1)
        if job is not None:
            self.list_card.update_rows()
            self.detail.show_job(job, self._actions.allowed)
            self._place()
        else:
            self._tell_nothing()
        self.strip_changed.emit()

    def _turn_to(self, place: int) -> None:
        """Show the jobs or that there are none; the keyboard's focus comes along."""
        focused = self.window().focusWidget()
        had_focus = focused is not None and (focused is self or self._stack.isAncestorOf(focused))
        is_change = place != self._stack.currentIndex()
        self._stack.setCurrentIndex(place)
        if is_change and had_focus:
            self.focus_first()

    def _tell_nothing(self) -> None:
        """Say that there are no jobs; before the agent answered nobody knows."""
        is_known = self.viewmodel.snapshot.link.heard is not None
        self._to_photos.setVisible(is_known)
        title = tr("Jobs", "No jobs yet") if is_known else tr("Jobs", "Looking for jobs")
        text = tr("Jobs", "Drop photos on the window and press Reconstruct: the job appears here and becomes a model.")
        self.empty.title_label.setText(title)
        self.empty.text_label.setText(text if is_known else tr("Jobs", "They appear as soon as the agent answers."))

    def _run(self, action: JobAction) -> None:
        self._commands.run(action, self.viewmodel.job)

    def _on_opened(self, job_id: str) -> None:
        self.viewmodel.choose(job_id)
        self._show()
        self._run(JobAction.OPEN_RESULT)

    def _on_menu(self, job_id: str, place: QPoint) -> None:
        self.viewmodel.choose(job_id)
        self._show()
        self._actions.menu(self).popup(place)

    def _on_fold(self, is_folded: bool) -> None:
        self.list_card.set_folded(is_folded=is_folded)
        self._panel.program.panel_state.remember(jobs_folded=is_folded)
        self._placed_for = -1
        self._place()

    def _open_log(self) -> None:
        window = self.window()
        dock = getattr(window, "dock", None)
        if dock is not None:
            dock.set_folded(False)

    def _place(self) -> None:
        """Give the list the room its rows need, at most a third, or what a person gave it."""
        rows = len(self.viewmodel.rows)
        if rows == self._placed_for or not self.isVisible():
            return
        self._placed_for = rows
        kept = self._panel.program.panel_state.state
        whole = self._splitter.height()
        wanted = min(self.list_card.wanted_height(), max(int(whole * _LIST_SHARE), self.list_card.minimumHeight()))
        sizes = kept.splitters.get(_SPLITTER, ())
        if len(sizes) == 2 and not self.list_card.is_folded:
            wanted = min(sizes[0], self.list_card.wanted_height())
        self._splitter.setSizes([wanted, max(1, whole - wanted)])
        table = self.list_card.table
        QTimer.singleShot(0, table, lambda: table.scrollTo(table.currentIndex()))

    def _keep_sizes(self) -> None:
        kept = self._panel.program.panel_state
        kept.update(splitters={**kept.state.splitters, _SPLITTER: tuple(self._splitter.sizes())})

    def _subtitle(self, job: Job) -> str:
        now = self.viewmodel.now
        parts = [preset_text(job)]
        if job.finished is not None:
            parts.append(tr("Jobs", "ended {time}", time=clock_text(job.finished, now, with_seconds=True)))
        elif job.started is not None:
            parts.append(tr("Jobs", "started {time}", time=clock_text(job.started, now, with_seconds=True)))
        elif job.submitted is not None:
            parts.append(tr("Jobs", "submitted {time}", time=clock_text(job.submitted, now, with_seconds=True)))
        return " · ".join(part for part in parts if part)

    def _facts(self, job: Job) -> tuple[tuple[str, str], ...]:
        now, is_stale = self.viewmodel.now, self.viewmodel.is_stale
        facts = []
        stage = stage_line(job)
        if stage and job.state is not JobState.COMPLETED:
            facts.append((tr("Jobs", "Stage"), stage))
        seconds = elapsed_s(job, now, self.viewmodel.stopped(job))
        if seconds is not None:
            is_running = job.state is JobState.RUNNING
            words = tr("Jobs", "unknown") if is_stale and is_running else duration_text(seconds)
            facts.append((tr("Jobs", "Elapsed") if not job.state.is_over else tr("Jobs", "Took"), words))
        if not job.state.is_over:
            estimate = self.viewmodel.left(job)
            context = JobContext(now, estimate.total if estimate else None, is_stale=is_stale)
            facts.append((tr("Jobs", "Left"), left_cell(job, context).text))
        facts.append((tr("Jobs", "Cost"), tr("Jobs", "none")))
        return tuple(facts)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new height between list and job."""
        super().resizeEvent(event)
        self._placed_for = -1
        QTimer.singleShot(0, self, self._place)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow closely while it is seen."""
        super().showEvent(event)
        folded = self._panel.program.panel_state.state.extras.get("jobs_folded")
        self.list_card.set_folded(is_folded=folded is True)
        self.viewmodel.set_active(is_active=True)
        QTimer.singleShot(0, self, self._show)

    def hideEvent(self, event: QHideEvent) -> None:
        """Do nothing while nobody looks."""
        super().hideEvent(event)
        self.viewmodel.set_active(is_active=False)
        self.detail.set_active(is_active=False)
