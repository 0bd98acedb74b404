"""The smallest capture and settings that still give a textured model: a job of a few seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from synthetic_scene import SMALL_ARC, Scene, make_scene

SMALL_JOB: Final = (
    "--preset",
    "custom",
    *(
        word
        for setting in (
            "work_size_px=640",
            "feature_size_px=640",
            "max_features=1500",
            "depth_size_px=320",
            "mesh_depth=7",
            "faces=8000",
            "texture_size_px=640",
            "atlas_px=1024",
        )
        for word in ("--set", setting)
    ),
)


def write_small_capture(folder: Path) -> Scene:
    """Write eight photos of 640 x 480 pixels of a generated scene and return its truth."""
    return make_scene(folder, rings=SMALL_ARC, size=(640, 480), detail=5)
