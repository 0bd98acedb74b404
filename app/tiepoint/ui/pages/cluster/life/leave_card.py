"""What leaving, stopping and deleting mean while an operation goes on. The GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.cluster_life_operation import WayOut
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row


class LeaveCard(Card):
    """Shows ways out as sentences; the buttons for them are on the strip."""

    def __init__(self) -> None:
        super().__init__(tr("WayOut", "If you leave or stop"))
        self._lines: list[_Line] = []
        self._body = self.add(spacing=13)

    def show_ways(self, ways: Sequence[WayOut]) -> None:
        """Show these ways."""
        while len(self._lines) < len(ways):
            self._lines.append(_Line())
            self._body.addWidget(self._lines[-1])
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(ways))
            if place < len(ways):
                line.show_way(ways[place])


class _Line(QWidget):
    """An icon, a title and what it means."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: WayOut | None = None
        self._glyph = Glyph("circle", size=16)
        self._title, self._text = Label("", "value"), Label("", "sub", wrap=True)
        line = row(self._glyph, column(self._title, self._text, spacing=2), spacing=11)
        line.setStretch(1, 1)
        line.setAlignment(self._glyph, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)

    def show_way(self, way: WayOut) -> None:
        """Show another way."""
        if way != self._shown:
            self._shown = way
            self._glyph.set_glyph(way.icon, way.tone)
            self._title.setText(way.title)
            self._text.setText(way.text)
            self.setAccessibleName(f"{way.title}. {way.text}")
