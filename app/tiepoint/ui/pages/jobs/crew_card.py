"""The nodes of a cluster that work on the open job, in the Nodes page's own columns. The GUI thread."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QSizePolicy

from tiepoint.domain.node import Node
from tiepoint.ui.text import tr, tr_count
from tiepoint.ui.viewmodels.nodes_columns import node_columns
from tiepoint.ui.viewmodels.nodes_rows import node_row
from tiepoint.ui.viewmodels.nodes_state import NodeContext
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.layouts import holder, row
from tiepoint.ui.widgets.table import Table
from tiepoint.ui.widgets.table_cells import Column
from tiepoint.ui.widgets.table_columns import ColumnMemory, StateKept

_ROW_PX: Final = 40
_LEAST_PX: Final = 140
_USUAL: Final = ("state", "host", "task", "gpu", "vram", "cpu", "memory", "work", "heard")
"""Columns that tell of the work; the others are a choice away, or on the Nodes page."""


class CrewCard(Card):
    """A table of nodes.

    Args:
        kept: Remembers the columns.
    """

    def __init__(self, kept: StateKept) -> None:
        self.all_nodes = Button(tr("Crew", "All nodes"), "arrow-right", "link", size="small")
        super().__init__(tr("Crew", "Nodes at work"), " ", self.all_nodes)
        columns = crew_columns()
        memory = ColumnMemory("crew", columns, kept)
        self.table = Table(tr("Crew", "Nodes at work"), memory, columns, row_height=_ROW_PX)
        self.content.addWidget(holder(row(self.table, margins=(6, 0, 6, 8))), 1)
        self.setMinimumHeight(_LEAST_PX)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def show_nodes(self, nodes: Sequence[Node], context: NodeContext, *, idle: int) -> None:
        """Show these nodes; `idle` others wait."""
        self.table.set_rows([node_row(node, context) for node in nodes])
        words = tr_count("Crew", "{count} works on it", "{count} work on it", len(nodes))
        if idle:
            words += " · " + tr_count("Crew", "{count} idle", "{count} idle", idle)
        if self.head is not None:
            self.head.remark_label.setText(words)


def crew_columns() -> tuple[Column, ...]:
    """Return the Nodes page's columns with what tells of the work in front."""
    return tuple(
        dataclasses.replace(
            column,
            is_extra=column.key not in _USUAL,
            takes_rest=column.key == "task",
            width=120 if column.key == "task" else column.width,
        )
        for column in node_columns()
    )
