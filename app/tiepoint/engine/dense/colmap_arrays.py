"""COLMAP's array files (depth maps and normal maps): "width&height&channels&", then float32 planes, row by row.

Format: COLMAP, src/colmap/mvs/mat.h. Files to arrays and back; any thread.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tiepoint.engine.dense.atomic_file import replaced

Floats = NDArray[np.float32]

_LONGEST_HEADER_BYTES = 64


def write_array(path: Path, array: Floats) -> None:
    """Write an image of one or more channels, in one step.

    Args:
        path: The file; its folder exists.
        array: (h, w) or (h, w, channels) float32.

    Raises:
        OSError: The file cannot be written.
    """
    planes = np.atleast_3d(array)
    height, width, channels = planes.shape
    with replaced(path) as file:
        file.write(f"{width}&{height}&{channels}&".encode())
        file.write(np.ascontiguousarray(planes.transpose(2, 0, 1), "<f4").tobytes())


def read_array(path: Path) -> Floats:
    """Return (h, w) float32 for one channel, else (h, w, channels).

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no such file.
    """
    with path.open("rb") as file:
        head = file.read(_LONGEST_HEADER_BYTES)
        parts = head.split(b"&", 3)
        if len(parts) != 4:
            raise ValueError(f"{path.name} has no header")
        width, height, channels = (int(part) for part in parts[:3])
        file.seek(len(head) - len(parts[3]))
        data = np.fromfile(file, "<f4", width * height * channels)
    planes = data.reshape(channels, height, width).transpose(1, 2, 0)
    return np.ascontiguousarray(planes[..., 0] if channels == 1 else planes, np.float32)
