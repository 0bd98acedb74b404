"""Nodes as rows of a table, made when they are looked at. What they say: `nodes_cells`. Pure; any thread."""

from __future__ import annotations

from typing import Final

from tiepoint.domain.node import Node
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.nodes_cells import CELLS, cpu_cell, heard_cell, memory_cell, stage_text, task_cell
from tiepoint.ui.viewmodels.nodes_columns import node_columns, worker_columns
from tiepoint.ui.viewmodels.nodes_state import (
    BUSY,
    FRESH_S,
    SILENT_S,
    STUCK_S,
    NodeContext,
    is_usual,
    judged,
    needs_attention,
    node_state,
    quiet_s,
)
from tiepoint.ui.widgets.table_cells import Cell, LazyRow, Row

__all__ = [
    "SILENT_S",
    "NodeContext",
    "needs_attention",
    "node_columns",
    "node_row",
    "node_state",
    "worker_columns",
    "worker_row",
]
_MAKERS: Final = tuple(CELLS.values())
_USUAL_AGE: Final = (FRESH_S // 1, 0)


def node_row(node: Node, context: NodeContext) -> LazyRow:
    """Return a node's row on the Nodes page; its cells are made when they are looked at."""
    rank, tags = judged(node, context)
    job = context.jobs.get(node.job) if node.job else None
    source = (
        node,
        context.machine(node),
        context.points.get(node.id),
        _age_shown(node, context),
        (context.version, job, context.can_start, context.can_pause),
    )
    return LazyRow(
        node.id,
        source,
        lambda: tuple(make(node, context) for make in _MAKERS),
        rank=rank,
        tags=tags,
        is_stale=context.is_stale,
        one=lambda place: _MAKERS[place](node, context),
    )


def worker_row(node: Node, context: NodeContext) -> Row:
    """Return a node's row among the workers of a job."""
    state = node_state(node, context)
    look = look_of(state)
    is_busy = node.state in BUSY
    cells = (
        Cell(plain(node.id), look.text, icon=look.icon, is_strong=is_busy, tone=_state_tone(state)),
        Cell(stage_text(node)) if node.stage else Cell(tr("Nodes", "No task"), tone="quiet"),
        task_cell(node, context),
        heard_cell(node, context, is_short=True),
        cpu_cell(node),
        memory_cell(node),
    )
    return Row(node.id, cells, judged(node, context)[0], is_stale=context.is_stale)


def _age_shown(node: Node, context: NodeContext) -> object:
    """What of the time is shown in a row, so that a row changes no more often than its words."""
    if context.is_stale or node.heard is None:
        return context.is_stale
    if is_usual(node, context):
        return _USUAL_AGE
    age_s = (context.now - node.heard).total_seconds()
    told = quiet_s(node, context)
    return (
        max(FRESH_S, age_s) // 1 if node.state in BUSY else 0,
        told // 1 if told is not None and told > STUCK_S else 0,
    )


def _state_tone(state: str) -> str:
    return {"silent": "warn", "stuck": "warn", "starting": "warn", "leaving": "warn", "failed": "err"}.get(state, "")
