"""A file being read: its bytes in pieces, with progress, cancel and failures that name it. Worker threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from tiepoint.domain.errors import Canceled, InputError
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewer.terms import LoadProgress, Phase

_PIECE_BYTES: Final = 2 * 2**20
Report = Callable[[LoadProgress], None]


class Source:
    """One model file.

    Args:
        path: The file.
        report: Called with progress, from the reading thread.
        stop: Set from outside to end the reading.
        texture_limit_px: Longest edge that a texture may have.
    """

    def __init__(
        self,
        path: Path,
        *,
        report: Report = lambda _progress: None,
        stop: threading.Event | None = None,
        texture_limit_px: int = 8192,
    ) -> None:
        self.path = path
        self.texture_limit_px = texture_limit_px
        self._report = report
        self._stop = stop or threading.Event()

    def check(self) -> None:
        """Raise Canceled when nobody wants the model any more."""
        if self._stop.is_set():
            raise Canceled(tr("Viewer", "Loading was stopped."))

    def tell(self, phase: Phase, done: int = 0, total: int | None = None) -> None:
        """Report progress, and stop here when nobody wants the model any more."""
        self.check()
        self._report(LoadProgress(self.path, phase, done, total))

    def refuse(self, reason: str, *, detail: str = "") -> InputError:
        """Return the failure that names this file; `reason` is a clause such as "it ends too early"."""
        return InputError(
            tr("Viewer", "{name} cannot be shown: {reason}.", name=plain(self.path.name), reason=reason),
            remedy=tr("Viewer", "Export it again, or open another file."),
            detail=detail or str(self.path),
        )

    def size_bytes(self) -> int:
        """Return the file's size.

        Raises:
            InputError: It is missing, no file, or empty.
        """
        try:
            if not self.path.is_file():
                raise self.refuse(tr("Viewer", "there is no such file"))
            size = self.path.stat().st_size
        except OSError as error:
            raise self._unreadable(error) from error
        if size == 0:
            raise self.refuse(tr("Viewer", "the file is empty"))
        return size

    def read(self) -> bytearray:
        """Return all bytes, in pieces so that it can be stopped."""
        size = self.size_bytes()
        try:
            # Grown piece by piece: to set aside a large buffer at once would hold Python's lock while it is zeroed.
            data = bytearray()
            with self.path.open("rb", buffering=0) as file:
                while len(data) < size:
                    piece = file.read(min(_PIECE_BYTES, size - len(data)))
                    if not piece:
                        raise self.refuse(tr("Viewer", "it became shorter while it was read"))
                    data += piece
                    self.tell(Phase.READING, len(data), size)
        except MemoryError as error:
            raise self.refuse(tr("Viewer", "it does not fit into memory")) from error
        except OSError as error:
            raise self._unreadable(error) from error
        return data

    def text_pieces(self, data: bytes | bytearray, start: int, piece_bytes: int = 2**16) -> Iterator[bytes]:
        """Yield whole lines in small pieces: long work on one piece would hold up every other thread."""
        position = start
        while position < len(data):
            self.tell(Phase.READING, position, len(data))
            end = data.find(b"\n", min(position + piece_bytes, len(data)))
            end = len(data) if end < 0 else end + 1
            yield bytes(data[position:end])
            position = end

    def _unreadable(self, error: OSError) -> InputError:
        return self.refuse(tr("Viewer", "it cannot be read ({reason})", reason=plain(error.strerror or str(error))))


def settle(points: np.ndarray) -> tuple[np.ndarray, tuple[float, float, float]]:
    """Return points as float32 near zero, and the origin taken from them.

    Args:
        points: (N, 3), any float type.
    """
    low, high = points.min(0).astype(float), points.max(0).astype(float)
    extent = float(np.max(high - low)) or 1.0
    if float(np.max(np.abs([low, high]))) < 64 * extent:
        return np.ascontiguousarray(points, np.float32), (0.0, 0.0, 0.0)
    origin = np.round((low + high) / 2)
    near = (points - origin).astype(np.float32)
    return near, (float(origin[0]), float(origin[1]), float(origin[2]))
