"""Turns what is known of a job's batch into what its listener hears, and its end into a result. The loop's thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tiepoint.agent.backend import RunListener
from tiepoint.agent.backends.metashape.facts import BatchFacts, TaskFacts
from tiepoint.agent.backends.metashape.failures import failure_of
from tiepoint.agent.backends.metashape.plan import TaskSpec
from tiepoint.domain.errors import Canceled, TiepointError
from tiepoint.domain.job import TaskCounts


@dataclass(slots=True)
class StageFacts:
    """What is known of a stage: its tasks here, and how many were done by earlier batches."""

    name: str
    tasks: list[TaskFacts] = field(default_factory=list)
    done_before: int = 0

    @property
    def counts(self) -> TaskCounts:
        """All tasks' work items together."""
        counts = [task.counts for task in self.tasks]
        return TaskCounts(
            sum(each.waiting for each in counts),
            sum(each.running for each in counts),
            sum(each.completed for each in counts) + self.done_before,
            sum(each.failed for each in counts),
        )

    @property
    def share(self) -> float | None:
        """How far all of it is; None = unknown."""
        shares = [task.share for task in self.tasks]
        known = [share for share in shares if share is not None]
        if len(known) < len(shares):
            return None
        return (sum(known) + self.done_before) / max(len(shares) + self.done_before, 1)

    @property
    def is_done(self) -> bool:
        """Whether all of it is."""
        return all(is_done(task) for task in self.tasks)

    @property
    def has_begun(self) -> bool:
        """Whether any of it has."""
        counts = self.counts
        return bool(counts.running or counts.completed or counts.failed or (self.share or 0) > 0)


def is_done(task: TaskFacts) -> bool:
    """Return whether a task is complete."""
    return task.state == "completed" or (task.counts.completed > 0 and task.counts.completed == task.counts.total)


class BatchFollower:
    """Follows one batch of a job.

    Args:
        specs: All tasks of the job.
        in_batch: Indices of those in this batch, in order.
        done: Indices of those done before.
        listener: Who is told.
        host_of: Name of the host of a worker's number; empty = unknown.
    """

    def __init__(
        self,
        specs: Sequence[TaskSpec],
        in_batch: Sequence[int],
        done: Sequence[int],
        listener: RunListener,
        host_of: Callable[[int], str],
    ) -> None:
        self._specs = specs
        self._in_batch = list(in_batch)
        self._before = set(done) - set(in_batch)
        self._listener = listener
        self._host_of = host_of
        self._begun: set[str] = set()
        self._finished: set[str] = set()
        self._told: dict[str, tuple[TaskCounts, float | None]] = {}
        self._said: dict[int, int] = {}
        self._error_time = 0.0
        self._is_resting = False
        self.expects_rest = False
        self._is_first = True

    def update(self, batch: BatchFacts) -> tuple[int, ...]:
        """Take in what the batch is now.

        Returns:
            Indices of its tasks that are done.

        Raises:
            TiepointError: It has failed or was aborted.
        """
        done = tuple(index for index, task in zip(self._in_batch, batch.tasks, strict=False) if is_done(task))
        for stage in self._stages(batch):
            self._tell(stage)
        self._tell_log(batch)
        has_error = self._tell_error(batch)
        failure = self._failure(batch)
        if failure is not None:
            self._begin(self._failed_task(batch)[0])
            raise failure
        if has_error:
            self.task_came_back(batch)
        if batch.is_paused != self._is_resting and not self.is_complete(batch) and not self.expects_rest:
            self._is_resting = batch.is_paused
            self._listener.rested(is_resting=batch.is_paused)
        self._is_first = False
        return done

    def task_came_back(self, batch: BatchFacts, host: str = "") -> None:
        """A task failed or its node (`host`) has gone, and it is tried again."""
        stage, task = self._failed_task(batch)
        if stage in self._begun:
            self._listener.task_returned(stage, task)
        if host:
            self._listener.logged("warning", stage, f"{host} has gone in {task}; the task is tried again")

    def is_complete(self, batch: BatchFacts) -> bool:
        """Return whether all of it is done."""
        return batch.state == "completed" or (bool(batch.tasks) and all(is_done(task) for task in batch.tasks))

    def _begin(self, stage: str) -> None:
        """Tell of a stage that began and failed between two looks."""
        if stage and stage not in self._begun:
            self._begun.add(stage)
            self._listener.stage_started(stage, (), ())

    def _stages(self, batch: BatchFacts) -> list[StageFacts]:
        stages: dict[str, StageFacts] = {}
        for spec in self._specs:
            stage = stages.setdefault(spec.stage, StageFacts(spec.stage))
            if spec.index in self._before:
                stage.done_before += 1
        for index, task in zip(self._in_batch, batch.tasks, strict=False):
            stages[self._specs[index].stage].tasks.append(task)
        return list(stages.values())

    def _tell(self, stage: StageFacts) -> None:
        if stage.name in self._finished or not (stage.has_begun or stage.done_before):
            return
        if stage.name not in self._begun:
            self._begun.add(stage.name)
            # What ran while nobody looked must not be remembered as this job's time.
            self._listener.stage_started(stage.name, (), ("before",) if self._is_first and stage.has_begun else ())
        told = (stage.counts, stage.share)
        if self._told.get(stage.name) != told:
            self._told[stage.name] = told
            self._listener.stage_counted(stage.name, *told)
        if stage.is_done:
            self._finished.add(stage.name)
            seconds = sum(task.spent_s for task in stage.tasks)
            self._listener.stage_finished(stage.name, seconds=seconds, cpu_seconds=seconds)

    def _tell_log(self, batch: BatchFacts) -> None:
        for index, task in zip(self._in_batch, batch.tasks, strict=False):
            fresh = task.log[self._said.get(index, 0) :]
            self._said[index] = len(task.log)
            for line in fresh.splitlines():
                if line.strip():
                    level = "error" if line.lower().startswith("error") else "info"
                    self._listener.logged(level, f"{self._specs[index].stage}/{task.name}", line)

    def _tell_error(self, batch: BatchFacts) -> bool:
        if not batch.error or batch.error_time == self._error_time:
            return False
        self._error_time = batch.error_time
        stage, task = self._failed_task(batch)
        host = self._host_of(batch.error_worker)
        self._listener.logged("error", stage, f"{task} on {host or 'a node'}: {batch.error}")
        return True

    def _failure(self, batch: BatchFacts) -> TiepointError | None:
        current = next((task for task in batch.tasks if not is_done(task)), None)
        if current is None:
            return None
        text = batch.error or _last_error(current.log)
        has_stopped = current.counts.failed > 0 and current.counts.running == 0
        has_failed = batch.state in ("failed", "error") or (bool(text) and has_stopped)
        is_by_hand = "aborted by user" in text.lower()
        if (has_failed or (batch.state == "aborted" and text)) and not is_by_hand:
            where = self._failed_task(batch)[1]
            return failure_of(text, where=where, node=self._host_of(batch.error_worker))
        if batch.state == "aborted":
            return Canceled("The job was aborted in Agisoft's queue by another tool.", remedy="Start it again.")
        return None

    def _failed_task(self, batch: BatchFacts) -> tuple[str, str]:
        for index, task in zip(self._in_batch, batch.tasks, strict=False):
            if not is_done(task):
                return self._specs[index].stage, task.name
        return "", ""


def _last_error(log: str) -> str:
    errors = [line for line in log.splitlines() if line.lower().startswith("error")]
    return errors[-1].partition(":")[2].strip() if errors else ""
