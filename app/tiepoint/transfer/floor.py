"""The shop floor: all lanes, the lock around them, and the handing out and taking back of tasks.

One lock guards every record and every work; it is taken once per task, never per piece of content. What an outcome
means for a transfer is decided here: an outage holds it back, a refused credential holds every transfer of the
container, any other failure ends it. Must not know what a task does.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from tiepoint.domain.errors import OperationFailed, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import TransferId, TransferState
from tiepoint.runtime.stop import Stopped
from tiepoint.transfer.blob.credentials import Credentials
from tiepoint.transfer.blob.errors import Busy, Refused, Unreachable
from tiepoint.transfer.changes import ChangeBook
from tiepoint.transfer.dispatch import Assignment, WorkFault, choose, in_order
from tiepoint.transfer.lane import Lane
from tiepoint.transfer.pace import Pace
from tiepoint.transfer.work import Hand

_log = logging.getLogger(__name__)

IDLE_THREAD_S = 60.0
GRACE_S = 1.0
"""So long may requests run on after a pause or cancel; then they are cut (two seconds are promised)."""


class Floor:
    """All lanes.

    Args:
        changes: Told of every change.
        credentials: To know whether a refusal is about the one held now.
        clock: Monotonic seconds.

    Attributes:
        lock: Guards this object and everything on it; waited on by idle threads.
        lanes: Every transfer by its id.
        hire: Makes another thread when work waits and nobody is idle; set by the crew.
    """

    def __init__(
        self, changes: ChangeBook, credentials: Credentials, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.lock = threading.Condition(threading.Lock())
        self.lanes: dict[TransferId, Lane] = {}
        self.pace = Pace()
        self.changes = changes
        self.clock = clock
        self.hire: Callable[[], None] = lambda: None
        self.moved_bytes = 0
        self.busy = 0
        self._credentials = credentials
        self._idle = 0
        self._is_closing = False
        self._order: list[Lane] | None = None

    # For the crew's threads.

    def exchange(self, hand: Hand, done: Assignment | None, error: Exception | None) -> Assignment | None:
        """Take back a task and give the next one; waits until there is one.

        Args:
            hand: The thread's.
            done: What it had; None the first time.
            error: What it met; None when it went well.

        Returns:
            None when the thread is to end.
        """
        with self.lock:
            if done is not None:
                self._take_back(hand, done, error)
            is_called = True
            while not self._is_closing:
                given = self._give(hand)
                if given is not None:
                    self.wake()
                    return given
                if not is_called:
                    return None
                self._idle += 1
                is_called = self.lock.wait(IDLE_THREAD_S)
                self._idle -= 1
            return None

    def close(self) -> None:
        """Let every thread end after its task, and cut the tasks."""
        with self.lock:
            self._is_closing = True
            self.lock.notify_all()
            stops = [lane.stop for lane in self.lanes.values()]
        for stop in stops:
            stop.stop()

    # With the lock held.

    def wake(self) -> None:
        """There may be something to do: call an idle thread or hire one, which calls the next if it finds something."""
        if self._idle:
            self.lock.notify()
        else:
            self.hire()

    def put(self, lane: Lane) -> None:
        """Take a transfer onto the floor."""
        self.lanes[lane.record.id] = lane
        self._order = None

    def drop(self, lane: Lane) -> None:
        """Take it off."""
        self.lanes.pop(lane.record.id, None)
        self._order = None

    def reorder(self) -> None:
        """Priorities or times of creation changed."""
        self._order = None

    def ordered(self) -> list[Lane]:
        """Return the lanes as they come to turn."""
        if self._order is None:
            self._order = in_order(self.lanes.values())
        return self._order

    def show(self, lane: Lane) -> None:
        """Bring the transfer's state to what its work says; see about its end."""
        if lane.follow_work():
            if lane.record.state.is_over:
                lane.record.finished = datetime.now(UTC)
                lane.work = None
                lane.forget_rates()
            self.changes.transfer(lane.record)

    def end(self, lane: Lane, state: TransferState, trouble: Failure | None = None) -> None:
        """A transfer is over before its work is: it failed or was canceled."""
        lane.record.finished = datetime.now(UTC)
        lane.work = None
        self.halt(lane, state, trouble)

    def halt(self, lane: Lane, state: TransferState, trouble: Failure | None = None) -> None:
        """Bring a transfer to rest; what is under way is cut after a moment's grace."""
        lane.rest(state, trouble)
        lane.cut_at_s = self.clock() + GRACE_S if lane.hands else None
        for file in lane.record.still() if lane.work is None else ():
            self.changes.row(lane.record, file)
        self.changes.transfer(lane.record)

    def _give(self, hand: Hand) -> Assignment | None:
        if self.busy >= self.pace.allowed:
            return None
        try:
            given = choose(self.ordered(), self.clock())
        except WorkFault as fault:
            self._met(fault.lane, fault.error, self.clock())
            return self._give(hand)
        if given is not None:
            self.busy += 1
            given.lane.hands[hand] = given.task
            if given.lane.record.state is TransferState.QUEUED:
                self.show(given.lane)
        return given

    def _take_back(self, hand: Hand, done: Assignment, error: Exception | None) -> None:
        lane, work, task = done
        self.busy -= 1
        del lane.hands[hand]
        lane.record.bytes_moved += hand.moved
        self.moved_bytes += hand.moved
        hand.moved = hand.moving = 0
        hand.file = None
        if lane.work is not work:
            return  # canceled, ended or begun anew meanwhile
        now_s = self.clock()
        try:
            if error is None:
                lane.forget_holds()
                work.settle(task, now_s)
            else:
                work.give_back(task)
        except Exception as fault:  # noqa: BLE001 - the last net: the thread must live on, and so must other transfers
            error = fault
        if error is not None:
            self._met(lane, error, now_s)
        # One that was to rest while its last task ended has nothing left to go on with: it is over.
        is_to_show = lane.is_going or work.phase.is_over
        if lane.work is work and is_to_show and (error is None or lane.record.state is not TransferState.WAITING):
            self.show(lane)

    def _met(self, lane: Lane, error: Exception, now_s: float) -> None:
        if isinstance(error, Stopped):
            return
        if isinstance(error, (Unreachable, Busy)):
            self._outage(lane, error, now_s)
        elif isinstance(error, Refused):
            self._refused(lane, error)
        elif isinstance(error, TiepointError):
            self.end(lane, TransferState.FAILED, Failure.of(error))
        else:
            _log.error("a task of a transfer failed unexpectedly", exc_info=error)
            self.end(lane, TransferState.FAILED, Failure.of(_unexpected(error)))

    def _outage(self, lane: Lane, error: Unreachable | Busy, now_s: float) -> None:
        is_waiting = lane.note_outage(error, now_s)
        if not (isinstance(error, Unreachable) and error.is_offline):
            self.pace.note_trouble(now_s)
        if is_waiting and lane.is_going:
            lane.rest(TransferState.WAITING, Failure.of(error))
            self.changes.transfer(lane.record)

    def _refused(self, lane: Lane, error: Refused) -> None:
        """Hold every transfer of the container, unless a better credential has come meanwhile."""
        place = lane.record.base
        standing = self._credentials.standing(place)
        if standing.kind and standing.refusal is None:
            return
        for each in self.lanes.values():
            if each.is_going and each.record.base.container_url == place.container_url:
                self.halt(each, TransferState.NEEDS_SIGN_IN, Failure.of(error))


def _unexpected(error: Exception) -> TiepointError:
    return OperationFailed(
        "The transfer met a fault of the program.",
        remedy="Try it again; if it fails again, report it with the log of the transfer worker.",
        retryable=True,
        detail=f"{type(error).__name__}: {error}",
    )
