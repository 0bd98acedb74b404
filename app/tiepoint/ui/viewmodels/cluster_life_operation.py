"""An operation on a cluster as a whole: its steps, its counts, what stopping or leaving it means. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tiepoint.domain.cluster import Cluster
from tiepoint.domain.cluster_operation import ClusterOperation, LineState, OperationKind, ResourceGroupKind
from tiepoint.domain.operation import OperationState
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.viewmodels.cluster_bills import bills_now, currency_of
from tiepoint.ui.viewmodels.cluster_life_tree import TreePart, line_seconds, tree_of
from tiepoint.ui.viewmodels.cluster_life_words import operation_verb
from tiepoint.ui.viewmodels.jobs_stages import StageView
from tiepoint.ui.viewmodels.jobs_words import duration_text
from tiepoint.ui.viewmodels.money import rate_text

_UNKNOWN: Final = "—"
_DONE: Final = (LineState.DONE, LineState.SKIPPED)
_COUNTED: Final = (
    (_DONE, "ok", "circle-check", "done"),
    ((LineState.WORKING,), "info", "loader", "under way"),
    ((LineState.RETRYING,), "warn", "rotate-cw", "retrying"),
    ((LineState.FAILED,), "err", "circle-x", "failed"),
    ((LineState.CANCELED,), "queued", "ban", "stopped"),
    ((LineState.WAITING,), "neutral", "clock", "waiting"),
)
_AFTER: Final = {
    OperationKind.DEPLOY: "When ready",
    OperationKind.RESUME: "When ready",
    OperationKind.SCALE: "Afterwards",
    OperationKind.PAUSE: "When paused",
    OperationKind.COLD: "When cold",
    OperationKind.DELETE: "Afterwards",
}


@dataclass(frozen=True, slots=True)
class Count:
    """How many lines are in a state.

    Args:
        tone: Of the part of the bar.
        icon: Before the figure.
        count: How many.
        word: After the figure.
    """

    tone: str
    icon: str
    count: int
    word: str


@dataclass(frozen=True, slots=True)
class Overall:
    """The operation in figures.

    Args:
        done: How many lines are done.
        total: How many there are.
        counts: By state, those that occur.
        facts: Names and values.
    """

    done: int
    total: int
    counts: tuple[Count, ...]
    facts: tuple[tuple[str, str], ...]

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return self.done / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class WayOut:
    """What leaving, stopping or deleting means.

    Args:
        icon: Before it.
        tone: Of the icon.
        title: What.
        text: What it means.
    """

    icon: str
    tone: str
    title: str
    text: str


def overall_of(cluster: Cluster, operation: ClusterOperation, now: datetime) -> Overall:
    """Return the operation in figures."""
    counts = tuple(
        Count(tone, icon, operation.count(*states), tr("Operation", word))
        for states, tone, icon, word in _COUNTED
        if operation.count(*states)
    )
    facts = (
        (tr("Operation", "Elapsed"), elapsed_text(operation, now)),
        (tr("Operation", "Longest"), _longest(operation, now)),
        (tr("Operation", "Bills already"), _rate(cluster, bills_now(cluster))),
        (tr("Operation", _AFTER[operation.kind]), _after(cluster, operation)),
    )
    return Overall(operation.count(*_DONE), len(operation.lines), counts, facts)


def elapsed_text(operation: ClusterOperation, now: datetime) -> str:
    """Say how long an operation has taken."""
    if operation.began is None:
        return _UNKNOWN
    end = operation.ended or now
    return duration_text(max(0.0, (end - operation.began).total_seconds()))


def steps_of(operation: ClusterOperation, now: datetime) -> tuple[StageView, ...]:
    """Return the steps of an operation: for a deployment from plan to running, else its parts in their order."""
    if operation.kind is OperationKind.DEPLOY:
        return _deploy_steps(operation, now)
    return tuple(
        StageView(
            part.line.key,
            part.line.name,
            _step_state(part.line.state),
            part.line.note if part.line.state != "queued" else "",
            part.line.took or part.line.note,
            1.0 if part.is_over else _share(operation, ResourceGroupKind(part.line.key.removeprefix("part:"))),
            tip=part.line.said,
        )
        for part in _in_order_of_begin(operation, now)
    )


def ways_out(cluster: Cluster, operation: ClusterOperation) -> tuple[WayOut, ...]:
    """Say what leaving, stopping and deleting mean while an operation goes on; it is over: what there is."""
    kind = operation.kind
    closing = WayOut("moon", "info.text", tr("WayOut", "Closing Tiepoint is fine"), _closing_text(kind))
    stopping = WayOut("circle-stop", "warn.text", *_cancel_words(cluster, operation))
    total = len(cluster.resources) or len(operation.lines)
    deleting = WayOut(
        "trash-2",
        "err.text",
        tr("WayOut", "Delete removes everything"),
        tr_count(
            "WayOut",
            "{count} resource. Photos and products in Blob are kept unless you say otherwise.",
            "All {count} resources. Photos and products in Blob are kept unless you say otherwise.",
            total,
        ),
    )
    return (closing, stopping, deleting) if kind is OperationKind.DEPLOY else (closing, stopping)


def failed_resource(operation: ClusterOperation) -> str:
    """Name the resource that an operation failed at; empty = none of them."""
    failed = [line for line in operation.lines if line.state is LineState.FAILED]
    return plain(failed[0].name) if failed else ""


def raw_text(operation: ClusterOperation) -> str:
    """Return Azure's own words about what failed."""
    told = [operation.failure.detail] if operation.failure is not None else []
    told += [
        f"{plain(line.name)}: {line.failure.detail}"
        for line in operation.lines
        if line.failure is not None and line.failure.detail
    ]
    return "\n".join(dict.fromkeys(each for each in told if each))


def _closing_text(kind: OperationKind) -> str:
    if kind is OperationKind.DEPLOY:
        return tr("WayOut", "The deployment goes on in Azure and is found again at the next start.")
    if kind is OperationKind.PAUSE:
        return tr("WayOut", "What Azure was told goes on. What is left is switched off by the cluster’s own guards.")
    return tr("WayOut", "What Azure was told goes on, and the rest at the next start.")


def _cancel_words(cluster: Cluster, operation: ClusterOperation) -> tuple[str, str]:
    kind = operation.kind
    rest = cluster.price.paused if cluster.price is not None else None
    costs = "" if rest is None else " " + tr("WayOut", "About {rate} while it rests.", rate=_rate(cluster, rest))
    if kind is OperationKind.DEPLOY:
        words = tr("WayOut", "What is made stays. Deploying again goes on from here.") + costs
        return tr("WayOut", "Cancel keeps what is ready"), words
    if kind is OperationKind.RESUME:
        words = tr("WayOut", "Machines that run go on running and billing until you pause.")
        return tr("WayOut", "Cancel keeps what is ready"), words
    if kind is OperationKind.SCALE:
        words = tr("WayOut", "Nodes that are made stay, and those not yet removed stay, too.")
        return tr("WayOut", "Cancel keeps what is ready"), words
    if kind is OperationKind.DELETE:
        words = tr("WayOut", "What is deleted is gone. The rest stays and bills until it is deleted.")
        return tr("WayOut", "Cancel stops deleting"), words
    words = tr("WayOut", "Machines that are off stay off. The others run on and bill.")
    return tr("WayOut", "Cancel stops half-way"), words


def _deploy_steps(operation: ClusterOperation, now: datetime) -> tuple[StageView, ...]:
    done, total = operation.count(*_DONE), len(operation.lines)
    state = {
        OperationState.COMPLETED: "completed",
        OperationState.FAILED: "paused" if operation.is_interrupted else "failed",
        OperationState.CANCELED: "canceled",
    }.get(operation.state, "running")
    counts = tr("Operation", "{done} of {total}", done=done, total=total) if total else ""
    is_over = operation.state is OperationState.COMPLETED
    return (
        StageView("plan", tr("Operation", "Plan"), "completed", "", tr("Operation", "kept with the cluster"), 1.0),
        StageView("preflight", tr("Operation", "Preflight"), "completed", "", tr("Operation", "before any money"), 1.0),
        StageView(
            "deploy", operation_verb(operation.kind), state, counts, elapsed_text(operation, now), done / max(1, total)
        ),
        StageView(
            "running",
            tr("Operation", "Running"),
            "completed" if is_over else "waiting",
            "",
            tr("Operation", "stops by itself"),
            1.0 if is_over else 0.0,
        ),
    )


def _in_order_of_begin(operation: ClusterOperation, now: datetime) -> list[TreePart]:
    first: dict[str, int] = {}
    for place, line in enumerate(operation.lines):
        first.setdefault(f"part:{line.part.value}", place)
    return sorted(tree_of(operation, now), key=lambda part: first[part.line.key])


def _share(operation: ClusterOperation, part: ResourceGroupKind) -> float:
    lines = [line for line in operation.lines if line.part is part]
    return sum(line.state in _DONE for line in lines) / max(1, len(lines))


def _step_state(state: str) -> str:
    return {"working": "running", "retrying": "warning", "queued": "waiting"}.get(state, state)


def _longest(operation: ClusterOperation, now: datetime) -> str:
    is_live = not operation.state.is_over
    going = [line for line in operation.lines if line.state in (LineState.WORKING, LineState.RETRYING)]
    timed = [(line_seconds(line, now, is_live=is_live) or 0.0, line) for line in (going or operation.lines)]
    if not timed or max(seconds for seconds, _ in timed) <= 0:
        return _UNKNOWN
    seconds, line = max(timed, key=lambda each: each[0])
    return f"{plain(line.name, limit=24)}, {duration_text(seconds)}"


def _after(cluster: Cluster, operation: ClusterOperation) -> str:
    price = cluster.price
    if price is None:
        return _UNKNOWN
    if operation.kind is OperationKind.PAUSE:
        return _rate(cluster, price.paused)
    if operation.kind is OperationKind.COLD:
        return _rate(cluster, price.cold)
    if operation.kind is OperationKind.DELETE:
        return tr("Operation", "at most Blob")
    return _rate(cluster, price.running)


def _rate(cluster: Cluster, per_hour: float | None) -> str:
    return _UNKNOWN if per_hour is None else rate_text(per_hour, currency_of(cluster), decimals=2)
