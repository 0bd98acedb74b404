"""One round of the alignment: shards in, a model in the job's frame and its description out. In a stage child."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from tiepoint.domain.errors import InputError
from tiepoint.engine.job_folder import write_json
from tiepoint.engine.products.whole_file import replacing
from tiepoint.engine.sfm import diagnosis
from tiepoint.engine.sfm.assembly import MatchCounts, RoundShards, assemble
from tiepoint.engine.sfm.georeference import Frame, frame_of
from tiepoint.engine.sfm.mapping import Mapped, map_photos
from tiepoint.engine.sfm.positions import Positions, positions_of
from tiepoint.engine.sfm.refinement import refine
from tiepoint.engine.sfm.retry import retry_of
from tiepoint.engine.sfm.rounds import FeatureSettings
from tiepoint.engine.sfm.scene_box import scene_box
from tiepoint.engine.sfm.source_views import source_views
from tiepoint.engine.sfm.tie_points import TiePoints, tie_points_of
from tiepoint.engine.task import Progress

logger = logging.getLogger("tiepoint.engine.alignment")

DESCRIPTION: Final = "alignment.json"
MODEL: Final = "sparse"


@dataclass(frozen=True, slots=True)
class Settings:
    """What shapes an alignment.

    Attributes:
        mapper: The mapper to begin with, "incremental" or "global".
        refine_principal_point: Free the principal points that the photos can tell.
        depth_sources: Most source photos of a depth map.
        retry: Settings of round 0 when another round may follow, else None.
        threads: Threads to use.
    """

    mapper: str
    refine_principal_point: bool
    depth_sources: int
    retry: FeatureSettings | None
    threads: int


def align(
    work: Path,
    result: Path,
    rounds: Sequence[RoundShards],
    *,
    photos: Sequence[Mapping[str, Any]],
    cameras: Sequence[Mapping[str, Any]],
    settings: Settings,
    progress: Progress,
) -> None:
    """Align photos and write the folder `result` with alignment.json and sparse/.

    Args:
        work: The work folder, for the prepared photos.
        result: The folder to write; it is replaced whole.
        rounds: The shards of each round, first round first.
        photos: Facts of each photo as in check.json, with `number` and `camera`.
        cameras: The job's cameras.
        settings: What shapes the alignment.
        progress: Called with photos aligned.

    Raises:
        InputError: The photos show the same picture again and again.
        NoSpace: The disk is full.
        EngineFailure: The folder cannot be written.
    """
    result.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=result.parent, prefix=".mapping-") as scratch, replacing(result) as folder:
        database = Path(scratch) / "database.db"
        counts = assemble(database, rounds, cameras=cameras, photos=photos)
        diagnosis.require_movement(counts)
        mapped = map_photos(
            database,
            work / "photos",
            Path(scratch),
            photos=len(photos),
            mapper=settings.mapper,
            threads=settings.threads,
            progress=progress,
        )
        folder.mkdir()
        (folder / MODEL).mkdir()
        description = _finished(mapped, counts, folder / MODEL, photos=photos, settings=settings, photos_folder=work / "photos")
        write_json(folder / DESCRIPTION, description)


def choose(work: Path, candidates: Sequence[Path], *, is_last: bool) -> None:
    """Copy the best round's result to alignment.json and sparse/; of equals, the earlier one.

    Args:
        work: The work folder.
        candidates: Result folders, first round first.
        is_last: Whether no other round follows.

    Raises:
        InputError: No photo could be aligned, and nothing is left to try.
        NoSpace: The disk is full.
        EngineFailure: A result is broken or the folder cannot be written.
    """
    from tiepoint.engine.job_folder import read_json

    described = [(read_json(folder / DESCRIPTION), folder) for folder in candidates]
    best, folder = max(described, key=lambda entry: len(entry[0]["aligned"]))
    if is_last:
        best["retry"] = None
    if not best["retry"]:
        diagnosis.require_alignment(best)
    with replacing(work / MODEL) as model:
        shutil.copytree(folder / MODEL, model)
    write_json(work / DESCRIPTION, best)


def _finished(
    mapped: Mapped,
    counts: MatchCounts,
    model_folder: Path,
    *,
    photos: Sequence[Mapping[str, Any]],
    settings: Settings,
    photos_folder: Path,
) -> dict[str, Any]:
    """Refine and place the best model, write it, and return the description."""
    positions = positions_of(photos)
    described: dict[str, Any] = _nothing(len(photos))
    frame: Frame | None = None
    names: set[str] = set()
    if mapped.best is not None:
        model, removed = refine(
            mapped.best, threads=settings.threads, refine_principal_point=settings.refine_principal_point
        )
        mapped.unsupported.update(removed)
        frame = frame_of(tie_points_of(model), positions)
        model.transform(frame.transform)
        tie_points = tie_points_of(model)
        if not diagnosis.has_baseline(tie_points):
            raise InputError(diagnosis.NO_BASELINE, remedy="Walk around the subject between photos.")
        model.extract_colors_for_all_images(photos_folder)
        model.write(model_folder)
        names = set(tie_points.images)
        described |= _described(model, tie_points, frame, photos, settings.depth_sources)
    described |= _left_out(mapped, counts, photos, names, frame, positions)
    described["retry"] = _retry(mapped, counts, photos, names, settings)
    return described


def _nothing(total: int) -> dict[str, Any]:
    return {
        "photos_total": total,
        "aligned": [],
        "tie_points": 0,
        "reprojection_error_px": {"mean": None, "max": None},
        "gsd_m": None,
        "scale": {"source": "none", "metres_per_unit": None},
        "crs": {"frame": "local", "epsg": None, "origin": None},
        "scene_box": None,
        "views": [],
    }


def _described(
    model: Any, tie_points: TiePoints, frame: Frame, photos: Sequence[Mapping[str, Any]], depth_sources: int
) -> dict[str, Any]:
    by_image = {str(photo["image"]): photo for photo in photos}
    facts = [by_image[image] for image in tie_points.images]
    enlarged = np.array([float(photo["width"]) / float(photo["work_width"]) for photo in facts])
    errors_px = tie_points.errors_px * enlarged[tie_points.observed_by]
    lenses = {model.images[number].name: model.cameras[model.images[number].camera_id] for number in model.reg_image_ids()}
    focal_px = np.array([lenses[image].mean_focal_length() for image in tie_points.images]) * enlarged
    gsd = float(np.median(tie_points.depths / focal_px[tie_points.observed_by]))
    aligned = [
        {
            "image": image,
            "path": by_image[image]["path"],
            "width": int(lenses[image].width),
            "height": int(lenses[image].height),
            "K": lenses[image].calibration_matrix().tolist(),
            "center": center.tolist(),
            "observations": int(count),
        }
        for image, center, count in zip(tie_points.images, tie_points.centers, tie_points.counts, strict=True)
    ]
    origin = frame.origin
    return {
        "aligned": aligned,
        "tie_points": len(tie_points.points),
        "reprojection_error_px": {"mean": float(errors_px.mean()), "max": float(errors_px.max())},
        "gsd_m": gsd if frame.is_metric else None,
        # The model is in metres already; how large a unit of the mapper was is nobody's business.
        "scale": {"source": "gps", "metres_per_unit": 1.0} if frame.is_metric else {"source": "none", "metres_per_unit": None},
        "crs": {
            "frame": "ENU" if frame.is_metric else "local",
            "epsg": "EPSG:4979" if frame.is_metric else None,
            "origin": {"lat": origin[0], "lon": origin[1], "alt": origin[2] if frame.has_height else None}
            if origin
            else None,
        },
        "scene_box": scene_box(tie_points),
        "views": source_views(tie_points, depth_sources),
    }


def _left_out(
    mapped: Mapped,
    counts: MatchCounts,
    photos: Sequence[Mapping[str, Any]],
    names: set[str],
    frame: Frame | None,
    positions: Positions | None,
) -> dict[str, Any]:
    partners = Counter(number for pair in counts.verified for number in pair)
    unaligned = [
        {
            "image": photo["image"],
            "path": photo["path"],
            "reason": diagnosis.reason_of(photo["image"], mapped.others, mapped.unsupported, partners[photo["number"]]),
            "matches": partners[photo["number"]],
        }
        for photo in photos
        if photo["image"] not in names
    ]
    paths = {str(photo["image"]): str(photo["path"]) for photo in photos}
    groups = [[paths[image] for image in group] for group in mapped.others]
    strays = [*(frame.outliers if frame else ()), *(positions.ignored if positions else ())]
    return {
        "unaligned": unaligned,
        "other_models": [{"photos": group} for group in groups],
        "warnings": diagnosis.warnings_of(
            unaligned, groups, frame.problem if frame else "", [paths[image] for image in sorted(strays)]
        ),
    }


def _retry(
    mapped: Mapped, counts: MatchCounts, photos: Sequence[Mapping[str, Any]], names: set[str], settings: Settings
) -> dict[str, Any] | None:
    if settings.retry is None:
        return None
    images = {int(photo["number"]): str(photo["image"]) for photo in photos}
    matches = {(images[first], images[second]): count for (first, second), count in counts.raw.items()}
    return retry_of(sorted(images.values()), names, mapped.others, matches, settings.retry)
