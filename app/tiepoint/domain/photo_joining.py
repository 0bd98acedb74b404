"""Putting the photos of a drop into a set: nothing twice, and every path one of its own.

Two cards both hold a DJI_0001.JPG: the second gets its folder's name in front, or a number behind. Pure; any thread.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath

from tiepoint.domain.capture import Drop, SkippedFile
from tiepoint.domain.photo_set import SetPhoto


def joined(photos: Iterable[SetPhoto], drop: Drop) -> tuple[list[SetPhoto], list[SkippedFile]]:
    """Return the photos of a drop that are new to a set, under paths of their own, and what is in it already.

    Args:
        photos: Those in the set.
        drop: What was found.
    """
    known = list(photos)
    sources = {photo.source for photo in known}
    taken = {_folded(photo.path) for photo in known}
    new: list[SetPhoto] = []
    again: list[SkippedFile] = []
    for found in drop.photos:
        if found.source in sources:
            again.append(SkippedFile(found.path, "it is in the set already"))
            continue
        path = _free(found.path, found.source.parent.name, taken)
        taken.add(_folded(path))
        sources.add(found.source)
        new.append(SetPhoto(path, found.source, found.size, found.mtime_ns))
    return new, again


def as_decided(photos: Iterable[SetPhoto], gone: Iterable[SetPhoto]) -> list[SetPhoto]:
    """Return photos with what a person said of them where they lay before: the same path, else the same name and size.

    Args:
        photos: As found in another place.
        gone: As they were before they vanished.
    """
    decided = [photo for photo in gone if photo.choice is not None]
    by_path = {_folded(photo.path): photo for photo in decided}
    by_file = {(_folded(photo.name), photo.size): photo for photo in decided}
    found = []
    for photo in photos:
        before = by_path.get(_folded(photo.path)) or by_file.get((_folded(photo.name), photo.size))
        found.append(photo if before is None else replace(photo, choice=before.choice))
    return found


def _free(path: str, folder: str, taken: set[str]) -> str:
    if _folded(path) not in taken:
        return path
    pure = PurePosixPath(path)
    if len(pure.parts) == 1 and folder:
        path = f"{folder}/{path}"
        pure = PurePosixPath(path)
    number = 2
    while _folded(path) in taken:
        path = str(pure.with_name(f"{pure.stem} ({number}){pure.suffix}"))
        number += 1
    return path


def _folded(path: str) -> str:
    """As in `domain.photo.colliding_pair`: what some file system takes for the same name."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
