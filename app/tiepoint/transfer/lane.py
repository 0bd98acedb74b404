"""A transfer under way: its record, its work, and what holds it up at the moment.

Must not send or wait. Under the desk's lock.
"""

from __future__ import annotations

from typing import Final

from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Transfer, TransferState
from tiepoint.runtime.stop import Stop
from tiepoint.transfer.blob.backoff import Backoff
from tiepoint.transfer.blob.errors import Busy, Unreachable
from tiepoint.transfer.meter import Meter
from tiepoint.transfer.records import FileRecord, TransferRecord
from tiepoint.transfer.work import Hand, Task, Work

_PATIENCE: Final = 2
"""So many failures in a row, and people are told that it waits."""


class Lane:
    """One transfer's place on the desk.

    Args:
        record: What is known of it.
        backoff: Of its own; None = the usual one.

    Attributes:
        work: What is to be done; None while nothing is (a draft, paused after a restart, over).
        stop: Ends the requests under way; a new one for every start.
        hands: The threads that work on it now, and on what.
        meter: Its rate.
        file_meters: Rates of the files that move, by index.
        cut_at_s: When requests still under way are cut, after a pause or cancel; None otherwise.
    """

    def __init__(self, record: TransferRecord, backoff: Backoff | None = None) -> None:
        self.record = record
        self.work: Work | None = None
        self.stop = Stop()
        self.hands: dict[Hand, Task] = {}
        self.meter = Meter()
        self.file_meters: dict[int, Meter] = {}
        self.moving_bytes = 0
        self.cut_at_s: float | None = None
        self._backoff = backoff or Backoff()
        self._hold_until_s = 0.0

    @property
    def is_going(self) -> bool:
        """Whether something happens or will by itself."""
        return self.record.state.is_going

    def is_open(self, now_s: float) -> bool:
        """Whether a task may be begun now. A transfer that waits is tried with one request at a time."""
        if self.work is None or not self.is_going or now_s < self._hold_until_s:
            return False
        return self.record.state is not TransferState.WAITING or not self.hands

    def note_outage(self, error: Unreachable | Busy, now_s: float) -> bool:
        """The network or the server did not do its part: hold back for a while.

        Returns:
            Whether the transfer is to be shown as waiting.
        """
        if now_s >= self._hold_until_s:  # threads that fail together count once
            self._hold_until_s = now_s + self._backoff.next_s(error)
        elif isinstance(error, Busy) and error.retry_after_s:
            self._hold_until_s = max(self._hold_until_s, now_s + error.retry_after_s)
        is_offline = isinstance(error, Unreachable) and error.is_offline
        return is_offline or self._backoff.failures >= _PATIENCE

    def forget_holds(self) -> None:
        """Whatever held it up is no more: something went well, the network may be back, somebody asked to go on."""
        self._hold_until_s = 0.0
        self._backoff.reset()

    def rest(self, state: TransferState, trouble: Failure | None = None) -> None:
        """Bring it to a state in which no task is begun."""
        self.record.state = state
        self.record.trouble = trouble
        self.forget_rates()

    def look(self, now_s: float) -> None:
        """Measure, a few times a second."""
        moving_of: dict[int, int] = {}
        for hand in self.hands:
            # What is of an earlier round, and about to be cut, has no row any more.
            if hand.file is not None and self._is_of_record(hand.file):
                moving_of[hand.file.index] = moving_of.get(hand.file.index, 0) + hand.moving
        self.moving_bytes = sum(moving_of.values())
        self.meter.look(now_s, self.record.done_bytes + self.moving_bytes)
        for gone in self.file_meters.keys() - moving_of.keys():
            del self.file_meters[gone]
        for index, size in moving_of.items():
            meter = self.file_meters.setdefault(index, Meter())
            meter.look(now_s, self.record.files[index].done_bytes + size)

    @property
    def moving_files(self) -> list[FileRecord]:
        """The files that moved at the last look."""
        return [self.record.files[index] for index in self.file_meters if index < len(self.record.files)]

    def _is_of_record(self, file: FileRecord) -> bool:
        files = self.record.files
        return file.index < len(files) and files[file.index] is file

    def forget_rates(self) -> None:
        """Nothing moves any more."""
        self.meter = Meter()
        self.file_meters.clear()
        self.moving_bytes = 0

    def snapshot(self, credential: str) -> Transfer:
        """Return the summary for clients.

        Args:
            credential: Of which kind one is held.
        """
        left = self.record.total_bytes - self.record.done_bytes - self.moving_bytes
        return self.record.snapshot(
            moving_bytes=self.moving_bytes,
            rate_bytes_per_s=self.meter.rate_bytes_per_s,
            left_s=self.meter.left_s(left) if self.is_going else None,
            connections=len(self.hands),
            credential=credential,
        )

    def follow_work(self) -> bool:
        """Show the phase its work is in, and return whether that is news; no word about trouble that is past."""
        if self.work is None:
            return False
        state, trouble = self.work.phase, self.record.trouble
        if not state.is_over:
            self.record.trouble = None
        is_news = state is not self.record.state or trouble is not self.record.trouble
        self.record.state = state
        return is_news
