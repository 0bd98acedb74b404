"""The point cloud as binary PLY: the fused points under a header that says frame and unit. Any thread."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from tiepoint import __version__
from tiepoint.domain.errors import EngineFailure
from tiepoint.engine.products.whole_file import replacing

_LONGEST_HEADER_BYTES: Final = 65_536
_END: Final = b"end_header\n"


def write_cloud(fused: Path, path: Path, *, unit: str) -> None:
    """Copy the fused cloud with comments on frame and unit added.

    Args:
        fused: The fused cloud, binary little-endian PLY in the job frame.
        path: The file to replace.
        unit: What one unit is.

    Raises:
        EngineFailure: The fused cloud is missing or broken, or the file cannot be written.
        NoSpace: The disk is full.
    """
    header, offset = _header(fused)
    first, form, *rest = [line for line in header.split("\n") if line and not line.startswith("comment")]
    comments = [f"comment Tiepoint {__version__}", f"comment axes: x east, y north, z up; unit: {unit}"]
    with replacing(path) as temporary, temporary.open("wb") as target, fused.open("rb") as source:
        target.write(("\n".join([first, form, *comments, *rest]) + "\n").encode("ascii") + _END)
        source.seek(offset)
        shutil.copyfileobj(source, target, 1 << 20)


def _header(path: Path) -> tuple[str, int]:
    try:
        with path.open("rb") as file:
            head = file.read(_LONGEST_HEADER_BYTES)
    except OSError as error:
        raise EngineFailure("The fused point cloud is missing.", retryable=True, detail=str(error)) from error
    end = head.find(_END)
    text = head[: max(end, 0)].decode("ascii", errors="replace")
    if not text.startswith("ply\nformat binary_little_endian"):
        raise EngineFailure("The fused point cloud is broken.", remedy="Run the job again.", retryable=True)
    return text, end + len(_END)
