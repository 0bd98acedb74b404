"""Depth maps: the depth and the normal of every pixel of every photo, one task per photo.

Planning reads JSON only. A task runs in a worker's thread, without the interpreter lock, on one core.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiepoint.engine.job_folder import JobFolder, write_json
from tiepoint.engine.stages.undistortion import views_with_depth
from tiepoint.engine.task import Progress, Task


def plan(job: JobFolder) -> list[Task]:
    """Return one task per photo that has sources."""
    views = views_with_depth(job.read("alignment.json"))
    return [_task(job, number, view) for number, view in enumerate(views)]


def _task(job: JobFolder, number: int, view: Mapping[str, Any]) -> Task:
    image, sources = view["image"], list(view["sources"])[: job.parameters.depth_sources]
    stereo = "undistorted/stereo"
    return Task(
        f"depth_maps/{number:04d}",
        "depth_maps:depth_map_task",
        {
            "image": image,
            "sources": sources,
            "coarse_iterations": job.parameters.depth_iterations_coarse,
            "fine_iterations": job.parameters.depth_iterations_fine,
        },
        inputs=(
            f"undistorted/views/{image}.npz",
            *(f"undistorted/images/{name}" for name in (image, *sources)),
        ),
        outputs=(
            f"{stereo}/depth_maps/{image}.geometric.bin",
            f"{stereo}/normal_maps/{image}.geometric.bin",
            f"depth_maps/{image}.json",
        ),
    )


def depth_map_task(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Write the depth map, the normal map and the figures of one photo.

    Raises:
        EngineFailure: A work file is missing or broken.
        OSError: A file cannot be read or written.
    """
    from tiepoint.engine.dense.depth_files import write_depth_map
    from tiepoint.engine.dense.depth_map import Effort
    from tiepoint.engine.previewing.depth_maps import preview_began, preview_depth_map

    image = options["image"]
    preview_began(work, image)
    effort = Effort(options["coarse_iterations"], options["fine_iterations"])
    found = write_depth_map(work, [image, *options["sources"]], effort)
    height, width = found.depth.shape
    figures = {
        "image": image,
        "width": width,
        "height": height,
        "sources": len(options["sources"]),
        "valid_share": round(float((found.depth > 0).mean()), 4),
    }
    write_json(work / "depth_maps" / f"{image}.json", figures)
    preview_depth_map(work, image, found)
    progress(1, 1)
