"""Agisoft's own queue: our batches, held and ordered, and those of other tools. The loop's thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tiepoint.agent.backend import RunListener, RunOrder
from tiepoint.agent.backends.metashape.batch_run import DEAD, BatchRun, job_named
from tiepoint.agent.backends.metashape.facts import BatchFacts
from tiepoint.agent.backends.metashape.foreign import PREFIX, ForeignJobs
from tiepoint.agent.backends.metashape.program import NotThisVersion
from tiepoint.agent.backends.metashape.server import AgisoftServer
from tiepoint.agent.refusal import not_capable, unknown_job
from tiepoint.domain.job import Job

_MOST_FOREIGN: Final = 20


class BatchQueue:
    """Implements `agent.backend.OwnQueue`.

    Args:
        server: Agisoft's.
        adopted: File that remembers which foreign jobs are adopted.
    """

    def __init__(self, server: AgisoftServer, adopted: Path) -> None:
        self._server = server
        self._foreign = ForeignJobs(adopted)
        self._runs: dict[str, BatchRun] = {}
        # Jobs to be let go on when they run next; jobs that rest, with their batches; and those another tool woke.
        self._released: set[str] = set()
        self._resting: dict[str, int] = {}
        self._touched: set[str] = set()
        self._woken: Callable[[str], None] = lambda job: None
        self._is_ours: Callable[[str], bool] = lambda job: True

    async def run(self, order: RunOrder, listener: RunListener) -> None:
        """Run a job to its end.

        Raises:
            TiepointError: Why it failed.
        """
        job = order.job
        self._resting.pop(job, None)
        run = BatchRun(order, listener, self._server, is_released=job in self._released, is_woken=job in self._touched)
        self._released.discard(job)
        self._touched.discard(job)
        self._runs[job] = run
        try:
            await run.run()
        finally:
            self._runs.pop(job, None)

    async def pause(self, job: str) -> None:
        """Let a job rest."""
        batch = await self._batch_of(job)
        run = self._runs.get(job)
        if run is not None and run.follower is not None:
            run.follower.expects_rest = True
        if batch:
            await self._steer("pause", batch)
            if self._foreign.number_of(job) is None:
                self._resting[job] = batch

    async def resume(self, job: str) -> None:
        """Let a job go on; one that is not followed now is let go on when it is."""
        self._resting.pop(job, None)
        batch = self._foreign.number_of(job) or (self._runs[job].note.batch if job in self._runs else 0)
        if batch:
            await self._steer("resume", batch)
        else:
            self._released.add(job)

    async def abort(self, job: str) -> None:
        """Stop a job for good."""
        self._resting.pop(job, None)
        batch = await self._batch_of(job)
        if batch:
            await self._steer("abort", batch)
        if job in self._runs:
            await self._runs[job].spend()

    async def set_priority(self, job: str, priority: int) -> None:
        """Let it run before or after others."""
        batch = await self._batch_of(job)
        if job in self._runs:
            self._runs[job].note.priority = priority
        if batch:
            await self._steer("priority", batch, value=priority)

    async def set_node_limit(self, job: str, nodes: int) -> None:
        """Let it use at most so many nodes."""
        if self._server.batch_calls is not None and "limit" not in self._server.batch_calls:
            raise not_capable("limit a job's nodes")
        batch = await self._batch_of(job)
        if batch:
            await self._steer("limit", batch, value=nodes)

    def foreign(self) -> tuple[Job, ...]:
        """Jobs that other tools submitted."""
        return self._foreign.all()

    def watch_foreign(self, told: Callable[[Job], None], is_ours: Callable[[str], bool]) -> None:
        """Tell about every such job that changes from now on."""
        self._foreign.told = told
        self._is_ours = is_ours

    def watch_woken(self, told: Callable[[str], None]) -> None:
        """Tell when one of our paused jobs goes on, or ends, because another tool said so."""
        self._woken = told

    async def adopt(self, job: str) -> Job:
        """Take one as ours from now on."""
        if self._foreign.number_of(job) is None:
            raise unknown_job(job)
        return self._foreign.adopt(job)

    def followed(self) -> list[int]:
        """Return the batches of which everything is asked."""
        ours = [run.note.batch for run in self._runs.values() if run.note.batch]
        theirs = [
            batch.id
            for batch in self._server.batches.values()
            if batch.state not in ("completed", *DEAD) and not self._belongs_to_us(batch)
        ]
        return [*ours, *theirs[:_MOST_FOREIGN]]

    def update(self) -> None:
        """Take in what the server says now."""
        batches = self._server.batches
        self._foreign.update([batch for batch in batches.values() if not self._belongs_to_us(batch)])
        for job, number in tuple(self._resting.items()):
            batch = batches.get(number)
            if batch is None or not batch.is_paused or batch.state in DEAD:
                del self._resting[job]
                self._touched.add(job)
                self._woken(job)

    def worker_lost(self, batch: int, host: str) -> None:
        """A worker has gone that worked on a batch."""
        for run in self._runs.values():
            if run.note.batch == batch:
                run.task_came_back(host)

    def job_of(self, number: int) -> str | None:
        """Return the job of a batch; None = there is no such batch."""
        batch = self._server.batches.get(number)
        if batch is None:
            return None
        return job_named(batch) if self._belongs_to_us(batch) else f"{PREFIX}{number}"

    def _belongs_to_us(self, batch: BatchFacts) -> bool:
        job = job_named(batch)
        return bool(job) and self._is_ours(job)

    async def _batch_of(self, job: str) -> int:
        """Return the number of a job's batch, 0 when it has none; waits for one that is being made."""
        foreign = self._foreign.number_of(job)
        if foreign is not None:
            return foreign
        if job in self._runs:
            return await self._runs[job].submitted()
        found = [batch for batch in self._server.batches.values() if job_named(batch) == job]
        return max((batch.id for batch in found if batch.state not in ("completed", *DEAD)), default=0)

    async def _steer(self, what: str, batch: int, **value: Any) -> None:
        try:
            await self._server.steer_batch(what, batch, **value)
        except NotThisVersion as error:
            raise not_capable(f"change the {what} of jobs") from error
