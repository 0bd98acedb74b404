"""The open job: stage strip, what grows or who works, and at the right why it does not run. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from tiepoint.domain.job import Job, JobState
from tiepoint.domain.remote_round import Round
from tiepoint.ui.pages.jobs.facts_card import JobFactsCard
from tiepoint.ui.pages.jobs.failure_part import FailurePart
from tiepoint.ui.pages.jobs.load_card import LoadCard
from tiepoint.ui.pages.jobs.preview_card import PreviewCard
from tiepoint.ui.pages.jobs.round_card import RoundCard
from tiepoint.ui.pages.jobs.round_commands import RoundCommands
from tiepoint.ui.pages.jobs.strip_card import StripCard
from tiepoint.ui.pages.jobs.there import There
from tiepoint.ui.pages.jobs.workers_card import WorkersCard
from tiepoint.ui.panel import Panel
from tiepoint.ui.viewer import ModelView
from tiepoint.ui.viewmodels.jobs import JobsViewModel
from tiepoint.ui.viewmodels.jobs_allowed import JobAction
from tiepoint.ui.viewmodels.jobs_preview import JobPreview, PreviewPicture
from tiepoint.ui.viewmodels.log import LogViewModel
from tiepoint.ui.viewmodels.nodes_state import NodeContext
from tiepoint.ui.widgets.cards import ScrollColumn
from tiepoint.ui.widgets.layouts import column, row

_SIDE_PX: Final = (372, 472)
_LEAST_BODY_PX: Final = 200


class JobDetail(QScrollArea):
    """Shows the open job, or the round that has no job yet.

    Signals:
        log_wanted(): The log shall be opened.
        photos_wanted(): The photos shall be looked at.

    Args:
        panel: The services.
        viewmodel: Knows the open job.
        log: Follows its log while it is needed for a failure's proof.
        run: Does an action with it.
        make_view: Makes the 3D view.
    """

    log_wanted = Signal()
    photos_wanted = Signal()

    def __init__(
        self,
        panel: Panel,
        viewmodel: JobsViewModel,
        log: LogViewModel,
        run: Callable[[JobAction], None],
        make_view: Callable[[], ModelView] = ModelView,
    ) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        self.strip_card = StripCard(panel)
        self.strip = self.strip_card.strip
        self.preview = PreviewCard(make_view)
        self._rounds = RoundCommands(panel, self)
        self.there = There(panel, viewmodel, self._rounds)
        self.round = RoundCard()
        self.workers = WorkersCard(panel.program.panel_state)
        self.load = LoadCard(panel.program.computer, panel.background)
        self.facts = JobFactsCard(run)
        self.failure_part = FailurePart(viewmodel, log, run)
        self.failure = self.failure_part.panel
        self._watched = JobPreview(panel.program.previews, panel.background)
        self._watched.changed.connect(self._on_picture)
        self._rounds.serve(self.round)
        self._setup_ui()
        self.failure.log_wanted.connect(self.log_wanted)
        self.failure.photos_wanted.connect(self.photos_wanted)

    def show_job(self, job: Job, allowed: frozenset[JobAction]) -> None:
        """Show a job as it is now."""
        viewmodel = self._viewmodel
        self.strip_card.show_job(job, viewmodel)
        self.preview.show_job(job, viewmodel.now)
        self._watched.follow(job if self.isVisible() and viewmodel.is_here and viewmodel.is_live else None)
        self._turn_to(is_here=viewmodel.is_here)
        if not viewmodel.is_here:
            self.there.show_job(job, viewmodel.round)
        self._show_side(job, allowed)

    def show_round(self, round_: Round) -> None:
        """Show a round that has no job yet."""
        self.strip_card.show_none()
        self._watched.follow(None)
        self._turn_to(is_here=False)
        self.there.show_job(None, round_)
        for each in self._parts:
            each.setVisible(False)
        self.failure_part.let_go()
        self._fit_side()

    def set_active(self, *, is_active: bool) -> None:
        """Follow the partial result while somebody looks."""
        if not is_active:
            self.failure_part.let_go()
            self._watched.follow(None)

    def shut(self) -> None:
        """Let go of what outlives widgets."""
        self._watched.shut()
        self.failure_part.shut()
        self.strip_card.shut()
        self.load.shut()
        self.preview.shut()

    def _setup_ui(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._parts = (self.failure, self.round, self.facts, self.workers, self.load)
        self._side = ScrollColumn(*self._parts, None, width=_SIDE_PX[1])
        self.there.setVisible(False)
        body = row(self.preview, self.there, self._side, spacing=12)
        body.setStretch(0, 1)
        body.setStretch(1, 1)
        inner = QWidget()
        lines = column(self.strip_card, body, spacing=12)
        lines.setStretch(1, 1)
        inner.setLayout(lines)
        self.preview.setMinimumHeight(_LEAST_BODY_PX)
        self.setWidget(inner)

    def _turn_to(self, *, is_here: bool) -> None:
        self.preview.setVisible(is_here)
        self.there.setVisible(not is_here)
        if is_here:
            self.there.clear()

    def _show_side(self, job: Job, allowed: frozenset[JobAction]) -> None:
        viewmodel = self._viewmodel
        has_failure = self.failure_part.show_job(job, allowed, is_seen=self.isVisible())
        is_here, is_running = viewmodel.is_here, job.state is JobState.RUNNING
        is_working = job.state in (JobState.RUNNING, JobState.PAUSED) and not has_failure
        self.workers.setVisible(is_here and is_running)
        self.load.setVisible(is_here and (is_working or job.state is JobState.QUEUED))
        self.facts.setVisible(not has_failure and not (is_here and is_running))
        self.failure.setVisible(has_failure)
        self.round.setVisible(viewmodel.round is not None)
        if viewmodel.round is not None:
            self.round.show_round(viewmodel.round, job, is_live=viewmodel.is_live)
        if is_here and is_running:
            names: dict[str, str] = {job.id: job.name}
            context = NodeContext(viewmodel.now, names, is_stale=viewmodel.is_stale)
            others = tuple(node for node in viewmodel.snapshot.nodes if node.job is None)
            self.workers.show_nodes((*viewmodel.nodes, *others), context)
        elif not has_failure:
            self.facts.show_job(job, viewmodel, allowed)
        self._fit_side()

    def _on_picture(self, picture: PreviewPicture | None) -> None:
        self.preview.show_picture(picture)
        self._fit_side()

    def _fit_side(self) -> None:
        """The right column is narrow beside a preview; a failure without one has more to say than the preview."""
        self._side.setVisible(any(not each.isHidden() for each in self._parts))
        is_failure_alone = not self.failure.isHidden() and not (self._viewmodel.is_here and self.preview.has_picture)
        usual = _SIDE_PX[0] if self.width() < 1180 else _SIDE_PX[1]
        self._side.setFixedWidth(int(self.width() * 0.54) if is_failure_alone else usual)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the right column its share of the new width."""
        self._fit_side()
        super().resizeEvent(event)
