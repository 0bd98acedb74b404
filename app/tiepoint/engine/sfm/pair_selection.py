"""Which photos are compared with which. Standard library only: plans call it; pure; any thread.

Few photos: all pairs. Positions known: the nearest neighbours. Otherwise photos are taken to follow one another, with
ever wider steps and a net of evenly spread photos compared among themselves, which closes loops.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

Pair = tuple[str, str]

_METRES_PER_DEGREE: Final = 111_320.0
_ANCHORS: Final = 24
# Tiles of this many photos keep the descriptors of a block of pairs in few shards.
_TILE: Final = 8


def select_pairs(photos: Sequence[Mapping[str, Any]], *, exhaustive_limit: int, neighbours: int) -> list[Pair]:
    """Return the pairs to compare, each with its smaller name first, sorted.

    Args:
        photos: The photos of check.json.
        exhaustive_limit: Up to this many photos, all pairs.
        neighbours: Neighbours per photo above that.
    """
    images = sorted(str(photo["image"]) for photo in photos)
    if len(images) <= exhaustive_limit:
        return list(combinations(images, 2))
    located = {str(photo["image"]): position for photo in photos if (position := _position(photo)) is not None}
    lost = [image for image in images if image not in located]
    pairs = {*_nearest(located, neighbours)}
    if lost:
        pairs.update(pair for pair in _sequential(images, neighbours) if pair[0] in lost or pair[1] in lost)
        pairs.update(combinations(_spread(images, _ANCHORS), 2))
    return sorted(pairs)


def pair_blocks(pairs: Iterable[Pair], images: Sequence[str], size: int) -> list[list[Pair]]:
    """Split pairs into blocks of about `size` that touch few photos each.

    Args:
        pairs: The pairs to compare.
        images: All image names, sorted.
        size: Most pairs of a block.
    """
    tile = {image: number // _TILE for number, image in enumerate(images)}
    ordered = sorted(pairs, key=lambda pair: (tile[pair[0]], tile[pair[1]], pair))
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]


def _position(photo: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return metres east and north, good enough to find neighbours."""
    lat, lon = photo.get("lat"), photo.get("lon")
    if lat is None or lon is None or (lat == 0 and lon == 0):
        return None
    return lon * _METRES_PER_DEGREE * math.cos(math.radians(lat)), lat * _METRES_PER_DEGREE


def _nearest(located: Mapping[str, tuple[float, float]], neighbours: int) -> Iterable[Pair]:
    for image, here in located.items():
        others = ((math.dist(here, there), other) for other, there in located.items() if other != image)
        for _, other in heapq.nsmallest(neighbours, others):
            yield min(image, other), max(image, other)


def _sequential(images: Sequence[str], neighbours: int) -> Iterable[Pair]:
    close = max(1, neighbours // 2)
    steps = [*range(1, close + 1), *(2**power for power in range(close.bit_length(), 8))]
    for number, image in enumerate(images):
        for step in steps:
            if number + step < len(images):
                yield image, images[number + step]


def _spread(images: Sequence[str], count: int) -> list[str]:
    step = max(1.0, len(images) / count)
    return [images[int(number * step)] for number in range(min(count, len(images)))]
