"""Transfers: captures on their way to Blob storage and products on their way back, as they are at one moment.

Must not move anything: the transfer worker does. Bytes are bytes of content, never of headers. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.left_out import LeftOut

TransferId = NewType("TransferId", str)

FIRST_PRIORITY: Final = 1
"""What "this one first" sets; others have 0."""


class Direction(StrEnum):
    """Which way."""

    UP = "up"
    DOWN = "down"


class TransferState(StrEnum):
    """Where a transfer is in its life."""

    DRAFT = "draft"
    """Its files are still being told; nothing is sent. A draft whose teller goes away is dropped."""
    QUEUED = "queued"
    PREPARING = "preparing"
    """Looks what is there already: lists the place and hashes."""
    RUNNING = "running"
    WAITING = "waiting"
    """The network or the server is away; it goes on by itself."""
    NEEDS_SIGN_IN = "needs-sign-in"
    """The credential is missing, expired or refused; it goes on once a good one is given. No file fails by this."""
    PAUSED = "paused"
    FINISHING = "finishing"
    """All files are there: confirms them with the server, writes manifest and receipt."""
    COMPLETED = "completed"
    FAILED = "failed"
    """Over, and not everything is there: `trouble` says why, or files failed; retrying goes on from here."""
    CANCELED = "canceled"

    @property
    def is_over(self) -> bool:
        """Whether nothing happens any more by itself."""
        return self in (TransferState.COMPLETED, TransferState.FAILED, TransferState.CANCELED)

    @property
    def is_going(self) -> bool:
        """Whether something happens or will by itself; the others wait for a person, or are over."""
        return not self.is_over and self not in (
            TransferState.DRAFT,
            TransferState.PAUSED,
            TransferState.NEEDS_SIGN_IN,
        )


class FileState(StrEnum):
    """Where one file of a transfer is in its life."""

    WAITING = "waiting"
    MOVING = "moving"
    """Being hashed, sent or received."""
    VERIFIED = "verified"
    """Sent or received in this transfer, and the other side confirmed size and digest."""
    SKIPPED = "skipped"
    """It was there already with the same size and digest."""
    COPIED = "copied"
    """The same content was in the account already and was copied there by the server."""
    CONFLICT = "conflict"
    """Something else of this name is there; nothing is overwritten unasked."""
    FAILED = "failed"

    @property
    def is_there(self) -> bool:
        """Whether the file is where it should be."""
        return self in (FileState.VERIFIED, FileState.SKIPPED, FileState.COPIED)


@dataclass(frozen=True, slots=True)
class Tally:
    """So many files of so many bytes."""

    files: int = 0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptPlace:
    """Where a receipt lies on this computer, and what it says.

    Args:
        json: Path of the receipt for programs.
        pdf: Path of the receipt for people.
        made: When.
        photos: How many photos it lists, each confirmed by the server.
        photos_total: How many the capture has.
        left_out: What lay beside them and was not sent.
    """

    json: str
    pdf: str
    made: datetime
    photos: int
    photos_total: int
    left_out: LeftOut = LeftOut()

    @property
    def is_whole(self) -> bool:
        """Whether every photo is confirmed."""
        return self.photos == self.photos_total

    @property
    def is_safe(self) -> bool:
        """Whether the card may be formatted: every photo is confirmed, and nothing else was left out."""
        return self.is_whole and not self.left_out


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer at one moment.

    Args:
        id: Stays the same for ever.
        direction: Up or down.
        name: What people call it: the capture's name.
        place: The folder of the capture in Blob storage.
        folder: Where its files are or will be on this computer, for people; several roots are joined by commas.
        state: See `TransferState`.
        created: When it was asked for, UTC.
        capture: Id of the capture; None for a download of something that is none.
        finished: When it was over.
        trouble: Why it waits, needs sign-in or failed; None otherwise.
        priority: Higher goes first; equal ones in the order of `created`.
        files_total: All files, the manifest not counted.
        bytes_total: Bytes of all files.
        tallies: Files and bytes by `FileState` value; states without files are absent.
        done_bytes: Bytes acknowledged by the other side or there already; grows with every block and range.
        moving_bytes: Bytes handed to the network and not yet acknowledged.
        bytes_moved: Content bytes that crossed the network for it so far, repetitions included.
        rate_bytes_per_s: Acknowledged per second lately; 0 while nothing moves.
        left_s: Seconds left, from and to; None while it cannot be said.
        connections: How many are in use.
        receipt: The newest one; None before the first.
        credential: `sas`, `bearer`, or empty while none is held.
        replaces: Whether other content under the same names is replaced.
    """

    id: TransferId
    direction: Direction
    name: str
    place: BlobPlace
    folder: str
    state: TransferState
    created: datetime
    capture: CaptureId | None = None
    finished: datetime | None = None
    trouble: Failure | None = None
    priority: int = 0
    files_total: int = 0
    bytes_total: int = 0
    tallies: Mapping[str, Tally] = field(default_factory=dict)
    done_bytes: int = 0
    moving_bytes: int = 0
    bytes_moved: int = 0
    rate_bytes_per_s: float = 0.0
    left_s: tuple[float, ...] | None = None
    connections: int = 0
    receipt: ReceiptPlace | None = None
    credential: str = ""
    replaces: bool = False

    def tally(self, *states: FileState) -> Tally:
        """Return files and bytes in any of the states."""
        found = [self.tallies.get(state.value, Tally()) for state in states]
        return Tally(sum(each.files for each in found), sum(each.size_bytes for each in found))

    @property
    def there(self) -> Tally:
        """Files that are where they should be."""
        return self.tally(*(state for state in FileState if state.is_there))


@dataclass(frozen=True, slots=True)
class TransferFile:
    """One file of a transfer.

    Args:
        index: Its number in the transfer, from 0; never changes.
        path: Path inside the capture or the download, with forward slashes.
        size: Bytes.
        state: See `FileState`.
        done_bytes: Acknowledged.
        rate_bytes_per_s: Lately; 0 unless it moves.
        attempts: How often it was begun.
        digest: What the other side confirmed, see `services`' verify: 32 hexadecimal digits of MD5, or, of a file sent
            in blocks, the MD5 of the MD5s of its blocks, a hyphen and their number; empty before.
        trouble: Why it failed, or what its last attempt met; None otherwise.
    """

    index: int
    path: str
    size: int
    state: FileState = FileState.WAITING
    done_bytes: int = 0
    rate_bytes_per_s: float = 0.0
    attempts: int = 0
    digest: str = ""
    trouble: Failure | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One photo that is not in Blob as the receipt says: `why` is `missing`, `different` or `unverifiable`."""

    path: str
    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of a receipt against Blob found.

    Args:
        name: The capture's name.
        place: Where it lies.
        checked: When, UTC.
        photos_total: Photos in the receipt or manifest.
        photos_verified: Those whose size and digest the server confirmed.
        differences: The others; at most 1000, see the total.
        differences_total: How many there are.
        receipt: The receipt that was checked; None when the manifest in Blob was, because none is kept here.
    """

    name: str
    place: BlobPlace
    checked: datetime
    photos_total: int
    photos_verified: int
    differences: tuple[Difference, ...] = ()
    differences_total: int = 0
    receipt: ReceiptPlace | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every photo is there as it should be."""
        return self.photos_verified == self.photos_total and self.photos_total > 0


@dataclass(frozen=True, slots=True)
class Limits:
    """What a person may set for all transfers together.

    Args:
        bytes_per_s: Most bytes a second, both ways together; None = as fast as it goes.
    """

    bytes_per_s: int | None = None
