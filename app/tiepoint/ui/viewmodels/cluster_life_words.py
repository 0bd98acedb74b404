"""Words for the life of a cluster: its operations, the parts and lines of them, its machines. Pure; any thread."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tiepoint.domain.cluster import Cluster, MachineRole, Power
from tiepoint.domain.cluster_operation import ClusterOperation, LineState, OperationKind
from tiepoint.domain.node_sizes import size_label
from tiepoint.domain.operation import OperationState
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.viewmodels.cluster_words import region_name, storage_name
from tiepoint.ui.viewmodels.jobs_words import age_text

_ROLES: Final = {
    MachineRole.SCHEDULER: "Scheduler",
    MachineRole.NODE: "Node",
    MachineRole.JUMP_BOX: "Jump box",
    MachineRole.DIRECTORY: "Directory",
}
_POWERS: Final = {
    Power.STARTING: "Starting",
    Power.RUNNING: "Running",
    Power.STOPPING: "Stopping",
    Power.STOPPED: "Stopped, billed",
    Power.DEALLOCATING: "Being switched off",
    Power.DEALLOCATED: "Switched off",
    Power.UNKNOWN: "Not known",
}
_DOING: Final = {
    "create": ("Creating", "Created"),
    "update": ("Changing", "Changed"),
    "start": ("Starting", "Started"),
    "deallocate": ("Switching off", "Switched off"),
    "drain": ("Draining", "Drained"),
    "delete": ("Deleting", "Deleted"),
    "remove": ("Removing", "Removed"),
    "archive": ("Archiving", "Archived"),
    "deactivate": ("Giving back", "Given back"),
    "wait": ("Waiting for it", "Ready"),
    "put": ("Storing", "Stored"),
    "keep": ("Keeping", "Kept"),
    "restore": ("Bringing back", "Brought back"),
}
"""What a line does, while it does it and when it is done."""
_STATES: Final = {
    LineState.WAITING: "queued",
    LineState.WORKING: "working",
    LineState.RETRYING: "retrying",
    LineState.DONE: "completed",
    LineState.FAILED: "failed",
    LineState.SKIPPED: "skipped",
    LineState.CANCELED: "canceled",
}
_NOW: Final = {
    OperationKind.DEPLOY: "Deploying",
    OperationKind.RESUME: "Resuming",
    OperationKind.PAUSE: "Pausing",
    OperationKind.COLD: "Going cold",
    OperationKind.SCALE: "Scaling",
    OperationKind.DELETE: "Deleting",
}
_VERBS: Final = {
    OperationKind.DEPLOY: "Deploy",
    OperationKind.RESUME: "Resume",
    OperationKind.PAUSE: "Pause",
    OperationKind.COLD: "Go cold",
    OperationKind.SCALE: "Scale",
    OperationKind.DELETE: "Delete",
}
_ENDED: Final = {
    OperationKind.DEPLOY: "Deployed",
    OperationKind.RESUME: "Running again",
    OperationKind.PAUSE: "Paused",
    OperationKind.COLD: "Cold",
    OperationKind.SCALE: "Scaled",
    OperationKind.DELETE: "Deleted",
}
_CANCELS: Final = {
    OperationKind.DEPLOY: "Cancel deployment",
    OperationKind.RESUME: "Cancel resuming",
    OperationKind.PAUSE: "Cancel pausing",
    OperationKind.COLD: "Cancel going cold",
    OperationKind.SCALE: "Cancel scaling",
    OperationKind.DELETE: "Cancel deleting",
}
_KIND_STATES: Final = {
    OperationKind.DEPLOY: "deploying",
    OperationKind.RESUME: "resuming",
    OperationKind.PAUSE: "pausing",
    OperationKind.COLD: "cooling",
    OperationKind.SCALE: "scaling",
    OperationKind.DELETE: "deleting",
}


def role_name(role: MachineRole) -> str:
    """Name what a machine is for."""
    return tr("Machine", _ROLES[role])


def power_name(power: Power) -> str:
    """Name Azure's power state."""
    return tr("Machine", _POWERS[power])


def line_look(state: LineState, doing: str) -> tuple[str, str]:
    """Return a line's state as a name in `theme.states`, and the word for it.

    Args:
        state: Where the resource is.
        doing: What is done with it.
    """
    going, done = _DOING.get(doing, ("Working", "Done"))
    if state is LineState.WORKING:
        return _STATES[state], tr("ClusterLine", going)
    if state is LineState.DONE:
        return _STATES[state], tr("ClusterLine", done)
    if state is LineState.SKIPPED:
        return _STATES[state], tr("ClusterLine", "There already" if doing == "create" else "Not needed")
    words = {
        LineState.WAITING: tr("ClusterLine", "Waiting"),
        LineState.RETRYING: tr("ClusterLine", "Retrying"),
        LineState.FAILED: tr("ClusterLine", "Failed"),
        LineState.CANCELED: tr("ClusterLine", "Stopped"),
    }
    return _STATES[state], words[state]


def operation_look(operation: ClusterOperation) -> tuple[str, str]:
    """Return an operation's state as a name in `theme.states`, and the words of a pill."""
    kind = operation.kind
    if operation.is_interrupted:
        return "warning", tr("Operation", "Interrupted")
    if operation.needs_confirmation:
        return "needs-sign-in", tr("Operation", "Waits for you")
    if operation.state is OperationState.FAILED:
        return "failed", tr("Operation", "{verb} failed", verb=operation_verb(kind))
    if operation.state is OperationState.CANCELED:
        return "canceled", tr("Operation", "{verb} stopped", verb=operation_verb(kind))
    if operation.state is OperationState.COMPLETED:
        return "completed", tr("Operation", _ENDED[kind])
    return _KIND_STATES[kind], operation_now(operation)


def operation_now(operation: ClusterOperation) -> str:
    """Say what is under way: `Scaling to 8 nodes`."""
    going = tr("Operation", _NOW[operation.kind])
    if operation.target:
        return tr("Operation", "{doing} to {target}", doing=going, target=plain(operation.target))
    return going


def operation_verb(kind: OperationKind) -> str:
    """Name an operation as a verb: `Resume`."""
    return tr("Operation", _VERBS[kind])


def cancel_verb(kind: OperationKind) -> str:
    """Say what stopping an operation is: `Cancel deployment`."""
    return tr("Operation", _CANCELS[kind])


def heard_text(heard: datetime | None, now: datetime) -> str:
    """Say when a machine's guard was heard last; empty when never."""
    return "" if heard is None else age_text((now - heard).total_seconds())


def cluster_line(cluster: Cluster) -> str:
    """Say what a cluster is in one line: `5 nodes · NV36ads A10 v5 · East US · Lustre 4 TiB`."""
    nodes = [machine for machine in cluster.machines if machine.role is MachineRole.NODE]
    plan = cluster.plan
    count = len(nodes) or (plan.nodes.count if plan is not None else 0)
    size = plan.nodes.size if plan is not None else nodes[0].size if nodes else ""
    parts = [tr_count("Clusters", "{count} node", "{count} nodes", count) if count else ""]
    parts += [size_label(size) if size else "", region_name(cluster.region)]
    if plan is not None:
        parts.append(storage_name(plan.storage))
    return " · ".join(part for part in parts if part)
