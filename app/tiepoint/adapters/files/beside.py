"""Whether the folders that photos lie in hold more photos than were taken. Blocking: call it in a thread."""

from __future__ import annotations

import contextlib
import os
from pathlib import PurePosixPath

from tiepoint.domain.capture import Drop
from tiepoint.domain.photo import is_photo_name, is_system_name


def lie_beside(drop: Drop) -> bool:
    """Say whether a folder holds a photo that the drop neither has nor names as skipped; an unreadable one does not."""
    taken, told = {photo.source for photo in drop.photos}, {skipped.path for skipped in drop.skipped}
    folders = {(photo.source.parent, PurePosixPath(photo.path).parent) for photo in drop.photos}
    for folder, shown in folders:
        with contextlib.suppress(OSError):
            for name in os.listdir(folder):
                is_known = folder / name in taken or str(shown / name) in told
                if is_photo_name(name) and not is_system_name(name) and not is_known:
                    return True
    return False
