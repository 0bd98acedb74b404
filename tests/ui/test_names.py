"""Screen readers find a name on every control of every page, in every state, and a text on what is painted by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QWidget,
)

from ui.scenes import SCENES

InQt = Callable[[Any], Any]
_CONTROLS: Final = (
    QAbstractButton,
    QLineEdit,
    QComboBox,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QPlainTextEdit,
)
_PARTS_OF_CONTROLS: Final = (QScrollBar, QHeaderView)
_DECORATION: Final = {"Cover", "DropZone", "StartView", "_Dash", "_Number"}
"""Painted by hand, and showing nothing that does not stand beside them in words."""


def _unnamed(root: QWidget) -> Iterator[str]:
    for widget in (root, *root.findChildren(QWidget)):
        if widget.isVisible() and _needs_a_name(widget) and not _name_of(widget):
            yield f"{type(widget).__name__} {_path(widget)}"


def _needs_a_name(widget: QWidget) -> bool:
    if isinstance(widget, _PARTS_OF_CONTROLS) or isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox):
        return False
    if isinstance(widget, _CONTROLS):
        return True
    takes_keys = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
    return takes_keys or (_is_painted_by_hand(widget) and type(widget).__name__ not in _DECORATION)


def _is_painted_by_hand(widget: QWidget) -> bool:
    kinds = [kind for kind in type(widget).__mro__ if kind.__module__.startswith("tiepoint.ui")]
    return any("paintEvent" in vars(kind) for kind in kinds) and not isinstance(widget, QLabel)


def _name_of(widget: QWidget) -> str:
    found = QAccessible.queryAccessibleInterface(widget)
    return found.text(QAccessible.Text.Name).strip() if found is not None else widget.accessibleName().strip()


def _path(widget: QWidget) -> str:
    names = []
    parent = widget.parentWidget()
    while parent is not None and len(names) < 4:
        names.append(type(parent).__name__)
        parent = parent.parentWidget()
    return "in " + " < ".join(names)


@pytest.mark.parametrize("name", SCENES)
def test_everything_has_a_name(in_qt: InQt, name: str) -> None:
    async def scene() -> None:
        async with SCENES[name]() as shown:
            unnamed = sorted(set(_unnamed(shown)))
            assert not unnamed, "\n".join(unnamed)

    in_qt(scene())
