"""A cluster at work as the Jobs page meets it: jobs in every state, its nodes, a round, what bills. All invented."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

from fakes.azure_scenes import a_cluster, an_estimate, cluster_id
from fakes.job_scenes import a_stage
from fakes.program import FakeProgram
from fakes.remote import fake_site
from fakes.scheduler import T0, FakeScheduler
from tiepoint.domain.cluster import Machine, MachineRole, Meter, MeterSegment, Power
from tiepoint.domain.estimate import PastRun
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import CaptureId, JobId, NodeId
from tiepoint.domain.job import Eta, Job, JobState, Progress, StageState, StageUses, TaskCounts
from tiepoint.domain.node import Gpu, Node, NodeLoad, NodeState
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.remote_round import Round, RoundId, RoundState, RoundStep
from tiepoint.protocol.events import LogLine
from tiepoint.protocol.hello import Capability
from tiepoint.services.estimates import Estimates
from tiepoint.services.sites import Site, SiteKind

MANY = StageUses("many", gpu=True)
OUT_OF_MEMORY = Failure(
    "engine",
    "The stage mesh could not do its work.",
    "Try again.",
    True,
    "[18233.417201] Out of memory: Killed process 20417 (metashape) total-vm:498211840kB, anon-rss:459120444kB\n"
    "worker exited with code 137 in BuildModel, task 1 of 1, batch 31",
)
_STAGES = ("fetch", "features", "matching", "alignment", "depth_maps", "mesh", "texture", "export", "publish")


def ago(minutes: float) -> datetime:
    """A moment before the scenes' present."""
    return T0 - timedelta(minutes=minutes)


def cluster_job(name: str, at: str, *, done: int = 0, of: int = 1, running: int = 1, **changes: Any) -> Job:
    """A job of the cluster that is in a stage."""
    place = _STAGES.index(at)
    stages = []
    for index, each in enumerate(_STAGES):
        uses = MANY if each in ("features", "matching", "depth_maps", "texture") else StageUses()
        begun = ago(100 - 10 * index)
        if index < place:
            stages.append(
                a_stage(
                    each, "completed", done=410, of=410, started=begun, finished=begun + timedelta(minutes=9), uses=uses
                )
            )
        elif index == place:
            stages.append(a_stage(each, "running", done=done, of=of, running=running, started=ago(26), uses=uses))
        else:
            stages.append(a_stage(each, uses=uses))
    usual: dict[str, Any] = {
        "id": JobId(f"20261122-{name.lower().replace(' ', '-')}-{sum(name.encode()) % 0xFFFFFF:06x}"),
        "state": JobState.RUNNING,
        "stage": at,
        "stages": tuple(stages),
        "submitted": ago(102),
        "started": ago(101),
        "folder": "/srv/captures/c/jobs/j",
        "preset": "standard",
        "photos": 412,
        "user": "mila",
        "progress": Progress(int(100 * (place + done / max(1, of)) / len(_STAGES)), 100, "percent"),
        "last_line": ago(0.05),
        "suitable_nodes": 120,
    }
    return Job(name=name, capture="/srv/captures/c", **{**usual, **changes})


def monitor_jobs() -> tuple[Job, ...]:
    """Jobs as a busy studio has them."""
    depth = cluster_job("Kloster Chorin", "depth_maps", done=134, of=410, running=118, retried=14, eta=Eta(2760, 3840))
    model = cluster_job("Hallstatt epoch 1", "mesh", eta=Eta(2280, 3120), user="mila", submitted=ago(140))
    queued = cluster_job(
        "Hallstatt epoch 2", "features", state=JobState.QUEUED, started=None, stage=None, last_line=None, progress=None
    )
    queued = dataclasses.replace(queued, stages=tuple(a_stage(each) for each in _STAGES), submitted=ago(30))
    first = cluster_job("Brighton pier", "matching", done=212, of=640, running=22, user="jonas", preset="detailed")
    alone = cluster_job("Silo 4", "depth_maps", of=96, running=0, user="ana", suitable_nodes=0)
    foreign = cluster_job(
        "bridge_v7.psx", "matching", done=3, of=12, foreign=True, user="render01", preset="", folder=None, photos=0
    )
    done = cluster_job("Quarry 6", "publish", user="ana")
    done = dataclasses.replace(done, state=JobState.COMPLETED, finished=ago(300), started=ago(420), last_line=None)
    return (depth, model, first, queued, alone, foreign, failed_job(), done)


def failed_job() -> Job:
    """A job that ran out of memory in its model."""
    job = cluster_job("Quarry 7, May flight", "mesh", user="ana", priority=-1)
    failed = dataclasses.replace(
        job.stages[5], state=StageState.FAILED, tasks=TaskCounts(failed=1), started=ago(41), finished=ago(15)
    )
    stages = (*job.stages[:5], failed, *job.stages[6:])
    return dataclasses.replace(
        job, state=JobState.FAILED, stages=stages, finished=ago(15), error=OUT_OF_MEMORY, last_line=ago(15)
    )


def cluster_nodes(job: Job, *, busy: int = 120, idle: int = 56) -> tuple[Node, ...]:
    """GPU nodes, so many busy with a job and so many idle."""
    return tuple(_node(number, job if number <= busy else None) for number in range(1, busy + idle + 1))


def _node(number: int, job: Job | None) -> Node:
    is_busy = job is not None
    return Node(
        NodeId(f"node-{number:03}"),
        f"node-{number:03}",
        NodeState.BUSY if is_busy else NodeState.READY,
        job=job.id if job is not None else None,
        stage=job.stage if job is not None else None,
        task=f"{number}" if is_busy else None,
        task_progress=(number * 37 % 100) / 100 if is_busy else None,
        heard=T0,
        last_line=ago(0.05) if is_busy else None,
        version="2.2.1",
        cpu_count=36,
        memory_bytes=440 * 2**30,
        gpus=(Gpu("A10", 24 * 2**30),),
        load=NodeLoad(0.7 if is_busy else 0.02, 180 * 2**30 if is_busy else 2**30, 0.86, 19 * 2**30),
        task_since=ago(2) if is_busy else None,
    )


def a_site(fake: FakeProgram, jobs: tuple[Job, ...], nodes: tuple[Node, ...], name: str = "atelier-east") -> Site:
    """Have a cluster on Azure with these, and show it."""
    scheduler = FakeScheduler()
    scheduler.capabilities = list(Capability)
    scheduler.all_jobs = {job.id: job for job in reversed(jobs)}
    scheduler.all_nodes = {node.id: node for node in nodes}
    scheduler.lines = tuple(_log())
    spent = {"matching": 660.0, "features": 400.0, "alignment": 360.0, "depth_maps": 2400.0, "mesh": 2700.0}
    rest = {"fetch": 300.0, "texture": 570.0, "export": 120.0, "publish": 200.0}
    scheduler.runs = tuple(PastRun(f"j{each}", "standard", 400, stages={**spent, **rest}) for each in range(4))
    site = fake_site(name, scheduler, site_id=cluster_id(name), kind=SiteKind.CLOUD)
    site = dataclasses.replace(site, estimates=Estimates(scheduler, site.monitor, lambda: T0))
    fake.azure.sign_in.put_signed_in()
    fake.azure.clusters.put(_cluster(name, nodes))
    fake.program.remote.sites.add(site)
    return site


def _cluster(name: str, nodes: tuple[Node, ...]) -> Any:
    price = an_estimate()
    hosts = tuple(node.host for node in nodes)
    lines = (dataclasses.replace(price.lines[0], running=3.2 * len(hosts), machines=hosts), *price.lines[1:])
    machines = tuple(
        Machine(f"/m/{host}", host, MachineRole.NODE, "Standard_NV36ads_A10_v5", Power.RUNNING) for host in hosts
    )
    segments = (MeterSegment(ago(600), ago(110), 12.4), MeterSegment(ago(110), None, 640.5))
    meter = Meter(ago(600), 640.5, 812.0, "USD", segments)
    return a_cluster(name, machines=machines, price=dataclasses.replace(price, lines=lines), meter=meter)


def _log() -> list[LogLine]:
    return [
        LogLine(ago(41), "BuildModel started", "info", "mesh"),
        LogLine(ago(18), "memory above 95 %", "warning", "mesh"),
        LogLine(ago(15), "Out of memory: Killed process 20417 (metashape) total-vm:498211840kB", "error", "mesh"),
    ]


def a_round_at(step: RoundStep, site: Site, job: Job | None = None, **changes: Any) -> Round:
    """A round at a step."""
    usual: dict[str, Any] = {
        "state": RoundState.RUNNING,
        "name": job.name if job is not None else "Brighton, west side",
        "begun": ago(12),
        "preset": "standard",
        "job": None if job is None else job.id,
        "progress": OperationProgress(step.value, 2_140_000_000, 5_120_000_000, "bytes"),
    }
    return Round(
        RoundId("round-1"),
        site=site.id,
        capture=CaptureId("c-1"),
        step=step,
        **{**usual, **changes},
    )
