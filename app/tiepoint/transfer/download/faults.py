"""What the disk says while something comes down: the one file's own fault, or the end for the whole transfer.

Must not decide what follows: tasks keep a `FileFault`, the desk takes a `TiepointError`. Any thread.
"""

from __future__ import annotations

import errno
from typing import Final

from tiepoint.domain.errors import InputError, NoSpace, OperationFailed, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.plain_text import plain

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_WHOLE_DISK: Final = frozenset({errno.EROFS, errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE})
_SENTENCES: Final = {
    errno.EACCES: ("you may not write there", "Change the rights of the folder, or take another."),
    errno.EPERM: ("the system does not allow it", "Change the rights of the folder, or take another."),
    errno.ENAMETOOLONG: ("its name or path is too long here", "Take a folder with a shorter path."),
    errno.EINVAL: ("its name is not possible on this disk", "Take a folder on another disk."),
    errno.EILSEQ: ("its name is not possible on this disk", "Take a folder on another disk."),
    errno.EFBIG: ("this disk takes no file of its size", "Take a folder on another disk; FAT takes at most 4 GB."),
    errno.EISDIR: ("a folder of its name is in the way", "Move that folder away, then try again."),
    errno.ENOTDIR: ("a file has the name of one of its folders", "Move that file away, then try again."),
}


class FileFault(Exception):
    """One file cannot come down; the others can.

    Args:
        failure: What its row says.
        is_conflict: Whether something else of its name is there already.
    """

    def __init__(self, failure: Failure, *, is_conflict: bool = False) -> None:
        super().__init__(failure.summary)
        self.failure = failure
        self.is_conflict = is_conflict


def fault(path: str, why: str, remedy: str = "", *, retryable: bool = True, is_conflict: bool = False) -> FileFault:
    """Make the fault of one file.

    Args:
        path: Its path below the target.
        why: The rest of a sentence that begins "'path' did not come down:".
        remedy: What to do.
        retryable: Whether trying again can help.
        is_conflict: Whether something else of its name is there already.
    """
    failure = Failure("input", f"'{plain(path)}' did not come down: {why}.", remedy, retryable)
    return FileFault(failure, is_conflict=is_conflict)


def disk_trouble(error: OSError, path: str, folder: str) -> FileFault | TiepointError:
    """Say what an error of the file system means.

    Args:
        error: As the system raised it.
        path: Path of the file below the target.
        folder: The target.

    Returns:
        What to raise: a fault of the one file, or what ends the transfer.
    """
    if error.errno in _FULL:
        return NoSpace(
            f"The disk of '{plain(folder)}' is full; what has arrived is kept.",
            remedy="Make room there, then let the download go on: only the rest is fetched.",
            retryable=True,
            detail=str(error),
        )
    if error.errno in _WHOLE_DISK:
        return OperationFailed(
            f"The disk of '{plain(folder)}' cannot be written any more: {error.strerror}.",
            remedy="Look whether the disk is connected and healthy, then let the download go on.",
            retryable=True,
            detail=str(error),
        )
    known = _SENTENCES.get(error.errno or 0)
    why, remedy = known or (error.strerror or "the disk refused it", "Look at the folder, then try again.")
    return fault(path, why, remedy)


def folder_gone(folder: str, error: OSError) -> InputError:
    """The target itself is not there any more; it is not made again, because its disk may only be away."""
    return InputError(
        f"The folder '{plain(folder)}' is not there any more.",
        remedy="Connect its disk or make the folder again, then let the download go on.",
        retryable=True,
        detail=str(error),
    )
