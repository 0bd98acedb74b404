"""How a survey's findings become rows, new ones or those of an earlier beginning. Under the desk's lock; arithmetic."""

from __future__ import annotations

from tiepoint.domain.transfer import FileState
from tiepoint.transfer.download.found import Found
from tiepoint.transfer.download.outcome import gone
from tiepoint.transfer.download.survey import Stamp, Survey
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.records import FileRecord, TransferRecord
from tiepoint.transfer.work import Changes


def join(record: TransferRecord, survey: Survey, changes: Changes) -> dict[int, ListedBlob]:
    """Take over what a survey found.

    Rows keep their numbers; blobs that are new get new rows at the end; rows whose blob is gone fail unless their file
    is here.

    Returns:
        What is to come, by the numbers of the rows, in their order.
    """
    is_first = not record.files
    rows = {file.source: file for file in record.files}
    wanted: dict[int, ListedBlob] = {}
    for found in survey.found:
        file = rows.pop(found.blob.name, None)
        if file is None:
            file = _added(record, found)
            is_news = not is_first  # else all are told at once
        else:
            is_news = _refresh(record, file, found, survey.stamps.get(found.path), changes)
        if is_news:
            changes.file(record, file)
        if file.state is FileState.WAITING:
            wanted[file.index] = found.blob
    if is_first:
        changes.files(record)
    for file in rows.values():
        if file.state is FileState.WAITING:
            record.set_done(file, 0)
            record.set_state(file, FileState.FAILED, gone(file.path))
            changes.file(record, file)
    changes.transfer(record)
    return dict(sorted(wanted.items()))


def _added(record: TransferRecord, found: Found) -> FileRecord:
    file = FileRecord(len(record.files), found.path, found.blob.name, found.blob.size, etag=found.blob.etag)
    if found.refusal is not None:
        file.state, file.trouble = FileState.FAILED, found.refusal
    record.add_file(file)
    return file


def _refresh(record: TransferRecord, file: FileRecord, found: Found, stamp: Stamp | None, changes: Changes) -> bool:
    """Bring a row of an earlier beginning up to date; return whether it changed."""
    is_same_blob = file.etag == found.blob.etag
    is_untouched = bool(file.mtime_ns) and stamp == Stamp(file.size, file.mtime_ns, file.ctime_ns)
    if file.state.is_there:
        if is_same_blob and is_untouched:
            return False
        record.set_done(file, 0)
        record.set_state(file, FileState.WAITING)
    elif file.state is not FileState.WAITING:
        return False
    file.path = found.path
    if found.refusal is not None:
        record.set_state(file, FileState.FAILED, found.refusal)
    elif is_same_blob and is_untouched:
        record.set_state(file, FileState.SKIPPED, file.trouble)
    else:
        _expect(record, file, found.blob, changes)
    return True


def _expect(record: TransferRecord, file: FileRecord, blob: ListedBlob, changes: Changes) -> None:
    file.digest, file.mtime_ns, file.ctime_ns = "", 0, 0
    if file.etag != blob.etag:
        begin_anew(record, file, blob, changes)


def begin_anew(record: TransferRecord, file: FileRecord, blob: ListedBlob, changes: Changes) -> None:
    """Nothing that arrived of a file is of use any more."""
    record.set_done(file, 0)
    record.set_size(file, blob.size)
    file.etag, file.generation, file.block_size = blob.etag, 0, 0
    changes.forget_pieces(record, file)
