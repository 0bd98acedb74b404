"""Batches that other tools handed in, as jobs; and which of them somebody took as their own. The loop's thread."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Final

from tiepoint.agent.backends.metashape.facts import BatchFacts
from tiepoint.agent.backends.metashape.failures import failure_of
from tiepoint.agent.backends.metashape.follower import is_done
from tiepoint.agent.backends.metashape.plan import STAGES, stage_of
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState, Progress, Stage, StageState, TaskCounts

PREFIX: Final = "batch-"
_MOST_ADOPTED: Final = 1000
_GONE: Final = Failure("canceled", "Another tool removed it from Agisoft's queue.")


@dataclass(slots=True)
class ForeignJobs:
    """Keeps them as they were told last.

    Args:
        file: Remembers which are adopted.
        told: Called with every one that changed.
    """

    file: Path
    told: Callable[[Job], None] = lambda job: None
    _jobs: dict[str, Job] = field(default_factory=dict)
    _marks: dict[str, str] = field(default_factory=dict)
    _adopted: list[str] | None = None

    def all(self) -> tuple[Job, ...]:
        """Return them."""
        return tuple(self._jobs.values())

    def number_of(self, job: str) -> int | None:
        """Return the batch of a foreign job, None when it is none."""
        return int(job.removeprefix(PREFIX)) if job in self._jobs else None

    def update(self, batches: list[BatchFacts]) -> None:
        """Take in what other tools' batches are now."""
        found = {f"{PREFIX}{batch.id}": batch for batch in batches}
        for identifier, batch in found.items():
            mark = f"{batch.uuid or batch.path}#{batch.id}"
            self._marks[identifier] = mark
            self._put(_job(identifier, batch, self._jobs.get(identifier), is_adopted=mark in self._known()))
        for job in self.all():
            if job.id not in found and not job.state.is_over:
                self._put(replace(job, state=JobState.CANCELED, finished=datetime.now(UTC), error=_GONE))

    def adopt(self, job: str) -> Job:
        """Take one as ours and remember that."""
        taken = replace(self._jobs[job], is_adopted=True)
        adopted = self._known()
        if self._marks[job] not in adopted:
            adopted.append(self._marks[job])
            self.file.parent.mkdir(parents=True, exist_ok=True)
            part = self.file.with_suffix(".part")
            part.write_text(json.dumps(adopted[-_MOST_ADOPTED:]), encoding="utf-8")
            part.replace(self.file)
        self._put(taken)
        return taken

    def _put(self, job: Job) -> None:
        if self._jobs.get(job.id) != job:
            self._jobs[job.id] = job
            self.told(job)

    def _known(self) -> list[str]:
        if self._adopted is None:
            try:
                self._adopted = [str(mark) for mark in json.loads(self.file.read_text(encoding="utf-8"))]
            except (OSError, ValueError, TypeError):
                self._adopted = []
        return self._adopted


def _job(identifier: str, batch: BatchFacts, earlier: Job | None, *, is_adopted: bool) -> Job:
    path = PurePosixPath(batch.path.replace("\\", "/"))
    tasks = batch.tasks or ((batch.current,) if batch.current else ())
    stages = _stages(batch)
    done = sum(1.0 if is_done(task) else task.share or 0.0 for task in tasks)
    running = next((stage.name for stage in stages if stage.state is StageState.RUNNING), None)
    current = stage_of(batch.current.name) if batch.current else None
    state = _state(batch)
    return Job(
        id=JobId(identifier),
        name=path.stem or identifier,
        capture=str(path.parent),
        state=state,
        stage=running or current or (earlier.stage if earlier else None),
        stages=stages or (earlier.stages if earlier else ()),
        progress=Progress(100 if state is JobState.COMPLETED else int(100 * done / len(tasks)), 100, "percent")
        if tasks or state is JobState.COMPLETED
        else None,
        priority=max(-2, min(batch.priority, 2)),
        node_limit=batch.node_limit,
        submitted=earlier.submitted if earlier else batch.started or datetime.now(UTC),
        started=batch.started,
        finished=(batch.finished or datetime.now(UTC)) if state.is_over and not (earlier and earlier.finished)
        else earlier.finished if earlier and state.is_over else None,
        error=Failure.of(failure_of(batch.error, where=current or "")) if state is JobState.FAILED else None,
        foreign=True,
        is_adopted=is_adopted,
    )  # fmt: skip


def _state(batch: BatchFacts) -> JobState:
    if batch.state in ("failed", "error"):
        return JobState.FAILED
    if batch.state == "completed":
        return JobState.COMPLETED
    if batch.state == "aborted":
        return JobState.FAILED if batch.error and "aborted by user" not in batch.error.lower() else JobState.CANCELED
    if batch.is_paused:
        return JobState.PAUSED
    return JobState.RUNNING if batch.state == "inprogress" else JobState.QUEUED


def _stages(batch: BatchFacts) -> tuple[Stage, ...]:
    counts: dict[str, list[TaskCounts]] = {}
    for task in batch.tasks:
        counts.setdefault(stage_of(task.name), []).append(task.counts)
    return tuple(
        _stage(name, TaskCounts(
            sum(each.waiting for each in counts[name]), sum(each.running for each in counts[name]),
            sum(each.completed for each in counts[name]), sum(each.failed for each in counts[name]),
        ))
        for name in ("check", *STAGES) if name in counts
    )  # fmt: skip


def _stage(name: str, counts: TaskCounts) -> Stage:
    if counts.failed and not counts.running:
        state = StageState.FAILED
    elif counts.completed == counts.total:
        state = StageState.COMPLETED
    else:
        state = StageState.RUNNING if counts.running or counts.completed else StageState.WAITING
    return Stage(name, state, counts)
