"""Loader: reads, simplifies and prepares models in threads and tells the view by signals.

Signals carry the number of the request, so that what an abandoned one still says is ignored. Lives in the GUI thread;
its work does not.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.errors import Canceled, OperationFailed, TiepointError
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewer.drawables import Drawable, drawable, pieces, with_normals
from tiepoint.ui.viewer.library import load_library
from tiepoint.ui.viewer.limits import Limits
from tiepoint.ui.viewer.loading.reading import read_model
from tiepoint.ui.viewer.loading.simplifying import simplified
from tiepoint.ui.viewer.loading.source import Source
from tiepoint.ui.viewer.surface import Model
from tiepoint.ui.viewer.terms import LoadProgress, ModelFacts, Phase

_log = logging.getLogger("tiepoint.viewer")
_REPORT_EVERY_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class FirstPicture:
    """What is shown as soon as a file was read.

    Args:
        model: All of it, for picking and for full detail.
        facts: What people are told.
        drawables: The whole model, or its stand-in.
        shown: Faces or points in them.
        has_more: They are a stand-in.
    """

    model: Model
    facts: ModelFacts
    drawables: tuple[Drawable, ...]
    shown: int
    has_more: bool


class Loader(QObject):
    """Loads one model at a time.

    Signals:
        progress: int, LoadProgress.
        first_picture: int, FirstPicture.
        full_detail: int, tuple of Drawable.
        failed: int, TiepointError.
    """

    progress = Signal(int, object)
    first_picture = Signal(int, object)
    full_detail = Signal(int, object)
    failed = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def number(self) -> int:
        """Number of the newest request."""
        return self._number

    def load(self, path: Path, limits: Limits) -> int:
        """Load a file, and full detail too where the limits allow it; return the request's number."""
        self.cancel()
        self._stop = threading.Event()
        self._start(self._load, self._number, path, limits, self._stop)
        return self._number

    def refine(self, model: Model) -> None:
        """Prepare full detail of a model loaded before."""
        self._start(self._refine, self._number, model, self._stop)

    def cancel(self) -> None:
        """Forget the request; its threads end soon."""
        self._stop.set()
        self._number += 1

    def shut(self, timeout_s: float = 10.0) -> None:
        """Cancel and wait until no thread works any more."""
        self.cancel()
        for thread in self._threads:
            thread.join(timeout_s)

    def _start(self, work: object, *args: object) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        thread = threading.Thread(target=self._guarded, args=(work, *args), name="tiepoint-load", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _guarded(self, work: object, number: int, *args: object) -> None:
        try:
            work(number, *args)  # type: ignore[operator]
        except Canceled:
            return
        except TiepointError as error:
            self.failed.emit(number, error)
        except MemoryError:
            message = tr("Viewer", "There is not enough memory for this model.")
            self.failed.emit(number, OperationFailed(message, remedy=tr("Viewer", "Close other programs.")))
        except Exception as error:  # noqa: BLE001 - nothing that a model does may end the view; it is in the log
            _log.exception("a model could not be prepared")
            message = tr("Viewer", "The model could not be prepared for the screen.")
            self.failed.emit(number, OperationFailed(message, detail=plain(repr(error))))

    def _load(self, number: int, path: Path, limits: Limits, stop: threading.Event) -> None:
        last = 0.0

        def report(progress: LoadProgress) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _REPORT_EVERY_S or progress.phase is not Phase.READING:
                last = now
                self.progress.emit(number, progress)

        source = Source(path, report=report, stop=stop, texture_limit_px=limits.texture_px)
        model = read_model(source)
        source.tell(Phase.SIMPLIFYING)
        load_library()
        light = simplified(model, faces=limits.moving_faces, points=limits.moving_points)
        source.tell(Phase.DRAWING)
        images: dict[int, object] = {}
        drawables = tuple(drawable(part, images) for part in (model.parts if light is None else (light,)))
        source.check()
        shown = sum(each.faces for each in drawables) or sum(each.points for each in drawables)
        self.first_picture.emit(number, FirstPicture(model, model.facts(), drawables, shown, light is not None))
        allowed = limits.still_points if model.is_cloud else limits.still_faces
        total = model.point_count if model.is_cloud else model.face_count
        if light is not None and total <= allowed:
            self._refine(number, model, stop)

    def _refine(self, number: int, model: Model, stop: threading.Event) -> None:
        images: dict[int, object] = {}
        made: list[Drawable] = []
        for part in model.parts:
            for piece in pieces(with_normals(part)):
                if stop.is_set():
                    return
                made.append(drawable(piece, images))
        self.full_detail.emit(number, tuple(made))
