"""Compile every kernel of the renderer with the types used in earnest. Reads and writes nothing; any thread."""

from __future__ import annotations

import numpy as np

from tiepoint.engine.rendering.paint import painted
from tiepoint.engine.rendering.scene import Part
from tiepoint.engine.rendering.view import direction, fitted


def warm() -> None:
    """Draw one of everything: textured and coloured triangles and points; vertex normals come on the way."""
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]], np.int32)
    grey = np.full((4, 3), 128, np.uint8)
    parts = [
        Part(corners, faces, uv=corners[:, :2].copy(), texture=np.full((64, 64, 3), 128, np.uint8)),
        Part(corners, faces, colours=grey),
        Part(corners, np.zeros((0, 3), np.int32), colours=grey),
    ]
    painted(parts, fitted(corners, direction(-55, 28), (32, 24)))
