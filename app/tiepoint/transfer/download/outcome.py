"""What came of one file, as plain data that a task makes and the work takes over. Pure; any thread."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Final

from tiepoint.domain.failure import Failure
from tiepoint.domain.plain_text import plain
from tiepoint.domain.transfer import FileState
from tiepoint.transfer.download.faults import FileFault
from tiepoint.transfer.listed import ListedBlob

UNVERIFIABLE: Final = "unverifiable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a file stands after a task.

    Args:
        state: VERIFIED, SKIPPED, CONFLICT or FAILED; WAITING = it is to be begun again.
        digest: What it was checked against.
        mtime_ns: Of the file here, once it is here.
        ctime_ns: As `mtime_ns`.
        trouble: Why it is not here, or what to know about it.
        blob: WAITING: what is in Blob storage now, when that is another version.
        is_damaged: WAITING: what came was damaged. Neither: what had arrived is not here any more.
    """

    state: FileState
    digest: str = ""
    mtime_ns: int = 0
    ctime_ns: int = 0
    trouble: Failure | None = None
    blob: ListedBlob | None = None
    is_damaged: bool = False


def here(state: FileState, digest: str, facts: os.stat_result, path: str) -> Outcome:
    """The file is here; without a digest nobody can say more than that its size is right."""
    trouble = None
    if not digest:
        trouble = Failure(
            UNVERIFIABLE,
            f"'{plain(path)}' has no digest in Blob storage: its size is right, its content could not be checked.",
        )
    return Outcome(state, digest, facts.st_mtime_ns, facts.st_ctime_ns, trouble)


def refused(error: FileFault) -> Outcome:
    """The file cannot come down as things are."""
    return Outcome(FileState.CONFLICT if error.is_conflict else FileState.FAILED, trouble=error.failure)


def another_version(blob: ListedBlob) -> Outcome:
    """It changed in Blob storage while it came down."""
    return Outcome(FileState.WAITING, blob=blob)


def damaged() -> Outcome:
    """What came is not what Blob storage says it is."""
    return Outcome(FileState.WAITING, is_damaged=True)


def changed_too_often(path: str, times: int) -> Failure:
    """It never stood still."""
    return Failure(
        "input",
        f"'{plain(path)}' changed in Blob storage {times} times while it came down.",
        "Wait until nothing writes it there any more, then retry it.",
        retryable=True,
    )


def damaged_too_often(path: str) -> Failure:
    """It never arrived as it should be."""
    return Failure(
        "failed",
        f"'{plain(path)}' arrived damaged twice: its content does not match the digest that Blob storage has.",
        "Retry it; if it fails again, the blob itself is damaged or has a wrong digest: upload it again.",
        retryable=True,
    )


def lost_too_often(path: str) -> Failure:
    """Somebody takes away what arrived."""
    return Failure(
        "input",
        f"'{plain(path)}' did not come down: its unfinished file in your folder was taken away again and again.",
        "Look which program removes '.part' files there, or take another folder.",
        retryable=True,
    )


def gone(path: str) -> Failure:
    """It is not in Blob storage any more."""
    return Failure("input", f"'{plain(path)}' is not in Blob storage any more.", "", retryable=True)


def archived(path: str) -> Failure:
    """It lies where nobody can read it at once."""
    return Failure(
        "input",
        f"'{plain(path)}' is in the archive tier of Blob storage and cannot be read there.",
        "Move it to the hot or cool tier, which takes some hours, then retry it.",
        retryable=True,
    )


def partial(missing: int, total: int) -> Failure:
    """Not everything came."""
    files = "One file" if missing == 1 else f"{missing:,} files"
    return Failure(
        "partial",
        f"{files} of {total:,} did not come down.",
        "Look at the reasons in the list of files, then retry what failed.",
        retryable=True,
    )
