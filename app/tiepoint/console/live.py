"""Output for people at a terminal: one row per stage with a bar, drawn over itself while the job runs.

Must not interpret markup: names are shown as they are. Drawing happens on rich's own thread from the last snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from tiepoint.console.outlet import stdout_line
from tiepoint.console.stages import PHASE_TITLES, amount_text, elapsed_s, stage_amount, stage_share
from tiepoint.console.text import duration_text, plain
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job, Stage, StageState
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.stages import stage_title
from tiepoint.services.reconstruction import RunSnapshot

_REFRESHES_PER_S = 5
_BAR_WIDTH = 28
_STOPPED = ("■", "yellow")
_MARKS = {
    StageState.WAITING: ("·", "dim"),
    StageState.COMPLETED: ("✓", "green"),
    StageState.FAILED: ("✗", "red"),
    StageState.SKIPPED: ("–", "dim"),
}


class LiveOutlet:
    """Implements `Outlet`.

    Args:
        now: The clock, aware.
        console: Terminal to draw on.
        answer: Takes the result.
    """

    def __init__(
        self, now: Callable[[], datetime], console: Console, answer: Callable[[str], None] = stdout_line
    ) -> None:
        self._now = now
        self._console = console
        self._answer = answer
        self._snapshot = RunSnapshot()
        self._simple: OperationProgress | None = None
        self._spinner = Spinner("dots", style="cyan")
        self._live: Live | None = None

    def progress(self, snapshot: RunSnapshot) -> None:
        """Draw the run from now on."""
        self._snapshot = snapshot
        self._begin()

    def advance(self, what: str, done: int, total: int | None, unit: str) -> None:
        """Draw one bar from now on."""
        self._simple = OperationProgress(what, done, total, unit)
        self._begin()

    def warning(self, warning: Failure, **facts: Any) -> None:
        """Print a warning above the bars."""
        self._say("Warning: ", "yellow", warning)

    def error(self, failure: Failure) -> None:
        """Print the error below the bars, which stay as they were."""
        self.close()
        self._say("Error: " if failure.kind != "canceled" else "", "bold red", failure)

    def result(self, facts: Mapping[str, Any], text: str) -> None:
        """Print the answer."""
        self.close()
        if text:
            self._answer(text)

    def close(self) -> None:
        """Stop drawing and leave the last picture standing."""
        live, self._live = self._live, None
        if live is not None:
            live.stop()

    def _begin(self) -> None:
        if self._live is None:
            self._live = Live(
                get_renderable=self._drawn,
                console=self._console,
                refresh_per_second=_REFRESHES_PER_S,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()

    def _say(self, title: str, style: str, failure: Failure) -> None:
        line = Text.assemble((title, style), plain(failure.summary))
        if failure.remedy:
            line.append(f" {plain(failure.remedy)}", style="dim")
        self._console.print(line)

    def _drawn(self) -> RenderableType:
        return drawn_run(self._snapshot, self._simple, self._now(), self._spinner)


def drawn_run(
    snapshot: RunSnapshot, simple: OperationProgress | None, now: datetime, spinner: RenderableType
) -> RenderableType:
    """Draw a run as a table: what prepares it, then its stages.

    Args:
        snapshot: The run.
        simple: A single bar instead; None = none.
        now: The time, for what is running.
        spinner: Mark of whatever is running.
    """
    rows = Table.grid(padding=(0, 1))
    for _ in range(3):
        rows.add_column(no_wrap=True)
    rows.add_column(no_wrap=True, overflow="ellipsis")
    rows.add_column(justify="right", no_wrap=True)
    for preparing in (simple, snapshot.preparing):
        if preparing is not None and preparing.phase:
            _add_preparing(rows, preparing, spinner)
    if snapshot.job is None:
        return rows
    for stage in snapshot.job.stages:
        _add_stage(rows, stage, now, spinner, is_running=not snapshot.job.state.is_over)
    return Group(_headline(snapshot.job, snapshot.trouble), rows)


def _headline(job: Job, trouble: str | None) -> Text:
    parts = (plain(job.name), "bold"), (f"  {job.preset}  {job.id}", "dim")
    line = Text.assemble(*parts, no_wrap=True, overflow="ellipsis")
    if trouble:
        line.append(f"  {plain(trouble)}", style="yellow")
    elif job.eta is not None and not job.state.is_over:
        line.append(f"  {_eta(job.eta.low_s, job.eta.high_s)}", style="dim")
    return line


def _eta(low_s: float, high_s: float) -> str:
    low, high = duration_text(max(10.0, low_s)), duration_text(max(10.0, high_s))
    return f"about {high} left" if low == high else f"{low} to {high} left"


def _add_preparing(rows: Table, progress: OperationProgress, spinner: RenderableType) -> None:
    title = PHASE_TITLES.get(progress.phase, progress.phase)
    bar = ProgressBar(total=progress.total or None, completed=progress.done, width=_BAR_WIDTH, pulse=not progress.total)
    rows.add_row(spinner, title, bar, amount_text(progress.done, progress.total, progress.unit), "")


def _add_stage(rows: Table, stage: Stage, now: datetime, spinner: RenderableType, *, is_running: bool) -> None:
    took = duration_text(elapsed_s(stage, now)) if stage.started else ""
    if stage.state is StageState.RUNNING and is_running:
        share = stage_share(stage)
        bar = ProgressBar(total=1.0, completed=share or 0.0, width=_BAR_WIDTH, pulse=share is None)
        rows.add_row(spinner, stage_title(stage.name), bar, stage_amount(stage), Text(took, style="cyan"))
        return
    is_stopped = stage.started is not None and stage.finished is None
    sign, style = _STOPPED if is_stopped else _MARKS.get(stage.state, _STOPPED)
    title = Text(stage_title(stage.name), style="dim" if style == "dim" else "")
    whole = ProgressBar(total=1.0, completed=1.0, width=_BAR_WIDTH)
    amount = stage_amount(stage) if stage.state is not StageState.WAITING else ""
    rows.add_row(Text(sign, style=style), title, whole if stage.state is StageState.COMPLETED else "", amount, took)
