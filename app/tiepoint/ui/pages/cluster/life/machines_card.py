"""The machines of a cluster in a table, those that need somebody first. The GUI thread."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy

from tiepoint.domain.cluster import Cluster
from tiepoint.services.panel_state import PanelStateService
from tiepoint.ui.text import tr, tr_count
from tiepoint.ui.viewmodels.cluster_life_machines import (
    attention_count,
    healthy_words,
    machine_columns,
    machine_rows,
    machines_line,
)
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column
from tiepoint.ui.widgets.table import HEAD_PX, Table
from tiepoint.ui.widgets.table_columns import ColumnMemory
from tiepoint.ui.widgets.table_find import FindBox

_ROW_PX: Final = 34
_SEEN_ROWS: Final = (3, 4)
_FIND_FROM: Final = 9
"""Fewer machines than this need no searching."""


class MachinesCard(Card):
    """Shows the machines of a cluster.

    Signals:
        portal_wanted(machine): A machine's page in the portal, by its resource id.
    """

    portal_wanted = Signal(str)

    def __init__(self, kept: PanelStateService) -> None:
        self.search = FindBox(tr("Machines", "Find a machine"), width=190)
        super().__init__(tr("Machines", "Machines"), " ", self.search)
        columns = machine_columns()
        self.table = Table(
            tr("Machines", "Machines of the cluster"),
            ColumnMemory("cluster-machines", columns, kept),
            columns,
            row_height=_ROW_PX,
        )
        # Its own wish for height would count more than the room there is.
        self.table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._nothing = Label(tr("Machines", "There are no machines."), "sub")
        self._nothing.setContentsMargins(16, 0, 16, 12)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.content.addWidget(self._nothing)
        self.content.addLayout(column(self.table, margins=(6, 0, 6, 6)), 1)
        self.search.textChanged.connect(self.table.set_filter)
        self.table.opened.connect(self.portal_wanted)

    def show_cluster(self, cluster: Cluster, now: datetime, *, is_stale: bool) -> None:
        """Show the machines as they are."""
        count = len(cluster.machines)
        if self.head is not None:
            needing = attention_count(cluster, now)
            words = [tr_count("Machines", "{count} needs a look", "{count} need a look", needing)] if needing else []
            words += [machines_line(cluster, now), healthy_words(cluster)]
            self.head.remark_label.setText(" · ".join(word for word in words if word))
        self._nothing.setVisible(not count)
        self.table.setVisible(bool(count))
        self.search.setVisible(count >= _FIND_FROM)
        self.table.set_rows(machine_rows(cluster, now, is_stale=is_stale))
        least, most = _SEEN_ROWS
        self.table.setMinimumHeight(HEAD_PX + min(max(count, least), most) * _ROW_PX + 2 if count else 0)
