"""Links in a drop that lead out of its folder: what they reach was not meant to leave this computer.

Must not open photos. Blocking: call it in a thread.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import Final

from tiepoint.domain.capture import Drop, DroppedPhoto, SkippedFile

_LEADS_OUT: Final = "a link leads out of the folder"


def without_links_out(drop: Drop, given: Collection[Path]) -> Drop:
    """Return the drop without the photos that lie outside the folder they were found in.

    Args:
        drop: The photos.
        given: Full paths of files that a person named one by one; they are kept.
    """
    real = cache(os.path.realpath)  # ten thousand photos lie in a few folders
    kept = tuple(photo for photo in drop.photos if photo.source in given or _stays_inside(photo, real))
    if len(kept) == len(drop.photos):
        return drop
    paths = {photo.path for photo in kept}
    skipped = [SkippedFile(photo.path, _LEADS_OUT) for photo in drop.photos if photo.path not in paths]
    return dataclasses.replace(drop, photos=kept, skipped=(*drop.skipped, *skipped))


def _stays_inside(photo: DroppedPhoto, real: Callable[[str], str]) -> bool:
    depth = photo.path.count("/")
    if len(photo.source.parents) <= depth:
        return True
    root = real(str(photo.source.parents[depth]))
    folder = real(str(photo.source.parent))
    place = os.path.realpath(photo.source) if photo.source.is_symlink() else os.path.join(folder, photo.source.name)
    return place.startswith(os.path.join(root, ""))
