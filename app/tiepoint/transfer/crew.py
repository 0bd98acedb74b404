"""The threads that carry transfers: each with one connection and one buffer, made when needed, gone when idle.

Must not decide anything: it asks the floor for a task, runs it, and brings back what it met.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from tiepoint.runtime.stop import Stop
from tiepoint.transfer.blob.bucket import TokenBucket
from tiepoint.transfer.blob.connection import BlobConnection
from tiepoint.transfer.blob.credentials import Credentials
from tiepoint.transfer.blob.line import Line, LineSettings
from tiepoint.transfer.dispatch import Assignment
from tiepoint.transfer.floor import Floor
from tiepoint.transfer.work import Hand

_log = logging.getLogger(__name__)

_END_S: Final = 3.0


class Crew:
    """All sender threads.

    Args:
        floor: Where the work is.
        credentials: For the connections.
        bucket: The limit shared by all.
        settings: Of the connections.
    """

    def __init__(
        self, floor: Floor, credentials: Credentials, bucket: TokenBucket, settings: LineSettings | None = None
    ) -> None:
        self._floor = floor
        self._credentials = credentials
        self._bucket = bucket
        self._settings = settings
        self._lines: dict[threading.Thread, Line] = {}
        self._is_closing = False
        floor.hire = self._hire

    def drop_lines(self) -> None:
        """Cut every connection: the computer slept, and the other side has forgotten them. Any thread."""
        with self._floor.lock:
            lines = tuple(self._lines.values())
        for line in lines:
            line.drop()

    def close(self) -> None:
        """End all threads; the floor must be closing. Blocking."""
        with self._floor.lock:
            self._is_closing = True
            threads = tuple(self._lines)
        end_s = time.monotonic() + _END_S
        for thread in threads:
            thread.join(max(0.0, end_s - time.monotonic()))

    def _hire(self) -> None:
        """Start another thread if one may be used. The floor's lock is held."""
        if self._is_closing or len(self._lines) >= self._floor.pace.allowed:
            return
        line = Line(self._settings)
        thread = threading.Thread(target=self._carry, args=(line,), name="sender", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system has no more of them
            _log.warning("another thread for transfers could not be started")
        else:
            self._lines[thread] = line

    def _carry(self, line: Line) -> None:
        hand: Hand | None = None
        given: Assignment | None = None
        error: Exception | None = None
        try:
            hand = Hand(Stop())
            while (given := self._floor.exchange(hand, given, error)) is not None:
                error = self._run(hand, given, line)
        finally:
            line.close()
            with self._floor.lock:
                self._lines.pop(threading.current_thread(), None)

    def _run(self, hand: Hand, given: Assignment, line: Line) -> Exception | None:
        stop = given.lane.stop
        if hand.stop is not stop or hand.place != given.lane.record.base:
            hand.stop, hand.place = stop, given.lane.record.base
            hand.connection = BlobConnection(hand.place, self._credentials, line=line, stop=stop, bucket=self._bucket)
        try:
            given.task.run(hand)
        except Exception as error:  # noqa: BLE001 - the last net: the floor tells known failures from others
            return error
        return None
