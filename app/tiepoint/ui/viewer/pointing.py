"""What clicks and a moving pointer mean: a photo is lit up or selected, a point measured, the pivot set. GUI thread.

Steering is `navigation`'s. Draws nothing by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from tiepoint.ui.viewer.camera import CameraView
from tiepoint.ui.viewer.navigation import Navigation
from tiepoint.ui.viewer.overlay import OverlayLayer
from tiepoint.ui.viewer.photos_layer import PhotosLayer
from tiepoint.ui.viewer.picker import Picker
from tiepoint.ui.viewer.probe import Probe
from tiepoint.ui.viewer.terms import Point


class Pointing(QObject):
    """See the module.

    Args:
        view: Gets the cursor, and the keyboard in measuring mode.
        navigation: Tells clicks and where the pointer is.
        photos: The frusta.
        overlay: Shows the pointer in measuring mode.
        picker: Finds points.
        shown_camera: Returns the camera of the picture that is seen.
        is_ready: Whether there is a picture.

    Signals:
        photo_clicked: str, name; empty for a click beside every frustum while one was selected.
        point_picked: object, a Point on the surface, in measuring mode.
        pointer_at: object, a Point under the pointer in measuring mode or None.
        measuring_ended: bool, True by Enter or a double click, False by Esc.
        pivot_picked: object, a Point that was double-clicked.
    """

    photo_clicked = Signal(object)
    point_picked = Signal(object)
    pointer_at = Signal(object)
    measuring_ended = Signal(bool)
    pivot_picked = Signal(object)

    _picked = Signal(object, object)

    def __init__(
        self,
        view: QWidget,
        navigation: Navigation,
        photos: PhotosLayer,
        overlay: OverlayLayer,
        picker: Picker,
        *,
        shown_camera: Callable[[], CameraView],
        is_ready: Callable[[], bool],
    ) -> None:
        super().__init__(view)
        self._view, self._navigation, self._photos = view, navigation, photos
        self._overlay, self._picker = overlay, picker
        self._shown_camera, self._is_ready = shown_camera, is_ready
        self._is_measuring = False
        self._probe = Probe(picker, self)
        self._probe.found.connect(self._on_probed)
        self._picked.connect(self._on_picked)
        navigation.clicked.connect(self._on_clicked)
        navigation.double_clicked.connect(self._on_double_clicked)
        navigation.hovered.connect(self._on_hovered)

    @property
    def is_measuring(self) -> bool:
        """True in measuring mode."""
        return self._is_measuring

    def set_measuring(self, measuring: bool) -> None:
        """Start or stop measuring mode."""
        self._is_measuring = measuring
        self._overlay.set_pointer(None)
        self._overlay.set_cross_shown(False)
        self._photos.hover("")
        self._view.setCursor(Qt.CursorShape.CrossCursor if measuring else Qt.CursorShape.ArrowCursor)
        if measuring:
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """The pointer is elsewhere."""
        self._photos.hover("")
        self._on_probed(None)

    def key(self, event: QKeyEvent) -> bool:
        """A key of measuring mode; return whether it was one."""
        if not self._is_measuring:
            return False
        if event.key() in {Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._end_measuring(finished=event.key() != Qt.Key.Key_Escape)
        elif event.key() == Qt.Key.Key_Space:
            self._overlay.set_cross_shown(True)
            # Where the view is going counts: keys are faster than pictures.
            self._pick_for("measure", QPointF(self._view.rect().center()), self._navigation.camera)
        else:
            return False
        return True

    def _on_clicked(self, position: QPointF, button: Qt.MouseButton) -> None:
        if button is not Qt.MouseButton.LeftButton:
            return
        if self._is_measuring:
            self._pick_for("measure", position)
            return
        name = self._photos.at(self._shown_camera(), position.x(), position.y())
        if name or self._photos.selected:
            self._photos.select(name)
            self.photo_clicked.emit(name)

    def _on_double_clicked(self, position: QPointF) -> None:
        if self._is_measuring:
            self._end_measuring(finished=True)
        else:
            self._pick_for("pivot", position)

    def _on_hovered(self, position: QPointF) -> None:
        if self._is_measuring:
            self._probe.ask(self._shown_camera(), position)
        else:
            name = self._photos.at(self._shown_camera(), position.x(), position.y())
            self._photos.hover(name)
            self._view.setCursor(Qt.CursorShape.PointingHandCursor if name else Qt.CursorShape.ArrowCursor)

    def _on_probed(self, point: Point | None) -> None:
        if self._is_measuring:
            self._overlay.set_pointer(point)
            self.pointer_at.emit(point)

    def _on_picked(self, purpose: str, point: Point | None) -> None:
        if point is None or not self._is_ready():
            return
        if purpose == "measure":
            self.point_picked.emit(point)
        elif purpose == "pivot":
            self.pivot_picked.emit(point)

    def _pick_for(self, purpose: str, position: QPointF, camera: CameraView | None = None) -> None:
        future = self._picker.pick(camera or self._shown_camera(), position.x(), position.y())

        def pass_on(done: Future[Point | None]) -> None:
            if not done.cancelled():
                self._picked.emit(purpose, done.result())

        future.add_done_callback(pass_on)

    def _end_measuring(self, *, finished: bool) -> None:
        self.set_measuring(False)
        self.measuring_ended.emit(finished)
