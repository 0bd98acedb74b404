"""Cards side by side, as many a row as fit, all of a row equally high. The GUI thread.

A card with the property `wide` takes what is left of its row.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget


class CardGrid(QWidget):
    """A grid that follows its width.

    Args:
        least_px: How narrow a card may become before there is one column less.
        most: Most columns.
    """

    def __init__(self, least_px: int = 330, most: int = 4) -> None:
        super().__init__()
        self._least, self._most = least_px, most
        self._cards: list[QWidget] = []
        self._placed: list[QWidget] = []
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(12)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    @property
    def cards(self) -> tuple[QWidget, ...]:
        """The cards, in order."""
        return tuple(self._cards)

    def set_cards(self, cards: Sequence[QWidget]) -> None:
        """Show these cards in this order; those that are no longer among them are hidden."""
        if list(cards) == self._cards:
            return
        before, self._cards = self._cards, list(cards)
        for gone in before:
            if gone not in cards:
                gone.hide()
        self._place()
        for card in self._cards:
            if card not in before:
                card.show()
        for one, other in zip(self._cards, self._cards[1:], strict=False):
            QWidget.setTabOrder(one, other)

    def minimumSizeHint(self) -> QSize:
        """One column is enough."""
        return QSize(self._least, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Have as many columns as fit."""
        super().resizeEvent(event)
        if self._fitting() != self._columns:
            self._place()

    def _fitting(self) -> int:
        room = self.width() + self._grid.spacing()
        return max(1, min(self._most, room // (self._least + self._grid.spacing())))

    def _place(self) -> None:
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 0)
        for card in self._placed:  # not takeAt: an item that Python still holds keeps the new one's height out of date
            self._grid.removeWidget(card)
        self._placed = self._cards
        self._columns = self._fitting()
        place = 0
        for card in self._cards:
            left = place % self._columns
            width = self._columns - left if card.property("wide") else 1
            self._grid.addWidget(card, place // self._columns, left, 1, width)
            place += width
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 1)
