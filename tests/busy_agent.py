"""An agent with a thousand nodes and a hundred thousand tasks that change all the time; its stream is the real one.

Start with: TIEPOINT_HOME=... python tests/busy_agent.py [nodes] [events a second] [name]. Nothing is computed: what the
nodes say of themselves is made up, and goes through the agent's own publisher, sessions and socket.
At SIGUSR1 it says how many events it told.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import os
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tiepoint import __version__
from tiepoint.agent.dialogue import AgentDialogue
from tiepoint.agent.journal import Journal
from tiepoint.agent.publisher import WINDOW_S, Publisher
from tiepoint.daemon.clients import Clients
from tiepoint.daemon.session import Session
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, JobState, Progress, Stage, StageState, StageUses, TaskCounts
from tiepoint.domain.node import Gpu, Node, NodeLoad, NodeState
from tiepoint.protocol.events import EventBody, JobChanged, LogLine, NodeChanged, State, TaskChange, TasksChanged
from tiepoint.protocol.hello import Capability, EngineVersion, HelloParams, HelloResult
from tiepoint.protocol.methods import Diagnostics, JobResult, JobsResult, LogsResult, NodesResult, TimingsResult
from tiepoint.runtime import folders
from tiepoint.runtime.endpoint import AGENT

JOBS: Final = 20
TASKS: Final = 100_000
_STAGES: Final = ("check", "features", "matching", "alignment", "undistortion", "depth_maps", "point_cloud", "mesh",
                  "texture", "elevation_model", "orthomosaic", "export", "report")  # fmt: skip
_NOW_AT: Final = _STAGES.index("depth_maps")


def _job(number: int, now: datetime) -> Job:
    each = TASKS // JOBS // 5
    stages = tuple(
        Stage(
            name,
            StageState.COMPLETED if place < _NOW_AT else StageState.RUNNING if place == _NOW_AT else StageState.WAITING,
            TaskCounts(completed=each) if place < _NOW_AT else TaskCounts(waiting=each),
            now - timedelta(hours=2) if place <= _NOW_AT else None,
            now - timedelta(hours=1) if place < _NOW_AT else None,
            StageUses("many", gpu=True),
        )
        for place, name in enumerate(_STAGES)
    )
    return Job(
        JobId(f"20261126-quarry-{number:06x}"), f"Quarry {number}", f"/srv/captures/quarry-{number}",
        JobState.RUNNING if number % 4 else JobState.QUEUED, "depth_maps", stages, Progress(40, 100, "percent"),
        user="ada", submitted=now - timedelta(hours=3, minutes=number), started=now - timedelta(hours=2),
        preset="standard", photos=each, megapixels=24.0, last_line=now,
    )  # fmt: skip


def _node(number: int, jobs: Mapping[JobId, Job], now: datetime, name: str) -> Node:
    job = tuple(jobs)[number % len(jobs)]
    return Node(
        NodeId(f"{name}-{number:04d}"), f"{name}-{number:04d}", NodeState.BUSY, job, "depth_maps", 0.0, now,
        __version__, 24, 220 * 10**9, (Gpu("NVIDIA A10-24Q", 24 * 10**9),),
        NodeLoad(0.5, 10**9, 0.5, 10**9, 1e6, 1e8), 0, "running", f"DSC{number:05d}.JPG", now,
        now, "any", 1, cpu_enabled=True,
    )  # fmt: skip


class BusyMethods:
    """What the agent answers."""

    def __init__(self, nodes: int, epoch: str, name: str) -> None:
        now = datetime.now(UTC)
        self._epoch = epoch
        self.jobs = {job.id: job for job in (_job(number, now) for number in range(JOBS))}
        self.nodes = {node.id: node for node in (_node(number, self.jobs, now, name) for number in range(nodes))}

    def state(self) -> State:
        return State(tuple(self.jobs.values()), tuple(self.nodes.values()))

    def hello(self, params: HelloParams) -> HelloResult:
        capabilities = tuple(each.value for each in Capability)
        return HelloResult(
            __version__, EngineVersion("open engine", __version__), capabilities, self._epoch, datetime.now(UTC)
        )

    async def call(self, name: str, params: Mapping[str, Any]) -> Any:
        line = LogLine(datetime.now(UTC), "depth map of DSC00001.JPG: 81 % filled", "info", "depth_maps")
        answers: dict[str, Any] = {
            "jobs.list": JobsResult(tuple(self.jobs.values())),
            "nodes.list": NodesResult(tuple(self.nodes.values())),
            "timings.list": TimingsResult(()),
            "agent.diagnostics": Diagnostics({"workers": len(self.nodes)}, "/nowhere", os.getpid()),
            "logs.tail": LogsResult((line,) if params.get("after") is None else (), None, "1"),
        }
        return answers.get(name) or JobResult(self.jobs[JobId(str(params["job"]))])


class Bustle:
    """Lets things happen."""

    def __init__(self, methods: BusyMethods, publisher: Publisher, events_s: float) -> None:
        self._methods, self._publisher = methods, publisher
        self._nodes = itertools.cycle(tuple(methods.nodes))
        self._round = 0
        self._each = max(1, round(events_s * WINDOW_S))

    async def go_on(self) -> None:
        """Tell so many changes in each of the publisher's windows, evenly over time; what was missed is let be."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            self._some()
            due = max(due + WINDOW_S, loop.time())
            await asyncio.sleep(max(0.0, due - loop.time()))

    def _some(self) -> None:
        self._round += 1
        now, jobs = datetime.now(UTC), tuple(self._methods.jobs.values())
        bodies: list[EventBody] = [self._tasks(job) for job in jobs]
        bodies += [self._moved(job, now) for job in jobs[self._round % 2 :: 2]]
        bodies += [self._worked(now) for _ in range(max(0, self._each - len(bodies)))]
        for body in bodies:
            self._publisher.tell(body)

    def _tasks(self, job: Job) -> TasksChanged:
        each = TASKS // JOBS // 5
        done = self._round * 3 % each
        changed = tuple(TaskChange(f"DSC{done + offset:05d}", "completed", "gpu-0001") for offset in range(5))
        counts = TaskCounts(each - done - 50, 50, done, 0)
        stages = tuple(
            dataclasses.replace(stage, tasks=counts) if stage.name == "depth_maps" else stage for stage in job.stages
        )
        self._methods.jobs[job.id] = dataclasses.replace(job, stages=stages)
        return TasksChanged(job.id, "depth_maps", counts, changed)

    def _moved(self, job: Job, now: datetime) -> JobChanged:
        moved = dataclasses.replace(self._methods.jobs[job.id], last_line=now)
        self._methods.jobs[job.id] = moved
        return JobChanged(moved)

    def _worked(self, now: datetime) -> NodeChanged:
        name = next(self._nodes)
        node = self._methods.nodes[name]
        share = (node.task_progress or 0.0) + 0.013
        load = NodeLoad(share % 0.9, int(1e9 + share * 1e11), share % 0.8, int(1e9 + share * 1e10), 1e6, 1e8 * share)
        node = dataclasses.replace(node, task_progress=share % 1.0, heard=now, last_line=now, load=load)
        self._methods.nodes[name] = node
        return NodeChanged(node)


async def serve(nodes: int, events_s: float, name: str) -> None:
    """Be the agent until somebody ends this process."""
    journal = Journal()
    publisher, methods = Publisher(journal), BusyMethods(nodes, journal.epoch, name)
    clients = Clients(
        lambda reader, writer: Session(
            reader,
            writer,
            lambda wake: AgentDialogue(methods, publisher, wake),  # type: ignore[arg-type]
            "agent",
        ),
        lambda: None,
    )
    await AGENT.serve(clients.serve)
    sys.stdout.write("serving\n")
    sys.stdout.flush()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _say, journal)
    await Bustle(methods, publisher, events_s).go_on()


def _say(journal: Journal) -> None:
    sys.stdout.write(f"{journal.seq}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    folders.private_folder()
    given = dict(enumerate(sys.argv[1:]))
    asyncio.run(serve(int(given.get(0, "1000")), float(given.get(1, "2000")), given.get(2, "gpu")))
