"""The database that the mapper reads, put together from the shards of all rounds. In the alignment's child.

A photo that took part in several rounds carries the features of all of them, one after the other: what an earlier
round matched stays valid, and what a later one adds is verified together with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pycolmap
from numpy.typing import NDArray

from tiepoint.engine.sfm import shards
from tiepoint.engine.sfm.comparison import verification_options

Numbers = tuple[int, int]


@dataclass(frozen=True, slots=True)
class RoundShards:
    """The shards of one round."""

    features: Sequence[Path]
    matches: Sequence[Path]


@dataclass(slots=True)
class MatchCounts:
    """How well photos match, by their numbers, smaller first.

    Attributes:
        raw: Features that look alike.
        verified: Those of them that fit one geometry.
        shifts_px: Median distance between the two places of a verified match, prepared pixels.
    """

    raw: dict[Numbers, int] = field(default_factory=dict)
    verified: dict[Numbers, int] = field(default_factory=dict)
    shifts_px: dict[Numbers, float] = field(default_factory=dict)


@dataclass(slots=True)
class _Pair:
    raw: list[NDArray[np.uint32]] = field(default_factory=list)
    inliers: list[NDArray[np.uint32]] = field(default_factory=list)
    geometries: list[Any] = field(default_factory=list)


def assemble(
    database: Path,
    rounds: Sequence[RoundShards],
    *,
    cameras: Sequence[Mapping[str, Any]],
    photos: Sequence[Mapping[str, Any]],
) -> MatchCounts:
    """Write the mapper's database, without descriptors.

    Args:
        database: The file to write.
        rounds: The shards of each round, first round first.
        cameras: The job's cameras.
        photos: `image`, `number` and `camera` of each photo.

    Returns:
        How well the photos match.
    """
    numbers = [int(photo["number"]) for photo in photos]
    keypoints: dict[int, NDArray[np.float32]] = {}
    pairs: dict[Numbers, _Pair] = {}
    for entry in rounds:
        offsets = {number: len(keypoints[number]) for number in keypoints}
        for number, found in _keypoints(entry.features, numbers):
            keypoints[number] = np.concatenate([keypoints[number], found]) if number in keypoints else found
        for path in entry.matches:
            _read_matches(path, offsets, pairs)
    with shards.new_database(database) as target:
        shards.write_cameras(target, cameras)
        for photo in photos:
            number = int(photo["number"])
            shards.write_image(target, number, int(photo["camera"]), str(photo["image"]))
            target.write_keypoints(number, keypoints.get(number, np.zeros((0, 6), np.float32)))
        lenses = {int(photo["number"]): target.read_camera(int(photo["camera"])) for photo in photos}
        return _write_pairs(target, pairs, keypoints, lenses)


def _keypoints(paths: Iterable[Path], numbers: Sequence[int]) -> Iterable[tuple[int, NDArray[np.float32]]]:
    for path in paths:
        with shards.shard_opened(path) as shard:
            for number in numbers:
                if shard.exists_keypoints(number):
                    # The number of columns depends on how features were found; the mapper needs x and y.
                    yield number, np.ascontiguousarray(shard.read_keypoints(number)[:, :2], np.float32)


def _read_matches(path: Path, offsets: Mapping[int, int], pairs: dict[Numbers, _Pair]) -> None:
    with shards.shard_opened(path) as shard:
        for pair, matches in zip(*shard.read_all_matches(), strict=True):
            first, second = pycolmap.pair_id_to_image_pair(pair)
            shift = np.array([offsets.get(first, 0), offsets.get(second, 0)], np.uint32)
            pairs.setdefault((first, second), _Pair()).raw.append(matches + shift)
        for pair, geometry in zip(*shard.read_two_view_geometries(), strict=True):
            first, second = pycolmap.pair_id_to_image_pair(pair)
            shift = np.array([offsets.get(first, 0), offsets.get(second, 0)], np.uint32)
            if len(geometry.inlier_matches):
                known = pairs.setdefault((first, second), _Pair())
                known.inliers.append(geometry.inlier_matches + shift)
                known.geometries.append(geometry)


def _write_pairs(
    target: Any,
    pairs: Mapping[Numbers, _Pair],
    keypoints: Mapping[int, NDArray[np.float32]],
    lenses: Mapping[int, Any],
) -> MatchCounts:
    counts = MatchCounts()
    for (first, second), pair in sorted(pairs.items()):
        if pair.raw:
            raw = np.concatenate(pair.raw)
            target.write_matches(first, second, raw)
            counts.raw[first, second] = len(raw)
        if not pair.inliers:
            continue
        geometry = pair.geometries[0]
        if len(pair.inliers) > 1:
            geometry = _verified_again(pair, keypoints[first], keypoints[second], lenses[first], lenses[second])
        else:
            geometry.inlier_matches = pair.inliers[0]
        target.write_two_view_geometry(first, second, geometry)
        inliers = geometry.inlier_matches
        if len(inliers):
            moved = keypoints[second][inliers[:, 1]] - keypoints[first][inliers[:, 0]]
            counts.verified[first, second] = len(inliers)
            counts.shifts_px[first, second] = float(np.median(np.linalg.norm(moved, axis=1)))
    return counts


def _verified_again(
    pair: _Pair, first: NDArray[np.float32], second: NDArray[np.float32], camera1: Any, camera2: Any
) -> Any:
    """Return one geometry for the inliers of several rounds."""
    return pycolmap.estimate_two_view_geometry(
        camera1,
        first.astype(np.float64),
        camera2,
        second.astype(np.float64),
        np.concatenate(pair.inliers),
        verification_options(),
    )
