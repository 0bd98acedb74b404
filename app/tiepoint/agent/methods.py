"""What each method of the protocol does. The loop's thread; blocking disk work goes to a thread."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tiepoint import __version__
from tiepoint.agent.backend import Backend, NodeSteering
from tiepoint.agent.disk_watch import free_bytes, is_disk_full, no_space
from tiepoint.agent.job_log import tail
from tiepoint.agent.job_queue import JobQueue
from tiepoint.agent.jobs import JobRecord, Jobs, log_path
from tiepoint.agent.paths import look_at, probe_file, probe_path, stat_path
from tiepoint.agent.refusal import not_capable, unknown_node
from tiepoint.agent.request_check import PRIORITIES, check_request
from tiepoint.daemon.dispatch import Handler, MethodTable, spoken_version
from tiepoint.domain.errors import SetupError, UsageError
from tiepoint.domain.job import Job
from tiepoint.protocol import methods as table
from tiepoint.protocol.events import State
from tiepoint.protocol.hello import Capability, HelloParams, HelloResult
from tiepoint.runtime import folders
from tiepoint.runtime.folder_calls import ANSWER_S, ask_folder, folder_silent


class AgentMethods:
    """Answers requests.

    Args:
        jobs: The list of jobs.
        queue: What runs them.
        backend: The engine.
        epoch: Of this agent's life.
        stop: Called with "idle" or "now" when the agent is to end.
        set_aside: See `HelloResult`.
        work: See `HelloResult`.
    """

    def __init__(
        self,
        jobs: Jobs,
        queue: JobQueue,
        backend: Backend,
        *,
        epoch: str,
        stop: Callable[[str], None],
        set_aside: str = "",
        work: str = "",
    ) -> None:
        self._jobs = jobs
        self._queue = queue
        self._backend = backend
        self._epoch = epoch
        self._set_aside = set_aside
        self._work = work
        self._stop = stop
        self._submitting: dict[str, asyncio.Task[JobRecord]] = {}
        handlers: dict[str, Handler] = {
            table.JOBS_LIST.name: self._list_jobs,
            table.JOBS_GET.name: self._get_job,
            table.JOBS_SUBMIT.name: self._submit,
            table.JOBS_PAUSE.name: self._pause,
            table.JOBS_RESUME.name: self._resume,
            table.JOBS_ABORT.name: self._abort,
            table.JOBS_RETRY.name: self._resume,
            table.JOBS_SET_PRIORITY.name: self._set_priority,
            table.JOBS_SET_NODE_LIMIT.name: self._set_node_limit,
            table.JOBS_ADOPT.name: self._adopt,
            table.NODES_LIST.name: self._list_nodes,
            table.NODES_PAUSE.name: self._pause_node,
            table.NODES_RESUME.name: self._resume_node,
            table.NODES_QUIT.name: self._quit_node,
            table.NODES_SET_CAPABILITY.name: self._set_capability,
            table.LOGS_TAIL.name: self._tail_log,
            table.TIMINGS_LIST.name: self._list_timings,
            table.PATHS_STAT.name: self._stat_path,
            table.PATHS_PROBE.name: self._probe_path,
            table.PATHS_LOOK.name: self._look,
            table.AGENT_RECORD.name: self._record,
            table.AGENT_DIAGNOSTICS.name: self._diagnose,
            table.AGENT_STOP.name: self._stop_agent,
        }
        self._table = MethodTable(table.METHODS, handlers)

    def state(self) -> State:
        """Return everything known at this moment."""
        return State(self._jobs.newest_first(), self._backend.nodes())

    def hello(self, params: HelloParams) -> HelloResult:
        """Answer the greeting.

        Raises:
            Refusal: The client speaks a version we do not.
        """
        return HelloResult(
            agent=__version__,
            engine=self._backend.engine,
            capabilities=self._capabilities,
            epoch=self._epoch,
            time=datetime.now(UTC),
            protocol=spoken_version(params, "agent"),
            set_aside=self._set_aside,
            work=self._work,
            host=socket.gethostname(),
        )

    @property
    def _capabilities(self) -> tuple[str, ...]:
        """What the engine can do, and what the agent does around any engine of a cluster."""
        ours = (Capability.BLOB.value,) if self._work else ()
        return tuple(dict.fromkeys((*self._backend.capabilities, *ours)))

    async def call(self, name: str, params: object) -> Any:
        """Do what a request asks.

        Args:
            name: The method.
            params: As they came.

        Returns:
            The result's dataclass.

        Raises:
            Refusal: Why it was not done.
        """
        return await self._table.call(name, params)

    async def _list_jobs(self, _params: table.Nothing) -> table.JobsResult:
        return table.JobsResult(self._jobs.newest_first())

    async def _get_job(self, params: table.JobRef) -> table.JobResult:
        return _result(self._jobs.get(params.job))

    async def _submit(self, params: table.SubmitParams) -> table.JobResult:
        known = self._jobs.by_key(params.key)
        if known is not None:
            return _result(known)
        # The same key handed in twice at once is one job, and a client that goes away takes nothing back.
        task = self._submitting.get(params.key)
        if task is None:
            task = self._submitting[params.key] = asyncio.ensure_future(self._take_in(params))
            task.add_done_callback(lambda _: self._submitting.pop(params.key))
        return _result(await asyncio.shield(task))

    async def _take_in(self, params: table.SubmitParams) -> JobRecord:
        def make() -> Job:
            check_request(params, self._work)
            return self._jobs.made(params, self._prepare)

        def undo(job: Job) -> None:
            shutil.rmtree(job.folder or "", ignore_errors=True)

        job = await ask_folder(Path(params.capture), make, undo=undo)
        record = self._jobs.add(job, params)
        self._queue.start_next()
        return record

    def _prepare(self, params: table.SubmitParams, root: Path) -> None:
        try:
            self._backend.prepare(params, root)
        except OSError as error:
            if is_disk_full(error):
                raise no_space(root, free_bytes(root)) from error
            raise SetupError(
                f"The job's folder {root} cannot be made.",
                remedy="Make the capture's folder writable and try again.",
                detail=str(error),
            ) from error

    async def _pause(self, params: table.JobRef) -> table.JobResult:
        record = self._jobs.get(params.job)
        await self._queue.pause(record)
        return _result(record)

    async def _resume(self, params: table.JobRef) -> table.JobResult:
        record = self._jobs.get(params.job)
        await self._queue.resume(record)
        return _result(record)

    async def _abort(self, params: table.JobRef) -> table.JobResult:
        record = self._jobs.get(params.job)
        await self._queue.abort(record)
        return _result(record)

    async def _set_priority(self, params: table.PriorityParams) -> table.JobResult:
        if params.priority not in PRIORITIES:
            raise UsageError(f"{params.priority} is no priority.", remedy="Choose one from -2 to 2.")
        record = self._jobs.get(params.job)
        await self._queue.set_priority(record, params.priority)
        return _result(record)

    async def _set_node_limit(self, params: table.NodeLimitParams) -> table.JobResult:
        if params.nodes < 0:
            raise UsageError(f"{params.nodes} is no number of nodes.", remedy="Choose 0 for no limit, or more.")
        record = self._jobs.get(params.job)
        await self._queue.set_node_limit(record, params.nodes)
        return _result(record)

    async def _adopt(self, params: table.JobRef) -> table.JobResult:
        if self._backend.own_queue is None:
            raise not_capable("have jobs of other tools")
        return table.JobResult(await self._backend.own_queue.adopt(params.job))

    async def _pause_node(self, params: table.NodeRef) -> table.NodeResult:
        return table.NodeResult(await self._steering("pause nodes").pause_node(params.node))

    async def _resume_node(self, params: table.NodeRef) -> table.NodeResult:
        return table.NodeResult(await self._steering("resume nodes").resume_node(params.node))

    async def _quit_node(self, params: table.NodeRef) -> table.NodeResult:
        return table.NodeResult(await self._steering("end nodes").quit_node(params.node))

    async def _set_capability(self, params: table.CapabilityParams) -> table.NodeResult:
        return table.NodeResult(await self._steering("set what nodes may use").set_capability(params))

    def _steering(self, what: str) -> NodeSteering:
        if self._backend.steering is None:
            raise not_capable(what)
        return self._backend.steering

    async def _list_nodes(self, _params: table.Nothing) -> table.NodesResult:
        return table.NodesResult(self._backend.nodes())

    async def _tail_log(self, params: table.LogsParams) -> table.LogsResult:
        if params.node is not None and self._backend.reach is not None:
            return await self._backend.reach.node_tail(params)
        if params.job is not None:
            path = log_path(self._jobs.get(params.job))
            if not await self._jobs.logs.written(path, ANSWER_S):
                raise folder_silent(path.parent)
            return await ask_folder(path, lambda: tail(path, params.lines, params.before, params.after))
        if params.node is not None:
            found = self._backend.node_log(params.node)
            if found is None:
                raise unknown_node(params.node)
            path = found
        else:
            path = folders.user_log_file("agent")
        return await asyncio.to_thread(tail, path, params.lines, params.before, params.after)

    async def _list_timings(self, _params: table.Nothing) -> table.TimingsResult:
        return table.TimingsResult(self._jobs.past_runs())

    async def _stat_path(self, params: table.PathParams) -> table.PathStat:
        return await ask_folder(Path(params.path), lambda: stat_path(params.path))

    async def _look(self, params: table.PathParams) -> table.LookResult:
        here, system = await look_at(params.path)
        if self._backend.reach is not None:
            return table.LookResult(here, system, await self._backend.reach.look(params.path))
        return table.LookResult(
            here, system, tuple(table.NodeStat(node.id, here, system) for node in self._backend.nodes())
        )

    async def _record(self, params: table.RecordParams) -> table.RecordResult:
        if self._backend.recorder is None:
            raise not_capable("write what its scheduler says")
        return await self._backend.recorder.record(on=params.on)

    async def _probe_path(self, params: table.PathParams) -> table.ProbeResult:
        if self._backend.reach is not None:
            async with probe_file(params.path) as written:
                return table.ProbeResult(await self._backend.reach.probe(params.path, written))
        problem = await ask_folder(Path(params.path), lambda: probe_path(params.path))
        return table.ProbeResult(
            tuple(table.NodeProbe(node.id, problem is None, problem) for node in self._backend.nodes())
        )

    async def _diagnose(self, _params: table.Nothing) -> table.Diagnostics:
        facts = {
            "agent": __version__,
            "python": platform.python_version(),
            "system": platform.platform(),
            "executable": sys.executable,
            "is_frozen": bool(getattr(sys, "frozen", False)),
            "cpu_count": os.cpu_count(),
            "nodes": len(self._backend.nodes()),
            "jobs": len(self._jobs.newest_first()),
            "data_folder": str(folders.data_folder()),
            "cache_folder": str(folders.cache_folder()),
            "free_bytes": free_bytes(folders.data_folder()),
        }
        return table.Diagnostics(facts, str(folders.user_log_file("agent")), os.getpid())

    async def _stop_agent(self, params: table.StopParams) -> table.Nothing:
        self._stop(params.when)
        return table.Nothing()


def _result(record: JobRecord) -> table.JobResult:
    return table.JobResult(record.job)
