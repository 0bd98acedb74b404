"""Pictures that travel with the program, read and decoded off the GUI thread, so that the window shows at once."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal
from PySide6.QtGui import QImage

from tiepoint import resources
from tiepoint.domain.errors import SetupError

_log = logging.getLogger(__name__)


class ResourcePictures(QObject):
    """Loads pictures.

    Signals:
        loaded(name, image): One is here, as a `QImage`.
    """

    loaded = Signal(str, QImage)

    def load(self, names: Sequence[str]) -> None:
        """Load these, by their names below resources/; one that is missing simply does not come."""
        for name in names:
            QThreadPool.globalInstance().start(_Loading(self, name))


class _Loading(QRunnable):
    """Reads and decodes one picture, in a thread of the pool."""

    def __init__(self, owner: ResourcePictures, name: str) -> None:
        super().__init__()
        self._owner, self._name = owner, name

    def run(self) -> None:
        """Do it."""
        try:
            image = QImage.fromData(resources.read_bytes(self._name))
            self._owner.loaded.emit(self._name, image)
        except SetupError as error:
            _log.info("a picture of the start page is missing: %s", error.summary)
        except RuntimeError:  # the page went away meanwhile
            _log.debug("nobody waits for %s any more", self._name)
