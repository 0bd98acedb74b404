"""Nodes as rows of a table: what each column says, and which need attention first. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tiepoint.domain.node import Node, NodeState
from tiepoint.domain.stages import stage_title
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.jobs_words import age_text, bytes_text, clock_text, coarse_text, percent_text
from tiepoint.ui.widgets.table_cells import NOTHING, Cell, Column, Row

SILENT_S: Final = 15.0
"""A busy node that was not heard of for this long is worth a look: nodes tell of themselves every few seconds."""
_NOW_S: Final = 2.0
_BUSY: Final = (NodeState.BUSY, NodeState.STARTING, NodeState.LEAVING)


@dataclass(frozen=True, slots=True)
class NodeContext:
    """What a row needs besides the node.

    Args:
        now: The time.
        jobs: Names of jobs by id.
        version: Version of the scheduler; a node of another one stands out.
        is_stale: Whether everything is only as last known.
    """

    now: datetime
    jobs: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    is_stale: bool = False


def node_columns() -> tuple[Column, ...]:
    """Return the columns of the Nodes page."""
    return (
        Column("state", tr("Nodes", "State"), 104),
        Column("host", tr("Nodes", "Node"), 116, tip=tr("Nodes", "A worker, and the computer it runs on")),
        Column("job", tr("Nodes", "Job, stage"), 140, takes_rest=True),
        Column("task", tr("Nodes", "Task"), 112, tip=tr("Nodes", "How far its running task is")),
        Column("cpu", tr("Nodes", "CPU"), 60, is_right=True, tip=tr("Nodes", "Share of the cores it may use")),
        Column("memory", tr("Nodes", "Memory"), 92, is_right=True, drop=1, tip=tr("Nodes", "Used, of what it may use")),
        Column("heard", tr("Nodes", "Last heard"), 88, is_right=True),
        Column(
            "version", tr("Nodes", "Version"), 82, drop=2, tip=tr("Nodes", "Stands out when it is not the scheduler's")
        ),
        Column("capability", tr("Nodes", "Capability"), 96, drop=3, tip=tr("Nodes", "What its tasks may use")),
        Column("errors", tr("Nodes", "Errors"), 72, is_right=True, drop=4, tip=tr("Nodes", "Tasks that failed on it")),
    )


def worker_columns() -> tuple[Column, ...]:
    """Return the columns of the workers of one job: the same, for less room."""
    return (
        Column("worker", tr("Nodes", "Worker"), 100),
        Column("task", tr("Nodes", "Task"), 84, takes_rest=True),
        Column("progress", tr("Nodes", "Progress"), 84, drop=3),
        Column("heard", tr("Nodes", "Heard"), 60, is_right=True, drop=1),
        Column("cpu", tr("Nodes", "CPU"), 50, is_right=True),
        Column("memory", tr("Nodes", "Memory"), 66, is_right=True, drop=2),
    )


def node_row(node: Node, context: NodeContext) -> Row:
    """Return a node's row on the Nodes page."""
    cells = (
        _state(node, context),
        Cell(plain(node.id), plain(node.host), is_strong=True),
        _job(node, context),
        _task(node),
        cpu_cell(node),
        memory_cell(node, with_limit=True),
        heard_cell(node, context),
        _version(node, context),
        _capability(node),
        _errors(node),
    )
    return Row(node.id, cells, _rank(node, context), _tags(node, context), is_stale=context.is_stale)


def worker_row(node: Node, context: NodeContext) -> Row:
    """Return a node's row among the workers of a job."""
    state = node_state(node, context)
    look = look_of(state)
    is_busy = node.state in _BUSY
    cells = (
        Cell(plain(node.id), look.text, icon=look.icon, is_strong=is_busy, tone=_state_tone(state)),
        Cell(_stage(node)) if node.stage else Cell(tr("Nodes", "No task"), tone="quiet"),
        _task(node),
        heard_cell(node, context, is_short=True),
        cpu_cell(node),
        memory_cell(node, with_limit=False),
    )
    return Row(node.id, cells, _rank(node, context), is_stale=context.is_stale)


def node_state(node: Node, context: NodeContext) -> str:
    """Return a node's state as a name for `theme.states`; a busy one that says nothing is silent."""
    return "silent" if _is_silent(node, context) else node.state.value


def needs_attention(node: Node, context: NodeContext) -> bool:
    """Whether a node is worth a look."""
    return node.state is NodeState.FAILED or _is_silent(node, context) or _is_other_version(node, context)


def cpu_cell(node: Node) -> Cell:
    """Return what is said of a node's processor."""
    if node.load is None:
        return NOTHING
    share = min(1.0, node.load.cpu)
    return Cell(percent_text(share), number=share, tone="" if node.state in _BUSY else "quiet")


def memory_cell(node: Node, *, with_limit: bool) -> Cell:
    """Return what is said of a node's memory; amber when it is close to its limit."""
    if node.load is None or node.load.memory_bytes <= 0:
        return NOTHING
    used, limit = node.load.memory_bytes, node.memory_bytes
    tone = "warn" if limit and used > 0.9 * limit else "" if node.state in _BUSY else "quiet"
    sub = tr("Nodes", "of {limit}", limit=bytes_text(limit)) if with_limit and limit else ""
    return Cell(bytes_text(used), sub, tone=tone, number=float(used))


def heard_cell(node: Node, context: NodeContext, *, is_short: bool = False) -> Cell:
    """Return when a node was last heard of: its age, or the time when everything is as last known."""
    if node.heard is None:
        return NOTHING
    age_s = max(0.0, (context.now - node.heard).total_seconds())
    if context.is_stale:
        return Cell(clock_text(node.heard, context.now, with_seconds=not is_short), tone="quiet", number=age_s)
    age = coarse_text(age_s) if is_short and age_s >= _NOW_S else age_text(age_s)
    if _is_silent(node, context):
        return Cell(age, tone="warn", number=age_s)
    # A node that has nothing to do has nothing to say; its silence is no news.
    return Cell(age if node.state in _BUSY else tr("Nodes", "idle"), tone="quiet", number=age_s)


def capability_text(node: Node) -> str:
    """Name what a node's tasks may use."""
    return tr("Nodes", "CPU + GPU") if node.gpus else tr("Nodes", "CPU")


def _state(node: Node, context: NodeContext) -> Cell:
    state = node_state(node, context)
    return Cell(look_of(state).text, look="pill", state=state, number=_order(node, context))


def _job(node: Node, context: NodeContext) -> Cell:
    if node.job is None:
        return Cell(tr("Nodes", "No task"), tone="quiet")
    return Cell(plain(context.jobs.get(node.job, node.job)), _stage(node))


def _stage(node: Node) -> str:
    return tr("Stage", stage_title(node.stage)) if node.stage else ""


def _task(node: Node) -> Cell:
    if node.job is None:
        return Cell("", look="bar", share=0.0)
    if node.task_progress is None:
        return Cell(tr("Nodes", "busy"), look="bar", share=None, spoken=tr("Nodes", "busy, no telling how far"))
    return Cell(percent_text(node.task_progress), look="bar", share=node.task_progress, number=node.task_progress)


def _version(node: Node, context: NodeContext) -> Cell:
    if not node.version:
        return NOTHING
    if _is_other_version(node, context):
        return Cell(plain(node.version), tone="warn", icon="triangle-alert")
    return Cell(plain(node.version), tone="quiet")


def _capability(node: Node) -> Cell:
    cores = tr("Nodes", "{count} cores", count=node.cpu_count) if node.cpu_count > 1 else tr("Nodes", "1 core")
    return Cell(capability_text(node), cores, tone="quiet", number=float(node.cpu_count))


def _errors(node: Node) -> Cell:
    tone = "warn" if node.errors else "quiet"
    return Cell(str(node.errors), tone=tone, icon="triangle-alert" if node.errors else "", number=float(node.errors))


def _is_silent(node: Node, context: NodeContext) -> bool:
    if context.is_stale or node.heard is None or node.state not in _BUSY:
        return False
    return (context.now - node.heard).total_seconds() > SILENT_S


def _is_other_version(node: Node, context: NodeContext) -> bool:
    return bool(node.version and context.version and node.version != context.version)


def _order(node: Node, context: NodeContext) -> int:
    if needs_attention(node, context):
        return 0
    states = (NodeState.STARTING, NodeState.BUSY, NodeState.LEAVING, NodeState.PAUSED, NodeState.READY)
    return states.index(node.state) + 1 if node.state in states else len(states) + 1


def _rank(node: Node, context: NodeContext) -> tuple[float, ...]:
    digits = "".join(letter for letter in node.id if letter.isdigit())
    return (_order(node, context), float(digits[-15:]) if digits else 0.0)


def _tags(node: Node, context: NodeContext) -> frozenset[str]:
    found = {"working"} if node.state in _BUSY else {"idle"} if node.state is NodeState.READY else set()
    return frozenset(found | ({"attention"} if needs_attention(node, context) else set()))


def _state_tone(state: str) -> str:
    return {"silent": "warn", "starting": "warn", "leaving": "warn", "failed": "err"}.get(state, "")
