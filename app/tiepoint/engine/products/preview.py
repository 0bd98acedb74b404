"""Pictures of the model from the side that was photographed. Any thread; two threads while drawing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from tiepoint.engine.products.model import TexturedModel
from tiepoint.engine.products.whole_file import replacing
from tiepoint.engine.render import PICTURE_SIZE_PX, encoded, framed_points
from tiepoint.engine.rendering.paint import cut_out, on_background
from tiepoint.engine.rendering.scene import Bytes, Part, load_texture
from tiepoint.engine.rendering.view import fitted, seen_from

TRIM_MARGIN_PX: Final = 40


def write_preview(model: TexturedModel, alignment: Mapping[str, Any], path: Path, cut_out_path: Path) -> None:
    """Draw the model into a PNG of 1600 x 1200 pixels, and a WebP with nothing around it for the report.

    Args:
        model: What to draw.
        alignment: Content of alignment.json; the cameras' centres say which side was seen.
        path: The PNG to replace.
        cut_out_path: The WebP to replace.

    Raises:
        InputError: The texture cannot be decoded.
        NoSpace: The disk is full.
        EngineFailure: A picture cannot be written.
    """
    part = Part(model.vertices, model.faces, model.uv, load_texture(model.atlas), normals=model.normals)
    points = framed_points([part])
    centres = np.array([photo["center"] for photo in alignment["aligned"]], np.float64)
    towards = seen_from(centres, points)
    clear = cut_out([part], fitted(points, towards, PICTURE_SIZE_PX))
    for target, picture in ((path, on_background(clear)), (cut_out_path, trimmed(clear))):
        with replacing(target) as temporary:
            temporary.write_bytes(encoded(picture, target.suffix))


def trimmed(picture: Bytes) -> Bytes:
    """Return a cut-out (H, W, 4) picture without the empty rows and columns around it, but for a small margin."""
    rows, columns = np.nonzero(picture[:, :, 3].any(1))[0], np.nonzero(picture[:, :, 3].any(0))[0]
    if not len(rows):
        return picture
    low = np.maximum(np.array([rows[0], columns[0]]) - TRIM_MARGIN_PX, 0)
    high = np.array([rows[-1], columns[-1]]) + TRIM_MARGIN_PX + 1
    return np.ascontiguousarray(picture[low[0] : high[0], low[1] : high[1]])
