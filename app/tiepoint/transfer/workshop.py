"""The desk's workshop: floor, crew, herald, journal and credentials put together, opened and closed in order.

Must not talk to clients: the desk does. What is marked so is called with the floor's lock held.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import SetupError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Direction, Transfer, TransferId, TransferState
from tiepoint.runtime.proxy import ProxyVariables
from tiepoint.runtime.stop import Stop
from tiepoint.transfer.blob.backoff import Backoff
from tiepoint.transfer.blob.bucket import TokenBucket
from tiepoint.transfer.blob.credentials import BEARER, Credentials
from tiepoint.transfer.blob.errors import Refused
from tiepoint.transfer.blob.line import LineSettings
from tiepoint.transfer.changes import ChangeBook
from tiepoint.transfer.crew import Crew
from tiepoint.transfer.download.tuning import DownloadTuning
from tiepoint.transfer.download.work import DownloadWork
from tiepoint.transfer.ears import Ears
from tiepoint.transfer.floor import Floor
from tiepoint.transfer.hash_cache import HashCache
from tiepoint.transfer.herald import Herald
from tiepoint.transfer.journal import JOURNAL_NAME, Journal
from tiepoint.transfer.journal_writer import JournalWriter
from tiepoint.transfer.lane import Lane
from tiepoint.transfer.records import TransferRecord
from tiepoint.transfer.renewal import Renewal, Renewed
from tiepoint.transfer.tuning import Tuning
from tiepoint.transfer.upload.kit import Kit
from tiepoint.transfer.upload.work import UploadWork
from tiepoint.transfer.work import Work

_log = logging.getLogger(__name__)

_QUIET_STATES: Final = (TransferState.PAUSED, TransferState.COMPLETED, TransferState.FAILED, TransferState.CANCELED)
"""A transfer in one of these is left as it is when the worker starts."""


class Workshop:
    """Everything behind the desk.

    Args:
        folder: Where the journal and the receipts lie.
        tuning: Sizes and times.

    Attributes:
        set_aside: Where a journal that could not be used is now; empty when it was in order.
    """

    def __init__(self, folder: Path, tuning: Tuning) -> None:
        self.folder = folder
        self.receipts = folder / "receipts"
        self.set_aside = ""
        self.tuning = tuning
        self.ears = Ears()
        self.bucket = TokenBucket()
        self.credentials = Credentials(self._want)
        self.line_settings = LineSettings(progress_s=tuning.progress_s, connect_s=tuning.connect_s)
        self.stop = Stop()
        self.proxy = ProxyVariables()
        self.renewal = Renewal(self._wanted_now, self._renewed, tuning.renew_s)
        self.on_given: Callable[[BlobPlace], None] = _nobody
        """Is told of a credential that no client gave. Called in another thread than the loop's."""

    def open(self) -> None:
        """Read the journal and start every thread. Blocking.

        Raises:
            SetupError: The journal cannot be used.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            journal = Journal(self.folder / JOURNAL_NAME)
            records = journal.load()
        except (OSError, sqlite3.Error) as error:
            raise _no_journal(self.folder, error) from error
        if journal.set_aside is not None:
            self.set_aside = str(journal.set_aside)
            _log.error("the journal of transfers could not be used and is kept as %s", self.set_aside)
        self.bucket.set_rate(journal.limits().bytes_per_s)
        self.writer = JournalWriter(journal, _tell_journal)
        self.cache = HashCache(self.writer)
        self.changes = ChangeBook(self.writer, self.ears)
        self.floor = Floor(self.changes, self.credentials)
        self._crew = Crew(self.floor, self.credentials, self.bucket, self.line_settings)
        self._herald = Herald(self.floor, self.ears, self.credentials, self._crew.drop_lines)
        with self.floor.lock:
            for record in records:
                self._take_up(record)
        self._herald.start()

    def close(self) -> None:
        """Stop everything, write the journal, end the threads. Blocking."""
        self.stop.stop()
        self.renewal.close()
        self.floor.close()
        self._crew.close()
        self._herald.close()
        self.writer.close()

    # With the floor's lock held.

    def lane(self, transfer: TransferId) -> Lane:
        """Return a transfer's lane.

        Raises:
            UsageError: There is no such transfer.
        """
        try:
            return self.floor.lanes[transfer]
        except KeyError:
            raise UsageError("There is no such transfer.", remedy="Look at the list of transfers.") from None

    def new_lane(self, record: TransferRecord) -> Lane:
        """Return a lane for a transfer, not yet on the floor."""
        tuning = self.tuning
        lane = Lane(record, Backoff(first_s=tuning.backoff_first_s, most_s=tuning.backoff_most_s))
        lane.stop = Stop(self.stop)
        return lane

    def summary(self, transfer: TransferId) -> Transfer:
        """Return a transfer as it is."""
        found = self._herald.summary(transfer)
        assert found is not None
        return found

    def summaries(self) -> tuple[Transfer, ...]:
        """Return all transfers, newest first."""
        lanes = sorted(self.floor.lanes.values(), key=lambda lane: (lane.record.created, lane.record.id), reverse=True)
        return tuple(self.summary(lane.record.id) for lane in lanes)

    def wanted(self) -> tuple[BlobPlace, ...]:
        """Return the containers a credential is wanted for."""
        waiting = [
            BlobPlace(lane.record.base.endpoint, lane.record.base.container)
            for lane in self.floor.lanes.values()
            if lane.record.state is TransferState.NEEDS_SIGN_IN
        ]
        return tuple(dict.fromkeys((*self.credentials.wanted(), *waiting)))

    def launch(self, lane: Lane) -> None:
        """Let a transfer begin, or begin anew after its files or wishes changed."""
        record = lane.record
        lane.work = None
        lane.forget_rates()
        if lane.hands:
            lane.stop.stop()  # what they bring back would not be looked at
        record.finished = None
        for file in record.still():
            self.changes.row(record, file)
        self.floor.reorder()
        self.go_on(lane)

    def go_on(self, lane: Lane) -> None:
        """Let a transfer go on where it is, if the credential allows it."""
        record = lane.record
        lane.cut_at_s = None
        lane.forget_holds()
        if lane.stop.is_set:
            lane.stop.release()
            lane.stop = Stop(self.stop)
        try:
            self.credentials.check(record.base)
        except Refused as error:
            lane.rest(TransferState.NEEDS_SIGN_IN, Failure.of(error))
        else:
            lane.work = lane.work or self._work(record)
            record.state, record.trouble = TransferState.QUEUED, None
            self.floor.wake()
        self.changes.transfer(record)

    def _work(self, record: TransferRecord) -> Work:
        if record.direction is Direction.UP:
            kit = Kit(record, self.writer, self.cache, self.receipts, self.tuning, self._can_use)
            return UploadWork(kit, self.changes)
        return DownloadWork(record, self.changes, self.writer, self.cache, DownloadTuning.of(self.tuning))

    def _take_up(self, record: TransferRecord) -> None:
        """Take a transfer of an earlier life: what was under way goes on once a credential is given."""
        if record.state is TransferState.DRAFT:
            return
        lane = self.new_lane(record)
        self.floor.put(lane)
        record.still()
        if record.state not in _QUIET_STATES:
            self.go_on(lane)

    def _can_use(self, place: BlobPlace) -> bool:
        standing = self.credentials.standing(place)
        return bool(standing.kind) and standing.refusal is None

    def _want(self, place: BlobPlace, reason: str) -> None:
        self._herald.want(place, reason)
        self.renewal.want(place)

    def _wanted_now(self) -> tuple[BlobPlace, ...]:
        with self.floor.lock:
            return self.wanted()

    def _renewed(self, place: BlobPlace, renewed: Renewed) -> None:
        self.authorize(place, BEARER, renewed.token, renewed.expires)
        self.on_given(place)

    def authorize(self, place: BlobPlace, kind: str, secret: str, expires: datetime | None) -> None:
        """Take a credential for a container; what waits for it goes on.

        Raises:
            UsageError: It is no signature or token.
        """
        self.credentials.give(place, kind, secret, expires)
        with self.floor.lock:
            for lane in self.floor.lanes.values():
                is_meant = lane.record.base.container_url == place.container_url
                if is_meant and lane.record.state is TransferState.NEEDS_SIGN_IN:
                    self.go_on(lane)


def _nobody(_place: BlobPlace) -> None:
    """Hear nothing."""


def _tell_journal(failure: Failure | None) -> None:
    if failure is None:
        _log.info("the journal can be written again")
    else:
        _log.error("the journal cannot be written: %s", failure.summary)


def _no_journal(folder: Path, error: Exception) -> SetupError:
    return SetupError(
        f"The transfers' journal in {folder} cannot be used.",
        remedy="Look whether the disk is full and whether you may write there.",
        retryable=True,
        detail=str(error),
    )
