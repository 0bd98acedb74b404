"""Screenshots: drawn by the render thread apart from the screen, marks added, saved in a thread. GUI thread."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage, QPainter

from tiepoint.domain.errors import NoSpace, OperationFailed
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewer.camera import CameraView
from tiepoint.ui.viewer.scene import Scene
from tiepoint.ui.viewer.stage import Stage

Paint = Callable[[QPainter, CameraView], None]


@dataclass(frozen=True, slots=True)
class _Order:
    future: Future[QImage]
    camera: CameraView
    paint: Paint | None
    path: Path | None


class Screenshots(QObject):
    """Pictures asked for and not yet delivered.

    Args:
        stage: Draws them.
        parent: Owner.
    """

    _drawn = Signal(object, QImage)

    def __init__(self, stage: Stage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stage = stage
        self._open: list[Future[QImage]] = []
        self._drawn.connect(self._on_drawn)

    def take(self, camera: CameraView, ratio: float, paint: Paint | None, path: Path | None) -> Future[QImage]:
        """Return a picture to come.

        Args:
            camera: Its camera; the size is in logical pixels.
            ratio: Pixels per logical pixel.
            paint: Draws marks over it, or None.
            path: Where to save it, or None.
        """
        future: Future[QImage] = Future()
        thread = self._stage.thread_in_use
        if thread is None:
            future.set_exception(no_view())
            return future
        self._open = [each for each in self._open if not each.done()]
        self._open.append(future)
        order = _Order(future, camera, paint, path)

        def draw(scene: Scene) -> None:
            self._drawn.emit(order, thread.picture(scene, camera, ratio))

        self._stage.post(draw)
        return future

    def shut(self) -> None:
        """Fail what was not delivered."""
        for future in self._open:
            if not future.done():
                future.set_exception(no_view())
        self._open.clear()

    def _on_drawn(self, order: _Order, image: QImage) -> None:
        if order.future.done():
            return
        if order.paint is not None:
            painter = QPainter(image)
            order.paint(painter, order.camera)
            painter.end()
        if order.path is None:
            order.future.set_result(image)
            return
        threading.Thread(target=_save, args=(order.future, image, order.path), name="tiepoint-picture").start()


def no_view() -> OperationFailed:
    """Return the failure of a picture without a 3D view."""
    return OperationFailed(tr("Viewer", "There is no 3D view to take a picture of."))


def _save(future: Future[QImage], image: QImage, path: Path) -> None:
    error = _written(image, path)
    if future.done():
        return
    if error is None:
        future.set_result(image)
        return
    kind = NoSpace if error.errno == errno.ENOSPC else OperationFailed
    message = tr("Viewer", "{name} was not saved.", name=plain(path.name))
    future.set_exception(kind(message, remedy=tr("Viewer", "Choose another folder."), detail=str(error)))


def _written(image: QImage, path: Path) -> OSError | None:
    """Write a picture whole or not at all; return what went wrong."""
    temporary = path.with_name(f".{path.stem}.part{path.suffix or '.png'}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if image.save(str(temporary), quality=95):
            os.replace(temporary, path)
            return None
        temporary.unlink(missing_ok=True)
    except OSError as error:
        return error
    return OSError(errno.EIO, "the picture could not be written")
