"""Output for people without a terminal (a pipe, a log file): one plain line per thing that happened.

Must not use colours or move a cursor. On the loop's thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from tiepoint.console.cluster_words import line_text
from tiepoint.console.outlet import stderr_line, stdout_line
from tiepoint.console.sentences import with_remedy
from tiepoint.console.site_news import SiteNews
from tiepoint.console.stages import PHASE_TITLES, elapsed_s, stage_amount
from tiepoint.console.text import duration_text, plain
from tiepoint.console.transfer_words import bytes_text, doing_text, files_text, pace_text
from tiepoint.domain.cluster_operation import ClusterOperation, LineState
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Stage, StageState
from tiepoint.domain.stages import stage_title
from tiepoint.domain.transfer import Transfer, TransferState
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.reconstruction import RunSnapshot

_PAUSE_S = 15.0
_FIRST_OF_A_ROUND, _LAST_OF_A_ROUND = "features", "alignment"
"""These stages and those between them run again when photos stayed out."""


class PlainOutlet:
    """Implements `Outlet`.

    Args:
        now: The clock, aware.
        clock: Seconds, rising; a long stage tells how far it is every fifteen.
        tell: Takes a line about the way there.
        answer: Takes the result.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
        tell: Callable[[str], None] = stderr_line,
        answer: Callable[[str], None] = stdout_line,
    ) -> None:
        self._now = now
        self._clock = clock
        self._tell = tell
        self._answer = answer
        self._states: dict[str, StageState] = {}
        self._told_at: dict[str, float] = {}
        self._phase = ""
        self._news = SiteNews()
        self._job = ""
        self._trouble: str | None = None
        self._held: Failure | None = None
        self._transfer_state: TransferState | None = None
        self._resources: dict[str, tuple[LineState, str]] = {}

    def progress(self, snapshot: RunSnapshot) -> None:
        """Tell what began, what ended, and now and then how far it is."""
        if snapshot.preparing is not None and snapshot.preparing.phase not in ("", self._phase):
            self._phase = snapshot.preparing.phase
            self._tell(f"{PHASE_TITLES.get(self._phase) or plain(self._phase)} ...")
        if snapshot.job is not None and snapshot.job.id != self._job:
            self._job = snapshot.job.id
            self._tell(f"Job {plain(self._job)}: {plain(snapshot.job.name)}")
        if snapshot.trouble != self._trouble:
            self._trouble = snapshot.trouble
            self._tell(plain(snapshot.trouble) if snapshot.trouble else "Connected again.")
        held = snapshot.job.held if snapshot.job else None
        if held != self._held:
            self._held = held
            self._tell(with_remedy(held) if held else "The job goes on.")
        for stage in snapshot.job.stages if snapshot.job else ():
            self._stage(stage)

    def advance(self, what: str, done: int, total: int | None, unit: str) -> None:
        """Tell nothing: what is simple is short."""

    def transfer(self, transfer: Transfer) -> None:
        """Tell each new state, and now and then how far it is."""
        now, state = self._clock(), transfer.state
        if state is not self._transfer_state:
            self._transfer_state, self._told_at[transfer.id] = state, now
            self._tell(f"{doing_text(transfer)}: {plain(transfer.name)}")
        elif now - self._told_at[transfer.id] >= _PAUSE_S and not state.is_over:
            self._told_at[transfer.id] = now
            told = (bytes_text(transfer), files_text(transfer), pace_text(transfer))
            self._tell(f"{doing_text(transfer)}: {', '.join(part for part in told if part)}")

    def cluster(self, operation: ClusterOperation) -> None:
        """Tell each resource whose state or note has changed."""
        for line in operation.lines:
            said = (line.state, line.note)
            if line.state is not LineState.WAITING and self._resources.get(line.id) != said:
                self._resources[line.id] = said
                self._tell(line_text(line))

    def site(self, name: str, snapshot: MonitorSnapshot) -> None:
        """Tell what is new of the link, of jobs and their stages, and of nodes."""
        for line in self._news.lines(name, snapshot, self._now()):
            self._tell(line)

    def notice(self, kind: str, facts: Mapping[str, Any], text: str) -> None:
        """Tell it."""
        self._tell(text)

    def warning(self, warning: Failure, **facts: Any) -> None:
        """Tell a warning."""
        self._tell(f"Warning: {with_remedy(warning, facts.get('photos', ()))}")

    def error(self, failure: Failure) -> None:
        """Tell the error."""
        title = "Error: " if failure.kind != "canceled" else ""
        self._tell(title + with_remedy(failure))

    def result(self, facts: Mapping[str, Any], text: str) -> None:
        """Print the answer."""
        if text:
            self._answer(text)

    def close(self) -> None:
        """Do nothing: there is nothing to tidy."""

    def _stage(self, stage: Stage) -> None:
        now, before = self._clock(), self._states.get(stage.name)
        if stage.state is StageState.WAITING:
            return
        title, amount = stage_title(stage.name), stage_amount(stage)
        if before is not stage.state:
            self._states[stage.name], self._told_at[stage.name] = stage.state, now
            if before is StageState.COMPLETED and stage.name == _FIRST_OF_A_ROUND and _LAST_OF_A_ROUND in self._states:
                self._tell("Some photos stay out: trying again with stronger settings.")
            if stage.state is not StageState.RUNNING:
                took = duration_text(elapsed_s(stage, self._now())) if stage.finished else ""
                told = ", ".join(part for part in (amount, took) if part)
                self._tell(f"{title}: {stage.state.value}" + (f" ({told})" if told else ""))
        elif stage.state is StageState.RUNNING and now - self._told_at[stage.name] >= _PAUSE_S:
            self._told_at[stage.name] = now
            self._tell(f"{title}: {amount or 'running'}")
