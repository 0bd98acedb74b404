"""The Jobs page: the list of jobs above, the open job below and in the strip. GUI thread, on the loop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget

from tiepoint.domain.cluster import ClusterId
from tiepoint.domain.job import JobState
from tiepoint.services.sites import Site, SiteKind
from tiepoint.ui.pages.jobs.actions import JobActions
from tiepoint.ui.pages.jobs.banners import Banners
from tiepoint.ui.pages.jobs.detail import JobDetail
from tiepoint.ui.pages.jobs.list_card import JobListCard
from tiepoint.ui.pages.jobs.strip_words import job_strip, round_strip
from tiepoint.ui.pages.jobs.support_file import SupportFile
from tiepoint.ui.pages.page import Page, StripContent
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.job_commands import JobCommands
from tiepoint.ui.shell.link_banner import LinkBanner
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewer import ModelView
from tiepoint.ui.viewmodels.job_choice import choice_of
from tiepoint.ui.viewmodels.jobs import JobsViewModel
from tiepoint.ui.viewmodels.jobs_allowed import JobAction
from tiepoint.ui.viewmodels.log import LogViewModel
from tiepoint.ui.viewmodels.recorder import recorder_of
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.empty import EmptyState
from tiepoint.ui.widgets.layouts import column

_SPLITTER: Final = "jobs"
_LIST_SHARE: Final = 0.34
_LIST_SHARE_THERE: Final = 0.42
"""Above a growing preview or a failure the list has less room than above a table."""
_NEVER: Final = (-1, False)
_LOOK_MS: Final = 15_000
"""How often it is looked what the flight recorder has."""


class JobsPage(Page):
    """All jobs, and one of them open. Targets: `job` and `round` (ids) open one.

    Args:
        panel: The services and the way to other pages.
        make_view: Makes the 3D view of the partial result.
    """

    def __init__(self, panel: Panel, make_view: Callable[[], ModelView] = ModelView) -> None:
        super().__init__()
        program = panel.program
        self._panel = panel
        choice = choice_of(program.remote.shown, program.panel_state.state.job or "")
        self._recorder = recorder_of(panel)
        self.viewmodel = JobsViewModel(program, choice, self._recorder)
        self._commands = JobCommands(panel, self)
        self._actions = JobActions(self._commands, lambda: self.viewmodel.job, self)
        self._log = LogViewModel(program.remote.shown, choice)
        self.list_card = JobListCard(self.viewmodel, program.panel_state)
        self.detail = JobDetail(panel, self.viewmodel, self._log, self._run, make_view)
        self.banner = LinkBanner(panel)
        self.banners = Banners(panel, self._commands, self._recorder)
        self._support = SupportFile(panel, self)
        self._to_photos = Button(tr("Jobs", "Go to Photos"), "images", "primary")
        self.empty = EmptyState("list", tr("Jobs", "No jobs yet"), "", self._to_photos)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._stack = QStackedWidget()
        self._placed_for = _NEVER
        self._looks = QTimer(self, interval=_LOOK_MS)
        self._looks.timeout.connect(self._recorder.look)
        self._setup_ui()
        self._connect()
        self._show()
        self.viewmodel.set_active(is_active=False)  # until it is looked at for the first time

    def strip(self) -> StripContent:
        """Tell of the open job."""
        job, round_ = self.viewmodel.job, self.viewmodel.round
        if job is not None:
            self._actions.update(job, is_live=self.viewmodel.is_live)
            return job_strip(job, self.viewmodel, self._actions.for_strip)
        if round_ is not None:
            return round_strip(round_, self.viewmodel)
        return StripContent(tr("Jobs", "Jobs"), follows_site=True)

    def show_target(self, **target: Any) -> None:
        """Open a job or a round by its id."""
        job_id, round_id = target.get("job"), target.get("round")
        if isinstance(round_id, str):
            self.viewmodel.choose_round(round_id)
            self._show()
        elif isinstance(job_id, str):
            self.viewmodel.choose(job_id)
            self._show()

    def focus_first(self) -> None:
        """Begin in the list, or at the way to the photos."""
        (self._to_photos if self._stack.currentIndex() else self.list_card.table).setFocus(
            Qt.FocusReason.ShortcutFocusReason
        )

    def shut(self) -> None:
        """Let go of what outlives widgets."""
        self._end()
        self.viewmodel.shut()
        self.detail.shut()
        self.banner.shut()
        self.banners.shut()

    def _setup_ui(self) -> None:
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(12)
        self._splitter.addWidget(self.list_card)
        self._splitter.addWidget(self.detail)
        self._splitter.setStretchFactor(1, 1)
        self.detail.setMinimumHeight(120)
        self._stack.addWidget(self._splitter)
        self._stack.addWidget(self.empty)
        layout = column(self.banner, self.banners, self._stack, spacing=12)
        layout.setStretch(2, 1)
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
        self.list_card.support_wanted.connect(self._support.ask)
        self.banners.job_wanted.connect(lambda job: self.viewmodel.choose(job.id))
        self._end = self._panel.program.remote.shown.switched.subscribe(self._on_switched)
        self._splitter.splitterMoved.connect(lambda _place, _index: self._keep_sizes())
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.list_card.find_box.setFocus)

    def _show(self) -> None:
        job, round_ = self.viewmodel.job, self.viewmodel.round
        self._actions.update(job, is_live=self.viewmodel.is_live)
        self.turn(self._stack, 0 if job is not None or round_ is not None else 1)
        self.banners.show_now(self.viewmodel.snapshot)
        if job is not None or round_ is not None:
            self.list_card.update_rows()
        if job is not None:
            self.detail.show_job(job, self._actions.allowed)
        elif round_ is not None:
            self.detail.show_round(round_)
        else:
            self._tell_nothing()
        self._place()
        self.strip_changed.emit()

    def _tell_nothing(self) -> None:
        """Say that there are no jobs; before the agent answered nobody knows."""
        is_known, is_here = self.viewmodel.snapshot.link.heard is not None, self.viewmodel.is_here
        self._to_photos.setVisible(is_known)
        title = tr("Jobs", "No jobs yet") if is_known else tr("Jobs", "Looking for jobs")
        text = tr("Jobs", "Drop photos on the window and press Reconstruct: the job appears here and becomes a model.")
        if not is_here:
            name = plain(self.viewmodel.site.name)
            text = tr("Jobs", "Drop photos on the window and choose “{name}” under Run on.", name=name)
        self.empty.title_label.setText(title)
        self.empty.text_label.setText(text if is_known else tr("Jobs", "They appear as soon as the agent answers."))

    def _on_switched(self, _site: Site) -> None:
        """Another site is shown: look at it as if for the first time."""
        self._placed_for = _NEVER
        if self.isVisible():
            self._recorder.look()
            self._watch_cluster()

    def _watch_cluster(self) -> None:
        """Read the meter of the cluster whose jobs are shown."""
        site = self.viewmodel.site
        if site.kind is SiteKind.CLOUD:
            self._panel.program.azure.clusters.watch(ClusterId(site.id))

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
        self._placed_for = _NEVER
        self._place()

    def _open_log(self) -> None:
        window = self.window()
        dock = getattr(window, "dock", None)
        if dock is not None:
            dock.set_folded(False)

    def _place(self) -> None:
        """Give the list the room its rows need, at most a third, or what a person gave it."""
        job = self.viewmodel.job
        is_crowded = self.viewmodel.is_here or (job is not None and job.state is JobState.FAILED)
        wanted_for = len(self.viewmodel.rows), is_crowded
        if wanted_for == self._placed_for or not self.isVisible():
            return
        self._placed_for = wanted_for
        kept = self._panel.program.panel_state.state
        whole = self._splitter.height()
        share = _LIST_SHARE if is_crowded else _LIST_SHARE_THERE
        wanted = min(self.list_card.wanted_height(), max(int(whole * share), self.list_card.minimumHeight()))
        sizes = kept.splitters.get(_SPLITTER, ())
        if len(sizes) == 2 and not self.list_card.is_folded:
            wanted = min(sizes[0], self.list_card.wanted_height())
        self._splitter.setSizes([wanted, max(1, whole - wanted)])
        table = self.list_card.table
        QTimer.singleShot(0, table, lambda: table.scrollTo(table.currentIndex()))

    def _keep_sizes(self) -> None:
        kept = self._panel.program.panel_state
        kept.update(splitters={**kept.state.splitters, _SPLITTER: tuple(self._splitter.sizes())})

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new height between list and job."""
        super().resizeEvent(event)
        self._placed_for = _NEVER
        QTimer.singleShot(0, self, self._place)

    def showEvent(self, event: QShowEvent) -> None:
        """Follow closely while it is seen."""
        super().showEvent(event)
        folded = self._panel.program.panel_state.state.extras.get("jobs_folded")
        self.list_card.set_folded(is_folded=folded is True)
        self.viewmodel.set_active(is_active=True)
        self._recorder.look()
        self._looks.start()
        self._watch_cluster()
        QTimer.singleShot(0, self, self._show)

    def hideEvent(self, event: QHideEvent) -> None:
        """Do nothing while nobody looks."""
        super().hideEvent(event)
        self._looks.stop()
        self.viewmodel.set_active(is_active=False)
        self.detail.set_active(is_active=False)
