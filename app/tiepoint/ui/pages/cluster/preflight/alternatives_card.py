"""Where the same plan would fit. The GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from tiepoint.domain.preflight import Alternative
from tiepoint.ui.text import grouped, tr
from tiepoint.ui.viewmodels.money import number_text
from tiepoint.ui.viewmodels.preflight_words import alternative_words, difference_words
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import empty, holder, row

_PRICE_PX, _USE_PX = 46, 62


class AlternativesCard(Card):
    """Regions and sizes with room for the plan.

    Signals:
        chosen(alternative): The plan shall move there; an `Alternative`.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__(tr("Preflight", "What would fit"), tr("Preflight", "same plan elsewhere"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        note = Label(tr("Preflight", "Moving the plan keeps every other choice."), "sub", wrap=True)
        line = row(Glyph("info", "text2", 14), note, spacing=8)
        line.setStretch(1, 1)
        body = self.add(spacing=8)
        body.addLayout(self._rows)
        body.addSpacing(4)
        body.addLayout(line)
        self._shown: tuple[Alternative, ...] = ()

    def show_alternatives(self, alternatives: Sequence[Alternative], now: float | None) -> None:
        """Show them; hidden while there are none.

        Args:
            alternatives: The best first.
            now: What the plan costs per hour where it is; None = not known.
        """
        self.setVisible(bool(alternatives))
        if tuple(alternatives) == self._shown:
            return
        self._shown = tuple(alternatives)
        empty(self._rows)
        for place, each in enumerate(alternatives):
            if place:
                self._rows.addWidget(hairline())
            self._rows.addWidget(self._row(each, now))

    def _row(self, each: Alternative, now: float | None) -> QWidget:
        where, what = alternative_words(each)
        icon, tone, said = _quota(each)
        price = Label("—" if each.running is None else number_text(each.running), "value")
        differs = Label(difference_words(each.running, now) if each.running is not None else "", "caption")
        for label in (price, differs):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(1)
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(2, _PRICE_PX)
        grid.setColumnMinimumWidth(3, _USE_PX)
        grid.addWidget(ElidedLabel(where, "title"), 0, 0)
        grid.addLayout(row(Glyph(icon, f"{tone}.text", 14), Label(said, "value", tone=tone), spacing=6), 0, 1)
        grid.addWidget(price, 0, 2)
        grid.addWidget(ElidedLabel(what, "sub"), 1, 0, 1, 2)
        grid.addWidget(differs, 1, 2)
        if each.free_vcpu and each.count:
            grid.addWidget(self._use(each, f"{where}, {what}"), 0, 3, 2, 1)
        return holder(grid)

    def _use(self, each: Alternative, words: str) -> Button:
        use = Button(tr("Preflight", "Use"), "arrow-right", "link")
        use.setAccessibleName(tr("Preflight", "Use {place}", place=words))
        use.clicked.connect(lambda: self.chosen.emit(each))
        return use


def _quota(each: Alternative) -> tuple[str, str, str]:
    if each.free_vcpu is None:
        return "ban", "warn", tr("Preflight", "Not offered")
    free = tr("Preflight", "{count} free", count=grouped(each.free_vcpu))
    return ("check", "ok", free) if each.free_vcpu > 0 else ("circle-x", "err", free)
