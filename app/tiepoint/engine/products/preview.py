"""Pictures of the model from the side that was photographed. Any thread; two threads while drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pycolmap

from tiepoint.engine.products.model import TexturedModel
from tiepoint.engine.products.whole_file import replacing
from tiepoint.engine.render import PICTURE_SIZE_PX, encoded
from tiepoint.engine.rendering.framing import Camera, subject
from tiepoint.engine.rendering.paint import cut_out, on_background
from tiepoint.engine.rendering.scene import Bytes, Part, load_texture
from tiepoint.engine.rendering.view import fitted, seen_from

TRIM_MARGIN_PX: Final = 40
MOST_CAMERAS: Final = 40


def write_preview(model: TexturedModel, cameras: Sequence[Camera], path: Path, cut_out_path: Path) -> None:
    """Draw the model into a PNG of 1600 x 1200 pixels, and a WebP with nothing around it for the report.

    Args:
        model: What to draw.
        cameras: Who photographed it; they say which side was seen and what mattered.
        path: The PNG to replace.
        cut_out_path: The WebP to replace.

    Raises:
        InputError: The texture cannot be decoded.
        NoSpace: The disk is full.
        EngineFailure: A picture cannot be written.
    """
    part = Part(model.vertices, model.faces, model.uv, load_texture(model.atlas), normals=model.normals)
    centres = np.array([camera.centre for camera in cameras])
    towards = seen_from(centres, subject([part], np.array([0.0, 0.0, 1.0]), cameras))
    clear = cut_out([part], fitted(subject([part], towards, cameras), towards, PICTURE_SIZE_PX))
    for target, picture in ((path, on_background(clear)), (cut_out_path, trimmed(clear))):
        with replacing(target) as temporary:
            temporary.write_bytes(encoded(picture, target.suffix))


def cameras_of(sparse: Path) -> list[Camera]:
    """Return the cameras of a COLMAP binary model, at most MOST_CAMERAS evenly spread ones."""
    pycolmap.logging.minloglevel = 2
    model = pycolmap.Reconstruction(sparse)
    images = sorted((image for image in model.images.values() if image.has_pose), key=lambda image: image.name)
    found = []
    for image in images[:: max(1, -(-len(images) // MOST_CAMERAS))]:
        camera = model.cameras[image.camera_id]
        reach = math.hypot(camera.width, camera.height) / 2 / camera.mean_focal_length()
        rotation = np.asarray(image.cam_from_world().rotation.matrix(), np.float64)
        found.append(Camera(rotation, np.asarray(image.projection_center(), np.float64), reach))
    return found


def trimmed(picture: Bytes) -> Bytes:
    """Return a cut-out (H, W, 4) picture without the empty rows and columns around it, but for a small margin.

    A picture whose content runs out of it stays whole: the cut must not show anywhere but at the frame.
    """
    alpha = picture[:, :, 3]
    rows, columns = np.nonzero(alpha.any(1))[0], np.nonzero(alpha.any(0))[0]
    runs_out = alpha[[0, -1]].any() or alpha[:, [0, -1]].any()
    if not len(rows) or runs_out:
        return picture
    low = np.maximum(np.array([rows[0], columns[0]]) - TRIM_MARGIN_PX, 0)
    high = np.array([rows[-1], columns[-1]]) + TRIM_MARGIN_PX + 1
    return np.ascontiguousarray(picture[low[0] : high[0], low[1] : high[1]])
