"""The rounds of the alignment: their settings, photos, cameras and file names. Standard library only; plans read it.

Round 0 takes every photo with the preset's settings. Round 1 takes photos that stayed out, with their neighbours and
stronger settings; what it finds is added to round 0, never put in its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from tiepoint.domain.presets import Parameters
from tiepoint.engine.job_folder import JobFolder

ALIGNMENT_FILE: Final = "alignment.json"
# Without any hint: what COLMAP starts from as well.
_ESTIMATED_FOCAL_FACTOR: Final = 1.2
# At and below this size SIFT runs out of fine structure, and doubling the photo first pays.
_SMALL_PHOTO_PX: Final = 1000
_MANY_FEATURES: Final = 8192
_SMALL_BLOCK, _LARGE_BLOCK, _MANY_PHOTOS = 4, 16, 128


@dataclass(frozen=True, slots=True)
class FeatureSettings:
    """How features are found.

    Attributes:
        feature_size_px: Longest side at which features are found; 0 means the prepared photo's own.
        max_features: Most features kept per photo.
        first_octave: First octave of the SIFT pyramid; -1 doubles the image first.
        affine_shape: Estimate each feature's affine shape, which survives steep changes of view.
        domain_size_pooling: Pool descriptors over several scales: slower, and matches more.
    """

    feature_size_px: int
    max_features: int
    first_octave: int
    affine_shape: bool
    domain_size_pooling: bool


@dataclass(frozen=True, slots=True)
class Round:
    """One round of features and matching.

    Attributes:
        number: 0 for the first.
        settings: How features are found.
        images: The photos that take part, by image name; sorted.
    """

    number: int
    settings: FeatureSettings
    images: tuple[str, ...]

    @property
    def blocks(self) -> list[tuple[str, ...]]:
        """The round's photos in the blocks that tasks work on."""
        size = _SMALL_BLOCK if len(self.images) <= _MANY_PHOTOS else _LARGE_BLOCK
        return [self.images[start : start + size] for start in range(0, len(self.images), size)]

    def feature_shard(self, block: int) -> str:
        """Return the features of a block of photos, relative to the work folder."""
        return f"features/r{self.number}-{block:04d}.db"

    def match_shard(self, block: int) -> str:
        """Return the matches of a block of pairs, relative to the work folder."""
        return f"matching/r{self.number}-{block:04d}.db"

    @property
    def result_folder(self) -> str:
        """Where the round's alignment lies, relative to the work folder."""
        return f"alignment/r{self.number}"


def rounds_of(job: JobFolder, photos: Sequence[Mapping[str, Any]]) -> list[Round]:
    """Return the rounds to plan: the first one, and the one alignment.json asks for.

    Args:
        job: The job.
        photos: The photos of check.json.
    """
    images = tuple(sorted(photo["image"] for photo in photos))
    rounds = [Round(0, first_settings(job.parameters, photos), images)]
    retry = job.read(ALIGNMENT_FILE).get("retry") if job.has(ALIGNMENT_FILE) else None
    if retry:
        settings = FeatureSettings(**{name: retry[name] for name in FeatureSettings.__dataclass_fields__})
        known = frozenset(images)
        rounds.append(Round(int(retry["round"]), settings, tuple(sorted(known.intersection(retry["photos"])))))
    return rounds


def first_settings(parameters: Parameters, photos: Sequence[Mapping[str, Any]]) -> FeatureSettings:
    """Return the preset's settings; small photos are doubled first, whatever the preset says."""
    size_px = max((max(photo["work_width"], photo["work_height"]) for photo in photos), default=0)
    return FeatureSettings(
        feature_size_px=parameters.feature_size_px,
        max_features=parameters.max_features,
        first_octave=-1 if size_px <= _SMALL_PHOTO_PX else parameters.first_octave,
        affine_shape=parameters.affine_shape,
        domain_size_pooling=False,
    )


def stronger_settings(first: FeatureSettings) -> FeatureSettings:
    """Return the settings for photos that stayed out."""
    return FeatureSettings(
        feature_size_px=max(first.feature_size_px, 1600) if first.feature_size_px else 0,
        max_features=max(2 * first.max_features, min(4 * first.max_features, _MANY_FEATURES)),
        first_octave=first.first_octave,
        affine_shape=True,
        domain_size_pooling=True,
    )


def cameras_of(photos: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Group photos by what they share: camera name, size and focal length.

    Args:
        photos: The photos of check.json.

    Returns:
        The cameras as JSON values (id, width, height in prepared pixels, focal_px likewise, has_focal), and the
        camera's id by image name.
    """
    cameras: dict[tuple[Any, ...], dict[str, Any]] = {}
    by_image: dict[str, int] = {}
    for photo in sorted(photos, key=lambda photo: str(photo["image"])):
        width, height = int(photo["work_width"]), int(photo["work_height"])
        is_known = photo.get("focal_px") is not None and photo.get("focal_source") != "estimated"
        focal = float(photo["focal_px"]) if photo.get("focal_px") else _ESTIMATED_FOCAL_FACTOR * _longest(photo)
        focal_px = round(focal * width / float(photo["width"]), 3)
        key = (photo.get("camera"), width, height, focal_px)
        camera = cameras.setdefault(
            key,
            {"id": len(cameras) + 1, "width": width, "height": height, "focal_px": focal_px, "has_focal": is_known},
        )
        by_image[str(photo["image"])] = int(camera["id"])
    return list(cameras.values()), by_image


def image_ids(photos: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return the number of each photo in every database of the job, by image name."""
    return {image: number for number, image in enumerate(sorted(str(photo["image"]) for photo in photos), start=1)}


def retry_request(number: int, settings: FeatureSettings, images: Sequence[str]) -> dict[str, Any]:
    """Return what alignment.json holds to ask for another round."""
    return {"round": number, **asdict(settings), "mapper": "global", "photos": sorted(images)}


def _longest(photo: Mapping[str, Any]) -> float:
    return float(max(photo["width"], photo["height"]))
