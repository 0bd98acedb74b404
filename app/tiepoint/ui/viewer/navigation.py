"""Turns mouse, wheel and keys into cameras and clicks. GUI thread; draws nothing.

Left drag orbits, middle drag or Shift with left pans, right drag and the wheel zoom at the pointer. A press that does
not move is a click.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from tiepoint.ui.viewer.camera import CameraView

_DRAG_PX: Final = 4.0
_DEGREES_PER_PX: Final = 0.35
_ZOOM_PER_NOTCH: Final = 1.18
_ZOOM_PER_PX: Final = 1.006
_SETTLE_MS: Final = 180
_KEY_DEGREES: Final = 6.0
_KEY_PIXELS: Final = 40.0


class Navigation(QObject):
    """The camera that the user steers.

    Signals:
        moved: CameraView, bool still moving.
        touched: the user began to steer.
        clicked: QPointF, Qt.MouseButton.
        double_clicked: QPointF.
        hovered: QPointF, pointer moved without a button.
    """

    moved = Signal(object, bool)
    touched = Signal()
    clicked = Signal(QPointF, object)
    double_clicked = Signal(QPointF)
    hovered = Signal(QPointF)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._camera = CameraView()
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._button = Qt.MouseButton.NoButton
        self._is_dragging = False
        self._swallows_release = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(lambda: self.moved.emit(self._camera, False))

    @property
    def camera(self) -> CameraView:
        """The camera wished for now."""
        return self._camera

    def set_camera(self, camera: CameraView, *, moving: bool = False) -> None:
        """Take a camera from elsewhere."""
        self._settle.stop()
        self._camera = camera
        self.moved.emit(camera, moving)

    def resize(self, width: int, height: int) -> None:
        """Tell the size of the picture."""
        self._steer(self._camera.sized(width, height))

    def press(self, event: QMouseEvent) -> None:
        """A button went down."""
        if self._pressed is not None:
            return
        self._pressed = self._last = event.position()
        self._button = event.button()
        self._is_dragging = False

    def move(self, event: QMouseEvent) -> None:
        """The pointer moved."""
        position = event.position()
        if self._pressed is None:
            self.hovered.emit(position)
            return
        if not self._is_dragging:
            if (position - self._pressed).manhattanLength() < _DRAG_PX:
                return
            self._is_dragging = True
            self.touched.emit()
        delta = position - self._last
        self._last = position
        self._settle.stop()
        self._camera = self._dragged(delta, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        self.moved.emit(self._camera, True)

    def release(self, event: QMouseEvent) -> None:
        """A button went up."""
        if self._pressed is None or event.button() is not self._button:
            return
        was_dragging, pressed = self._is_dragging, self._pressed
        self._pressed, self._is_dragging = None, False
        if was_dragging:
            self.moved.emit(self._camera, False)
        elif self._swallows_release:
            self._swallows_release = False
        else:
            self.clicked.emit(pressed, self._button)

    def double_click(self, event: QMouseEvent) -> None:
        """The second press of a double click; its release is no click."""
        self._pressed = self._last = event.position()
        self._button = event.button()
        if event.button() is Qt.MouseButton.LeftButton:
            self._swallows_release = True
            self.double_clicked.emit(event.position())

    def wheel(self, event: QWheelEvent) -> None:
        """The wheel turned, or two fingers scrolled."""
        notches = event.angleDelta().y() / 120
        if notches:
            self.touched.emit()
            position = event.position()
            self._steer(self._camera.zoomed(_ZOOM_PER_NOTCH**notches, position.x(), position.y()))

    def key(self, event: QKeyEvent) -> bool:
        """A key that steers; return whether it was one."""
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        turn = {
            Qt.Key.Key_Left: (-1.0, 0.0),
            Qt.Key.Key_Right: (1.0, 0.0),
            Qt.Key.Key_Up: (0.0, 1.0),
            Qt.Key.Key_Down: (0.0, -1.0),
        }.get(Qt.Key(event.key()))
        if turn is not None:
            x, y = turn
            moved = (
                self._camera.panned(-x * _KEY_PIXELS, y * _KEY_PIXELS)
                if shift
                else self._camera.orbited(x * _KEY_DEGREES, y * _KEY_DEGREES)
            )
        elif event.key() in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            moved = self._camera.zoomed(_ZOOM_PER_NOTCH)
        elif event.key() == Qt.Key.Key_Minus:
            moved = self._camera.zoomed(1 / _ZOOM_PER_NOTCH)
        else:
            return False
        self.touched.emit()
        self._steer(moved)
        return True

    def _dragged(self, delta: QPointF, shift: bool) -> CameraView:
        button = self._button
        if button is Qt.MouseButton.RightButton and self._pressed is not None:
            return self._camera.zoomed(_ZOOM_PER_PX ** -delta.y(), self._pressed.x(), self._pressed.y())
        if button is Qt.MouseButton.MiddleButton or shift:
            return self._camera.panned(delta.x(), delta.y())
        return self._camera.orbited(-delta.x() * _DEGREES_PER_PX, delta.y() * _DEGREES_PER_PX)

    def _steer(self, camera: CameraView) -> None:
        """Take a camera that may be followed by others soon."""
        self._camera = camera
        self.moved.emit(camera, True)
        self._settle.start()
