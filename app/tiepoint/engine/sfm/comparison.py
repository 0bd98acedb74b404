"""Comparing the features of a block of pairs, into one shard. In workers.

The block's own database holds only its photos; the shard that remains holds matches and verified geometries alone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pycolmap

from tiepoint.engine.sfm import shards
from tiepoint.engine.task import Progress

FEWEST_MATCHES: Final = 15
_SEED: Final = 0
# Pairs a call: few enough for progress, enough that the search trees of a photo are built seldom.
_STEP: Final = 10


def compare_block(
    feature_shards: Sequence[Path],
    shard: Path,
    *,
    pairs: Sequence[tuple[int, int]],
    cameras: Sequence[Mapping[str, Any]],
    camera_by_number: Mapping[int, int],
    threads: int,
    progress: Progress,
) -> None:
    """Match and verify pairs of photos.

    Args:
        feature_shards: Where the features of the pairs' photos lie.
        shard: The database to write.
        pairs: Numbers of the photos to compare.
        cameras: The job's cameras.
        camera_by_number: Camera of each photo of the pairs.
        threads: Threads to use.
        progress: Called with pairs done.

    Raises:
        NoSpace: The disk is full.
        EngineFailure: The shard cannot be written.
    """
    pycolmap.logging.minloglevel = 2
    pycolmap.set_random_seed(_SEED)
    with tempfile.TemporaryDirectory(dir=shard.parent, prefix=".matching-") as scratch:
        block = Path(scratch) / "block.db"
        shown = _collect(feature_shards, block, cameras, camera_by_number)
        usable = [pair for pair in pairs if shown.issuperset(pair)]
        for done in range(0, len(usable), _STEP):
            progress(done, len(pairs))
            _compare(block, usable[done : done + _STEP], threads)
        _keep_matches(block, shard)
    progress(len(pairs), len(pairs))


def _collect(
    feature_shards: Sequence[Path],
    block: Path,
    cameras: Sequence[Mapping[str, Any]],
    camera_by_number: Mapping[int, int],
) -> set[int]:
    """Fill the block's database and return the photos that show any features."""
    shown: set[int] = set()
    with shards.opened(block) as target:
        shards.write_cameras(target, cameras)
        for path in feature_shards:
            for number, features in shards.read_features(path, camera_by_number).items():
                shards.write_image(target, number, camera_by_number[number])
                shards.write_features(target, number, features)
                shown.add(number)
    return shown


def _compare(block: Path, pairs: Sequence[tuple[int, int]], threads: int) -> None:
    wanted = pycolmap.ImportedPairingOptions()
    wanted.match_list_path = block.with_suffix(".txt")
    wanted.match_list_path.write_text("".join(f"{first} {second}\n" for first, second in pairs), encoding="utf-8")
    pycolmap.match_image_pairs(
        block,
        matching_options=_matching_options(threads),
        pairing_options=wanted,
        verification_options=verification_options(),
        device=pycolmap.Device.cpu,
    )


def _keep_matches(block: Path, shard: Path) -> None:
    with shards.opened(block) as source, shards.new_database(shard) as target:
        for pair, matches in zip(*source.read_all_matches(), strict=True):
            target.write_matches(*pycolmap.pair_id_to_image_pair(pair), matches)
        for pair, geometry in zip(*source.read_two_view_geometries(), strict=True):
            target.write_two_view_geometry(*pycolmap.pair_id_to_image_pair(pair), geometry)


def _matching_options(threads: int) -> Any:
    options = pycolmap.FeatureMatchingOptions()
    options.num_threads = threads
    options.use_gpu = False
    return options


def verification_options() -> Any:
    """Return how a pair's geometry is estimated: from a fixed seed, so that a job repeats."""
    options = pycolmap.TwoViewGeometryOptions()
    options.min_num_inliers = FEWEST_MATCHES
    options.ransac.random_seed = _SEED
    return options
