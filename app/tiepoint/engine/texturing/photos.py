"""Prepared photos in memory at the size texturing wants, a bounded number of them. One thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.domain.errors import EngineFailure
from tiepoint.engine.meshing.views import View

_MOST_BYTES: Final = 250_000_000
_LEAST_GAIN: Final = 0.005


class PhotoShelf:
    """Reads photos on demand and keeps the last ones.

    Args:
        folder: The prepared photos.
        most_bytes: Memory for photos kept.

    Attributes:
        gains: (3,) factors by photo name that `read_levelled` applies to blue, green and red.
    """

    def __init__(self, folder: Path, most_bytes: int = _MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self.gains: Mapping[str, NDArray[np.float32]] = {}
        self._kept: OrderedDict[str, NDArray[np.uint8]] = OrderedDict()

    def read(self, view: View) -> NDArray[np.uint8]:
        """Return the photo at the view's size, (height, width, 3) uint8 BGR.

        Raises:
            EngineFailure: The photo is missing or cannot be decoded.
        """
        if view.name in self._kept:
            self._kept.move_to_end(view.name)
            return self._kept[view.name]
        photo = _read(self._folder / view.name, view.width, view.height)
        self._kept[view.name] = photo
        while len(self._kept) > 1 and sum(each.nbytes for each in self._kept.values()) > self._most_bytes:
            self._kept.popitem(last=False)
        return photo

    def read_levelled(self, view: View) -> NDArray[np.uint8]:
        """Return the photo with its gains applied, so that all photos are equally bright.

        Raises:
            EngineFailure: The photo is missing or cannot be decoded.
        """
        import cv2

        photo = self.read(view)
        gains = self.gains.get(view.name)
        if gains is None or np.abs(gains - 1).max() < _LEAST_GAIN:
            return photo
        steps = np.arange(256, dtype=np.float32)[:, None] * gains
        table = np.clip(np.rint(steps), 0, 255).astype(np.uint8)[None]
        return np.asarray(cv2.LUT(photo, table), np.uint8)


def _read(path: Path, width: int, height: int) -> NDArray[np.uint8]:
    import cv2

    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        raise EngineFailure(f"The prepared photo {path.name} is missing.", detail=str(error)) from error
    photo: Any = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION) if len(data) else None
    if photo is None:
        raise EngineFailure(f"The prepared photo {path.name} cannot be decoded.", retryable=True)
    if photo.shape[:2] != (height, width):
        photo = cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA)
    found: NDArray[np.uint8] = photo
    return found
