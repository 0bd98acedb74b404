"""The files of a preview: `preview.json`, `cameras.json`, `cloud.ply`, and a part for each finished depth map.

The cameras, which stay as they are, have a file of their own, so that the one that changes stays small. Every file is
replaced as a whole; a reader that has one open or mapped keeps what it has. Any thread.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.engine.dense.atomic_file import replaced
from tiepoint.engine.job_folder import read_json, write_json

MOST_POINTS: Final = 60_000
CLOUD: Final = "cloud.ply"
CAMERAS: Final = "cameras.json"
WAITING, RUNNING, DONE = "w", "r", "d"
"""States of cameras, one letter each in `states` of the facts."""
VERTEX: Final = np.dtype([("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("red", "u1"), ("green", "u1"), ("blue", "u1")])
_HEADER: Final = (
    "ply\nformat binary_little_endian 1.0\nelement vertex {count}\n"
    "property float x\nproperty float y\nproperty float z\n"
    "property uchar red\nproperty uchar green\nproperty uchar blue\nend_header\n"
)
_log = logging.getLogger("tiepoint.engine.preview")

Vertices = NDArray[np.void]


@contextlib.contextmanager
def harmless(what: str) -> Iterator[None]:
    """Leave out a part of the preview that cannot be made; the job goes on."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  a picture to look at is never worth a job
        _log.info("no preview of %s: %s: %s", what, type(error).__name__, error)


def folder_of(work: Path) -> Path:
    """Return the folder of the preview."""
    return work / "preview"


def facts_path(work: Path) -> Path:
    """Return where the facts lie."""
    return folder_of(work) / "preview.json"


def part_path(work: Path, image: str) -> Path:
    """Return where the part of the cloud that a finished depth map gives lies."""
    return folder_of(work) / "parts" / f"{image}.points"


def began_path(work: Path, image: str) -> Path:
    """Return the file that says that a depth map was begun."""
    return folder_of(work) / "parts" / f"{image}.began"


def read_facts(work: Path) -> dict[str, Any]:
    """Return the facts.

    Raises:
        EngineFailure: There are none, or they are broken.
    """
    facts: dict[str, Any] = read_json(facts_path(work))
    return facts


def write_preview(work: Path, facts: dict[str, Any], vertices: Vertices | None) -> None:
    """Replace the cloud, unless it stays as it is, then the facts.

    Args:
        work: The job's work folder.
        facts: What `adapters.files.preview_store` reads, and what the next stages need.
        vertices: (N,) of `VERTEX`, job frame; None keeps the cloud.

    Raises:
        OSError: The folder cannot be written.
    """
    if vertices is not None:
        with replaced(folder_of(work) / CLOUD) as file:
            file.write(_HEADER.format(count=len(vertices)).encode())
            file.write(vertices.tobytes())
        facts = {**facts, "points": len(vertices)}
    write_json(facts_path(work), facts)


def vertices_of(positions: NDArray[Any], colours: NDArray[np.uint8]) -> Vertices:
    """Return points as records, those without a place left out.

    Args:
        positions: (N, 3), job frame.
        colours: (N, 3) uint8, sRGB red, green, blue.
    """
    placed = np.isfinite(positions).all(axis=1)
    vertices = np.empty(int(placed.sum()), VERTEX)
    columns = [*positions[placed].T, *colours[placed].T]
    for name, column in zip(VERTEX.names or (), columns, strict=True):
        vertices[name] = column
    return vertices


def thinned(vertices: Vertices) -> Vertices:
    """Return at most `MOST_POINTS` of them, evenly chosen."""
    return vertices[:: max(1, -(-len(vertices) // MOST_POINTS))]


def age_s(work: Path) -> float:
    """Return how old the preview is."""
    return time.time() - facts_path(work).stat().st_mtime
