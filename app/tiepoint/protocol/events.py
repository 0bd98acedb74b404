"""What an agent tells unasked, once a client has subscribed.

Notification `event {seq, time, kind, ...}`: `seq` rises by one in an epoch; one whose topic the client did not
subscribe to is counted but not sent. Notification `snapshot` (a `Snapshot`) replaces everything the client knew: a
client too slow for its events gets one instead of a queue without end. Any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeAlias

from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, Stage, TaskCounts
from tiepoint.domain.node import Node
from tiepoint.protocol.codec import MalformedMessage, from_json, to_json

EVENT = "event"
SNAPSHOT = "snapshot"


@dataclass(frozen=True, slots=True)
class JobChanged:
    """A job is new or something of it changed; the whole job is sent."""

    kind: ClassVar[str] = "job.changed"
    job: Job


@dataclass(frozen=True, slots=True)
class StageChanged:
    """A stage began, ended or moved on; the whole stage is sent."""

    kind: ClassVar[str] = "stage.changed"
    job: JobId
    stage: Stage


@dataclass(frozen=True, slots=True)
class TaskChange:
    """One task that changed: `key` as in the manifest's name, `state` as in `TaskCounts`, `node` where it ran."""

    key: str
    state: str
    node: str | None = None


@dataclass(frozen=True, slots=True)
class TasksChanged:
    """Counts of a stage's tasks, and the few that changed since the last such event."""

    kind: ClassVar[str] = "tasks.changed"
    job: JobId
    stage: str
    tasks: TaskCounts
    changed: tuple[TaskChange, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeChanged:
    """A node joined, left or changed; the whole node is sent."""

    kind: ClassVar[str] = "node.changed"
    node: Node


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log; `level` in Python's lower-case words (`info`, `warning`, `error`)."""

    time: datetime
    text: str
    level: str = "info"
    source: str = ""


@dataclass(frozen=True, slots=True)
class LogLines:
    """Fresh lines of a job's or a node's log; exactly one of `job` and `node` is set."""

    kind: ClassVar[str] = "log.lines"
    lines: tuple[LogLine, ...]
    job: JobId | None = None
    node: str | None = None


@dataclass(frozen=True, slots=True)
class ProductReady:
    """A product is whole at `path` on the scheduler's machine."""

    kind: ClassVar[str] = "product.ready"
    job: JobId
    name: str
    path: str
    bytes: int


EventBody: TypeAlias = JobChanged | StageChanged | TasksChanged | NodeChanged | LogLines | ProductReady
_BODIES: dict[str, type[Any]] = {
    body.kind: body for body in (JobChanged, StageChanged, TasksChanged, NodeChanged, LogLines, ProductReady)
}


@dataclass(frozen=True, slots=True)
class Event:
    """One numbered event; `body` is None for a kind this side does not know (its number still counts)."""

    seq: int
    time: datetime
    body: EventBody | None

    def params(self) -> dict[str, Any]:
        """The params of the `event` notification.

        Raises:
            ValueError: The event has no body: only what is known can be sent.
        """
        if self.body is None:
            raise ValueError("an event without a body cannot be sent")
        head: dict[str, Any] = {"seq": self.seq, "time": to_json(self.time), "kind": self.body.kind}
        head.update(to_json(self.body))
        return head


def parse_event(params: Mapping[str, Any]) -> Event:
    """Read the params of an `event` notification.

    Raises:
        MalformedMessage: The number, time or a known kind's field is missing or wrong.
    """
    seq = from_json(int, params.get("seq"), "event.seq")
    time = from_json(datetime, params.get("time"), "event.time")
    kind = params.get("kind")
    if not isinstance(kind, str):
        raise MalformedMessage("event.kind: expected a name")
    body = _BODIES.get(kind)
    return Event(seq, time, None if body is None else from_json(body, dict(params), "event"))


@dataclass(frozen=True, slots=True)
class State:
    """Everything an agent knows at one moment."""

    jobs: tuple[Job, ...] = ()
    nodes: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Params of the `snapshot` notification: the state after event number `seq` of this epoch.

    One too long for a message comes in `parts`, one after the other, `part` counting from 1; what was known before is
    replaced by the last of them.
    """

    snapshot: State
    seq: int
    epoch: str
    part: int = 1
    parts: int = 1
