"""Making actions: one object for a button, a menu entry and a shortcut that do the same."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence


def action(
    owner: QObject, text: str, slot: Callable[[], object], *, icon: str = "", kind: str = "plain", shortcut: str = ""
) -> QAction:
    """Return an action.

    Args:
        owner: Lives as long as this.
        text: What it does, as a verb.
        slot: Does it.
        icon: Name of an icon; the button of the strip shows it.
        kind: Kind of the button: `plain`, `primary`, `danger`.
        shortcut: Keys such as `Ctrl+O`; shown in the tool tip.
    """
    made = QAction(text, owner)
    made.setData(kind)
    made.setProperty("icon_name", icon)
    if shortcut:
        made.setShortcut(QKeySequence(shortcut))
        made.setToolTip(f"{text} ({made.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})")
    made.triggered.connect(lambda: slot())
    return made
