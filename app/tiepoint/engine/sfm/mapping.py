"""From matches to camera poses: the incremental mapper, the global one where that leaves photos out, the better kept.

In the alignment's child: the global mapper can be stopped only by ending its process.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pycolmap

from tiepoint.engine.sfm.comparison import FEWEST_MATCHES
from tiepoint.engine.task import Progress

logger = logging.getLogger("tiepoint.engine.alignment")

_SEED: Final = 0
# Below this many tie points a pose follows chance matches: banana's DSC_0434 was "aligned" by 5, far from its place.
FEWEST_TIE_POINTS: Final = 10
FEWEST_PHOTOS: Final = 3


@dataclass(slots=True)
class Mapped:
    """What the mappers made of the matches.

    Attributes:
        best: The model with the most photos, or None.
        others: Groups of photos, by image name, that were aligned apart from it; largest first.
        unsupported: Tie points of photos that were taken out again for having too few.
    """

    best: Any = None
    others: list[list[str]] = field(default_factory=list)
    unsupported: dict[str, int] = field(default_factory=dict)

    @property
    def aligned(self) -> int:
        """How many photos the best model holds."""
        return int(self.best.num_reg_images()) if self.best is not None else 0


def map_photos(
    database: Path,
    photos_folder: Path,
    scratch: Path,
    *,
    images: Sequence[str],
    mapper: str,
    threads: int,
    progress: Progress,
) -> Mapped:
    """Align photos.

    Args:
        database: Matches of all photos.
        photos_folder: The prepared photos.
        scratch: A folder for what the mappers write.
        images: All photos by image name.
        mapper: The mapper to begin with, "incremental" or "global"; the other one follows if photos stay out.
        threads: Threads to use.
        progress: Called with photos aligned.
    """
    pycolmap.logging.minloglevel = 2
    pycolmap.set_random_seed(_SEED)
    mapping = _Mapping(database, photos_folder, threads)
    order = ("global", "incremental") if mapper == "global" else ("incremental", "global")
    found = _best_of(mapping, order, images, scratch / "all", progress)
    if found.best is not None:
        _map_apart(mapping, order, found, images, scratch / "apart")
    progress(found.aligned, len(images))
    return found


def _best_of(
    mapping: _Mapping, order: Sequence[str], images: Sequence[str], scratch: Path, progress: Progress
) -> Mapped:
    """Return what the first mapper makes of the photos, or the second one where that leaves fewer out."""
    found = Mapped()
    for name in order:
        output = scratch / name
        output.mkdir(parents=True)
        models = (
            mapping.incremental(output, images, progress) if name == "incremental" else mapping.at_once(output, images)
        )
        candidate = _judged(models)
        logger.info(
            "%s mapper: %d of %d photos, %d others", name, candidate.aligned, len(images), len(candidate.others)
        )
        if _rank(candidate) > _rank(found):
            found = candidate
        if found.aligned == len(images):
            break
    return found


@dataclass(frozen=True, slots=True)
class _Mapping:
    """What both mappers need."""

    database: Path
    photos_folder: Path
    threads: int

    def incremental(self, output: Path, images: Sequence[str], progress: Progress) -> list[Any]:
        """Return the models the incremental mapper makes of some of the photos."""
        options = pycolmap.IncrementalPipelineOptions()
        options.num_threads = self.threads
        options.random_seed = _SEED
        options.extract_colors = False
        options.min_num_matches = FEWEST_MATCHES
        options.min_model_size = FEWEST_PHOTOS
        options.image_names = list(images)
        # Coarser steps between photos: banana 2.8 instead of 5.6 CPU s, with the same photos, points and error.
        options.ba_local_function_tolerance = 1e-4
        options.ba_global_function_tolerance = 1e-5
        options.ba_global_frames_ratio = options.ba_global_points_ratio = 1.2
        options.ba_global_max_refinements = 2
        aligned = 0

        def count() -> None:
            nonlocal aligned
            aligned = min(aligned + 1, len(images))
            progress(aligned, len(images))

        models = pycolmap.incremental_mapping(
            self.database,
            self.photos_folder,
            output,
            options,
            initial_image_pair_callback=count,
            next_image_callback=count,
        )
        return list(models.values())

    def at_once(self, output: Path, images: Sequence[str]) -> list[Any]:
        """Return the models the global mapper makes of the photos."""
        options = pycolmap.GlobalPipelineOptions()
        options.num_threads = self.threads
        options.random_seed = _SEED
        options.min_num_matches = FEWEST_MATCHES
        options.min_model_size = FEWEST_PHOTOS
        options.image_names = list(images)
        options.mapper.bundle_adjustment.ceres.solver_options.num_threads = self.threads
        return list(pycolmap.global_mapping(self.database, self.photos_folder, output, options).values())


def _map_apart(mapping: _Mapping, order: Sequence[str], found: Mapped, images: Sequence[str], scratch: Path) -> None:
    """Look for groups among the photos that no model holds: beside a large model the mappers miss weak ones."""
    held = {found.best.images[number].name for number in found.best.reg_image_ids()}
    lone = sorted(set(images) - held - {image for group in found.others for image in group})
    if len(lone) < FEWEST_PHOTOS:
        return
    apart = _best_of(mapping, order, lone, scratch, lambda done, total: None)
    if apart.best is not None:
        group = sorted(apart.best.images[number].name for number in apart.best.reg_image_ids())
        found.others = sorted([*found.others, group, *apart.others], key=lambda names: (-len(names), names))


def _judged(models: Sequence[Any]) -> Mapped:
    """Return the largest model, photos taken out of it that have too few tie points, and the others' photos."""
    ranked = sorted(models, key=lambda model: (-model.num_reg_images(), -model.num_points3D()))
    if not ranked:
        return Mapped()
    best = ranked[0]
    unsupported = remove_unsupported(best)
    kept = {best.images[number].name for number in best.reg_image_ids()}
    others = []
    for model in ranked[1:]:
        names = {model.images[number].name for number in model.reg_image_ids()} - kept
        kept |= names
        if len(names) >= FEWEST_PHOTOS:
            others.append(sorted(names))
    if best.num_reg_images() < FEWEST_PHOTOS:
        return Mapped(None, others, unsupported)
    return Mapped(best, others, unsupported)


def remove_unsupported(model: Any) -> dict[str, int]:
    """Take photos out that too few tie points hold, and return how many each had."""
    removed: dict[str, int] = {}
    while True:
        weak = [number for number in model.reg_image_ids() if model.images[number].num_points3D < FEWEST_TIE_POINTS]
        if not weak:
            return removed
        for number in weak:
            removed[model.images[number].name] = int(model.images[number].num_points3D)
            model.deregister_frame(model.images[number].frame_id)


def _rank(mapped: Mapped) -> tuple[int, int]:
    return mapped.aligned, int(mapped.best.num_points3D()) if mapped.best is not None else 0
