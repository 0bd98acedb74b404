"""Finding features in a block of photos, into one shard. In workers; one call is one photo, so progress is true."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pycolmap

from tiepoint.engine.sfm import shards
from tiepoint.engine.sfm.rounds import FeatureSettings
from tiepoint.engine.task import Progress


def extract_block(
    photos_folder: Path,
    shard: Path,
    *,
    photos: Sequence[Mapping[str, Any]],
    settings: FeatureSettings,
    threads: int,
    progress: Progress,
) -> None:
    """Write the features of some photos.

    Args:
        photos_folder: The prepared photos.
        shard: The database to write.
        photos: `image` and `number` of each.
        settings: How features are found.
        threads: Threads to use.
        progress: Called with photos done.

    Raises:
        NoSpace: The disk is full.
        EngineFailure: The shard cannot be written.
    """
    pycolmap.logging.minloglevel = 2
    images = [str(photo["image"]) for photo in photos]
    with tempfile.TemporaryDirectory(dir=shard.parent, prefix=".features-") as scratch:
        found = Path(scratch) / "found.db"
        for done, image in enumerate(images):
            progress(done, len(images))
            pycolmap.extract_features(
                found,
                photos_folder,
                [image],
                extraction_options=_options(settings, threads),
                device=pycolmap.Device.cpu,
            )
        _renumber(found, shard, {str(photo["image"]): int(photo["number"]) for photo in photos})
    progress(len(images), len(images))


def _renumber(found: Path, shard: Path, numbers: Mapping[str, int]) -> None:
    """Copy features to a database with the job's numbers: COLMAP numbers photos by itself."""
    with shards.opened(found) as source, shards.new_database(shard) as target:
        shards.write_cameras(target, [shards.ANY_CAMERA])
        for image in source.read_all_images():
            shards.write_image(target, numbers[image.name], int(shards.ANY_CAMERA["id"]))
            shards.write_features(target, numbers[image.name], shards.features_of(source, image.image_id))


def _options(settings: FeatureSettings, threads: int) -> Any:
    options = pycolmap.FeatureExtractionOptions()
    options.max_image_size = settings.feature_size_px or -1
    options.num_threads = threads
    options.use_gpu = False
    options.sift.max_num_features = settings.max_features
    options.sift.first_octave = settings.first_octave
    options.sift.estimate_affine_shape = settings.affine_shape
    options.sift.domain_size_pooling = settings.domain_size_pooling
    return options
