"""Canvas: the picture, marks, a notice and the page's corners over each other, and the hands on them. GUI thread.

Must not know models or who draws: `model_view` puts both together.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from tiepoint.ui.text import tr
from tiepoint.ui.viewer.navigation import Navigation
from tiepoint.ui.viewer.notice import Notice
from tiepoint.ui.viewer.overlay import OverlayLayer
from tiepoint.ui.viewer.picture_pane import PicturePane
from tiepoint.ui.viewer.slots import Slots
from tiepoint.ui.viewer.terms import Slot


class Canvas(QWidget):
    """See the module.

    Args:
        parent: Owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(False)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Viewer", "3D view"))
        self.setMinimumSize(120, 90)
        self._navigation = Navigation(self)
        self._pane = PicturePane(self)
        self._overlay = OverlayLayer(self)
        self._notice = Notice(self)
        self._slots = Slots(self)

    def set_corner_radius(self, radius_px: int, *, top: bool = False) -> None:
        """Round the picture's lower corners to sit flush in a card.

        Args:
            radius_px: 0 for none.
            top: Round the upper corners too.
        """
        self._pane.set_radius(radius_px, top=top)

    def set_slot(self, slot: Slot, widget: QWidget | None) -> None:
        """Put a widget of the page into a corner over the picture; None empties the corner.

        The view becomes its parent, keeps it 12 px from the edges and above the marks.
        """
        self._slots.put(slot, widget)

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out the parts."""
        super().resizeEvent(event)
        for part in (self._pane, self._overlay, self._notice):
            part.setGeometry(self.rect())
        self._notice.setContentsMargins(24, 24, 24, 24)
        self._slots.place()
        self._navigation.resize(self.width(), self.height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to steer or to click."""
        self._navigation.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Steer or hover."""
        self._overlay.set_cross_shown(False)
        self._navigation.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End steering, or click."""
        self._navigation.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Set the pivot, or end measuring."""
        self._navigation.double_click(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom."""
        self._navigation.wheel(event)
        event.accept()
