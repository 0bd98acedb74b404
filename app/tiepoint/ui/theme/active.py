"""Which theme is on, and putting one on: style sheet, palette and colour scheme together.

Everything painted by hand asks `tokens()` when it paints; what keeps pixmaps listens with `watch`. The GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from tiepoint.ui.theme.style_sheet import style_sheet
from tiepoint.ui.theme.tokens import DARK, LIGHT, Tokens

CHOICES: Final = ("system", "dark", "light")


class _Signals(QObject):
    changed = Signal()


_signals: _Signals | None = None
_active: Tokens = DARK
_choice = "system"


def tokens() -> Tokens:
    """Return the colours of the theme that is on."""
    return _active


def watch(slot: Callable[[], None]) -> None:
    """Call a slot after every change of theme; a slot of a QObject is forgotten when the object goes."""
    _signal_source().changed.connect(slot)


def choose(choice: str) -> None:
    """Follow the system, or stay dark or light.

    Args:
        choice: `system`, `dark` or `light`; anything else means `system`.
    """
    global _choice
    _choice = choice if choice in CHOICES else "system"
    apply(_wanted())


def follow_system() -> None:
    """Change with the system from now on, as long as `system` is chosen."""
    QGuiApplication.styleHints().colorSchemeChanged.connect(_on_system_changed)


def apply(theme: Tokens) -> None:
    """Put a theme on; does nothing when it is on already."""
    global _active
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        return
    if theme is _active and application.styleSheet():
        return
    _active = theme
    application.setPalette(_palette(theme))
    application.setStyleSheet(style_sheet(theme))
    _signal_source().changed.emit()


def _on_system_changed(_scheme: Qt.ColorScheme) -> None:
    if _choice == "system":
        apply(_wanted())


def _wanted() -> Tokens:
    if _choice == "system":
        scheme = QGuiApplication.styleHints().colorScheme()
        return LIGHT if scheme is Qt.ColorScheme.Light else DARK
    return LIGHT if _choice == "light" else DARK


def _signal_source() -> _Signals:
    global _signals
    if _signals is None:
        _signals = _Signals()
    return _signals


def _palette(theme: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for each, colour in (
        (role.Window, theme.ground),
        (role.Base, theme.surface),
        (role.AlternateBase, theme.raised),
        (role.Text, theme.text),
        (role.WindowText, theme.text),
        (role.Button, theme.raised),
        (role.ButtonText, theme.text),
        (role.Highlight, theme.selection),
        (role.HighlightedText, theme.text),
        (role.PlaceholderText, theme.text3),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.Link, theme.accent_text),
    ):
        palette.setColor(each, QColor(colour))
    for each in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(theme.text3))
    return palette
