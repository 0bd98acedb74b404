"""Pictures that travel with the program, read and decoded off the GUI thread, so that the window shows at once.

The thread knows no QObject: one that ends while another thread emits its signal brings Qt down. It leaves pictures in a
queue, and the GUI thread looks there.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import Final, TypeAlias

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from tiepoint import resources
from tiepoint.domain.errors import SetupError

_LOOK_EVERY_MS: Final = 15
_Arrivals: TypeAlias = "SimpleQueue[tuple[str, QImage | None]]"
_log = logging.getLogger(__name__)


class ResourcePictures(QObject):
    """Loads pictures.

    Signals:
        loaded(name, image): One is here, as a `QImage`.
    """

    loaded = Signal(str, QImage)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._arrivals: _Arrivals = SimpleQueue()
        self._awaited = 0
        self._timer = QTimer(self, interval=_LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)

    def load(self, names: Sequence[str]) -> None:
        """Load these, by their names below resources/; one that is missing simply does not come."""
        self._awaited += len(names)
        self._timer.start()
        threading.Thread(target=_read, args=(tuple(names), self._arrivals), name="pictures", daemon=True).start()

    def _look(self) -> None:
        try:
            while self._awaited:
                name, image = self._arrivals.get_nowait()
                self._awaited -= 1
                if image is not None:
                    self.loaded.emit(name, image)
        except Empty:
            return
        self._timer.stop()


def _read(names: Sequence[str], arrivals: _Arrivals) -> None:
    for name in names:
        try:
            arrivals.put((name, QImage.fromData(resources.read_bytes(name))))
        except SetupError as error:
            _log.info("a picture of the start page is missing: %s", error.summary)
            arrivals.put((name, None))
