"""One round of the alignment: shards in, a model in the job's frame and its description out. In a stage child."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tiepoint.engine.job_folder import read_json, write_json
from tiepoint.engine.products.whole_file import replacing
from tiepoint.engine.sfm import diagnosis
from tiepoint.engine.sfm.assembly import MatchCounts, RoundShards, assemble
from tiepoint.engine.sfm.description import described_model, left_out, nothing
from tiepoint.engine.sfm.georeference import Frame, frame_of
from tiepoint.engine.sfm.mapping import Mapped, map_photos
from tiepoint.engine.sfm.positions import positions_of
from tiepoint.engine.sfm.refinement import refine
from tiepoint.engine.sfm.retry import retry_of
from tiepoint.engine.sfm.rounds import FeatureSettings
from tiepoint.engine.sfm.tie_points import tie_points_of
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
        photos_folder: The prepared photos.
    """

    mapper: str
    refine_principal_point: bool
    depth_sources: int
    retry: FeatureSettings | None
    threads: int
    photos_folder: Path


def align(
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
            settings.photos_folder,
            Path(scratch),
            images=[str(photo["image"]) for photo in photos],
            mapper=settings.mapper,
            threads=settings.threads,
            progress=progress,
        )
        folder.mkdir()
        (folder / MODEL).mkdir()
        known = {int(camera["id"]): float(camera["focal_px"]) for camera in cameras if camera["has_focal"]}
        model = _refined(mapped, known, settings)
        description = _finished(model, mapped, counts, folder / MODEL, photos=photos, settings=settings)
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
    described = [(read_json(folder / DESCRIPTION), folder) for folder in candidates]
    best, folder = max(described, key=lambda entry: len(entry[0]["aligned"]))
    if is_last:
        best["retry"] = None
    if not best["retry"]:
        diagnosis.require_alignment(best)
    with replacing(work / MODEL) as model:
        shutil.copytree(folder / MODEL, model)
    write_json(work / DESCRIPTION, best)


def _refined(mapped: Mapped, known_focals_px: Mapping[int, float], settings: Settings) -> Any:
    """Return the best model after the last bundle adjustment, or None."""
    if mapped.best is None:
        return None
    model, removed = refine(
        mapped.best,
        known_focals_px=known_focals_px,
        threads=settings.threads,
        refine_principal_point=settings.refine_principal_point,
    )
    mapped.unsupported.update(removed)
    return model


def _finished(
    model: Any,
    mapped: Mapped,
    counts: MatchCounts,
    model_folder: Path,
    *,
    photos: Sequence[Mapping[str, Any]],
    settings: Settings,
) -> dict[str, Any]:
    """Place the model in the job's frame, write it, and return the description."""
    positions = positions_of(photos)
    described = nothing(len(photos))
    frame: Frame | None = None
    if model is not None:
        frame = frame_of(tie_points_of(model), positions)
        model.transform(frame.transform)
        tie_points = tie_points_of(model)
        diagnosis.require_baseline(tie_points)
        model.extract_colors_for_all_images(settings.photos_folder)
        model.write(model_folder)
        described |= described_model(model, tie_points, frame, photos=photos, depth_sources=settings.depth_sources)
    names = {str(entry["image"]) for entry in described["aligned"]}
    described |= left_out(mapped, counts, photos=photos, aligned=names, frame=frame, positions=positions)
    described["retry"] = _retry(mapped, counts, photos, names, settings)
    return described


def _retry(
    mapped: Mapped, counts: MatchCounts, photos: Sequence[Mapping[str, Any]], names: set[str], settings: Settings
) -> dict[str, Any] | None:
    if settings.retry is None:
        return None
    images = {int(photo["number"]): str(photo["image"]) for photo in photos}
    matches = {(images[first], images[second]): count for (first, second), count in counts.raw.items()}
    return retry_of(sorted(images.values()), names, mapped.others, matches, settings.retry)
