"""Who works on the open job: worker, task, progress, last heard, CPU and memory. The GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tiepoint.domain.node import Node, NodeState
from tiepoint.ui.text import tr, tr_count
from tiepoint.ui.viewmodels.nodes_columns import worker_columns
from tiepoint.ui.viewmodels.nodes_rows import worker_row
from tiepoint.ui.viewmodels.nodes_state import NodeContext, rank_of
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.layouts import holder, row
from tiepoint.ui.widgets.table import HEAD_PX, Table
from tiepoint.ui.widgets.table_cells import LazyRow
from tiepoint.ui.widgets.table_columns import ColumnMemory, StateKept

_ROW_PX: Final = 44
_MOST_ROWS: Final = 6


class WorkersCard(Card):
    """A table of workers.

    Args:
        kept: Remembers the columns.
    """

    def __init__(self, kept: StateKept) -> None:
        super().__init__(tr("Workers", "Workers"), " ")
        columns = worker_columns()
        memory = ColumnMemory("workers", columns, kept)
        self.table = Table(tr("Workers", "Workers"), memory, columns, row_height=_ROW_PX, has_chooser=False)
        self.content.addWidget(holder(row(self.table, margins=(6, 0, 6, 8))))

    def show_nodes(self, nodes: Sequence[Node], context: NodeContext) -> None:
        """Show these workers."""
        self.table.set_rows([_row(node, context) for node in nodes])
        busy = sum(node.state is NodeState.BUSY for node in nodes)
        idle = sum(node.state is NodeState.READY for node in nodes)
        words = tr_count("Workers", "{count} working", "{count} working", busy)
        if idle:
            words += ", " + tr_count("Workers", "{count} ready", "{count} ready", idle)
        if self.head is not None:
            self.head.remark_label.setText(words)
        shown = min(max(len(nodes), 1), _MOST_ROWS)
        self.table.setFixedHeight(HEAD_PX + shown * _ROW_PX + 4)


def _row(node: Node, context: NodeContext) -> LazyRow:
    return LazyRow(
        node.id,
        (node, context.now, context.is_stale),
        lambda: worker_row(node, context).cells,
        rank=rank_of(node, context),
        is_stale=context.is_stale,
    )
