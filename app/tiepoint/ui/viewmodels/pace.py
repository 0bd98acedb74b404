"""Keeping views calm: however often something changes, they hear of it a few times a second. The GUI thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from PySide6.QtCore import QObject, QTimer

UPDATE_MS: Final = 100
_SLOWEST_MS: Final = 2000
_ALL: Final = object()
_REST: Final = 40
"""What took so long to update and to paint is shown anew after so many times that: what is large, more rarely."""


class Pace(QObject):
    """Calls an update soon after `ask`, once for all askings meanwhile, and not at all while it is held.

    Args:
        update: What to call.
        parent: Lives as long as this.
        interval_ms: How soon; later, up to two seconds after the last time, when updates take long.
        ahead: Does what of an update can be done before it, in pieces; between them the loop takes its events.
    """

    def __init__(
        self,
        update: Callable[[], None],
        parent: QObject,
        *,
        interval_ms: int = UPDATE_MS,
        ahead: Callable[[], Iterator[None]] = lambda: iter(()),
    ) -> None:
        super().__init__(parent)
        self._update, self._ahead = update, ahead
        self._pieces: Iterator[None] | None = None
        self._spent_s = 0.0
        self._between = QTimer(self, singleShot=True, interval=0)
        self._between.timeout.connect(self._on_piece)
        self._interval_ms = interval_ms
        self._cost_ms = self._rest_ms = 0.0
        self._is_held = False
        self._is_owed = False
        self._timer = QTimer(self, singleShot=True, interval=interval_ms)
        self._timer.timeout.connect(self._on_time)
        self._began = 0.0
        self._ended = float("-inf")
        # Its turn comes after the painting that an update has asked for.
        self._after = QTimer(self, singleShot=True, interval=0)
        self._after.timeout.connect(self._on_painted)

    def ask(self) -> None:
        """Update soon."""
        if self._is_held:
            self._is_owed = True
        elif not self._timer.isActive() and self._pieces is None:
            self._start()

    def hold(self, *, is_held: bool) -> None:
        """Stop updating while nobody looks; what was missed is made up for afterwards."""
        self._is_held = is_held
        if is_held:
            self._is_owed = self._is_owed or self._timer.isActive() or self._pieces is not None
            self._timer.stop()
            self._between.stop()
            self._pieces = None
        elif self._is_owed:
            self._is_owed = False
            self._start()

    def _start(self) -> None:
        """What has rested long enough is shown soon: the first news after a silence does not wait."""
        rested_ms = (time.monotonic() - self._ended) * 1000
        self._timer.start(round(max(self._interval_ms, self._rest_ms - rested_ms)))

    def _on_time(self) -> None:
        self._pieces, self._spent_s = self._ahead(), 0.0
        self._on_piece()

    def _on_piece(self) -> None:
        self._began = time.thread_time() - self._spent_s
        if self._pieces is not None and next(self._pieces, _ALL) is not _ALL:
            self._spent_s = time.thread_time() - self._began
            self._between.start()
            return
        self._pieces = None
        self._update()
        self._after.start()

    def _on_painted(self) -> None:
        cost_ms = (time.thread_time() - self._began) * 1000
        usual_ms, self._cost_ms = min(cost_ms, self._cost_ms), cost_ms  # once may have been the first time
        self._rest_ms, self._ended = min(_SLOWEST_MS, _REST * usual_ms), time.monotonic()
