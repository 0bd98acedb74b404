"""The desk's clock: four times a second it measures, tells clients, cuts what was to stop, and looks after sleepers.

A thread of its own. Must not send. Listeners are called here, without the lock.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.transfer import Transfer, TransferId
from tiepoint.protocol.transfers import CredentialWanted
from tiepoint.runtime.stop import Stop
from tiepoint.transfer.blob.credentials import Credentials
from tiepoint.transfer.ears import Ear, Ears, News
from tiepoint.transfer.floor import Floor

_log = logging.getLogger(__name__)

TICK_S: Final = 0.25
_REST_S: Final = 5.0
"""So often it looks while nothing moves."""
_SLEPT_S: Final = 30.0
"""The wall's clock ran so much ahead of ours: the computer slept."""


class Herald:
    """The thread and what it does each time.

    Args:
        floor: Where everything is.
        ears: Who listens.
        credentials: Of which kind is held, for the summaries.
        woken: Called when the computer has slept.
        wall: Seconds by the wall's clock, for tests.
    """

    def __init__(
        self,
        floor: Floor,
        ears: Ears,
        credentials: Credentials,
        woken: Callable[[], None],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._floor = floor
        self._ears = ears
        self._credentials = credentials
        self._woken = woken
        self._wall = wall
        self._drift_s = wall() - floor.clock()
        self._wanted: queue.SimpleQueue[CredentialWanted] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="herald", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Tell what is left and end. Blocking."""
        self._closing.set()
        self._ears.bell.set()
        self._thread.join()

    def want(self, place: BlobPlace, reason: str) -> None:
        """A credential is wanted. Any thread, any lock held."""
        self._wanted.put(CredentialWanted(place, reason))
        self._ears.bell.set()

    def summary(self, transfer: TransferId) -> Transfer | None:
        """Return a transfer as it is now; None when it is no more. The lock is held."""
        lane = self._floor.lanes.get(transfer)
        return None if lane is None else lane.snapshot(self._credentials.standing(lane.record.base).kind)

    def tick(self) -> None:
        """Do once what is done four times a second."""
        self._notice_sleep()
        with self._floor.lock:
            is_going = self._measure()
            stops = self._due_stops()
            if is_going:
                self._floor.wake()
            while not self._wanted.empty():
                self._ears.wanted(self._wanted.get())
            news = [(ear, self._news(ear)) for ear in self._ears if ear.has_news]
        for stop in stops:
            stop.stop()
        for ear, each in news:
            self._tell(ear, each)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._ears.bell.wait(0.0 if self._is_lively() else _REST_S)
            self._ears.bell.clear()
            try:
                self.tick()
            except Exception:  # noqa: BLE001 - the last net: without this thread nobody hears anything any more
                _log.exception("a look at the transfers failed")
            self._closing.wait(TICK_S)
        self.tick()

    def _is_lively(self) -> bool:
        with self._floor.lock:
            return any(lane.is_going or lane.hands for lane in self._floor.lanes.values())

    def _measure(self) -> bool:
        floor, now_s = self._floor, self._floor.clock()
        moving, is_going = 0, False
        for lane in floor.lanes.values():
            is_going = is_going or lane.is_going
            if not lane.hands and not lane.is_going:
                continue
            lane.look(now_s)
            moving += lane.moving_bytes
            if lane.hands:
                self._ears.transfer(lane.record)
            for file in lane.moving_files:
                self._ears.file(lane.record, file)
        floor.pace.tick(now_s, floor.moved_bytes + moving, floor.busy)
        return is_going

    def _due_stops(self) -> list[Stop]:
        now_s = self._floor.clock()
        due = []
        for lane in self._floor.lanes.values():
            if lane.cut_at_s is not None and now_s >= lane.cut_at_s:
                lane.cut_at_s = None
                due.append(lane.stop)
        return due

    def _news(self, ear: Ear) -> News:
        lane = None if ear.watched is None else self._floor.lanes.get(ear.watched)
        rates = {index: meter.rate_bytes_per_s for index, meter in lane.file_meters.items()} if lane else {}
        return ear.take(self.summary, rates)

    def _tell(self, ear: Ear, news: News) -> None:
        try:
            ear.listener(news)
        except Exception:  # noqa: BLE001 - the last net: one client's fault must not still the others
            _log.exception("a listener failed")

    def _notice_sleep(self) -> None:
        drift_s = self._wall() - self._floor.clock()
        slept_s, self._drift_s = drift_s - self._drift_s, drift_s
        if slept_s < _SLEPT_S:
            return
        _log.info("the computer slept for %.0f s", slept_s)
        with self._floor.lock:
            for lane in self._floor.lanes.values():
                lane.forget_holds()
        self._woken()
