"""Captures whose files are being told: what clients have said so far, and how it joins what is known already.

Must not send. `Tellings` is under the desk's lock; checking names is pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tiepoint.domain.blob_names import blob_name, check_names_up
from tiepoint.domain.errors import UsageError
from tiepoint.domain.identifiers import CaptureId, is_id, new_id, random_suffix
from tiepoint.domain.transfer import Direction, FileState, TransferId, TransferState
from tiepoint.protocol.transfers import BeginParams, UploadFile
from tiepoint.transfer.layout import photos_place
from tiepoint.transfer.records import FileRecord, TransferRecord


@dataclass(slots=True)
class Telling:
    """What one client has told of one capture.

    Args:
        params: How it began.
        files: So far.
    """

    params: BeginParams
    files: list[UploadFile] = field(default_factory=list)


class Tellings:
    """All that is being told, by transfer and client."""

    def __init__(self) -> None:
        self._open: dict[tuple[TransferId, int], Telling] = {}

    def begin(self, transfer: TransferId, teller: object, params: BeginParams) -> None:
        """A client begins; what it said of the same capture before is forgotten."""
        self._open[transfer, id(teller)] = Telling(params)

    def get(self, transfer: TransferId, teller: object) -> Telling:
        """Return what a client has told.

        Raises:
            UsageError: It has not begun.
        """
        try:
            return self._open[transfer, id(teller)]
        except KeyError:
            raise UsageError("The files of this upload are not being told by you.", remedy="Begin it first.") from None

    def end(self, transfer: TransferId, teller: object) -> None:
        """It is told, or given up. Idempotent."""
        self._open.pop((transfer, id(teller)), None)

    def forget(self, teller: object) -> list[TransferId]:
        """A client has gone. Returns what it was telling."""
        gone = [key for key in self._open if key[1] == id(teller)]
        for key in gone:
            del self._open[key]
        return [transfer for transfer, _ in gone]

    def is_told(self, transfer: TransferId) -> bool:
        """Whether somebody tells it still."""
        return any(key[0] == transfer for key in self._open)


def find_told(records: Iterable[TransferRecord], params: BeginParams) -> TransferRecord | None:
    """Return the transfer that the same capture to the same place is; None when it is a new one."""
    wanted = params.capture or (params.name if is_id(params.name) else None)
    for record in records:
        if record.direction is Direction.UP and record.base == params.place:
            is_same = record.capture == wanted if wanted and record.capture else record.name == params.name
            if is_same:
                return record
    return None


def new_upload(params: BeginParams) -> TransferRecord:
    """Return the record of a new draft."""
    now = datetime.now(UTC)
    capture = params.capture
    return TransferRecord(
        id=TransferId(new_id(params.name, now, random_suffix())),
        direction=Direction.UP,
        name=params.name,
        base=params.place,
        place=params.place.below(capture) if capture else params.place,
        folder=params.folder,
        state=TransferState.DRAFT,
        created=now,
        capture=capture,
        replaces=params.replaces,
    )


def told_records(telling: Telling) -> list[FileRecord]:
    """Return the records of what was told.

    Raises:
        UsageError: Nothing was told.
        InputError: Names that Blob or another computer would not take.
    """
    if not telling.files:
        raise UsageError("The upload has no photos.", remedy="Give it some.")
    check_names_up([file.path for file in telling.files], photos_place(telling.params.place.below(_id(telling))).prefix)
    return [
        FileRecord(index, blob_name(file.path), file.source, file.size, file.mtime_ns, entry=file.entry)
        for index, file in enumerate(telling.files)
    ]


def _id(telling: Telling) -> str:
    """Return an id as long as the one that the capture has or will get; its name may be anything."""
    name = telling.params.name
    return telling.params.capture or (name if is_id(name) else new_id(name, datetime.now(UTC), "0" * 6))


def begin_round(record: TransferRecord, telling: Telling, files: list[FileRecord]) -> None:
    """Take what was told as a new round of a transfer. A receipt of an earlier round says nothing of these files."""
    record.receipt = None
    record.created = datetime.now(UTC)
    record.finished = None
    record.folder = telling.params.folder
    record.replaces = telling.params.replaces
    record.left_out = telling.params.left_out
    record.bytes_moved = 0
    record.set_files(files)


def join_left_out(record: TransferRecord, telling: Telling) -> None:
    """Take over what was told of files that are not sent; the same folder told again counts once."""
    told = telling.params
    record.left_out = told.left_out if told.folder == record.folder else record.left_out.joined(told.left_out)


def join_files(record: TransferRecord, files: Sequence[FileRecord], *, replaces: bool) -> bool:
    """Add what was told to a transfer that is not over.

    Returns:
        Whether anything is new: a file, another version of one, or the wish to replace.
    """
    known = {file.path: file for file in record.files}
    is_news = replaces and not record.replaces
    record.replaces = record.replaces or replaces
    for told in files:
        file = known.get(told.path)
        if file is None:
            told.index = len(record.files)
            record.add_file(told)
            is_news = True
        elif (file.source, file.size, file.mtime_ns) != (told.source, told.size, told.mtime_ns):
            _renew(record, file, told)
            is_news = True
    return is_news


def take_capture(record: TransferRecord, capture: CaptureId | None) -> None:
    """Believe whoever knows which capture it is, while that is not known."""
    if capture is not None and record.capture is None:
        record.capture = capture
        record.place = record.base.below(capture)


def _renew(record: TransferRecord, file: FileRecord, told: FileRecord) -> None:
    record.set_done(file, 0)
    record.set_state(file, FileState.WAITING)
    record.set_size(file, told.size)
    file.source, file.mtime_ns, file.entry = told.source, told.mtime_ns, told.entry
    file.attempts, file.digest = 0, ""
