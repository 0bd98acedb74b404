"""How a node is, from what its scheduler and Azure say of it, and whether it is worth a look. Pure; any thread.

The scheduler's state and Azure's power are never merged: one says what the node does, the other what it bills.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from tiepoint.domain.cluster import Power
from tiepoint.domain.node import Node, NodeState

SILENT_S: Final = 15.0
"""A busy node that was not heard of for this long is worth a look: nodes tell of themselves every few seconds."""
FRESH_S: Final = 5.0
"""Nodes tell of themselves every few seconds; younger news is from now."""
STUCK_S: Final = 600.0
"""A task that wrote no line for this long may hang; long steps tell how far they are more often than that."""
BUSY: Final = (NodeState.BUSY, NodeState.STARTING, NodeState.LEAVING)
_GONE: Final = (NodeState.OFFLINE, NodeState.FAILED)
_OFF: Final = (Power.DEALLOCATED, Power.DEALLOCATING)
PAUSED_AT_JOIN: Final = "Paused since it joined"
_EVICTED: Final = ("evict", "preempt", "taken back")


@dataclass(frozen=True, slots=True)
class NodeMachine:
    """What Azure says of a node's machine.

    Args:
        name: Of the machine.
        power: See `Power`.
        per_hour: List price while it runs; None = unknown.
        is_spot: Whether Azure may take it back.
        problem: Why Azure could not start it; empty = it could.
    """

    name: str
    power: Power = Power.UNKNOWN
    per_hour: float | None = None
    is_spot: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class NodeContext:
    """What a row needs besides the node.

    Args:
        now: The time by the scheduler's clock.
        jobs: Names of jobs by id.
        version: Version of the scheduler; a node of another one stands out.
        is_stale: Whether everything the scheduler said is only as last known.
        machines: Azure's machines by node id.
        currency: Of their prices.
        points: What each node's graphics cards, or else its cores, did lately, by node id.
        can_start: Whether machines may be started from here.
        can_pause: Whether the scheduler can pause and release nodes.
    """

    now: datetime
    jobs: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    is_stale: bool = False
    machines: Mapping[str, NodeMachine] = field(default_factory=dict)
    currency: str = "USD"
    points: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    can_start: bool = False
    can_pause: bool = False
    fresh_since: datetime = field(init=False, compare=False)
    lively_since: datetime = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fresh_since", self.now - _FRESH)
        object.__setattr__(self, "lively_since", self.now - _LIVELY)

    def machine(self, node: Node) -> NodeMachine | None:
        """The machine of a node; None = it has none on Azure."""
        return self.machines.get(node.id)


def node_state(node: Node, context: NodeContext) -> str:
    """Return a node's state as a name for `theme.states`, what is wrong with it first."""
    if is_evicted(node, context):
        return "evicted"
    if is_silent(node, context) or is_billed_for_nothing(node, context):
        return "silent"
    return "stuck" if is_stuck(node, context) else node.state.value


def needs_attention(node: Node, context: NodeContext) -> bool:
    """Whether a node is worth a look."""
    return _is_odd(node, node_state(node, context), context)


def is_usual(node: Node, context: NodeContext) -> bool:
    """Whether a busy node is as most are, told quickly: heard just now, at work, and nothing is to be said of it."""
    return (
        node.state is NodeState.BUSY
        and not node.notice
        and not context.is_stale
        and node.heard is not None
        and node.heard > context.fresh_since
        and node.last_line is not None
        and node.last_line > context.lively_since
        and (node.version == context.version or not node.version or not context.version)
        and node.id not in context.machines
    )


def judged(node: Node, context: NodeContext) -> tuple[tuple[float, ...], frozenset[str]]:
    """Return where a node's row stands unless a column was chosen to sort by, and the filters it belongs to."""
    if is_usual(node, context):
        return (_USUAL, number_of(node.id)), _TAGS["working", False]
    state = node_state(node, context)
    is_odd = _is_odd(node, state, context)
    return (_order(state, is_odd=is_odd), number_of(node.id)), _TAGS[_kind(node), is_odd]


def rank_of(node: Node, context: NodeContext) -> tuple[float, ...]:
    """Return where a row stands unless a column was chosen to sort by."""
    return judged(node, context)[0]


def order_of(node: Node, context: NodeContext) -> int:
    """Return where a node stands among others: what needs attention first, by how much it costs to overlook."""
    state = node_state(node, context)
    return _order(state, is_odd=_is_odd(node, state, context))


def due_after(node: Node, context: NodeContext) -> datetime:
    """Return until when a row says the same as now if nothing is heard; ages of what is late count seconds."""
    if context.is_stale or node.state not in BUSY:
        return _NEVER
    if node.heard is not None and node.last_line is not None and is_usual(node, context):
        return min(max(node.heard + _FRESH, context.now + _SECOND), node.last_line + _STUCK)
    soon = context.now + _SECOND
    due = [_NEVER]
    if node.heard is not None:
        due.append(max(node.heard + _FRESH, soon))
    told = [moment for moment in (node.last_line, node.task_since) if moment is not None]
    if told and node.state is NodeState.BUSY:
        due.append(max(max(told) + _STUCK, soon))
    return min(due)


def is_silent(node: Node, context: NodeContext) -> bool:
    """Whether a busy node has not been heard of for long."""
    if context.is_stale or node.heard is None or node.state not in BUSY:
        return False
    return (context.now - node.heard).total_seconds() > SILENT_S


def is_billed_for_nothing(node: Node, context: NodeContext) -> bool:
    """Whether the machine is on and billed, and the scheduler does not hear of it."""
    machine = context.machine(node)
    return not context.is_stale and node.state in _GONE and machine is not None and machine.power is Power.RUNNING


def is_evicted(node: Node, context: NodeContext) -> bool:
    """Whether Azure took the machine back."""
    machine = context.machine(node)
    if machine is not None and machine.is_spot and machine.power in _OFF and node.job is not None:
        return True
    return node.state in _GONE and any(word in node.notice.casefold() for word in _EVICTED)


def is_stuck(node: Node, context: NodeContext) -> bool:
    """Whether a node's task has said nothing for long while the node itself is heard."""
    return not context.is_stale and (quiet_s(node, context) or 0.0) > STUCK_S


def quiet_s(node: Node, context: NodeContext) -> float | None:
    """Return for how long a busy node's task has said nothing; None = nothing can be said."""
    told = [moment for moment in (node.last_line, node.task_since) if moment is not None]
    if node.state is not NodeState.BUSY or not told:
        return None
    return (context.now - max(told)).total_seconds()


def is_paused_since_it_joined(node: Node) -> bool:
    """Whether a node waits for somebody to let it take tasks at all."""
    return node.state is NodeState.PAUSED and node.notice.startswith(PAUSED_AT_JOIN)


def is_other_version(node: Node, context: NodeContext) -> bool:
    """Whether a node runs another version than its scheduler."""
    return bool(node.version and context.version and node.version != context.version)


def _is_odd(node: Node, state: str, context: NodeContext) -> bool:
    return (
        state in _ODD
        or is_paused_since_it_joined(node)
        or is_other_version(node, context)
        or bool(node.notice and node.state in BUSY)
    )


def _order(state: str, *, is_odd: bool) -> int:
    if is_odd:
        return _FIRST.index(state) if state in _FIRST else len(_FIRST)
    return 10 + (_THEN.index(state) if state in _THEN else len(_THEN))


def _kind(node: Node) -> str:
    if node.state in BUSY:
        return "working"
    return "away" if node.state in _GONE else "idle" if node.state is NodeState.READY else "paused"


@lru_cache(maxsize=20_000)
def number_of(node_id: str) -> float:
    """Return the number in a node's name, to sort by: 12 for `node-012`."""
    digits = "".join(letter for letter in node_id if letter.isdigit())
    return float(digits[-15:]) if digits else 0.0


_ODD: Final = frozenset(("evicted", "silent", "stuck", "failed"))
_FIRST: Final = ("stuck", "evicted", "silent", "failed", "paused")
_THEN: Final = ("starting", "busy", "leaving", "paused", "ready")
_TAGS: Final = {
    (kind, is_odd): frozenset((kind, "attention") if is_odd else (kind,))
    for kind in ("working", "idle", "away", "paused")
    for is_odd in (False, True)
}
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_FRESH: Final = timedelta(seconds=FRESH_S)
_STUCK: Final = timedelta(seconds=STUCK_S)
_LIVELY: Final = timedelta(seconds=STUCK_S - 2 * FRESH_S)
"""A task that said something since will not be stuck before its node is looked at again."""
_USUAL: Final = 10 + _THEN.index("busy")
