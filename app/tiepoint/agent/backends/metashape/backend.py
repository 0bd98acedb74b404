"""Agisoft's network processing as the agent sees it. The loop's thread.

Each job is a project in its folder and a batch at Agisoft's server, which queues, holds and orders batches itself. The
server's word is the truth: what other tools do to our batches is followed, and theirs are shown as foreign jobs.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tiepoint.agent.backend import NodeReach, NodeSteering, OwnQueue, Recorder, RunListener, RunOrder
from tiepoint.agent.backends.metashape.facts import BatchFacts
from tiepoint.agent.backends.metashape.failures import failure_of
from tiepoint.agent.backends.metashape.follower import BatchFollower
from tiepoint.agent.backends.metashape.foreign import ForeignJobs
from tiepoint.agent.backends.metashape.nodes import Nodes, node_name, suiting
from tiepoint.agent.backends.metashape.note import BatchNote
from tiepoint.agent.backends.metashape.plan import GEOREFERENCED_STAGES, STAGES, TaskSpec, tasks_of
from tiepoint.agent.backends.metashape.program import AgisoftProgram, NotThisVersion, Said
from tiepoint.agent.backends.metashape.results import CapturePhotos, photos_of, require_model, write_results
from tiepoint.agent.backends.metashape.server import AgisoftServer
from tiepoint.agent.backends.metashape.steering import WorkerReach, WorkerSteering, log_file
from tiepoint.agent.config import AgentConfig
from tiepoint.agent.refusal import not_capable, unknown_job
from tiepoint.domain.errors import OperationFailed, TiepointError, UsageError
from tiepoint.domain.job import Job
from tiepoint.domain.node import Node
from tiepoint.engine.job_folder import JobFolder
from tiepoint.protocol.hello import Capability, EngineVersion
from tiepoint.protocol.methods import RecordResult, SubmitParams
from tiepoint.runtime import folders

_START_PATIENCE_S: Final = 10.0
_SUBMIT_S: Final = 3600.0  # thousands of photos are read one after the other
_MOST_FOREIGN: Final = 20
_DEAD: Final = ("aborted", "failed", "error")
_OURS: Final = re.compile(r"jobs/([^/]+)/project/[^/]+\.psx$")


@dataclass(slots=True)
class _Run:
    """A job that is followed."""

    root: Path
    note: BatchNote
    listener: RunListener
    submitting: asyncio.Task[None] | None = None
    reason: str = ""
    is_silent: bool = False
    missed: int = 0
    # Another tool did something to it while it rested: that is told, not undone.
    is_woken: bool = False
    follower: BatchFollower | None = None
    specs: list[TaskSpec] = field(default_factory=list)


class MetashapeBackend:
    """See `agent.backend.Backend`.

    Args:
        config: The agent's settings.
    """

    stages = STAGES

    def __init__(self, config: AgentConfig) -> None:
        self._config = config.metashape
        self._server = AgisoftServer(config.metashape, self._looked)
        self._server.followed = self._followed
        self._nodes = Nodes(self._job_of, lost=self._lost_worker)
        self._foreign = ForeignJobs(folders.data_folder() / "metashape-adopted.json")
        self._runs: dict[str, _Run] = {}
        self._released: set[str] = set()
        self._resting: dict[str, int] = {}
        self._is_told: set[str] = set()
        self._woken: Callable[[str], None] = lambda job: None
        self._is_ours: Callable[[str], bool] = lambda job: True
        self._steering = WorkerSteering(self._server, self._nodes)
        self._reach = WorkerReach(lambda: tuple(node.id for node in self._nodes.all()))

    @property
    def own_queue(self) -> OwnQueue | None:
        """Agisoft's server queues batches."""
        return self

    @property
    def steering(self) -> NodeSteering | None:
        """Its workers can be steered."""
        return self._steering

    @property
    def reach(self) -> NodeReach | None:
        """Their logs can be read, their paths not."""
        return self._reach

    @property
    def recorder(self) -> Recorder | None:
        """The child writes down what the server says."""
        return self

    @property
    def engine(self) -> EngineVersion:
        """PhotoScan or Metashape, and its version; of the server where that says it."""
        return EngineVersion(self._server.name, self._server.server_version or self._server.version)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What this version can do; all of it while nothing is known."""
        always = (
            Capability.PAUSE_JOB,
            Capability.RETRY_JOB,
            Capability.PRIORITY,
            Capability.PAUSE_NODE,
            Capability.QUIT_NODE,
            Capability.LOGS,
            Capability.NODE_LOGS,
            Capability.PATHS,
            Capability.TIMINGS,
            Capability.DELIVERY,
            Capability.ADOPT_JOB,
            Capability.RECORD,
        )
        batch, worker = self._server.batch_calls, self._server.worker_calls
        some = [Capability.NODE_LIMIT] if batch is None or "limit" in batch else []
        some += [Capability.NODE_CAPABILITY] if worker is None or "gpu_mask" in worker else []
        return tuple(each.value for each in (*always, *some))

    async def start(self) -> None:
        """See `agent.backend.Backend`."""
        await self._server.start(_START_PATIENCE_S)

    def prepare(self, request: SubmitParams, root: Path) -> None:
        """See `agent.backend.Backend`."""
        capture = Path(request.capture)
        if not capture.is_relative_to(self._config.root):
            raise UsageError(
                f"The capture lies outside {self._config.root}, which is all that Agisoft's workers see.",
                remedy="Put it below that folder.",
            )
        JobFolder.create(
            root,
            capture_folder=capture,
            name=request.name or capture.name,
            preset=request.preset,
            changes=request.parameters,
        )
        BatchNote(priority=request.priority).write(root)

    async def run(self, order: RunOrder, listener: RunListener) -> None:
        """See `agent.backend.Backend`."""
        job = await asyncio.to_thread(JobFolder.open, order.root)
        note = await asyncio.to_thread(BatchNote.read, order.root)
        photos = await asyncio.to_thread(photos_of, job.capture_folder)
        specs = tasks_of(job.parameters, job.preset, job.products, is_georeferenced=photos.is_georeferenced)
        if not photos.is_georeferenced:
            for stage in GEOREFERENCED_STAGES:
                listener.stage_skipped(stage)
        run = _Run(order.root, note, listener, specs=specs)
        self._runs[order.job] = run
        self._resting.pop(order.job, None)
        run.is_woken = order.job in self._is_told
        self._is_told.discard(order.job)
        try:
            # Cancelled half-way, a batch could be left that nobody knows: it is made to the end in any case.
            run.submitting = asyncio.create_task(self._submit(order, run, job, photos), name="submit batch")
            await asyncio.shield(run.submitting)
            await self._follow(order.job, run)
            await self._finish(run, job, photos)
        finally:
            self._runs.pop(order.job, None)

    def nodes(self) -> tuple[Node, ...]:
        """See `agent.backend.Backend`."""
        return self._nodes.all()

    def node_log(self, node: str) -> Path | None:
        """See `agent.backend.Backend`."""
        return log_file(node) if any(each.id == node for each in self._nodes.all()) else None

    def watch_nodes(self, told: Callable[[Node], None]) -> None:
        """See `agent.backend.Backend`."""
        self._nodes.told = told

    async def rest(self) -> None:
        """Nothing to give back: the child is small and keeps watch."""

    async def close(self) -> None:
        """See `agent.backend.Backend`."""
        await self._server.close()

    async def pause(self, job: str) -> None:
        """See `agent.backend.OwnQueue`."""
        batch = await self._batch_of(job)
        run = self._runs.get(job)
        if run is not None and run.follower is not None:
            run.follower.expects_rest = True
        if batch:
            await self._steer_batch("pause", batch)
            if self._foreign.number_of(job) is None:
                self._resting[job] = batch

    async def resume(self, job: str) -> None:
        """See `agent.backend.OwnQueue`; a job that is not followed yet is let go on when it is."""
        batch = self._foreign.number_of(job) or (self._runs[job].note.batch if job in self._runs else 0)
        self._resting.pop(job, None)
        if batch:
            await self._steer_batch("resume", batch)
        else:
            self._released.add(job)

    async def abort(self, job: str) -> None:
        """See `agent.backend.OwnQueue`."""
        self._resting.pop(job, None)
        batch = await self._batch_of(job)
        if batch:
            await self._steer_batch("abort", batch)
            await self._spend(job)

    async def set_priority(self, job: str, priority: int) -> None:
        """See `agent.backend.OwnQueue`."""
        batch = await self._batch_of(job)
        if job in self._runs:
            self._runs[job].note.priority = priority
        if batch:
            await self._steer_batch("priority", batch, value=priority)

    async def set_node_limit(self, job: str, nodes: int) -> None:
        """See `agent.backend.OwnQueue`."""
        if self._server.batch_calls is not None and "limit" not in self._server.batch_calls:
            raise not_capable("limit a job's nodes")
        batch = await self._batch_of(job)
        if batch:
            await self._steer_batch("limit", batch, value=nodes)

    def foreign(self) -> tuple[Job, ...]:
        """See `agent.backend.OwnQueue`."""
        return self._foreign.all()

    def watch_foreign(self, told: Callable[[Job], None], is_ours: Callable[[str], bool]) -> None:
        """See `agent.backend.OwnQueue`."""
        self._foreign.told = told
        self._is_ours = is_ours

    def watch_woken(self, told: Callable[[str], None]) -> None:
        """See `agent.backend.OwnQueue`."""
        self._woken = told

    async def adopt(self, job: str) -> Job:
        """See `agent.backend.OwnQueue`."""
        if self._foreign.number_of(job) is None:
            raise unknown_job(job)
        return self._foreign.adopt(job)

    async def record(self, *, on: bool) -> RecordResult:
        """See `agent.backend.Recorder`."""
        path = Path(self._server.record_path or folders.user_log_file(f"agisoft-{datetime.now(UTC):%Y%m%d-%H%M%S}"))
        if not self._server.record_path:
            path = path.with_suffix(".jsonl")
        await self._server.record(str(path) if on else "")
        size_bytes = path.stat().st_size if path.exists() else 0
        return RecordResult(str(path), on, size_bytes)

    async def _steer_batch(self, what: str, batch: int, **value: Any) -> None:
        try:
            await self._server.steer_batch(what, batch, **value)
        except NotThisVersion as error:
            raise not_capable(f"change the {what} of jobs") from error

    async def _batch_of(self, job: str) -> int:
        """Return the number of a job's batch, 0 when it has none; waits for one that is being made."""
        foreign = self._foreign.number_of(job)
        if foreign is not None:
            return foreign
        run = self._runs.get(job)
        if run is not None:
            if run.submitting is not None and not run.submitting.done():
                await asyncio.wait({run.submitting})
            return 0 if run.note.is_spent else run.note.batch
        found = [batch for batch in self._server.batches.values() if _job_named(batch) == job]
        live = [batch.id for batch in found if batch.state not in ("completed", *_DEAD)]
        return max(live, default=0)

    async def _spend(self, job: str) -> None:
        """Remember that a job's batch is of no more use."""
        run = self._runs.get(job)
        if run is not None:
            run.note.is_spent = True
            await asyncio.to_thread(run.note.write, run.root)

    async def _submit(self, order: RunOrder, run: _Run, job: JobFolder, photos: CapturePhotos) -> None:
        """Make sure that the job has a batch that is let go on."""
        note = run.note
        try:
            if not run.is_woken and not await self._has_batch(note, job):
                await self._hand_in(run, job, photos)
            if not note.is_released or order.job in self._released:
                await self._prefer(order, run)
                await self._steer_batch("resume", note.batch)
                self._released.discard(order.job)
                note.is_released = True
                await asyncio.to_thread(note.write, run.root)
        except Said as error:
            raise failure_of(str(error)) from error

    async def _has_batch(self, note: BatchNote, job: JobFolder) -> bool:
        if note.is_spent:
            return False
        if note.batch:
            known = self._batch(job.root, note)
            return self._server.problem is not None or (known is not None and known.state not in _DEAD)
        if not note.tasks:
            return False
        # A batch was about to be made when the agent ended.
        found = await self._server.ask("find", project=_project(job.root))
        note.batch = int(found or 0)
        return bool(note.batch)

    def _batch(self, root: Path, note: BatchNote) -> BatchFacts | None:
        """Return a job's batch; a server that was restarted gives numbers to others again."""
        batch = self._server.batches.get(note.batch)
        return batch if batch is not None and _job_named(batch) == root.name else None

    async def _hand_in(self, run: _Run, job: JobFolder, photos: CapturePhotos) -> None:
        note = run.note
        left = [spec for spec in run.specs if spec.index not in note.done]
        replaces, note.batch, note.is_spent, note.is_released = note.batch, 0, False, False
        note.tasks = [spec.index for spec in left]
        await asyncio.to_thread(note.write, run.root)
        run.listener.logged("info", "agent", f"handing in {len(left)} tasks over {len(photos.paths)} photos")
        params = {
            "project": _project(job.root),
            "photos": photos.paths,
            "tasks": [spec.plain() for spec in left],
            "replaces": replaces,
        }
        answer = await self._made("submit", params)
        note.batch = int(answer["batch"])
        note.tasks = [index for index in note.tasks if index not in answer["left_out"]]
        await asyncio.to_thread(note.write, run.root)

    async def _made(self, what: str, params: dict[str, Any]) -> Any:
        """Do something long in a program of its own, so that the other one goes on watching."""
        program = AgisoftProgram(self._config.program)
        try:
            await program.start()
            await program.ask("hello", **self._server.hello())
            return await program.ask(what, timeout_s=_SUBMIT_S, **params)
        finally:
            await program.close()

    async def _prefer(self, order: RunOrder, run: _Run) -> None:
        if run.note.priority:
            await self._steer_batch("priority", run.note.batch, value=run.note.priority)
        limit = order.node_limit()
        if limit and self._server.batch_calls is not None and "limit" not in self._server.batch_calls:
            run.listener.logged("warning", "agent", "this version of Agisoft's server cannot limit a job's nodes")
        elif limit:
            await self._steer_batch("limit", run.note.batch, value=limit)

    async def _follow(self, job: str, run: _Run) -> None:
        """Follow the batch to its end.

        Raises:
            TiepointError: It failed.
        """
        note = run.note
        follower = BatchFollower(run.specs, note.tasks, note.done, run.listener, self._host_of)
        run.follower = follower
        while True:
            await self._server.next_look()
            self._tell_silence(run)
            batch = self._batch(run.root, note)
            if self._server.problem is not None:
                continue
            if batch is None or not batch.tasks:
                self._miss(run, batch)
                continue
            run.missed = 0
            try:
                done = follower.update(batch)
            except TiepointError:
                note.is_spent = True
                await asyncio.to_thread(note.write, run.root)
                raise
            if set(done) - set(note.done):
                note.done = sorted({*note.done, *done})
                await asyncio.to_thread(note.write, run.root)
            if follower.is_complete(batch):
                run.listener.nodes_suited(None)
                return
            self._tell_suiting(run, batch)

    def _miss(self, run: _Run, batch: BatchFacts | None) -> None:
        """Count looks at which the batch was not there; one may come between two lists."""
        run.missed += batch is None
        if run.missed < 2:
            return
        run.note.is_spent = True
        run.note.batch = 0
        run.note.write(run.root)
        raise OperationFailed(
            "Agisoft's server does not know the job any more: it was restarted, or another tool removed it.",
            remedy="Try again: a new batch of what is left is handed in.",
            retryable=True,
        )

    def _tell_silence(self, run: _Run) -> None:
        problem = self._server.problem
        if (problem is not None) != run.is_silent:
            run.is_silent = problem is not None
            text = "Agisoft's server answers again" if problem is None else problem.summary
            run.listener.logged("warning" if problem else "info", "agent", text)

    def _tell_suiting(self, run: _Run, batch: BatchFacts) -> None:
        count, reason = suiting(batch, tuple(self._server.workers.values()), self._server.server_version)
        run.listener.nodes_suited(count)
        if reason != run.reason:
            run.reason = reason
            run.listener.logged("warning" if reason else "info", "agent", reason or "workers suit again")

    async def _finish(self, run: _Run, job: JobFolder, photos: CapturePhotos) -> None:
        await asyncio.to_thread(require_model, job.products)
        described: dict[str, Any] = {}
        try:
            params = {"project": _project(job.root), "is_local": photos.is_georeferenced}
            described = await self._made("describe", params)
        except (Said, TiepointError) as error:
            run.listener.logged("warning", "agent", f"the finished project cannot be read: {error}")
        await asyncio.to_thread(
            write_results, job, described, version=self.engine.version, is_local=photos.is_georeferenced
        )

    def _followed(self) -> list[int]:
        ours = [run.note.batch for run in self._runs.values() if run.note.batch]
        theirs = [
            batch.id
            for batch in self._server.batches.values()
            if batch.state not in ("completed", *_DEAD) and not self._belongs_to_us(batch)
        ]
        return [*ours, *theirs[:_MOST_FOREIGN]]

    def _looked(self) -> None:
        """Tell what the last look changed."""
        server = self._server
        self._nodes.server_version = server.server_version
        self._nodes.update(server.workers.values(), is_silent=server.problem is not None)
        if server.problem is not None:
            return
        self._foreign.update([batch for batch in server.batches.values() if not self._belongs_to_us(batch)])
        for number, log in server.worker_logs.items():
            if number in server.workers:
                with contextlib.suppress(OSError):
                    self._reach.take(node_name(server.workers[number]), log)
        for job, number in tuple(self._resting.items()):
            batch = server.batches.get(number)
            if batch is None or not batch.is_paused or batch.state in _DEAD:
                del self._resting[job]
                self._is_told.add(job)
                self._woken(job)

    def _lost_worker(self, number: int, host: str) -> None:
        for run in self._runs.values():
            if run.note.batch == number and run.follower is not None and number in self._server.batches:
                run.follower.task_came_back(self._server.batches[number], host)

    def _belongs_to_us(self, batch: BatchFacts) -> bool:
        job = _job_named(batch)
        return bool(job) and self._is_ours(job)

    def _job_of(self, number: int) -> str | None:
        batch = self._server.batches.get(number)
        if batch is None:
            return None
        return _job_named(batch) if self._belongs_to_us(batch) else f"batch-{number}"

    def _host_of(self, worker: int) -> str:
        found = self._server.workers.get(worker)
        return found.host if found is not None else ""


def _project(root: Path) -> str:
    return str(root / "project" / f"{root.name[:60]}.psx")


def _job_named(batch: BatchFacts) -> str:
    """Return the job whose folder a batch's project lies in; empty = it is another tool's."""
    found = _OURS.search(batch.path.replace("\\", "/"))
    return found.group(1) if found else ""
