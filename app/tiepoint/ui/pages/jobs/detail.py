"""The open job: stage strip, growing preview, and at the right who works on it or why it does not run. GUI thread."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from tiepoint.domain.failure_card import failure_card
from tiepoint.domain.job import Job, JobState
from tiepoint.ui.pages.jobs.facts_card import JobFactsCard
from tiepoint.ui.pages.jobs.load_card import LoadCard
from tiepoint.ui.pages.jobs.preview_card import PreviewCard
from tiepoint.ui.pages.jobs.workers_card import WorkersCard
from tiepoint.ui.panel import Panel
from tiepoint.ui.viewer import ModelView
from tiepoint.ui.viewmodels.jobs import JobsViewModel
from tiepoint.ui.viewmodels.jobs_allowed import JobAction
from tiepoint.ui.viewmodels.jobs_failure import failure_report
from tiepoint.ui.viewmodels.jobs_preview import JobPreview, PreviewPicture
from tiepoint.ui.viewmodels.jobs_stages import stage_views
from tiepoint.ui.viewmodels.jobs_words import clock_text
from tiepoint.ui.viewmodels.log import LogViewModel
from tiepoint.ui.viewmodels.log_lines import shown_line
from tiepoint.ui.viewmodels.nodes_rows import NodeContext
from tiepoint.ui.widgets.cards import Card, ScrollColumn
from tiepoint.ui.widgets.failure_card import FailurePanel
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.stage_strip import StageStrip

_SIDE_PX: Final = (372, 472)
_LEAST_BODY_PX: Final = 200
_RAW_LINES: Final = 20


class JobDetail(QScrollArea):
    """Shows the open job.

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
        self._viewmodel, self._log = viewmodel, log
        self._allowed: frozenset[JobAction] = frozenset()
        self.strip = StageStrip()
        self.preview = PreviewCard(make_view)
        self.workers = WorkersCard(panel.program.panel_state)
        self.load = LoadCard(panel.program.computer, panel.background)
        self.facts = JobFactsCard(run)
        self.failure = FailurePanel()
        self._watched = JobPreview(panel.program.previews, panel.background)
        self._watched.changed.connect(self._on_picture)
        self._setup_ui()
        self.failure.go_on_wanted.connect(lambda: run(self._way_on()))
        self.failure.log_wanted.connect(self.log_wanted)
        self.failure.photos_wanted.connect(self.photos_wanted)
        log.began.connect(self._show_failure)
        log.appended.connect(lambda _lines: self._show_failure())

    def show_job(self, job: Job, allowed: frozenset[JobAction]) -> None:
        """Show a job as it is now."""
        now, is_stale = self._viewmodel.now, self._viewmodel.is_stale
        self._allowed = allowed
        self.strip.set_stages(stage_views(job, self._viewmodel.left(job), now, is_stale=is_stale), is_stale=is_stale)
        self._strip_card.setVisible(bool(job.stages))
        self.preview.show_job(job, now)
        self._watched.follow(job if self.isVisible() else None)
        self._show_side(job, allowed)

    def set_active(self, *, is_active: bool) -> None:
        """Follow the partial result while somebody looks."""
        if not is_active:
            self._log.set_active(is_active=False)
            self._watched.follow(None)

    def shut(self) -> None:
        """Let go of what outlives widgets."""
        self._watched.shut()
        self._log.shut()
        self.load.shut()
        self.preview.shut()

    def _setup_ui(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._strip_card = Card()
        self._strip_card.content.addWidget(holder(row(self.strip, margins=(16, 10, 16, 4))))
        self._side = ScrollColumn(self.failure, self.facts, self.workers, self.load, None, width=_SIDE_PX[1])
        body = row(self.preview, self._side, spacing=12)
        body.setStretch(0, 1)
        inner = QWidget()
        lines = column(self._strip_card, body, spacing=12)
        lines.setStretch(1, 1)
        inner.setLayout(lines)
        self.preview.setMinimumHeight(_LEAST_BODY_PX)
        self.setWidget(inner)

    def _show_side(self, job: Job, allowed: frozenset[JobAction]) -> None:
        viewmodel = self._viewmodel
        has_failure = failure_card(job, ()) is not None
        is_working = job.state in (JobState.RUNNING, JobState.PAUSED) and not has_failure
        self.workers.setVisible(job.state is JobState.RUNNING)
        self.load.setVisible(is_working or job.state is JobState.QUEUED)
        self.facts.setVisible(job.state is not JobState.RUNNING and not has_failure)
        self.failure.setVisible(has_failure)
        self._log.set_active(is_active=has_failure and self.isVisible())
        if job.state is JobState.RUNNING:
            names: dict[str, str] = {job.id: job.name}
            context = NodeContext(viewmodel.now, names, is_stale=viewmodel.is_stale)
            others = tuple(node for node in viewmodel.snapshot.nodes if node.job is None)
            self.workers.show_nodes((*viewmodel.nodes, *others), context)
        elif has_failure:
            self._show_failure()
        else:
            self.facts.show_job(job, viewmodel.now, place=viewmodel.place(job), may=allowed)
        self._fit_side()

    def _on_picture(self, picture: PreviewPicture | None) -> None:
        self.preview.show_picture(picture)
        self._fit_side()

    def _show_failure(self) -> None:
        job = self._viewmodel.job
        if job is None:
            return
        lines = self._log.raw if self._log.job is not None and self._log.job.id == job.id else ()
        card = failure_card(job, lines)
        if card is not None:
            if not card.raw:
                raw = "\n".join(shown_line(line).as_text() for line in lines[-_RAW_LINES:])
                card = dataclasses.replace(card, raw=raw)
            when = "" if card.when is None else clock_text(card.when, self._viewmodel.now, with_seconds=True)
            may_go_on = self._way_on() in self._allowed
            report = failure_report(job, card, lines)
            self.failure.show_failure(card, when, report, may_go_on=may_go_on, is_alarm=job.state is JobState.FAILED)

    def _way_on(self) -> JobAction:
        job = self._viewmodel.job
        return JobAction.RESUME if job is not None and job.state is JobState.PAUSED else JobAction.GO_ON

    def _fit_side(self) -> None:
        """The right column is narrow beside a preview; a failure without one has more to say than the preview."""
        is_failure_alone = self.failure.isVisibleTo(self) and not self.preview.has_picture
        usual = _SIDE_PX[0] if self.width() < 1180 else _SIDE_PX[1]
        self._side.setFixedWidth(int(self.width() * 0.54) if is_failure_alone else usual)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the right column its share of the new width."""
        self._fit_side()
        super().resizeEvent(event)
