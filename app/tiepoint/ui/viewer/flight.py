"""Moves the camera by itself: short flights to a new view, and the turntable. GUI thread.

A flight is a jump where a picture takes too long for it to look like one.
"""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from tiepoint.ui.viewer.camera import CameraView

_FLIGHT_S: Final = 0.28
_TICK_MS: Final = 16
_TURN_TICK_MS: Final = 33
_SLOWEST_FRAME_S: Final = 0.12
_DEGREES_PER_S: Final = 18.0


class Flight(QObject):
    """One camera on its way.

    Signals:
        moved: CameraView, bool still moving.
        turning_changed: bool, the turntable started or stopped.
    """

    moved = Signal(object, bool)
    turning_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._frame_s = 0.0
        self._start = CameraView()
        self._goal = CameraView()
        self._began_s = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._fly)
        self._turntable = QTimer(self)
        self._turntable.setInterval(_TURN_TICK_MS)
        self._turntable.timeout.connect(self._turn)

    @property
    def is_turning(self) -> bool:
        """True while the turntable runs."""
        return self._turntable.isActive()

    @property
    def goal(self) -> CameraView | None:
        """Where a flight under way leads, or None."""
        return self._goal if self._timer.isActive() else None

    def set_frame_time(self, seconds: float) -> None:
        """Tell what the last picture took."""
        self._frame_s = seconds

    def fly(self, start: CameraView, goal: CameraView) -> None:
        """Move from one camera to another."""
        self.stop()
        self._start, self._goal = start, goal
        if self._frame_s > _SLOWEST_FRAME_S or start.width <= 1:
            self.moved.emit(goal, False)
            return
        self._began_s = time.monotonic()
        self._timer.start()

    def turn(self, start: CameraView) -> None:
        """Start the turntable."""
        self._timer.stop()
        self._start = start
        self._began_s = time.monotonic()
        if not self._turntable.isActive():
            self._turntable.start()
            self.turning_changed.emit(True)

    def stop(self) -> None:
        """Stay where the camera is."""
        self._timer.stop()
        if self._turntable.isActive():
            self._turntable.stop()
            self.turning_changed.emit(False)

    def _fly(self) -> None:
        share = (time.monotonic() - self._began_s) / _FLIGHT_S
        if share >= 1:
            self._timer.stop()
            self.moved.emit(self._goal, False)
            return
        eased = share * share * (3 - 2 * share)
        self.moved.emit(self._start.mixed(self._goal, eased), True)

    def _turn(self) -> None:
        angle = (time.monotonic() - self._began_s) * _DEGREES_PER_S
        self.moved.emit(self._start.orbited(angle, 0), True)
