"""What a client hears of an agent: where it stands in the agent's events, and the state they add up to.

Must not do input or output. On the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tiepoint.adapters.scheduler.doubts import Doubts
from tiepoint.adapters.scheduler.fitting import is_fitting
from tiepoint.adapters.scheduler.mirror import Mirror
from tiepoint.adapters.scheduler.unread import unread
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job
from tiepoint.domain.node import Node
from tiepoint.ports.flight_recorder import FlightRecorder
from tiepoint.ports.scheduler import ConnectionState, SchedulerSnapshot
from tiepoint.protocol.codec import MalformedMessage, from_json
from tiepoint.protocol.envelope import Notification
from tiepoint.protocol.events import EVENT, SNAPSHOT, State
from tiepoint.protocol.methods import Method, Since, SubscribeParams

_MOST_PARTS: Final = 200
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """`SubscribeResult` whose jobs and nodes are read one by one, later, so that one bad one spoils nothing else."""

    seq: int
    epoch: str
    events: tuple[Any, ...] = ()
    snapshot: dict[str, Any] | None = None
    parts: int = 1


@dataclass(frozen=True, slots=True)
class _RawSnapshot:
    seq: int
    epoch: str
    snapshot: dict[str, Any]
    part: int = 1
    parts: int = 1


SUBSCRIBE_RAW: Final = Method("subscribe", SubscribeParams, RawAnswer)


class Subscription:
    """Follows one agent over any number of connections.

    Args:
        doubts: Takes what makes no sense.
        recorder: Records what is heard; None = nobody does.
        site: Name of the tape.
        now: The clock.
    """

    def __init__(
        self,
        doubts: Doubts | None = None,
        recorder: FlightRecorder | None = None,
        site: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.offset_s = 0.0
        """How far the agent's clock is ahead of ours."""
        self.doubts = doubts or Doubts("agent")
        self._recorder, self._site, self._now = recorder, site, now
        self._mirror: Mirror | None = None
        self._growing: Mirror | None = None
        self._change = asyncio.Event()
        self._owes_state = False
        self.is_new = asyncio.Event()
        """Set by a whole state, until somebody looks."""

    @property
    def is_begun(self) -> bool:
        """Whether the agent's state was ever heard."""
        return self._mirror is not None

    @property
    def is_whole(self) -> bool:
        """Whether the state is known, and none is on its way in parts."""
        return self._mirror is not None and self._growing is None

    @property
    def seq(self) -> int:
        """Number of the last event that is in the state; -1 = there is no state."""
        return -1 if self._mirror is None else self._mirror.seq

    def params(self) -> SubscribeParams:
        """What to ask for: everything, or what came after the last event that was heard."""
        self._growing = None
        self.doubts.clear()
        known = self._mirror
        return SubscribeParams(since=None if known is None else Since(known.epoch, known.seq))

    def begin(self, answer: RawAnswer, line: bytes = b"") -> None:
        """Take the answer to `subscribe`: a snapshot, whole or in parts that follow, or the events missed.

        To be called in the answer's place among the notifications.
        """
        known = self._mirror
        if answer.parts > 1:
            self._growing = Mirror(answer.epoch, answer.seq, self.doubts)
        elif answer.snapshot is not None or known is None or known.epoch != answer.epoch:
            fresh = Mirror(answer.epoch, answer.seq, self.doubts)
            fresh.put_state(answer.snapshot or {}, len(line), is_fitting=is_fitting(line))
            self._become(fresh)
        else:
            for params in answer.events:
                if isinstance(params, dict):
                    known.take(params, len(line) // len(answer.events), self._now(), is_fitting=is_fitting(line))
            known.seq, known.heard = max(known.seq, answer.seq), self._now()
            self._owes_state = True
        self._tell()

    def take(self, notification: Notification, line: bytes = b"") -> None:
        """Take a notification; one that makes no sense is counted and passed over."""
        doubts = self.doubts.count
        if notification.method == EVENT:
            self._take_event(notification.params, line)
        elif notification.method == SNAPSHOT:
            try:
                self._take_snapshot(from_json(_RawSnapshot, dict(notification.params), "snapshot"), line)
            except MalformedMessage as error:
                self.doubts.add(str(error))
        if self.doubts.count != doubts:
            self._tell()

    def keep(self, line: bytes) -> bool:
        """Take an event by the head of its line, to be read when somebody looks; return whether that was possible."""
        known = self._mirror if self._growing is None else self._growing
        event = None if known is None else unread(line)
        if known is None or event is None:
            return False
        doubts = self.doubts.count
        if known.keep(event, line, self._now()) and self._growing is None:
            self._record(line)
            self._tell()
        elif self.doubts.count != doubts:
            self._tell()
        return True

    @property
    def waiting(self) -> int:
        """How many jobs and nodes changed since somebody looked."""
        return 0 if self._mirror is None else self._mirror.waiting

    async def digest(self) -> None:
        """Read what changed, a little at a time, so that the next look at the snapshot takes no time."""
        while self._mirror is not None and self._mirror.waiting > _AT_ONCE:
            self._mirror.digest(_AT_ONCE)
            await asyncio.sleep(0)

    def lost(self) -> None:
        """The connection broke."""
        self._owes_state = False
        if self._recorder is not None:
            self._recorder.lost(self._site, self._theirs())

    def change(self) -> asyncio.Event:
        """Return what will be set by the next thing heard; take it before looking at the snapshot."""
        if self._change.is_set():
            self._change = asyncio.Event()
        return self._change

    def snapshot(
        self,
        connection: ConnectionState,
        problem: Failure | None = None,
        *,
        retry_s: float | None = None,
    ) -> SchedulerSnapshot:
        """The state as it was last heard."""
        known = self._mirror
        self.is_new.clear()
        if known is None:
            return SchedulerSnapshot(connection, problem=problem, retry_s=retry_s, offset_s=self.offset_s)
        jobs, nodes = known.jobs(), known.nodes()
        if connection is ConnectionState.CONNECTED:
            self._record_state(jobs, nodes)
        return SchedulerSnapshot(
            connection, jobs, nodes, known.heard, problem or self.doubts.failure, retry_s, self.offset_s
        )

    def _take_event(self, params: Mapping[str, Any], line: bytes) -> None:
        known = self._mirror if self._growing is None else self._growing
        if known is None or not known.take(params, len(line), self._now(), is_fitting=is_fitting(line)):
            return
        if self._growing is None:
            self._record(line)
            self._tell()

    def _take_snapshot(self, told: _RawSnapshot, line: bytes) -> None:
        if told.parts <= 1 or told.part <= 1 or self._growing is None or self._growing.epoch != told.epoch:
            self._growing = Mirror(told.epoch, told.seq, self.doubts)
        self._growing.put_state(told.snapshot, len(line), is_fitting=is_fitting(line))
        if told.part >= told.parts or told.part >= _MOST_PARTS:
            self._become(self._growing)
            self._tell()

    def _become(self, fresh: Mirror) -> None:
        self._growing, self._mirror = None, fresh
        self.is_new.set()
        fresh.heard, self._owes_state = self._now(), True

    def _record(self, line: bytes) -> None:
        """Record an event, unless it goes into the state with which the next piece begins."""
        if self._recorder is not None and line and not self._owes_state:
            self._recorder.heard(self._site, line)

    def _record_state(self, jobs: Mapping[JobId, Job], nodes: Mapping[NodeId, Node]) -> None:
        """Begin a piece of tape, if one is due, with what was just read anyway."""
        recorder = self._recorder
        if recorder is not None and recorder.is_on and (self._owes_state or recorder.wants_state(self._site)):
            recorder.begin(self._site, State(tuple(jobs.values()), tuple(nodes.values())), self._theirs())
        self._owes_state = False

    def _theirs(self) -> datetime:
        return self._now() + timedelta(seconds=self.offset_s)

    def _tell(self) -> None:
        self._change.set()
