"""What deploying would create, counted by part. The GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from tiepoint.ui.text import grouped, tr, tr_count
from tiepoint.ui.viewmodels.cluster_words import part_look
from tiepoint.ui.viewmodels.plan_parts import PartCount
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import empty


class PartsCard(Card):
    """Parts of a cluster with the number of resources in each.

    Args:
        title: Of its head.
        controls: At the right of the head.
    """

    def __init__(self, title: str, *controls: Button) -> None:
        super().__init__(title, " ", *controls)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnStretch(2, 1)
        self._none = Label(tr("Plan", "Known once nothing blocks the plan."), "sub", wrap=True)
        body = self.add(self._none, spacing=0)
        body.addLayout(self._grid)

    def show_parts(self, parts: Sequence[PartCount], remark: str = "") -> None:
        """Show these parts; `remark` says it all in short, else their number does."""
        empty(self._grid)
        self._none.setVisible(not parts)
        whole = sum(part.count for part in parts)
        if self.head is not None:
            counted = tr_count("Plan", "1 resource", "{count} resources", whole) if parts else ""
            self.head.remark_label.setText(remark or counted)
        for line, part in enumerate(parts):
            icon, name = part_look(part.part)
            count = Label(grouped(part.count), "value")
            count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            cells = (Glyph(icon, "text2", 16), Label(name, "title"), ElidedLabel(part.words, "sub"), count)
            for side, cell in enumerate(cells):
                self._grid.addWidget(cell, line, side)
