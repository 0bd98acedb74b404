"""Whether the target's disk has room for what is to come, asked before the first byte. Blocking."""

from __future__ import annotations

from tiepoint.domain.errors import NoSpace
from tiepoint.domain.plain_text import plain
from tiepoint.domain.space import size_text
from tiepoint.transfer.download.faults import folder_gone
from tiepoint.transfer.download.kit import Kit


def check_room(kit: Kit, wanted_bytes: int) -> None:
    """Refuse a download that the disk cannot hold.

    Args:
        kit: The download's.
        wanted_bytes: What is to be written; a margin is added.

    Raises:
        NoSpace: There is too little room.
        InputError: The folder is gone.
    """
    folder = kit.record.folder
    try:
        free = kit.free(folder)
    except OSError as error:
        raise folder_gone(folder, error) from error
    margin = kit.tuning.margin_bytes + wanted_bytes // 100
    if wanted_bytes and free < wanted_bytes + margin:
        raise NoSpace(
            f"The disk of '{plain(folder)}' has {size_text(free)} free, but {size_text(wanted_bytes)} are to come and "
            f"{size_text(margin)} are to stay free.",
            remedy="Make room there or take a folder on another disk, then let the download go on.",
            retryable=True,
        )
