"""Point cloud: all depth maps fused into one cloud, cropped to the scene, as a single task in a killable child.

Planning reads JSON only.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tiepoint.domain.errors import EngineFailure
from tiepoint.engine.job_folder import JobFolder, write_json
from tiepoint.engine.stages.undistortion import views_with_depth
from tiepoint.engine.task import Progress, Task

CLOUD: Final = "fused.ply"
FIGURES: Final = "point_cloud.json"

SPACING_PX: Final = 1.0
_FEWEST_POINTS: Final = 100
_logger = logging.getLogger("tiepoint.engine.point_cloud")


def plan(job: JobFolder) -> list[Task]:
    """Return the one task."""
    alignment = job.read("alignment.json")
    views = views_with_depth(alignment)
    sources = {view["image"]: list(view["sources"])[: job.parameters.depth_sources] for view in views}
    stereo = "undistorted/stereo"
    return [
        Task(
            "point_cloud",
            "point_cloud:fuse_task",
            {"sources": sources, "scene_box": alignment["scene_box"], "spacing_px": SPACING_PX},
            inputs=tuple(
                name
                for image in sources
                for name in (
                    f"undistorted/views/{image}.npz",
                    f"undistorted/images/{image}",
                    f"{stereo}/depth_maps/{image}.geometric.bin",
                    f"{stereo}/normal_maps/{image}.geometric.bin",
                )
            ),
            outputs=(CLOUD, FIGURES),
            isolated=True,
        )
    ]


def fuse_task(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Write fused.ply and its figures: points, and the share of each photo's pixels that other photos confirm.

    Raises:
        EngineFailure: No surface was found, or a work file is missing or broken.
        OSError: A file cannot be read or written.
    """
    from tiepoint.engine.dense.cloud_file import CloudFile
    from tiepoint.engine.dense.fusion import Agreement, Fusion
    from tiepoint.engine.dense.points import within_box
    from tiepoint.engine.dense.thinning import Thinning
    from tiepoint.engine.previewing.point_cloud import preview_point_cloud

    images = list(options["sources"])
    fusion = Fusion(work, options["sources"], Agreement())
    confirmed: dict[str, float] = {}
    cropped, thinning = 0, Thinning(options["spacing_px"])
    with CloudFile(work / CLOUD) as cloud:
        for done, image in enumerate(images):
            progress(done, len(images))
            points, share = fusion.points_of(image)
            inside = within_box(points, options["scene_box"])
            cropped += len(points.positions) - len(inside.positions)
            cloud.add(thinning.new_points(inside))
            confirmed[image] = round(share, 4)
        if cloud.count < _FEWEST_POINTS:
            raise _empty()
        cloud.save()
        _logger.info("%d points, %d more outside the scene", cloud.count, cropped)
        preview_point_cloud(work, work / CLOUD, cloud.count)
        write_json(work / FIGURES, {"points": cloud.count, "cropped": cropped, "confirmed_share": confirmed})
    progress(len(images), len(images))


def _empty() -> EngineFailure:
    return EngineFailure(
        "The photos were aligned, but no surface was found on which at least three of them agree.",
        remedy="Take more photos that overlap by two thirds or more, in focus, of something with visible texture.",
    )
