"""What is asked for to come down, as a record. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from tiepoint.domain.identifiers import CaptureId, is_id, new_id, random_suffix
from tiepoint.domain.transfer import Direction, TransferId, TransferState
from tiepoint.protocol.transfers import DownloadParams
from tiepoint.transfer.records import TransferRecord


def find_download(records: Iterable[TransferRecord], params: DownloadParams) -> TransferRecord | None:
    """Return the transfer that the same thing into the same folder is; None when it is a new one."""
    for record in records:
        is_same = (record.place, record.folder) == (params.place, params.folder)
        if record.direction is Direction.DOWN and is_same and record.is_products_only == params.is_products_only:
            return record
    return None


def new_download(params: DownloadParams) -> TransferRecord:
    """Return the record of a new download."""
    now = datetime.now(UTC)
    last = params.place.prefix.rpartition("/")[2] or params.place.container
    name = params.name or last
    return TransferRecord(
        id=TransferId(new_id(name, now, random_suffix())),
        direction=Direction.DOWN,
        name=name,
        base=params.place,
        place=params.place,
        folder=params.folder,
        state=TransferState.QUEUED,
        created=now,
        capture=CaptureId(last) if is_id(last) else None,
        replaces=params.replaces,
        is_products_only=params.is_products_only,
    )


def begin_again(record: TransferRecord, params: DownloadParams) -> None:
    """Make a new round of a download that is over; its files are looked at by `download.rounds`."""
    record.created = datetime.now(UTC)
    record.replaces = params.replaces
    record.bytes_moved = 0
