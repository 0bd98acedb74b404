"""Pictures of the model from the side that was photographed. Any thread; two threads while drawing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tiepoint.engine.products.model import TexturedModel
from tiepoint.engine.products.whole_file import replacing
from tiepoint.engine.render import PICTURE_SIZE_PX, encoded, framed_points
from tiepoint.engine.rendering.paint import cut_out, on_background
from tiepoint.engine.rendering.scene import Part, load_texture
from tiepoint.engine.rendering.view import fitted, seen_from


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
    towards = seen_from(centres, np.median(points, axis=0).astype(np.float64))
    clear = cut_out([part], fitted(points, towards, PICTURE_SIZE_PX))
    for target, picture in ((path, on_background(clear)), (cut_out_path, clear)):
        with replacing(target) as temporary:
            temporary.write_bytes(encoded(picture, target.suffix))
