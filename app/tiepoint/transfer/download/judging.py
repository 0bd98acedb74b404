"""What an error means for one file: the words of its row, or that it is to be begun again.

Whatever is not the file's own fault passes. On a sender's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import FileState
from tiepoint.transfer.blob.errors import BadRequest, BlobMissing, Changed, Corrupted, Exists, NameRefused
from tiepoint.transfer.download.faults import FileFault, disk_trouble
from tiepoint.transfer.download.outcome import Outcome, another_version, archived, damaged, gone, refused
from tiepoint.transfer.listed import listed_blob
from tiepoint.transfer.work import Hand

# https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
_ARCHIVED: Final = ("BlobArchived", "BlobBeingRehydrated")


def judged(hand: Hand, name: str, path: str, folder: str, action: Callable[[], Outcome]) -> Outcome:
    """Do something about one file and say what came of it.

    Args:
        hand: The thread's.
        name: Whole name of its blob.
        path: Path below the target.
        folder: The target.
        action: What to do.

    Raises:
        BlobError: Not the file's fault: no connection, no right.
        TiepointError: The transfer cannot go on: the disk is full, for instance.
    """
    try:
        return action()
    except FileFault as error:
        return refused(error)
    except OSError as error:
        trouble = disk_trouble(error, path, folder)
        if not isinstance(trouble, FileFault):
            raise trouble from error
        return refused(trouble)
    except Changed:
        return _as_it_is_now(hand, name, path)
    except BlobMissing:
        return Outcome(FileState.FAILED, trouble=gone(path))
    except Corrupted:
        return damaged()
    except (NameRefused, BadRequest, Exists) as error:
        why = archived(path) if error.code in _ARCHIVED else Failure.of(error)
        return Outcome(FileState.FAILED, trouble=why)


def _as_it_is_now(hand: Hand, name: str, path: str) -> Outcome:
    try:
        return another_version(listed_blob(hand.connection.head(name)))
    except BlobMissing:
        return Outcome(FileState.FAILED, trouble=gone(path))
