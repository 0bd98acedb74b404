"""Finding features in a block of photos, into one shard. In workers; one call is one photo, so progress is true."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pycolmap

from tiepoint.engine.sfm import shards
from tiepoint.engine.sfm.rounds import FeatureSettings
from tiepoint.engine.task import Progress

# A dark or smooth subject: Middlebury's dino shows 290 features of the usual strength, 870 at a third of it.
_FEW_SHARE: Final = 0.4
_FAINT_SHARE: Final = 0.3


def extract_block(
    photos_folder: Path,
    shard: Path,
    *,
    photos: Sequence[Mapping[str, Any]],
    settings: FeatureSettings,
    threads: int,
    progress: Progress,
) -> None:
    """Write the features of some photos; one that shows none is not in the shard.

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
    found: dict[int, shards.Features] = {}
    with tempfile.TemporaryDirectory(dir=shard.parent, prefix=".features-") as scratch:
        for done, photo in enumerate(photos):
            progress(done, len(photos))
            number = int(photo["number"])
            features = _features(photos_folder, str(photo["image"]), Path(scratch) / str(number), settings, threads)
            if features is not None:
                found[number] = features
    with shards.new_database(shard) as target:
        shards.write_cameras(target, [shards.ANY_CAMERA])
        for number, features in found.items():
            shards.write_image(target, number, int(shards.ANY_CAMERA["id"]))
            shards.write_features(target, number, features)
    progress(len(photos), len(photos))


def _features(
    photos_folder: Path, image: str, scratch: Path, settings: FeatureSettings, threads: int
) -> shards.Features | None:
    """Return a photo's features; where it shows few, fainter ones are taken as well."""
    options = _options(settings, threads)
    usual = _found(photos_folder, image, scratch.with_suffix(".db"), options)
    if usual is not None and len(usual.keypoints) >= _FEW_SHARE * settings.max_features:
        return usual
    options.sift.peak_threshold *= _FAINT_SHARE
    return _found(photos_folder, image, scratch.with_suffix(".faint.db"), options)


def _found(photos_folder: Path, image: str, database: Path, options: Any) -> shards.Features | None:
    """Return what COLMAP finds: in a database of its own, for it numbers photos by itself."""
    pycolmap.extract_features(database, photos_folder, [image], extraction_options=options, device=pycolmap.Device.cpu)
    with shards.opened(database) as found:
        known = found.read_image_with_name(image)
        if known is None or not found.num_keypoints_for_image(known.image_id):
            return None
        return shards.features_of(found, known.image_id)


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
