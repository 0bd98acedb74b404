"""Undistortion: prepared photos without lens distortion at the size of the depth maps, and their sparse model.

Blocks of photos run side by side; the model is one small task. Planning reads JSON only.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.task import Progress, Task

MODEL_FILES = ("rigs.bin", "cameras.bin", "frames.bin", "images.bin", "points3D.bin")

_MOST_BLOCKS = 32
_SMALLEST_BLOCK = 3


def plan(job: JobFolder) -> list[Task]:
    """Return the model task and one task per block of aligned photos."""
    alignment = job.read("alignment.json")
    views = views_with_depth(alignment)
    size_px = job.parameters.depth_size_px
    sparse = tuple(f"sparse/{name}" for name in MODEL_FILES)
    model = Task(
        "undistortion/model",
        "undistortion:undistort_model_task",
        {"size_px": size_px, "views": views},
        inputs=("sparse",),
        outputs=(
            *(f"undistorted/{name}" for name in sparse),
            "undistorted/stereo/fusion.cfg",
            *(f"undistorted/views/{view['image']}.npz" for view in views),
        ),
    )
    images = sorted(aligned["image"] for aligned in alignment["aligned"])
    length = max(_SMALLEST_BLOCK, -(-len(images) // _MOST_BLOCKS))
    blocks = [images[first : first + length] for first in range(0, len(images), length)]
    return [model, *(_block_task(number, block, size_px) for number, block in enumerate(blocks))]


def views_with_depth(alignment: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the views of alignment.json that get a depth map: those with sources and tie points ahead."""
    return [view for view in alignment["views"] if view["sources"] and view["depth_max"] > view["depth_min"] > 0]


def _block_task(number: int, images: list[str], size_px: int) -> Task:
    return Task(
        f"undistortion/{number:04d}",
        "undistortion:undistort_block",
        {"size_px": size_px, "images": images},
        inputs=("sparse", *(f"photos/{image}" for image in images)),
        outputs=tuple(f"undistorted/images/{image}" for image in images),
    )


def undistort_model_task(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Write undistorted/sparse, the list of photos to fuse, and each photo's view of its sources.

    Raises:
        OSError: A file cannot be written.
    """
    from tiepoint.engine.dense.atomic_file import replaced
    from tiepoint.engine.dense.undistorted_model import read_model, undistort_model, write_views

    model = read_model(work / "sparse")
    undistort_model(model, options["size_px"])
    folder = work / "undistorted" / "sparse"
    folder.mkdir(parents=True, exist_ok=True)
    model.write_binary(folder)
    with replaced(work / "undistorted" / "stereo" / "fusion.cfg") as file:
        file.write("".join(f"{view['image']}\n" for view in options["views"]).encode())
    write_views(work, model, options["views"])
    progress(1, 1)


def undistort_block(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Write the undistorted copies of some photos.

    Raises:
        EngineFailure: A prepared photo cannot be decoded.
        OSError: A file cannot be read or written.
    """
    from tiepoint.engine.dense.undistorted_model import read_model
    from tiepoint.engine.dense.undistorting import Undistorter

    model = read_model(work / "sparse")
    cameras = {image.name: image.camera_id for image in model.images.values()}
    ready: dict[int, Undistorter] = {}
    for done, image in enumerate(options["images"]):
        progress(done, len(options["images"]))
        camera = cameras[image]
        if camera not in ready:
            ready = {camera: Undistorter(model.cameras[camera], options["size_px"])}
        ready[camera].undistort(work / "photos" / image, work / "undistorted" / "images" / image)
    progress(len(options["images"]), len(options["images"]))
