"""Slots: keeps the page's widgets in the corners of the view. GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QWidget

from tiepoint.ui.viewer.terms import Slot

_MARGIN_PX: Final = 12
_CHANGES: Final = (QEvent.Type.LayoutRequest, QEvent.Type.Resize, QEvent.Type.Show)


class Slots(QObject):
    """Places one widget in every corner of a view, above everything else.

    Args:
        view: The view.
    """

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._widgets: dict[Slot, QWidget] = {}

    def put(self, slot: Slot, widget: QWidget | None) -> None:
        """Put a widget into a corner; None empties it."""
        old = self._widgets.pop(slot, None)
        if old is not None and old is not widget:
            old.removeEventFilter(self)
            old.hide()
            old.setParent(None)
        if widget is None:
            return
        self._widgets[slot] = widget
        widget.setParent(self._view)
        widget.installEventFilter(self)
        widget.show()
        self.place()

    def place(self) -> None:
        """Move every widget to its corner."""
        for slot, widget in self._widgets.items():
            widget.resize(widget.sizeHint().expandedTo(widget.minimumSize()).boundedTo(self._room()))
            x, y = self._position(slot, widget)
            widget.move(x, y)
            widget.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow widgets that change their size."""
        if event.type() in _CHANGES and watched in self._widgets.values():
            self.place()
        return False

    def _room(self) -> QSize:
        return (self._view.size() - QSize(2 * _MARGIN_PX, 2 * _MARGIN_PX)).expandedTo(QSize(1, 1))

    def _position(self, slot: Slot, widget: QWidget) -> tuple[int, int]:
        right = self._view.width() - widget.width() - _MARGIN_PX
        bottom = self._view.height() - widget.height() - _MARGIN_PX
        return {
            Slot.TOP_LEFT: (_MARGIN_PX, _MARGIN_PX),
            Slot.TOP_RIGHT: (right, _MARGIN_PX),
            Slot.BOTTOM_LEFT: (_MARGIN_PX, bottom),
            Slot.BOTTOM_RIGHT: (right, bottom),
            Slot.BOTTOM: ((self._view.width() - widget.width()) // 2, bottom),
        }[slot]
