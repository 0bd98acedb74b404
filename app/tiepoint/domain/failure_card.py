"""A failed job told for people: what happened, the proof, what to do, what was kept. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from tiepoint.domain.failure import Failure
from tiepoint.domain.failure_cause import cause_of
from tiepoint.domain.job import Job, JobState, Stage, StageState
from tiepoint.domain.plain_text import plain

_MOST_RAW_CHARACTERS: Final = 20_000
_MOST_GRAVE: Final = 40
_LEVELS: Final = {"error": 2, "critical": 2, "warning": 1}

_EXPLANATIONS: Final[Mapping[str, str]] = {
    "out-of-memory": "The stage needed more memory than the jobs on this computer may use together.",
    "no-space": "The job stopped by itself before the disk was full, so that nothing else on it suffers.",
    "worker-lost": "The process that did the work ended again and again, which is a mistake in a library or a sign "
    "of memory that is full or broken.",
    "input": "The job itself is fine; the photos do not give it what it needs.",
    "interrupted": "The agent, which runs the jobs, ended while the job ran: the computer was shut down, or it was "
    "stopped.",
    "setup": "Something the program needs on this computer is missing or cannot be started.",
    "engine": "The stage ran and could not do its work.",
    "licence": "The engine does no work without a valid licence; everything done so far is kept.",
    "missing-path": "Scheduler and nodes must see the same folder under the same path.",
    "silent-folder": "The job waits for its files; what was done is kept, and no line of the log is lost.",
    "no-tie-points": "The photos share too few details that can be found again from one to the next. It is no fault of "
    "the computers and will happen again with the same photos.",
    "host-key": "A machine shows another key than the one that was pinned: it was set up anew, or somebody stands "
    "between. Nothing was sent to it.",
}
_ELSEWHERE: Final[Mapping[str, str]] = {
    "out-of-memory": "The stage needed more memory than the node has. It is no fault of the photos and will happen "
    "again unless something changes.",
    "no-space": "The cluster’s storage is full; every job that writes there will stop.",
    "worker-lost": "The node’s process ended again and again: its machine was taken back, was restarted, or ran out of "
    "memory.",
    "interrupted": "The scheduler’s agent ended while the job ran: its machine was restarted or paused.",
    "setup": "Something the engine needs on that machine is missing or cannot be started.",
}
"""What differs on a cluster."""
_REMEDIES: Final[Mapping[str, str]] = {
    "out-of-memory": "Close other programs or choose a smaller preset, then try again.",
    "no-space": "Free some space and resume the job.",
    "worker-lost": "Try again; if it ends at the same place, report it with the log.",
    "input": "Look at the photos named in the log, exclude them or add others, and start a new job.",
    "interrupted": "Resume the job.",
    "setup": "Look at the checks of this computer.",
    "licence": "Renew the licence or give back one that is not used, then let the job go on.",
    "missing-path": "Look with Path Doctor where the file is not seen, then let the job go on.",
    "silent-folder": "Look at the storage that holds it; the job goes on by itself once it answers.",
    "no-tie-points": "Exclude photos that show nothing in common, or take more with at least 60 % overlap.",
    "host-key": "Compare both fingerprints with whoever set the machine up, then read the key again.",
}
_REMEDIES_ELSEWHERE: Final[Mapping[str, str]] = {
    "out-of-memory": "Use nodes with more memory or a smaller preset, then let the job go on.",
    "no-space": "Delete captures that are not needed there or enlarge the storage, then let the job go on.",
    "worker-lost": "Look at the node on the Nodes page, then let the job go on.",
    "setup": "Look at the node’s log on the Nodes page.",
}
_USUAL_REMEDY: Final = "Try again; if it fails at the same place, report it with the log."


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
    """A stage whose work is kept, with how many tasks of how many: `depth_maps`, 18 of 18."""

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
        when: When it ended; None when it waits to go on.
        ran_s: How long the stage ran before; None when unknown.
        explanation: What is behind the cause, one or two sentences; may be empty.
        remedy: What to do, one sentence; never empty.
        can_retry: Whether asking again without changing anything can help.
        kept: What is kept and will not be computed again.
        proof: The log line that shows it, as it was written; empty when the log has none.
        raw: The technical text behind it, several lines, control characters made harmless; may be empty.
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


def failure_card(job: Job, lines: Sequence[LoggedLine], *, is_here: bool = True) -> FailureCard | None:
    """Tell why a job failed or was interrupted, or what holds it up.

    Args:
        job: The job.
        lines: The end of its log, oldest first.
        is_here: Whether it runs on this computer; words for a cluster differ.

    Returns:
        The card; None when nothing went wrong with the job.
    """
    is_held = job.held is not None and not job.state.is_over
    if not is_held and (
        job.state not in (JobState.FAILED, JobState.PAUSED) or (job.state is JobState.PAUSED and job.error is None)
    ):
        return None
    failure = job.held if is_held and job.held else job.error
    failure = failure or Failure("failed", "The job failed without saying why.", retryable=True)
    lines = () if is_held else lines
    stage = _stage(job)
    proof = _proof(failure, stage, lines)
    kind, title = cause_of(failure, (proof, *_grave(lines)), stage.name if stage else job.stage)
    return FailureCard(
        kind=kind,
        title=plain(title),
        stage=stage.name if stage else job.stage,
        when=job.finished or (stage.finished if stage else None),
        ran_s=_ran_s(stage),
        explanation=_said(kind, _EXPLANATIONS, {} if is_here else _ELSEWHERE),
        remedy=_remedy(failure, kind, is_here=is_here),
        can_retry=failure.retryable,
        kept=tuple(_kept(each) for each in job.stages if each.tasks.completed > 0),
        proof=proof,
        raw=_raw(failure),
    )


def _said(kind: str, usual: Mapping[str, str], elsewhere: Mapping[str, str]) -> str:
    return elsewhere.get(kind) or usual.get(kind, "")


def _remedy(failure: Failure, kind: str, *, is_here: bool) -> str:
    """Prefer what the failure itself says, unless the log knows the cause better."""
    own = plain(failure.remedy)
    if own and kind == failure.kind:
        return own
    return _said(kind, _REMEDIES, {} if is_here else _REMEDIES_ELSEWHERE) or own or _USUAL_REMEDY


def _grave(lines: Sequence[LoggedLine]) -> list[str]:
    """Return the warnings and errors near the end, the last one first."""
    return [line.text for line in reversed(lines) if _LEVELS.get(line.level, 0) > 0][:_MOST_GRAVE]


def _stage(job: Job) -> Stage | None:
    """Return the stage that failed, else the one the job was in."""
    failed = [stage for stage in job.stages if stage.state is StageState.FAILED]
    return next(iter(failed), None) or next((stage for stage in job.stages if stage.name == job.stage), None)


def _ran_s(stage: Stage | None) -> float | None:
    if stage is None or stage.started is None or stage.finished is None:
        return None
    return max(0.0, (stage.finished - stage.started).total_seconds())


def _kept(stage: Stage) -> KeptStage:
    return KeptStage(stage.name, stage.tasks.completed, stage.tasks.total)


def _proof(failure: Failure, stage: Stage | None, lines: Sequence[LoggedLine]) -> str:
    """Choose the line nearest to the cause: the gravest one of the stage, the last of them; never our own summary."""
    told = [line for line in lines if _LEVELS.get(line.level, 0) > 0 and failure.summary not in line.text]
    of_stage = [line for line in told if stage is not None and line.source.partition("/")[0] == stage.name]
    if of_stage or told:
        gravest = max(enumerate(of_stage or told), key=lambda each: (_LEVELS[each[1].level], each[0]))[1]
        return plain(f"{gravest.source}: {gravest.text}" if gravest.source else gravest.text)
    return plain(failure.detail.strip().splitlines()[-1]) if failure.detail.strip() else ""


def _raw(failure: Failure) -> str:
    return "\n".join(plain(line) for line in failure.detail[-_MOST_RAW_CHARACTERS:].splitlines())
