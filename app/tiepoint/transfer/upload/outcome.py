"""What came of one file, as plain data that a task makes and the work takes over. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass

from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import FileState
from tiepoint.transfer.blob.errors import BlobError


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a file stands after a task.

    Args:
        state: VERIFIED, SKIPPED, COPIED, CONFLICT or FAILED; WAITING = it is to be begun again.
        digest: What the other side confirmed.
        etag: Of the blob that is there now, as far as known; what the next attempt may replace.
        size: Of the file as it is now; None = as known.
        trouble: Why, when it is not there.
        is_at_once: WAITING: without a quiet time before.
        is_absent: WAITING: nothing is there under its name, whatever was thought.
    """

    state: FileState
    digest: str = ""
    etag: str = ""
    size: int | None = None
    trouble: Failure | None = None
    is_at_once: bool = False
    is_absent: bool = False


def conflict(path: str) -> Outcome:
    """Something else is there under the file's name."""
    return Outcome(
        FileState.CONFLICT,
        trouble=Failure(
            "conflict",
            f"Blob storage holds something else under the name {path}; it was not overwritten.",
            "Replace it, or send the photos as another capture.",
        ),
    )


def failed(error: BlobError) -> Outcome:
    """The server does not take this file."""
    return Outcome(FileState.FAILED, trouble=Failure.of(error))


def again(trouble: Failure, *, etag: str = "", is_at_once: bool = False) -> Outcome:
    """It is to be begun again."""
    return Outcome(FileState.WAITING, etag=etag, trouble=trouble, is_at_once=is_at_once)
