"""The method table: for each method its name, its params and its result.

Both sides take names from here, so that a spelling can only be wrong in one place. Any thread.

The life of a job: `jobs.pause` queued or running -> paused; `jobs.resume` paused -> queued; `jobs.abort` anything not
over -> canceled; `jobs.retry` failed or canceled -> queued. Whatever was done stays done, so resume and retry go on at
the last whole task. A call that changes nothing (abort of a canceled job) answers with the job as it is; one that makes
no sense (pause of a completed job) is a WRONG_STATE error. Jobs that ran when an agent was killed come back `paused`
with an error of kind `interrupted`. A job is `completed` only after its products are whole under `Job.folder`/products
and, with the `jobs.output` capability, in `Job.output`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from tiepoint.domain.estimate import PastRun
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job
from tiepoint.domain.node import Node
from tiepoint.protocol.events import LogLine, State
from tiepoint.protocol.hello import HelloParams, HelloResult

P = TypeVar("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Method(Generic[P, R]):
    """A name with the types that go with it."""

    name: str
    params: type[P]
    result: type[R]


@dataclass(frozen=True, slots=True)
class Nothing:
    """No params, or nothing to answer."""


@dataclass(frozen=True, slots=True)
class JobRef:
    """Names one job."""

    job: JobId


@dataclass(frozen=True, slots=True)
class NodeRef:
    """Names one node."""

    node: NodeId


@dataclass(frozen=True, slots=True)
class JobResult:
    """The job as it is after the call."""

    job: Job


@dataclass(frozen=True, slots=True)
class JobsResult:
    """Jobs, newest first."""

    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class NodesResult:
    """All nodes."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class NodeResult:
    """The node as it is after the call."""

    node: Node


@dataclass(frozen=True, slots=True)
class SubmitParams:
    """A new job.

    Args:
        capture: Folder of the capture (it holds `capture.json`), absolute, on the scheduler's machine.
        preset: `draft`, `standard`, `high` or `custom`.
        key: Made by the client; the same key is the same job, never two, so a lost answer can be asked again.
        name: What people call it; empty = the capture's name.
        parameters: Only what differs from the preset, by field name of `domain.presets.Parameters`.
        products: Names of the products wanted; empty = all the engine makes.
        priority: -2 (lowest) to 2 (highest).
        node_limit: Most nodes to use; 0 = no limit.
        output: Folder on the agent's own machine into which whole products are put; None = the client fetches them.
        keep_work: Keep the large work files when the job is completed.
        source: Address of the capture's folder in Blob: stage `fetch` brings what of it is missing into `capture`,
            with the rights of the agent's machine. Empty = the capture is there. Capability `jobs.blob`.
        publish: Address of a folder in Blob: stage `publish` puts `job.json`, products and report there at the end.
    """

    capture: str
    preset: str
    key: str
    name: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    products: tuple[str, ...] = ()
    priority: int = 0
    node_limit: int = 0
    output: str | None = None
    keep_work: bool = False
    source: str = ""
    publish: str = ""


@dataclass(frozen=True, slots=True)
class PriorityParams:
    """A job and its new priority, -2 to 2."""

    job: JobId
    priority: int


@dataclass(frozen=True, slots=True)
class NodeLimitParams:
    """A job and the most nodes it may use; 0 = no limit."""

    job: JobId
    nodes: int


@dataclass(frozen=True, slots=True)
class CapabilityParams:
    """A node, whether it may use its processor, and which of its graphics cards (by index).

    `capability` in Metashape's words, `any`, `cpu` or `gpu`; empty = as it is.
    """

    node: NodeId
    cpu: bool
    gpus: tuple[int, ...] = ()
    capability: str = ""


@dataclass(frozen=True, slots=True)
class LogsParams:
    """The last `lines` lines of a job's or node's log, those before a cursor, or the first ones after one.

    `before` and `after` are `LogsResult.before` and `LogsResult.end` of earlier answers; at most one of them is given.
    """

    job: JobId | None = None
    node: NodeId | None = None
    lines: int = 200
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class LogsResult:
    """Lines in order of time; `before` fetches the ones before them, None when there are none; `end` those after."""

    lines: tuple[LogLine, ...]
    before: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class TimingsResult:
    """What earlier jobs took on these nodes, newest first, deleted jobs included; at most some hundred."""

    runs: tuple[PastRun, ...]


@dataclass(frozen=True, slots=True)
class PathParams:
    """A path on the scheduler's machine."""

    path: str


@dataclass(frozen=True, slots=True)
class PathStat:
    """What is at a path; `free_bytes` of its file system, or of its nearest existing parent's."""

    path: str
    kind: Literal["file", "folder", "other", "missing"]
    bytes: int = 0
    is_writable: bool = False
    free_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class NodeStat:
    """What one node sees at a path; `file_system` such as `nfs4`; `error` where it could not be asked."""

    node: NodeId
    stat: PathStat | None = None
    file_system: str = ""
    error: Failure | None = None


@dataclass(frozen=True, slots=True)
class LookResult:
    """What the agent's machine (`here`) and each node see."""

    here: PathStat
    file_system: str = ""
    nodes: tuple[NodeStat, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordParams:
    """Begin or end writing what the engine's scheduler says, raw, to a file a person can send us."""

    on: bool


@dataclass(frozen=True, slots=True)
class RecordResult:
    """Where the file is on the agent's machine."""

    path: str
    on: bool
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class NodeProbe:
    """Whether one node could write to a folder, read it back and remove it, and see what the agent wrote there."""

    node: NodeId
    ok: bool
    error: Failure | None = None
    sees_agent: bool | None = None


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One answer per node."""

    nodes: tuple[NodeProbe, ...]


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """Facts about the agent for `doctor` and for a bug report: plain values, no secrets."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    log_path: str | None = None
    pid: int | None = None


@dataclass(frozen=True, slots=True)
class StopParams:
    """`idle`: after the running jobs; `now`: running jobs become `paused` with an error of kind `interrupted`."""

    when: Literal["idle", "now"] = "idle"


@dataclass(frozen=True, slots=True)
class Since:
    """The last event a client saw."""

    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class SubscribeParams:
    """What to be told, and from where on.

    Topics are the first words of event kinds (`job`, `stage`, `tasks`, `node`, `log`, `product`); none = all but `log`.
    """

    topics: tuple[str, ...] = ()
    since: Since | None = None


@dataclass(frozen=True, slots=True)
class SubscribeResult:
    """Either the missed `events` (params of `event`, in order) or a `snapshot`; `seq` is the last number covered.

    With `parts` over 1 there is neither: the state is too long for one message, and so many `snapshot` notifications
    follow at once.
    """

    seq: int
    epoch: str
    events: tuple[dict[str, Any], ...] = ()
    snapshot: State | None = None
    parts: int = 1


HELLO = Method("hello", HelloParams, HelloResult)
JOBS_LIST = Method("jobs.list", Nothing, JobsResult)
JOBS_GET = Method("jobs.get", JobRef, JobResult)
JOBS_SUBMIT = Method("jobs.submit", SubmitParams, JobResult)
JOBS_PAUSE = Method("jobs.pause", JobRef, JobResult)
JOBS_RESUME = Method("jobs.resume", JobRef, JobResult)
JOBS_ABORT = Method("jobs.abort", JobRef, JobResult)
JOBS_RETRY = Method("jobs.retry", JobRef, JobResult)
JOBS_ADOPT = Method("jobs.adopt", JobRef, JobResult)
JOBS_SET_PRIORITY = Method("jobs.set_priority", PriorityParams, JobResult)
JOBS_SET_NODE_LIMIT = Method("jobs.set_node_limit", NodeLimitParams, JobResult)
NODES_LIST = Method("nodes.list", Nothing, NodesResult)
NODES_PAUSE = Method("nodes.pause", NodeRef, NodeResult)
NODES_RESUME = Method("nodes.resume", NodeRef, NodeResult)
NODES_QUIT = Method("nodes.quit", NodeRef, NodeResult)
NODES_SET_CAPABILITY = Method("nodes.set_capability", CapabilityParams, NodeResult)
LOGS_TAIL = Method("logs.tail", LogsParams, LogsResult)
TIMINGS_LIST = Method("timings.list", Nothing, TimingsResult)
PATHS_STAT = Method("paths.stat", PathParams, PathStat)
PATHS_PROBE = Method("paths.probe", PathParams, ProbeResult)
PATHS_LOOK = Method("paths.look", PathParams, LookResult)
AGENT_RECORD = Method("agent.record", RecordParams, RecordResult)
AGENT_DIAGNOSTICS = Method("agent.diagnostics", Nothing, Diagnostics)
AGENT_STOP = Method("agent.stop", StopParams, Nothing)
SUBSCRIBE = Method("subscribe", SubscribeParams, SubscribeResult)

METHODS: dict[str, Method[Any, Any]] = {
    method.name: method
    for method in (
        HELLO,
        JOBS_LIST,
        JOBS_GET,
        JOBS_SUBMIT,
        JOBS_PAUSE,
        JOBS_RESUME,
        JOBS_ABORT,
        JOBS_RETRY,
        JOBS_ADOPT,
        JOBS_SET_PRIORITY,
        JOBS_SET_NODE_LIMIT,
        NODES_LIST,
        NODES_PAUSE,
        NODES_RESUME,
        NODES_QUIT,
        NODES_SET_CAPABILITY,
        LOGS_TAIL,
        TIMINGS_LIST,
        PATHS_STAT,
        PATHS_PROBE,
        PATHS_LOOK,
        AGENT_RECORD,
        AGENT_DIAGNOSTICS,
        AGENT_STOP,
        SUBSCRIBE,
    )
}
