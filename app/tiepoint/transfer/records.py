"""Transfers and their files as the worker holds them in memory: the truth, of which the journal is the shadow.

Must not lock, send or write. Everything here is read and changed while the desk's lock is held; counts are kept along
with every change, so that a summary of ten thousand files costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.left_out import LeftOut
from tiepoint.domain.photo import PhotoEntry
from tiepoint.domain.transfer import (
    Direction,
    FileState,
    ReceiptPlace,
    Tally,
    Transfer,
    TransferFile,
    TransferId,
    TransferState,
)


@dataclass(slots=True)
class FileRecord:
    """One file of a transfer.

    Attributes:
        index: Its number in the transfer, from 0.
        path: Path inside the capture or the download, forward slashes, NFC.
        source: Up: full path of the file here. Down: name of the blob in its container.
        size: Bytes.
        mtime_ns: Up: of the file when it was told. Down: of the file here once it is here; 0 before.
        ctime_ns: Up: of the file when its first block was sent; 0 before. Down: as `mtime_ns`.
        state: See `FileState`.
        done_bytes: Acknowledged, or there already.
        attempts: How often it was begun for its own faults; outages are not counted.
        digest: What the other side confirmed, see `TransferFile`.
        etag: Of the blob. Up: of what is to be replaced, or was written. Down: of what is being received.
        block_size: Bytes of a block or range while it is sent or received in pieces; 0 otherwise.
        generation: Up: counts the contents a changing file had; part of its block ids. Down: identity of the part file.
        trouble: Why it failed, or what its last attempt met.
        entry: Up: what the manifest will say of it, as far as known. Down: None.
    """

    index: int
    path: str
    source: str
    size: int
    mtime_ns: int = 0
    ctime_ns: int = 0
    state: FileState = FileState.WAITING
    done_bytes: int = 0
    attempts: int = 0
    digest: str = ""
    etag: str = ""
    block_size: int = 0
    generation: int = 0
    trouble: Failure | None = None
    entry: PhotoEntry | None = None

    def snapshot(self, rate_bytes_per_s: float = 0.0) -> TransferFile:
        """Return the row for clients."""
        return TransferFile(
            self.index,
            self.path,
            self.size,
            self.state,
            self.done_bytes,
            rate_bytes_per_s,
            self.attempts,
            self.digest,
            self.trouble,
        )


@dataclass(slots=True)
class TransferRecord:
    """One transfer with all its files.

    Attributes:
        id: Stays the same for ever.
        direction: Up or down.
        name: The capture's name.
        base: Up: where captures go, as asked (container and prefix). Down: same as `place`.
        place: Up: the folder of the capture, equal to `base` until `capture` is known. Down: what is fetched.
        folder: Up: where the photos come from, for people. Down: full path of the target.
        state: What clients see.
        created: When it was asked for, UTC; of the present round.
        capture: Id of the capture, once known.
        finished: When it was over.
        trouble: Why it waits, needs sign-in or failed.
        priority: Higher goes first.
        replaces: Whether other content is replaced.
        is_products_only: Down: photos and manifest are left out.
        bytes_moved: Content bytes that crossed the network, repetitions included.
        receipt: The newest one.
        left_out: Up: what lay beside the photos and is not sent.
        files: All files by index.
        done_bytes: Sum over the files; kept by the methods below.
        total_bytes: As `done_bytes`.
    """

    id: TransferId
    direction: Direction
    name: str
    base: BlobPlace
    place: BlobPlace
    folder: str
    state: TransferState
    created: datetime
    capture: CaptureId | None = None
    finished: datetime | None = None
    trouble: Failure | None = None
    priority: int = 0
    replaces: bool = False
    is_products_only: bool = False
    bytes_moved: int = 0
    receipt: ReceiptPlace | None = None
    left_out: LeftOut = LeftOut()
    files: list[FileRecord] = field(default_factory=list)
    done_bytes: int = 0
    total_bytes: int = 0
    _files_by_state: dict[FileState, int] = field(default_factory=dict)
    _bytes_by_state: dict[FileState, int] = field(default_factory=dict)

    def set_files(self, files: list[FileRecord]) -> None:
        """Take these files instead of the present ones."""
        self.files = []
        self.done_bytes = self.total_bytes = 0
        self._files_by_state.clear()
        self._bytes_by_state.clear()
        for file in files:
            self.add_file(file)

    def add_file(self, file: FileRecord) -> None:
        """Append a file; its index must be the next one."""
        self.files.append(file)
        self.total_bytes += file.size
        self.done_bytes += file.done_bytes
        self._count(file, 1)

    def set_state(self, file: FileRecord, state: FileState, trouble: Failure | None = None) -> None:
        """Move a file to a state; all its bytes are done once it is there."""
        self._count(file, -1)
        file.state = state
        file.trouble = trouble
        self._count(file, 1)
        if state.is_there:
            self.set_done(file, file.size)

    def set_done(self, file: FileRecord, done_bytes: int) -> None:
        """Say how many bytes of a file are acknowledged."""
        self.done_bytes += done_bytes - file.done_bytes
        file.done_bytes = done_bytes

    def set_size(self, file: FileRecord, size: int) -> None:
        """Say that a file has another size than was told."""
        self._count(file, -1)
        self.total_bytes += size - file.size
        file.size = size
        self._count(file, 1)

    def still(self) -> list[FileRecord]:
        """Let files that were moving wait, and return them: nothing is under way any more."""
        if not self.count(FileState.MOVING):
            return []
        moving = [file for file in self.files if file.state is FileState.MOVING]
        for file in moving:
            self.set_state(file, FileState.WAITING, file.trouble)
        return moving

    def count(self, *states: FileState) -> int:
        """Return how many files are in any of the states."""
        return sum(self._files_by_state.get(state, 0) for state in states)

    def tallies(self) -> dict[str, Tally]:
        """Return files and bytes by state."""
        return {
            state.value: Tally(files, self._bytes_by_state[state])
            for state, files in self._files_by_state.items()
            if files
        }

    def snapshot(
        self,
        *,
        moving_bytes: int = 0,
        rate_bytes_per_s: float = 0.0,
        left_s: tuple[float, ...] | None = None,
        connections: int = 0,
        credential: str = "",
    ) -> Transfer:
        """Return the summary for clients."""
        return Transfer(
            id=self.id,
            direction=self.direction,
            name=self.name,
            place=self.place,
            folder=self.folder,
            state=self.state,
            created=self.created,
            capture=self.capture,
            finished=self.finished,
            trouble=self.trouble,
            priority=self.priority,
            files_total=len(self.files),
            bytes_total=self.total_bytes,
            tallies=self.tallies(),
            done_bytes=self.done_bytes,
            moving_bytes=moving_bytes,
            bytes_moved=self.bytes_moved,
            rate_bytes_per_s=rate_bytes_per_s,
            left_s=left_s,
            connections=connections,
            receipt=self.receipt,
            credential=credential,
            replaces=self.replaces,
        )

    def _count(self, file: FileRecord, sign: int) -> None:
        state = file.state
        self._files_by_state[state] = self._files_by_state.get(state, 0) + sign
        self._bytes_by_state[state] = self._bytes_by_state.get(state, 0) + sign * file.size
