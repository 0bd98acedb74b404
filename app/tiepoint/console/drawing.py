"""A run drawn as a table: a headline, what prepares it, then one row per stage with a bar.

Must not interpret markup: names are shown as they are. Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from tiepoint.console.stages import PHASE_TITLES, amount_text, elapsed_s, stage_amount, stage_share
from tiepoint.console.text import duration_text, plain, remaining_text
from tiepoint.domain.job import Job, Stage, StageState
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.stages import stage_title
from tiepoint.services.reconstruction import RunSnapshot

_WIDEST_BAR = 28
_NARROWEST_BAR = 6
_OTHER_COLUMNS = 50
"""Columns that mark, title, amount and time take; what is left is the bar's."""
_STOPPED = ("■", "yellow")
_MARKS = {
    StageState.WAITING: ("·", "dim"),
    StageState.COMPLETED: ("✓", "green"),
    StageState.FAILED: ("✗", "red"),
    StageState.SKIPPED: ("–", "dim"),
}


@dataclass(frozen=True)
class Drawing:
    """How to draw.

    Args:
        now: The time, for what is running.
        spinner: Mark of whatever is running.
        width: Columns of the terminal.
    """

    now: datetime
    spinner: RenderableType
    width: int

    def of_run(self, snapshot: RunSnapshot, simple: OperationProgress | None = None) -> RenderableType:
        """Draw a run.

        Args:
            snapshot: The run.
            simple: A single bar above it; None = none.
        """
        rows = Table.grid(padding=(0, 1))
        for _ in range(3):
            rows.add_column(no_wrap=True)
        rows.add_column(no_wrap=True, overflow="ellipsis")
        rows.add_column(justify="right", no_wrap=True)
        for preparing in (simple, snapshot.preparing):
            if preparing is not None and preparing.phase:
                self._add_preparing(rows, preparing)
        if snapshot.job is None:
            return rows
        for stage in snapshot.job.stages:
            if stage.state is StageState.RUNNING and not snapshot.job.state.is_over:
                self._add_running(rows, stage)
            else:
                self._add_resting(rows, stage)
        held = snapshot.job.held
        return Group(_headline(snapshot.job, snapshot.trouble or (held.summary if held else None)), rows)

    def _add_preparing(self, rows: Table, progress: OperationProgress) -> None:
        title = PHASE_TITLES.get(progress.phase) or plain(progress.phase)
        share = progress.done / progress.total if progress.total else None
        amount = amount_text(progress.done, progress.total, progress.unit)
        rows.add_row(self.spinner, Text(title), self._bar(share), Text(amount), "")

    def _add_running(self, rows: Table, stage: Stage) -> None:
        took = Text(duration_text(elapsed_s(stage, self.now)), style="cyan")
        title, amount = Text(stage_title(stage.name)), Text(stage_amount(stage))
        rows.add_row(self.spinner, title, self._bar(stage_share(stage)), amount, took)

    def _add_resting(self, rows: Table, stage: Stage) -> None:
        is_stopped = stage.started is not None and stage.finished is None
        sign, style = _STOPPED if is_stopped else _MARKS.get(stage.state, _STOPPED)
        title = Text(stage_title(stage.name), style="dim" if style == "dim" else "")
        bar = self._bar(1.0) if stage.state is StageState.COMPLETED else ""
        amount = stage_amount(stage) if stage.state is not StageState.WAITING else ""
        took = duration_text(elapsed_s(stage, self.now)) if stage.started else ""
        rows.add_row(Text(sign, style=style), title, bar, Text(amount), took)

    def _bar(self, share: float | None) -> RenderableType:
        """Draw a share 0 to 1, or a moving light when it is unknown; a narrow terminal does without."""
        width = min(_WIDEST_BAR, self.width - _OTHER_COLUMNS)
        if width < _NARROWEST_BAR:
            return ""
        return ProgressBar(total=1.0, completed=share or 0.0, width=width, pulse=share is None)


def _headline(job: Job, trouble: str | None) -> Text:
    parts = (plain(job.name), "bold"), (f"  {plain(job.preset)}  {plain(job.id)}", "dim")
    line = Text.assemble(*parts, no_wrap=True, overflow="ellipsis")
    if trouble:
        line.append(f"  {plain(trouble)}", style="yellow")
    elif job.eta is not None and not job.state.is_over:
        line.append(f"  {remaining_text(job.eta.low_s, job.eta.high_s)}", style="dim")
    return line
