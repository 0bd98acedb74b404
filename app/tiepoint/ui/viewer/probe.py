"""Probe: the surface point under a moving pointer, one question at a time. GUI thread."""

from __future__ import annotations

from concurrent.futures import Future

from PySide6.QtCore import QObject, QPointF, Signal

from tiepoint.ui.viewer.camera import CameraView
from tiepoint.ui.viewer.picker import Picker
from tiepoint.ui.viewer.terms import Point


class Probe(QObject):
    """Asks the picker for the newest position only.

    Args:
        picker: Answers.
        parent: Owner.

    Signals:
        found: object, a Point or None.
    """

    found = Signal(object)
    _answered = Signal(object)

    def __init__(self, picker: Picker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._picker = picker
        self._is_busy = False
        self._next: tuple[CameraView, QPointF] | None = None
        self._answered.connect(self._on_answered)

    def ask(self, camera: CameraView, position: QPointF) -> None:
        """Ask for a position; one that waits is forgotten."""
        if self._is_busy:
            self._next = (camera, position)
            return
        self._is_busy = True
        self._picker.pick(camera, position.x(), position.y()).add_done_callback(self._pass_on)

    def _pass_on(self, done: Future[Point | None]) -> None:
        """Runs in the picker's thread."""
        if not done.cancelled():
            self._answered.emit(done.result())

    def _on_answered(self, point: Point | None) -> None:
        self._is_busy = False
        self.found.emit(point)
        if self._next is not None:
            waiting, self._next = self._next, None
            self.ask(*waiting)
