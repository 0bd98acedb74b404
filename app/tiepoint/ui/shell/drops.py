"""Files dropped anywhere on the window: a veil says what a drop will do, then the paths are handed on as they are.

Nothing is read here; a drop of ten thousand files is a list of names.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from tiepoint.ui import theme
from tiepoint.ui.text import tr
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font


class DropArea(QObject):
    """Makes a window take files.

    Signals:
        dropped(paths): Files and folders, as a list of `Path`.

    Args:
        window: Takes them; its children must not take drops themselves.
    """

    dropped = Signal(list)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._veil = _Veil(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow a drag over the window and take the drop."""
        kind = event.type()
        if kind == QEvent.Type.DragLeave:
            self._veil.hide()
        if not isinstance(event, QDropEvent):
            return False
        paths = paths_of(event.mimeData())
        if not paths:
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if kind == QEvent.Type.Drop:
            self._veil.hide()
            self.dropped.emit(paths)
        else:
            self._veil.cover()
        return True


def paths_of(data: QMimeData) -> list[Path]:
    """Return the local files and folders of a drag; links into the network are none."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile() and url.toLocalFile()]


class _Veil(QWidget):
    """Lies over the window while files are dragged over it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self) -> None:
        """Show it over the whole window."""
        parent = self.parentWidget()
        if parent is not None and not self.isVisible():
            self.setGeometry(parent.rect())
            self.raise_()
            self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim the window and say what will happen."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(tokens.ground)
        ground.setAlphaF(0.86)
        painter.fillRect(self.rect(), ground)
        pen = QPen(QColor(tokens.accent), 2)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(18, 18, -18, -18), 14, 14)
        middle = self.rect().center()
        painter.drawPixmap(middle.x() - 22, middle.y() - 62, icons.pixmap("image-plus", "accent_text", 44))
        painter.setPen(QColor(tokens.text))
        painter.setFont(font(20, font(20).Weight.DemiBold))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("Drop", "Drop photos, folders or a model"))
