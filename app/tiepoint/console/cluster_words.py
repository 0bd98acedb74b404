"""What is said of clusters and their operations on a terminal. Pure; any thread."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tiepoint.console.tables import table_text
from tiepoint.console.text import duration_text, moment_text, plain
from tiepoint.domain.budget import BudgetGap, budget_gap
from tiepoint.domain.cluster import Cluster, ClusterState, Machine, MachineRole, Power
from tiepoint.domain.cluster_operation import ClusterOperation, LineState, OperationKind, ResourceLine
from tiepoint.domain.operation import OperationState

TITLES: Final = ("CLUSTER", "STATE", "NODES", "STORAGE", "NOW PER HOUR", "STOPS ITSELF", "REGION")
DOING: Final = {
    OperationKind.DEPLOY: "Deploying",
    OperationKind.RESUME: "Resuming",
    OperationKind.PAUSE: "Pausing",
    OperationKind.COLD: "Making cold",
    OperationKind.SCALE: "Changing the nodes of",
    OperationKind.DELETE: "Deleting",
}
DONE: Final = {
    OperationKind.DEPLOY: "is deployed",
    OperationKind.RESUME: "runs again",
    OperationKind.PAUSE: "is paused",
    OperationKind.COLD: "is cold",
    OperationKind.SCALE: "has the nodes it was to have",
    OperationKind.DELETE: "is deleted",
}
STATE_WORDS: Final = {ClusterState.DATA_KEPT: "deleted, data kept"}
_LINE_WORDS: Final = {
    LineState.WAITING: "waits",
    LineState.WORKING: "at work",
    LineState.RETRYING: "again",
    LineState.DONE: "done",
    LineState.FAILED: "FAILED",
    LineState.SKIPPED: "nothing to do",
    LineState.CANCELED: "cancelled",
}
_OPEN: Final = (LineState.WAITING, LineState.WORKING, LineState.RETRYING)


def cluster_row(cluster: Cluster, now: datetime) -> tuple[str, ...]:
    """Return a row of the list."""
    plan = cluster.plan
    return (
        plain(cluster.name),
        STATE_WORDS.get(cluster.state, cluster.state.value),
        nodes_text(cluster),
        plan.storage.kind.value if plan else "–",
        rate_text(cluster),
        moment_text(cluster.stops_at, now),
        plain(cluster.region),
    )


def nodes_text(cluster: Cluster) -> str:
    """Say how many nodes run of how many there are: `4 of 5`."""
    nodes = [each for each in cluster.machines if each.role is MachineRole.NODE]
    running = sum(each.power is Power.RUNNING for each in nodes)
    return f"{running} of {len(nodes)}"


def rate_text(cluster: Cluster) -> str:
    """Say what a cluster costs now: `18.45 USD`."""
    return f"{cluster.meter.per_hour:.2f} {cluster.meter.currency}" if cluster.meter else "–"


def status_text(cluster: Cluster, now: datetime) -> str:
    """Say all that is known of a cluster in a screen."""
    state = STATE_WORDS.get(cluster.state, cluster.state.value)
    head = [f"{plain(cluster.name)}: {state}, {plain(cluster.region)}, group {plain(cluster.resource_group)}"]
    if cluster.meter is not None:
        since = f" since {moment_text(cluster.meter.since, now)}" if cluster.meter.since else ""
        meter = cluster.meter
        head.append(f"Costs {meter.per_hour:.2f} {meter.currency} per hour, {meter.spent:.2f}{since}; list price.")
    gap = budget_gap(cluster)
    if gap is not None:
        head.append(gap_text(gap))
    if cluster.stops_at is not None:
        head.append(f"Stops itself by {moment_text(cluster.stops_at, now)} if nobody works.")
    elif cluster.state is ClusterState.DATA_KEPT:
        name = plain(cluster.name)
        head.append("It is deleted; its storage account with captures and products is kept, and bills.")
        head.append(f"Have it again: tiepoint cluster resume {name}")
        head.append(f"Delete the data, too: tiepoint cluster delete {name} --yes-delete {name} --delete-data")
    elif cluster.state in (ClusterState.PAUSED, ClusterState.COLD):
        head.append(f"Start it with: tiepoint cluster resume {plain(cluster.name)}")
    parts = ["\n".join(head)]
    if cluster.machines:
        rows = [_machine_row(each, now) for each in cluster.machines]
        parts.append(table_text(("MACHINE", "POWER", "ANSWERS", "AT WORK", "LAST HEARD"), rows))
    if cluster.operation is not None:
        parts.append(operation_text(cluster.operation))
    if cluster.failure is not None:
        parts.append(f"{plain(cluster.failure.summary)} {plain(cluster.failure.remedy)}".strip())
    return "\n\n".join(parts)


def gap_text(gap: BudgetGap) -> str:
    """Say that a budget ends a run too late, or never."""
    budget = f"{gap.budget:.2f} {gap.currency}"
    if not gap.missing:
        return f"The budget of {budget} cannot be watched for want of prices; it stops when it has nothing to do."
    names = ", ".join(plain(each) for each in gap.missing)
    return f"The budget of {budget} is watched in part only: there is no price for {names}."


def operation_text(operation: ClusterOperation) -> str:
    """Say where an operation is, in one line."""
    done, total = progress(operation)
    doing = f"{DOING[operation.kind]} {plain(operation.cluster)}"
    if operation.is_interrupted:
        return f"{doing} was left in the middle. Go on with: tiepoint cluster retry {plain(operation.cluster)}"
    if operation.state.is_over:
        ended = f"{doing}: {operation.state.value}."
        return f"{ended} {plain(operation.failure.summary)}" if operation.failure else ended
    return f"{doing}: {done} of {total} resources."


def ended_text(operation: ClusterOperation) -> str:
    """Say how an operation ended, for the last word of its command."""
    took = ""
    if operation.began is not None and operation.ended is not None:
        took = f" ({duration_text((operation.ended - operation.began).total_seconds())})"
    return f"{plain(operation.cluster)} {DONE[operation.kind]}{took}."


def line_text(line: ResourceLine) -> str:
    """Say where a resource is: `node-03: start, done in 1:58 min`."""
    took = f" in {duration_text(line.took_s)}" if line.state is LineState.DONE and line.took_s else ""
    note = f" ({plain(line.note)})" if line.note else ""
    why = f": {plain(line.failure.summary)}" if line.failure is not None and line.state is LineState.FAILED else ""
    return f"{plain(line.name)}: {line.doing}, {_LINE_WORDS[line.state]}{took}{note}{why}"


def progress(operation: ClusterOperation) -> tuple[int, int]:
    """Return how many resources are done, and how many there are."""
    return sum(line.state not in _OPEN for line in operation.lines), len(operation.lines)


def is_running(operation: ClusterOperation | None) -> bool:
    """Whether an operation is under way."""
    return operation is not None and operation.state in (OperationState.QUEUED, OperationState.RUNNING)


def _machine_row(machine: Machine, now: datetime) -> tuple[str, ...]:
    answers = {True: "yes", False: "no", None: "–"}
    return (
        plain(machine.name),
        machine.power.value,
        answers[machine.is_healthy],
        answers[machine.is_busy],
        moment_text(machine.last_heard, now),
    )
