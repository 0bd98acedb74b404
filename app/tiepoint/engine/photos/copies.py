"""Copies among photos: exact ones by content, near ones by what they show. Standard library only; pure; any thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tiepoint.engine.photos.record import PhotoRecord

# Of 256 bits. The same picture scaled to a third, brightened or saved at quality 50 differs by 8 at most; two photos
# of one capture by 34 (dinoSparseRing), 64 (fountain-P11), 94 (banana) and 106 (brighton) at least.
NEAR_COPY_BITS: Final = 12
_ALL_PAIRS_UP_TO: Final = 1500
_WINDOW: Final = 60


def exact_copies(photos: Sequence[PhotoRecord]) -> dict[str, str]:
    """Return the path of the first photo with the same content, by the path of each copy."""
    first: dict[str, str] = {}
    copies: dict[str, str] = {}
    for photo in photos:
        if photo.md5 is None:
            continue
        original = first.setdefault(photo.md5, photo.path)
        if original != photo.path:
            copies[photo.path] = original
    return copies


def near_copies(photos: Sequence[PhotoRecord]) -> list[tuple[str, ...]]:
    """Return groups of photos that show the same picture, each with at least two paths, in the order given.

    Every member is a near copy of the first of its group, so that the frames of a slow video, each like the one
    before, do not all end in one group. In large captures a photo is compared with the latest groups only.
    """
    hashes = [(photo.path, int(photo.phash, 16)) for photo in photos if photo.phash]
    window = _ALL_PAIRS_UP_TO if len(hashes) <= _ALL_PAIRS_UP_TO else _WINDOW
    groups: list[tuple[int, list[str]]] = []
    for path, value in hashes:
        latest = groups[-window:]
        fitting = next((group for leader, group in latest if (leader ^ value).bit_count() <= NEAR_COPY_BITS), None)
        if fitting is None:
            groups.append((value, [path]))
        else:
            fitting.append(path)
    return [tuple(group) for _, group in groups if len(group) > 1]
