"""Pictures of models and clouds without a display: the door to the software renderer.

Must not import anything that needs a display, OpenGL or a job. Any thread; uses two threads unless told otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tiepoint.domain.errors import InputError, OperationFailed
from tiepoint.engine.rendering import warm as rendering_warm
from tiepoint.engine.rendering.framing import subject
from tiepoint.engine.rendering.paint import cut_out, painted
from tiepoint.engine.rendering.scene import Bytes, Part, load_scene
from tiepoint.engine.rendering.view import View, direction_for, fitted

PICTURE_SIZE_PX = (1600, 1200)


def render_file(path: Path, png: Path, size_px: tuple[int, int] = PICTURE_SIZE_PX, view: str = "iso") -> None:
    """Draw a GLB, OBJ or PLY file into a PNG.

    Args:
        path: The model or cloud.
        png: The picture; replaced if it is there.
        size_px: Width and height.
        view: "iso" (three quarters, from the side that was photographed), front, back, left, right, top or bottom.

    Raises:
        InputError: The file cannot be read or holds nothing to draw.
        UsageError: There is no such view.
        OperationFailed: The picture cannot be written.
    """
    if not path.is_file():
        raise InputError(f"There is no file {path}.", remedy="Check the name.")
    parts = load_scene(path)
    write_png(png, picture_of(parts, towards_of(parts, view), size_px))


def picture_of(
    parts: Sequence[Part], towards: NDArray[np.float64], size_px: tuple[int, int] = PICTURE_SIZE_PX
) -> Bytes:
    """Return (H, W, 3) uint8 RGB of a scene that just fills the picture.

    Args:
        parts: What to draw, z up.
        towards: (3,) unit direction from the scene to the eye.
        size_px: Width and height.
    """
    return painted(parts, fitted(subject(parts, towards), towards, size_px))


def map_of(part: Part, others: NDArray[np.float64], size_px: tuple[int, int]) -> tuple[Bytes, View]:
    """Return the part seen straight from above without perspective, and the view for drawing on top of it.

    Args:
        part: What to draw.
        others: (N, 3) positions that the map must hold too.
        size_px: Width and height.

    Returns:
        (H, W, 4) uint8 RGBA, clear where nothing is, and the view.
    """
    above = np.array([0.0, 0.0, 1.0])
    points = np.concatenate([subject([part], above), others.astype(np.float32)])
    view = fitted(points, above, size_px, is_flat=True)
    return cut_out([part], view), view


def towards_of(parts: Sequence[Part], view: str) -> NDArray[np.float64]:
    """Return the unit direction from the scene to the eye of a named view.

    Raises:
        UsageError: There is no such view.
    """
    total, area = np.zeros(3), 0.0
    for part in parts:
        if not part.is_cloud:
            corners = part.vertices[part.faces].astype(np.float64)
            normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
            total += normals.sum(0)
            area += float(np.linalg.norm(normals, axis=1).sum())
    return direction_for(view, total.tolist(), area)


def write_png(path: Path, picture: Bytes) -> None:
    """Write (H, W, 3) uint8 RGB as PNG in one step.

    Raises:
        OperationFailed: The file cannot be written.
    """
    data = encoded(picture, ".png")
    temporary = path.with_name(f".{path.name[:40]}-{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OperationFailed(
            f"The picture {path.name} cannot be written.",
            remedy="Choose a folder that you may write to and that has space.",
            detail=str(error),
        ) from error


def encoded(picture: Bytes, suffix: str, quality: int = 85) -> bytes:
    """Return an RGB or RGBA picture as the bytes of a ".png", ".jpg" or ".webp" file; PNG has no quality."""
    options = {
        ".png": [cv2.IMWRITE_PNG_COMPRESSION, 5],
        ".jpg": [cv2.IMWRITE_JPEG_QUALITY, quality],
        ".webp": [cv2.IMWRITE_WEBP_QUALITY, quality],
    }[suffix]
    order = cv2.COLOR_RGBA2BGRA if picture.shape[2] == 4 else cv2.COLOR_RGB2BGR
    return bytes(cv2.imencode(suffix, cv2.cvtColor(picture, order), options)[1])


def warm() -> None:
    """Compile every kernel of the renderer, so that the cache holds them."""
    rendering_warm.warm()
