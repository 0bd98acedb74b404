"""The box above a table or list in which people type what they look for. The GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolButton

from tiepoint.ui import theme
from tiepoint.ui.text import tr
from tiepoint.ui.theme import icons


class FindBox(QLineEdit):
    """A line with a magnifying glass; Esc empties it.

    Args:
        hint: What can be looked for.
        width: In pixels.
    """

    def __init__(self, hint: str, *, width: int = 190) -> None:
        super().__init__()
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setMaximumWidth(width)
        self.setMinimumWidth(90)
        self.setClearButtonEnabled(True)
        self._glass = self.addAction(icons.icon("search", "text3"), QLineEdit.ActionPosition.LeadingPosition)
        name_parts(self)
        theme.watch(self._retint)

    def _retint(self) -> None:
        self._glass.setIcon(icons.icon("search", "text3"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Empty it with Esc."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


def name_parts(field: QLineEdit) -> None:
    """Name the glass and the cross inside a field for screen readers; Qt leaves them without."""
    for part in field.findChildren(QToolButton):
        is_cross = part.objectName() == "_q_qlineeditclearbutton"
        part.setAccessibleName(tr("Find", "Clear") if is_cross else tr("Find", "Find"))
