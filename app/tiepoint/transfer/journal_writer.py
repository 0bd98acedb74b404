"""The thread that writes the journal: changes are gathered in memory and written five times a second, states at once.

The calls that gather copy what they need and never wait for the disk, so they may be made with any lock held. They
are those of `work.Changes`. A full disk is said once and tried again; nothing is lost from memory by it.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Final

from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Limits, TransferId
from tiepoint.runtime.logs import masked
from tiepoint.transfer.journal import Journal
from tiepoint.transfer.journal_batch import Batch
from tiepoint.transfer.journal_rows import FileStamp, KnownDigest, SeenBlob
from tiepoint.transfer.journal_schema import is_broken
from tiepoint.transfer.records import FileRecord, TransferRecord

BATCH_S: Final = 0.2
RETRY_S: Final = 5.0
_log = logging.getLogger(__name__)

Tell = Callable[[Failure | None], None]


class JournalWriter:
    """Writes one journal. `close` it, or changes of the last moment are lost.

    Args:
        journal: Open; the writer closes it with itself.
        on_trouble: Told from the writer's thread why the journal cannot be written, once, and None when it can again.
        batch_s: Longest time a change waits.
        retry_s: Pause before a batch that could not be written is tried again.
    """

    def __init__(
        self, journal: Journal, on_trouble: Tell | None = None, *, batch_s: float = BATCH_S, retry_s: float = RETRY_S
    ) -> None:
        self.journal = journal
        self._tell: Tell = on_trouble or (lambda failure: None)
        self._batch_s = batch_s
        self._retry_s = retry_s
        self._changed = threading.Condition()
        self._batch = Batch()
        self._writing: Batch | None = None
        self._asked = 0
        self._written = 0
        self._is_dirty = False
        self._is_failing = False
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    # What changed.

    def transfer(self, record: TransferRecord) -> None:
        """Keep a transfer as it is now, without its files. It is written at once: people were told that it is so."""
        with self._gathering() as batch:
            batch.transfer(record)
            self._asked += 1
            self._changed.notify_all()

    def file(self, record: TransferRecord, file: FileRecord) -> None:
        """Keep a file as it is now."""
        with self._gathering() as batch:
            batch.file(record, file)

    def piece(self, record: TransferRecord, file: FileRecord, number: int, digest: bytes) -> None:
        """Keep that a block or range of the file's present generation is acknowledged; `digest` may be empty."""
        with self._gathering() as batch:
            batch.piece(record, file, number, digest)

    def forget_pieces(self, record: TransferRecord, file: FileRecord) -> None:
        """Forget the blocks or ranges of a file."""
        with self._gathering() as batch:
            batch.forget_pieces(record, file)

    def files(self, record: TransferRecord) -> None:
        """Keep a transfer with its list of files instead of the list before; pieces are forgotten with it."""
        with self._gathering() as batch:
            batch.replace_files(record)

    def remove(self, transfer: TransferId) -> None:
        """Forget a transfer and all that is its."""
        with self._gathering() as batch:
            batch.remove(transfer)

    def limits(self, limits: Limits) -> None:
        """Keep the limits for the next start."""
        with self._gathering() as batch:
            batch.limits = limits

    def see(self, blobs: Iterable[SeenBlob]) -> None:
        """Keep that blobs hold what they hold, so that the server can copy them one day."""
        with self._gathering() as batch:
            batch.see(blobs)

    def unsee(self, blob: SeenBlob) -> None:
        """Forget a blob that is not what it was."""
        with self._gathering() as batch:
            batch.unsee(blob)

    def digest(self, path: str, stamp: FileStamp, known: KnownDigest) -> None:
        """Keep digests of a file; see `HashCache`."""
        with self._gathering() as batch:
            batch.digest(path, stamp, known)

    # What is known, what waits to be written included.

    def known_digests(self, stamps: Mapping[str, FileStamp]) -> dict[str, KnownDigest]:
        """Return digests of files whose stamps are the same still; see `HashCache`."""
        waiting: dict[str, KnownDigest] = {}
        with self._changed:
            for batch in self._waiting():
                for path in batch.digests.keys() & stamps.keys():
                    stamp, known = batch.digests[path]
                    waiting.pop(path, None)
                    if stamp == stamps[path]:
                        waiting[path] = known
        return {**self.journal.digests(stamps), **waiting}

    def pieces(self, record: TransferRecord, file: FileRecord) -> dict[int, bytes]:
        """Return the acknowledged pieces of a file's present generation: the digest of each by its number."""
        key = record.id, file.index
        waiting: dict[int, bytes] = {}
        is_whole = False
        with self._changed:
            for batch in self._waiting():
                if key in batch.forgotten or record.id in batch.emptied or record.id in batch.removed:
                    waiting, is_whole = {}, True
                pieces = batch.pieces.get(key, {}).items()
                waiting.update({number: digest for number, (made, digest) in pieces if made == file.generation})
        return waiting if is_whole else {**self.journal.pieces(record.id, file), **waiting}

    def seen(self, endpoint: str, size: int, digest: str) -> list[SeenBlob]:
        """Return blobs of an account that hold this content, as far as is known; the newest first."""
        waiting: dict[tuple[str, str, str], SeenBlob | None] = {}
        with self._changed:
            for batch in self._waiting():
                waiting.update(batch.seen)
        stored = [
            blob
            for blob in self.journal.seen(endpoint, size, digest)
            if (blob.place.endpoint, blob.place.container, blob.name) not in waiting
        ]
        fresh = [
            blob
            for blob in waiting.values()
            if blob and (blob.place.endpoint, blob.size, blob.digest) == (endpoint, size, digest)
        ]
        return [*reversed(fresh), *stored]

    def seen_sizes(self, endpoint: str, wanted: Container[int]) -> set[int]:
        """Return which of some sizes blobs of an account have, as far as is known."""
        fresh: set[int] = set()
        with self._changed:
            for batch in self._waiting():
                fresh.update(blob.size for blob in batch.seen.values() if blob and blob.place.endpoint == endpoint)
        return {size for size in fresh if size in wanted} | self.journal.seen_sizes(endpoint, wanted)

    # Writing.

    def hurry(self) -> None:
        """Let what was told so far be written at once, without waiting for more or for the disk."""
        with self._changed:
            self._asked += 1
            self._changed.notify_all()

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Wait until everything told so far is in the journal.

        Returns:
            False when the disk did not take it in time.
        """
        with self._changed:
            self._asked += 1
            mine = self._asked
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._written >= mine or self._is_failing or not self._lives(), timeout_s)
            return self._written >= mine

    def close(self) -> None:
        """Write what waits and close the journal. Idempotent; blocks until the disk has it or refused it."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._thread.join()
        self.journal.close()

    def _lives(self) -> bool:
        return self._thread.is_alive() and not self._is_closing

    def _gathering(self) -> _Gathering:
        return _Gathering(self._changed, self)

    def _waiting(self) -> tuple[Batch, ...]:
        return (self._batch,) if self._writing is None else (self._writing, self._batch)

    def _run(self) -> None:
        while self._next_batch():
            self._write()
        self._write()
        self._prune()

    def _next_batch(self) -> bool:
        """Wait for something to write and gather for a while; False when it was the last time."""
        with self._changed:
            if self._is_failing:
                self._changed.wait_for(lambda: self._is_closing, self._retry_s)
            self._changed.wait_for(lambda: self._is_closing or self._is_dirty or self._is_asked())
            self._changed.wait_for(lambda: self._is_closing or self._is_asked(), self._batch_s)
            return not self._is_closing

    def _is_asked(self) -> bool:
        return self._asked > self._written

    def _write(self) -> None:
        with self._changed:
            batch, self._batch, self._is_dirty = self._batch, Batch(), False
            self._writing, asked = batch, self._asked
        failure = self._failure_of(batch)
        with self._changed:
            self._writing = None
            if failure is None:
                self._written = asked
            else:
                self._batch.put_back(batch)
                self._is_dirty = True
            was_failing, self._is_failing = self._is_failing, failure is not None
            self._changed.notify_all()
        if failure is not None and not was_failing:
            _log.error("%s %s", failure.summary, failure.detail)
            self._tell(failure)
        elif failure is None and was_failing:
            self._tell(None)

    def _failure_of(self, batch: Batch) -> Failure | None:
        try:
            if batch:
                self.journal.write(batch)
        except (sqlite3.Error, OSError) as error:
            return self._after(error, batch)
        except Exception:  # noqa: BLE001  the last net of this thread
            # A value no table takes: the batch would fail for ever and hold up everything after it.
            _log.exception("changes of the journal of transfers were lost")
        return None

    def _after(self, error: sqlite3.Error | OSError, batch: Batch) -> Failure | None:
        if not isinstance(error, sqlite3.Error) or not is_broken(error):
            return _failure(error)
        try:
            aside = self.journal.begin_anew()
            self.journal.write(batch)
        except (sqlite3.Error, OSError) as again:
            return _failure(again)
        _log.error("the journal of transfers was broken and is kept as %s", aside)
        return None

    def _prune(self) -> None:
        try:
            self.journal.prune()
        except sqlite3.Error:
            _log.info("the journal of transfers was not pruned", exc_info=True)


class _Gathering:
    """Holds the writer's lock while something is added to its batch, and wakes it for the first."""

    __slots__ = ("_lock", "_writer")

    def __init__(self, lock: threading.Condition, writer: JournalWriter) -> None:
        self._lock = lock
        self._writer = writer

    def __enter__(self) -> Batch:
        self._lock.acquire()
        return self._writer._batch

    def __exit__(self, *_: object) -> None:
        if not self._writer._is_dirty:
            self._writer._is_dirty = True
            self._lock.notify_all()
        self._lock.release()


def _failure(error: sqlite3.Error | OSError) -> Failure:
    is_full = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL
    return Failure(
        "no-space" if is_full else "failed",
        "The journal of transfers cannot be written" + (": the disk is full." if is_full else "."),
        "Free some space: transfers go on, but after a restart more would be looked at and sent again."
        if is_full
        else "Transfers go on, but after a restart more would be looked at and sent again.",
        retryable=True,
        detail=masked(str(error)),
    )
