"""The point cloud as a binary PLY file, written piece by piece so that it never lies in memory whole. Any thread."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np

from tiepoint.engine.dense.atomic_file import replaced
from tiepoint.engine.dense.points import Points

VERTEX: Final = np.dtype([
    ("x", "<f4"), ("y", "<f4"), ("z", "<f4"),
    ("nx", "<f4"), ("ny", "<f4"), ("nz", "<f4"),
    ("red", "u1"), ("green", "u1"), ("blue", "u1"),
])  # fmt: skip
_NAMES: Final = {"<f4": "float", "|u1": "uchar"}


class CloudFile:
    """Collects points and writes them under the final name on `save`.

    Args:
        path: The PLY file; what was there is replaced on `save`.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._body = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115 - closed on exit
        self.count = 0

    def __enter__(self) -> CloudFile:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drop what was collected; a saved file stays."""
        self._body.close()

    def add(self, points: Points) -> None:
        """Append points.

        Raises:
            OSError: The folder cannot be written.
        """
        records = np.empty(len(points.positions), VERTEX)
        columns = [*points.positions.T, *points.normals.T, *points.colours.T]
        for name, column in zip(VERTEX.names or (), columns, strict=True):
            records[name] = column
        self._body.write(records.tobytes())
        self.count += len(records)

    def save(self) -> None:
        """Write the file in one step.

        Raises:
            OSError: The folder cannot be written.
        """
        self._body.seek(0)
        with replaced(self._path) as file:
            file.write(_header(self.count))
            shutil.copyfileobj(self._body, file, 1 << 20)


def _header(count: int) -> bytes:
    kinds = [(name, _NAMES[VERTEX[name].str]) for name in VERTEX.names or ()]
    properties = "".join(f"property {kind} {name}\n" for name, kind in kinds)
    return f"ply\nformat binary_little_endian 1.0\nelement vertex {count}\n{properties}end_header\n".encode()
