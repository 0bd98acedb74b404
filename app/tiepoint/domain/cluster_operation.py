"""Deploy, resume, pause and their like: one line per resource, as they go on.

Must not run anything. Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tiepoint.domain.failure import Failure
from tiepoint.domain.operation import OperationState


class OperationKind(StrEnum):
    """What is done to a cluster."""

    DEPLOY = "deploy"
    RESUME = "resume"
    PAUSE = "pause"
    COLD = "cold"
    SCALE = "scale"
    DELETE = "delete"


class ResourceGroupKind(StrEnum):
    """The parts of a cluster that people think in; the tree's first level."""

    NETWORK = "network"
    ACCESS = "access"
    DIRECTORY = "directory"
    SECRETS = "secrets"
    STORAGE = "storage"
    SCHEDULER = "scheduler"
    NODES = "nodes"
    GUARD = "guard"
    """Guard and logs."""


class LineState(StrEnum):
    """Where one resource is."""

    WAITING = "waiting"
    WORKING = "working"
    RETRYING = "retrying"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Nothing to do: it was so already."""
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class ResourceLine:
    """One resource of an operation.

    Args:
        id: Resource id, or a name of its own where no resource stands behind it (`drain`).
        part: Where it is shown.
        name: For people: `node-03`, `Lustre`.
        doing: What is done, a word: `create`, `start`, `deallocate`, `drain`, `delete`, `archive`, `wait`.
        state: See `LineState`.
        began: When it began; None = not yet.
        took_s: How long it took or has taken, seconds; None = not begun.
        note: One line: what it waits for, which try it is.
        failure: Why it failed or is tried again.
        type: Resource type; may be empty.
    """

    id: str
    part: ResourceGroupKind
    name: str
    doing: str
    state: LineState = LineState.WAITING
    began: datetime | None = None
    took_s: float | None = None
    note: str = ""
    failure: Failure | None = None
    type: str = ""


@dataclass(frozen=True, slots=True)
class ClusterOperation:
    """An operation at one moment.

    Args:
        kind: See `OperationKind`.
        cluster: Name of the cluster.
        state: As every long operation.
        lines: In the order in which they are shown.
        began: When it was asked for.
        ended: When it was over.
        deployment: Name of Azure's deployment while one carries it; the portal shows it.
        failure: Why it failed: the resource, the reason in words, the remedy.
        is_interrupted: It was left in the middle by a program that ended; `continue_operation` goes on.
        needs_confirmation: Azure wants the person to confirm (MFA) before it goes on; the operation waits for that.
        target: For people: `8 nodes`; empty where the kind says all.
    """

    kind: OperationKind
    cluster: str
    state: OperationState = OperationState.QUEUED
    lines: tuple[ResourceLine, ...] = ()
    began: datetime | None = None
    ended: datetime | None = None
    deployment: str = ""
    failure: Failure | None = None
    is_interrupted: bool = False
    needs_confirmation: bool = False
    target: str = ""

    def count(self, *states: LineState) -> int:
        """How many lines are in one of these states."""
        return sum(line.state in states for line in self.lines)
