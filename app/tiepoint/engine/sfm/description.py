"""What alignment.json says of a model and of the photos outside it. Pure; any thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from tiepoint.engine.sfm import diagnosis
from tiepoint.engine.sfm.assembly import MatchCounts
from tiepoint.engine.sfm.georeference import Frame
from tiepoint.engine.sfm.mapping import Mapped
from tiepoint.engine.sfm.positions import Positions
from tiepoint.engine.sfm.scene_box import scene_box
from tiepoint.engine.sfm.source_views import source_views
from tiepoint.engine.sfm.tie_points import TiePoints

Photos = Sequence[Mapping[str, Any]]


def nothing(total: int) -> dict[str, Any]:
    """Return the description of an alignment without a model.

    Args:
        total: How many photos there are.
    """
    return {
        "photos_total": total,
        "aligned": [],
        "tie_points": 0,
        "reprojection_error_px": {"mean": None, "max": None, "rms": None},
        "gsd_m": None,
        "scale": {"source": "none", "metres_per_unit": None},
        "crs": {"frame": "local", "epsg": None, "origin": None},
        "scene_box": None,
        "views": [],
    }


def described_model(
    model: Any, tie_points: TiePoints, frame: Frame, *, photos: Photos, depth_sources: int
) -> dict[str, Any]:
    """Return what is said of a model.

    Args:
        model: The reconstruction in the job's frame.
        tie_points: The same as arrays.
        frame: How the job's frame came about.
        photos: Facts of each photo.
        depth_sources: Most source photos of a depth map.
    """
    by_image = {str(photo["image"]): photo for photo in photos}
    facts = [by_image[image] for image in tie_points.images]
    enlarged = np.array([float(photo["width"]) / float(photo["work_width"]) for photo in facts])
    images = {image.name: image for image in (model.images[number] for number in model.reg_image_ids())}
    lenses = [model.cameras[images[image].camera_id] for image in tie_points.images]
    errors_px = tie_points.errors_px * enlarged[tie_points.observed_by]
    focal_px = np.array([lens.mean_focal_length() for lens in lenses]) * enlarged
    gsd = float(np.median(tie_points.depths / focal_px[tie_points.observed_by]))
    return {
        "aligned": _cameras(tie_points, facts, lenses),
        "tie_points": len(tie_points.points),
        "reprojection_error_px": {
            "mean": float(errors_px.mean()),
            "max": float(errors_px.max()),
            "rms": float(np.sqrt(np.mean(errors_px**2))),
        },
        "gsd_m": gsd if frame.is_metric else None,
        **_placed(frame),
        "scene_box": scene_box(tie_points),
        "views": source_views(tie_points, depth_sources),
    }


def left_out(
    mapped: Mapped,
    counts: MatchCounts,
    *,
    photos: Photos,
    aligned: Collection[str],
    frame: Frame | None,
    positions: Positions | None,
) -> dict[str, Any]:
    """Return what is said of photos outside the model, and of positions that were not used.

    Args:
        mapped: What the mappers made of the matches.
        counts: How well photos match.
        photos: Facts of each photo.
        aligned: Image names of the model's photos.
        frame: How the job's frame came about, or None without a model.
        positions: Where photos were taken, or None.
    """
    partners = Counter(number for pair in counts.verified for number in pair)
    unaligned = [
        {
            "image": photo["image"],
            "path": photo["path"],
            "reason": diagnosis.reason_of(photo["image"], mapped.others, mapped.unsupported, partners[photo["number"]]),
            "matches": partners[photo["number"]],
        }
        for photo in photos
        if photo["image"] not in aligned
    ]
    grouped = {image for group in mapped.others for image in group}
    lone = [entry for entry in unaligned if entry["image"] not in grouped]
    paths = {str(photo["image"]): str(photo["path"]) for photo in photos}
    groups = [[paths[image] for image in group] for group in mapped.others]
    strays = [*(frame.outliers if frame else ()), *(positions.ignored if positions else ())]
    problem = frame.problem if frame else ""
    return {
        "unaligned": unaligned,
        "other_models": [{"photos": group} for group in groups],
        "warnings": diagnosis.warnings_of(lone, groups, problem, sorted(paths[image] for image in strays)),
    }


def _cameras(tie_points: TiePoints, facts: Photos, lenses: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {
            "image": photo["image"],
            "path": photo["path"],
            "width": int(lens.width),
            "height": int(lens.height),
            "K": lens.calibration_matrix().tolist(),
            "center": center.tolist(),
            "observations": int(count),
        }
        for photo, lens, center, count in zip(facts, lenses, tie_points.centers, tie_points.counts, strict=True)
    ]


def _placed(frame: Frame) -> dict[str, Any]:
    if not frame.is_metric or frame.origin is None:
        empty = nothing(0)
        return {"scale": empty["scale"], "crs": empty["crs"]}
    lat, lon, height = frame.origin
    return {
        # The model is in metres already, whatever the mapper's unit was.
        "scale": {"source": "gps", "metres_per_unit": 1.0},
        "crs": {
            "frame": "ENU",
            "epsg": "EPSG:4979",
            "origin": {"lat": lat, "lon": lon, "alt": height if frame.has_height else None},
        },
    }
