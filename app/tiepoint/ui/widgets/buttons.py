"""Buttons: with an icon that follows the theme, an accessible name, and a visible focus."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from tiepoint.ui.theme import icons
from tiepoint.ui.theme.tokens import RAIL_WIDTH

_COLOURS: Final = {
    "primary": "on_accent",
    "link": "accent_text",
    "quiet": "text2",
    "foot": "text2",
    "danger": "err.text",
}
"""Of icons, by the kind of the button."""
_ICON_GAP: Final = 4
"""Pixels between an icon and its words."""


class Button(QPushButton):
    """A push button.

    Args:
        text: What it does, as a verb.
        icon: Name of an icon; empty = none.
        kind: `plain`, `primary` (one a card), `quiet`, `link`, `danger`.
        size: `normal`, `big` or `small`.
    """

    def __init__(self, text: str, icon: str = "", kind: str = "plain", *, size: str = "normal") -> None:
        super().__init__(text)
        self.setProperty("kind", kind)
        self.setProperty("big", size == "big")
        self.setProperty("small", size == "small")
        self.setIconSize(QSize(16 + _ICON_GAP, 16))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        self.set_icon(icon)

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        if name:
            self.setIcon(icons.icon(name, _colour_of(str(self.property("kind"))), checked=None))


class Chip(QPushButton):
    """A small round switch, for filters."""

    def __init__(self, text: str, icon: str = "", *, is_on: bool = False) -> None:
        super().__init__(text)
        self.setProperty("kind", "chip")
        self.setCheckable(True)
        self.setChecked(is_on)
        self.setIconSize(QSize(14 + _ICON_GAP, 14))
        self.setAutoDefault(False)
        if icon:
            self.setIcon(icons.icon(icon, size=14))


class Tab(QPushButton):
    """A word with a line under it when chosen; group them in a QButtonGroup."""

    def __init__(self, text: str, *, is_on: bool = False) -> None:
        super().__init__(text)
        self.setProperty("kind", "tab")
        self.setCheckable(True)
        self.setChecked(is_on)
        self.setAutoDefault(False)


class IconButton(QToolButton):
    """An icon alone; its name is its tool tip and what screen readers say."""

    def __init__(self, icon: str, name: str, *, is_checkable: bool = False, size: int = 18) -> None:
        super().__init__()
        self.setProperty("kind", "icon")
        self.setCheckable(is_checkable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setIconSize(QSize(size, size))
        self._size = size
        self.set_name(name)
        self.set_icon(icon)

    def set_name(self, name: str) -> None:
        """Say what it does."""
        self.setToolTip(name)
        self.setAccessibleName(name)

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        self.setIcon(icons.icon(icon, size=self._size))


class NavButton(QToolButton):
    """A page's button on the rail."""

    def __init__(self, icon: str, text: str) -> None:
        super().__init__()
        self.setProperty("kind", "nav")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(20, 20))
        self.setFixedSize(RAIL_WIDTH - 12, 54)
        self.setText(text)
        self.setAccessibleName(text)
        self.setIcon(icons.icon(icon, size=20))


def _colour_of(kind: str) -> str:
    return _COLOURS.get(kind, "text")
