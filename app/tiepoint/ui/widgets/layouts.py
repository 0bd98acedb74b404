"""Rows and columns in one line: layouts without margins unless asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, TypeVar

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

Part: TypeAlias = QWidget | QLayout | int | None
"""A widget, a layout, a gap in pixels, or None for whatever room is left."""
Margins: TypeAlias = tuple[int, int, int, int]
_NONE: Margins = (0, 0, 0, 0)
L = TypeVar("L", bound=QBoxLayout)


def row(*parts: Part, spacing: int = 8, margins: Margins = _NONE) -> QHBoxLayout:
    """Put parts side by side."""
    return _filled(QHBoxLayout(), parts, spacing, margins)


def column(*parts: Part, spacing: int = 8, margins: Margins = _NONE) -> QVBoxLayout:
    """Put parts below each other."""
    return _filled(QVBoxLayout(), parts, spacing, margins)


def holder(layout: QLayout) -> QWidget:
    """Wrap a layout in a bare widget, so that it can be hidden or given a size."""
    widget = QWidget()
    widget.setLayout(layout)
    return widget


def empty(layout: QLayout) -> None:
    """Take everything out of a layout and let go of its widgets."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            empty(inner)


def _filled(layout: L, parts: Iterable[Part], spacing: int, margins: Margins) -> L:
    layout.setSpacing(spacing)
    layout.setContentsMargins(*margins)
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, int):
            layout.addSpacing(part)
        elif isinstance(part, QLayout):
            layout.addLayout(part)
        else:
            layout.addWidget(part)
    return layout
