"""How far an operation is: a bar by state, its counts, and what it costs meanwhile and afterwards. GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QGridLayout, QWidget

from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.cluster_life_operation import Count, Overall
from tiepoint.ui.widgets.bars import SegmentBar
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, row

_IN_A_ROW: Final = 3


class OverallCard(Card):
    """Shows an `Overall`."""

    def __init__(self) -> None:
        super().__init__(tr("Operation", "Overall"), " ")
        self._bar = SegmentBar(height=9)
        self._counts: list[_CountLabel] = []
        self._counts_grid = QGridLayout()
        self._counts_grid.setContentsMargins(0, 0, 0, 0)
        self._counts_grid.setHorizontalSpacing(10)
        self._counts_grid.setVerticalSpacing(6)
        self._counts_grid.setColumnStretch(_IN_A_ROW, 1)
        self._facts: list[_Fact] = []
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(10)
        for side in (0, 1):
            self._grid.setColumnStretch(side, 1)
        self.add(self._bar, self._counts_grid, hairline(), self._grid, spacing=11)

    def show_overall(self, overall: Overall) -> None:
        """Show these figures; only what differs is touched."""
        words = tr("Operation", "{done} of {total} resources", done=overall.done, total=overall.total)
        if self.head is not None:
            self.head.remark_label.setText(words if overall.total else tr("Operation", "Nothing is counted yet"))
        self._bar.set_parts([(each.tone, float(each.count)) for each in overall.counts], words)
        while len(self._counts) < len(overall.counts):
            place = len(self._counts)
            self._counts.append(_CountLabel())
            self._counts_grid.addWidget(self._counts[-1], place // _IN_A_ROW, place % _IN_A_ROW)
        for place, label in enumerate(self._counts):
            label.setVisible(place < len(overall.counts))
            if place < len(overall.counts):
                label.show_count(overall.counts[place])
        while len(self._facts) < len(overall.facts):
            place = len(self._facts)
            self._facts.append(_Fact())
            self._grid.addWidget(self._facts[-1], place // 2, place % 2)
        for fact, (name, value) in zip(self._facts, overall.facts, strict=True):
            fact.show_fact(name, value)


class _CountLabel(QWidget):
    """A glyph, a figure and a word."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: Count | None = None
        self._glyph, self._figure, self._word = Glyph("circle", size=14), Label("", "value"), Label("", "sub")
        self.setLayout(row(self._glyph, self._figure, self._word, None, spacing=5))

    def show_count(self, count: Count) -> None:
        """Show another count."""
        if count != self._shown:
            self._shown = count
            self._glyph.set_glyph(count.icon, "text2" if count.tone == "neutral" else f"{count.tone}.text")
            self._figure.setText(str(count.count))
            self._word.setText(count.word)
            self.setAccessibleName(f"{count.count} {count.word}")


class _Fact(QWidget):
    """A name above a value."""

    def __init__(self) -> None:
        super().__init__()
        self._name, self._value = Label("", "caption"), ElidedLabel("", "title")
        self.setLayout(column(self._name, self._value, spacing=1))

    def show_fact(self, name: str, value: str) -> None:
        """Show a value under its name."""
        if (name, value) != (self._name.text(), self._value.text()):
            self._name.setText(name)
            self._value.setText(value)
            self.setAccessibleName(f"{name}: {value}")
