"""What a client hears of an agent: where it stands in the agent's events, and the state they add up to.

Must not do input or output. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from tiepoint.adapters.scheduler.mirror import Mirror
from tiepoint.domain.failure import Failure
from tiepoint.ports.scheduler import ConnectionState, SchedulerSnapshot
from tiepoint.protocol.codec import MalformedMessage, from_json
from tiepoint.protocol.envelope import Notification
from tiepoint.protocol.events import EVENT, SNAPSHOT, Snapshot, State, parse_event
from tiepoint.protocol.methods import Since, SubscribeParams, SubscribeResult

_log = logging.getLogger(__name__)


class Subscription:
    """Follows one agent over any number of connections."""

    def __init__(self) -> None:
        self._mirror: Mirror | None = None
        self._change = asyncio.Event()
        self._early: list[Notification] | None = None

    @property
    def is_begun(self) -> bool:
        """Whether the agent's state was ever heard."""
        return self._mirror is not None

    def params(self) -> SubscribeParams:
        """What to ask for: everything, or what came after the last event that was heard.

        From here until `begin` notifications wait, because they may overtake the answer's way to its reader.
        """
        self._early = []
        known = self._mirror
        return SubscribeParams(since=None if known is None else Since(known.epoch, known.seq))

    def begin(self, answer: SubscribeResult) -> None:
        """Take the answer to `subscribe`: a snapshot, or the events missed."""
        known = self._mirror
        if answer.snapshot is not None or known is None or known.epoch != answer.epoch:
            state = answer.snapshot or State()
            self._mirror = known = Mirror.of(state, answer.epoch, answer.seq, datetime.now(UTC))
        for params in answer.events:
            known = known.after(parse_event(params))
        self._mirror = known
        early, self._early = self._early or [], None
        for notification in early:
            self.take(notification)
        self._tell()

    def take(self, notification: Notification) -> None:
        """Take a notification; one that makes no sense is logged and passed over."""
        if self._early is not None:
            self._early.append(notification)
            return
        try:
            self._take(notification)
        except MalformedMessage as error:
            _log.warning("an event of the agent cannot be read: %s", error)

    def change(self) -> asyncio.Event:
        """Return what will be set by the next thing heard; take it before looking at the snapshot."""
        return self._change

    def snapshot(self, connection: ConnectionState, problem: Failure | None = None) -> SchedulerSnapshot:
        """The state as it was last heard."""
        known = self._mirror
        if known is None:
            return SchedulerSnapshot(connection, problem=problem)
        return SchedulerSnapshot(connection, known.jobs, known.nodes, known.heard, problem)

    def _take(self, notification: Notification) -> None:
        if notification.method == SNAPSHOT:
            told = from_json(Snapshot, dict(notification.params))
            self._mirror = Mirror.of(told.snapshot, told.epoch, told.seq, datetime.now(UTC))
        elif notification.method == EVENT and self._mirror is not None:
            self._mirror = self._mirror.after(parse_event(notification.params))
        else:
            return
        self._tell()

    def _tell(self) -> None:
        told, self._change = self._change, asyncio.Event()
        told.set()
