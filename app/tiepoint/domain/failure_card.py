"""A failed job told for people: what happened, the proof, what to do, what was kept. Pure; any thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tiepoint.domain.job import Job


class LoggedLine(Protocol):
    """A line of a log, as `protocol.events.LogLine` is one."""

    @property
    def time(self) -> datetime:
        """When it was written."""

    @property
    def text(self) -> str:
        """What it says."""

    @property
    def level(self) -> str:
        """How grave it is: `info`, `warning`, `error`."""

    @property
    def source(self) -> str:
        """Which part of the program wrote it."""


@dataclass(frozen=True, slots=True)
class KeptStage:
    """A stage whose work is kept, with how many tasks of how many: `Depth maps`, 18 of 18."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class FailureCard:
    """Everything a card about a failed or interrupted job shows; all of it plain text.

    Args:
        kind: Family of the cause (`TiepointError.kind`): `out-of-memory`, `no-space`, `input`, `engine`, ...
        title: The cause in one sentence.
        stage: Stage in which it happened; None when before the first.
        when: When it ended.
        ran_s: How long the stage ran before; None when unknown.
        explanation: What is behind the cause, one or two sentences; may be empty.
        remedy: What to do, one sentence; never empty.
        can_retry: Whether asking again without changing anything can help.
        kept: What is kept and will not be computed again.
        proof: The log line that shows it, as it was written; empty when the log has none.
        raw: The technical text behind it, control characters made harmless; may be long.
    """

    kind: str
    title: str
    stage: str | None
    when: datetime | None
    ran_s: float | None
    explanation: str
    remedy: str
    can_retry: bool
    kept: tuple[KeptStage, ...]
    proof: str
    raw: str


def failure_card(job: Job, lines: Sequence[LoggedLine]) -> FailureCard | None:
    """Tell why a job failed or was interrupted.

    Args:
        job: The job.
        lines: The end of its log, oldest first.

    Returns:
        The card; None when nothing went wrong with the job.
    """
    raise NotImplementedError
