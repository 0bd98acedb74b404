"""A scheduler whose jobs do what a test tells them: a real citizen of the port, without processes or streams."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from typing import Any

from tiepoint.domain.errors import AgentUnavailable, TiepointError, UsageError
from tiepoint.domain.estimate import PastRun
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.node import Node, NodeState
from tiepoint.ports.scheduler import ConnectionState, SchedulerSnapshot
from tiepoint.protocol.events import LogLine
from tiepoint.protocol.hello import Capability, EngineVersion, HelloResult
from tiepoint.protocol.methods import (
    CapabilityParams,
    Diagnostics,
    LogsResult,
    LookResult,
    NodeProbe,
    NodeStat,
    PathStat,
    ProbeResult,
    RecordResult,
    SubmitParams,
)

T0 = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
STEP_S = 0.005


def in_turn(*happenings: Callable[[], object]) -> None:
    """Let things happen from now on, each when whoever follows has had time to hear of the one before.

    Timers alone are not enough: after a pause of the computer two of them are due at once.
    """
    loop = asyncio.get_running_loop()

    def happens(left: tuple[Callable[[], object], ...], turns: int) -> None:
        if turns:
            loop.call_soon(happens, left, turns - 1)
            return
        left[0]()
        if left[1:]:
            loop.call_later(STEP_S, happens, left[1:], 50)

    loop.call_later(STEP_S, happens, happenings, 0)


class FakeScheduler:
    """Implements `ports.scheduler.Scheduler`; `submitted` sees each new job and may let it run."""

    def __init__(self, submitted: Callable[[FakeScheduler, Job], None] | None = None) -> None:
        self.epoch = "epoch-1"
        self.set_aside = ""
        self.requests: dict[str, SubmitParams] = {}
        self.all_jobs: dict[JobId, Job] = {}
        self.all_nodes = {NodeId("n1"): Node(NodeId("n1"), "workshop", NodeState.READY, cpu_count=2)}
        self.lines = tuple(LogLine(T0, f"line {number}") for number in range(5))
        self.runs: tuple[PastRun, ...] = ()
        self.capabilities = [Capability.PAUSE_JOB, Capability.RETRY_JOB, Capability.PRIORITY, Capability.TIMINGS]
        self.stops: list[bool] = []
        self.is_reachable = True
        self.is_closed = False
        self.tries = 0
        self.changed: list[Callable[[Job], None]] = []
        self.heard = T0
        self.problem: TiepointError | None = None
        self.retry_s: float | None = None
        self._submitted = submitted
        self._keys: dict[str, JobId] = {}
        self._change = asyncio.Event()

    def set(self, job_id: JobId, **changes: Any) -> Job:
        """Let something happen to a job, and tell whoever follows."""
        job = dataclasses.replace(self.all_jobs[job_id], **changes)
        self.all_jobs[job_id] = job
        for listener in tuple(self.changed):
            listener(job)
        told, self._change = self._change, asyncio.Event()
        told.set()
        return job

    def set_node(self, node: Node) -> None:
        """Let something happen to a node, and tell whoever follows."""
        self.all_nodes[node.id] = node
        self._tell()

    def _tell(self) -> None:
        told, self._change = self._change, asyncio.Event()
        told.set()

    def lose(self) -> None:
        """Let the connection break until `is_reachable` is set again."""
        self.is_reachable = False
        self._change.set()
        self._change = asyncio.Event()

    async def hello(self) -> HelloResult:
        self._reach()
        capabilities = tuple(capability.value for capability in self.capabilities)
        engine = EngineVersion("fake", "1")
        return HelloResult("0.1.0", engine, capabilities, self.epoch, T0, set_aside=self.set_aside)

    async def jobs(self) -> tuple[Job, ...]:
        self._reach()
        return tuple(reversed(self.all_jobs.values()))

    async def job(self, job: JobId) -> Job:
        self._reach()
        return self._known(job)

    async def submit(self, request: SubmitParams) -> Job:
        self._reach()
        if request.preset == "nonsense":
            raise UsageError("There is no preset named “nonsense”.", remedy="Choose draft.")
        if request.key not in self._keys:
            job_id = JobId(f"20261122-job-{len(self.all_jobs):06x}")
            self._keys[request.key], self.requests[request.key] = job_id, request
            self.all_jobs[job_id] = Job(
                id=job_id,
                name=request.name or "job",
                capture=request.capture,
                state=JobState.QUEUED,
                submitted=T0,
                folder=f"{request.capture}/jobs/{job_id}",
                output=request.output,
                preset=request.preset,
                priority=request.priority,
            )
            if self._submitted is not None:
                self._submitted(self, self.all_jobs[job_id])
        return self.all_jobs[self._keys[request.key]]

    async def pause(self, job: JobId) -> Job:
        return self._move(job, JobState.PAUSED, refused={JobState.COMPLETED, JobState.FAILED, JobState.CANCELED})

    async def resume(self, job: JobId) -> Job:
        return self._move(job, JobState.QUEUED, refused={JobState.COMPLETED, JobState.FAILED, JobState.CANCELED})

    async def abort(self, job: JobId) -> Job:
        self._reach()
        known = self._known(job)
        return known if known.state.is_over else self.set(job, state=JobState.CANCELED)

    async def retry(self, job: JobId) -> Job:
        return self._move(job, JobState.QUEUED, refused={JobState.COMPLETED})

    async def nodes(self) -> tuple[Node, ...]:
        self._reach()
        return tuple(self.all_nodes.values())

    async def adopt(self, job: JobId) -> Job:
        self._reach()
        self.set(job, is_adopted=True)
        return self.all_jobs[job]

    async def pause_node(self, node: NodeId) -> Node:
        return self._set_node(node, state=NodeState.PAUSED)

    async def resume_node(self, node: NodeId) -> Node:
        return self._set_node(node, state=NodeState.READY)

    async def quit_node(self, node: NodeId) -> Node:
        return self._set_node(node, state=NodeState.OFFLINE)

    async def set_capability(self, params: CapabilityParams) -> Node:
        mask = sum(1 << index for index in params.gpus)
        return self._set_node(params.node, cpu_enabled=params.cpu, gpu_mask=mask, capability=params.capability or "any")

    def _set_node(self, node: NodeId, **changes: Any) -> Node:
        self._reach()
        if node not in self.all_nodes:
            raise UsageError(f"There is no node {node}.")
        self.all_nodes[node] = dataclasses.replace(self.all_nodes[node], **changes)
        self._tell()
        return self.all_nodes[node]

    async def node_logs(
        self, node: NodeId, *, lines: int, before: str | None = None, after: str | None = None
    ) -> LogsResult:
        self._reach()
        return LogsResult(self.lines[-lines:])

    async def look(self, path: str) -> LookResult:
        self._reach()
        seen = PathStat(path, "folder", is_writable=True, free_bytes=10**12)
        return LookResult(seen, "nfs4", tuple(NodeStat(node, seen, "nfs4") for node in self.all_nodes))

    async def probe(self, path: str) -> ProbeResult:
        self._reach()
        return ProbeResult(tuple(NodeProbe(node, ok=True, sees_agent=True) for node in self.all_nodes))

    async def record(self, *, on: bool) -> RecordResult:
        self._reach()
        return RecordResult("/var/log/tiepoint/record.jsonl", on)

    async def set_priority(self, job: JobId, priority: int) -> Job:
        self._reach()
        self._known(job)
        if not -2 <= priority <= 2:
            raise UsageError(f"{priority} is no priority.", remedy="Choose one from -2 to 2.")
        return self.set(job, priority=priority)

    async def set_node_limit(self, job: JobId, nodes: int) -> Job:
        self._reach()
        self._known(job)
        if nodes < 0:
            raise UsageError(f"{nodes} is no number of nodes.", remedy="Choose 0 for no limit, or more.")
        return self.set(job, node_limit=nodes)

    async def timings(self) -> tuple[PastRun, ...]:
        self._reach()
        return self.runs

    async def logs(self, job: JobId, *, lines: int, before: str | None = None, after: str | None = None) -> LogsResult:
        self._reach()
        self._known(job)
        if after is not None:
            first = min(int(after), len(self.lines))
            end = min(first + lines, len(self.lines))
            return LogsResult(self.lines[first:end], str(first) if first else None, str(end))
        end = len(self.lines) if before is None else int(before)
        start = max(0, end - lines)
        return LogsResult(self.lines[start:end], str(start) if start else None, str(end))

    async def diagnostics(self) -> Diagnostics:
        self._reach()
        return Diagnostics({"workers": 1}, "/somewhere/agent.log", 4242)

    async def stop(self, *, now: bool) -> None:
        self._reach()
        self.stops.append(now)

    async def follow(self) -> AsyncGenerator[SchedulerSnapshot, None]:
        self._reach()
        while True:
            change = self._change
            yield self.snapshot()
            await change.wait()

    def try_now(self) -> None:
        self.tries += 1

    async def close(self) -> None:
        self.is_closed = True

    def snapshot(self) -> SchedulerSnapshot:
        if self.is_reachable:
            return SchedulerSnapshot(ConnectionState.CONNECTED, dict(self.all_jobs), dict(self.all_nodes), self.heard)
        problem = Failure("connection", "The connection to the agent was lost.")
        if self.problem is not None:
            problem = Failure.of(self.problem)
        return SchedulerSnapshot(
            ConnectionState.LOST, dict(self.all_jobs), dict(self.all_nodes), self.heard, problem, self.retry_s
        )

    def _move(self, job: JobId, state: JobState, refused: set[JobState]) -> Job:
        self._reach()
        if self._known(job).state in refused:
            raise UsageError(f"The job {job} is {self.all_jobs[job].state.value}.", remedy="See: tiepoint jobs")
        return self.set(job, state=state)

    def _known(self, job: JobId) -> Job:
        if job not in self.all_jobs:
            raise UsageError(f"There is no job {job}.", remedy="See: tiepoint jobs")
        return self.all_jobs[job]

    def _reach(self) -> None:
        if not self.is_reachable:
            raise AgentUnavailable("The agent cannot be reached.", remedy="Look with: tiepoint doctor", retryable=True)
