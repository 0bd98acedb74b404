"""What the agent says with one client: answers, and events from where the client left off.

A client that reads too slowly for its events gets a snapshot instead of a queue without end. The loop's thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from tiepoint.agent.journal import DEFAULT_TOPICS, topic_of
from tiepoint.agent.methods import AgentMethods
from tiepoint.agent.publisher import Publisher
from tiepoint.agent.state_parts import in_parts
from tiepoint.protocol.codec import from_json, to_json
from tiepoint.protocol.envelope import Notification
from tiepoint.protocol.events import EVENT, SNAPSHOT, Event, Snapshot
from tiepoint.protocol.hello import HelloParams, HelloResult
from tiepoint.protocol.methods import (
    LOGS_TAIL,
    PATHS_LOOK,
    PATHS_PROBE,
    PATHS_STAT,
    SUBSCRIBE,
    SubscribeParams,
    SubscribeResult,
)

MOST_WAITING_EVENTS: Final = 2000
_SLOW: Final = frozenset(each.name for each in (LOGS_TAIL, PATHS_STAT, PATHS_LOOK, PATHS_PROBE))


class AgentDialogue:
    """Implements `daemon.session.Dialogue`.

    Args:
        methods: What answers requests.
        publisher: Where events come from.
        wake: Called when there is something to tell.
    """

    def __init__(self, methods: AgentMethods, publisher: Publisher, wake: Callable[[], None]) -> None:
        self._methods = methods
        self._publisher = publisher
        self._wake = wake
        self._events: deque[Event] = deque()
        self._topics = DEFAULT_TOPICS
        self._is_snapshot_due = False
        self._parts: deque[Snapshot] = deque()
        self._unsubscribe: Callable[[], None] | None = None

    def hello(self, params: HelloParams) -> HelloResult:
        """Answer the greeting."""
        return self._methods.hello(params)

    async def call(self, name: str, params: Mapping[str, Any]) -> Any:
        """Do what a request asks."""
        if name == SUBSCRIBE.name:
            return self._subscribe(from_json(SUBSCRIBE.params, params, "params"))
        return await self._methods.call(name, dict(params))

    def is_slow(self, name: str) -> bool:
        """What looks into folders is, for these may hang; else a client's requests are done one after the other."""
        return name in _SLOW

    def next_notification(self) -> Notification | None:
        """Take the next event, or the snapshot that stands for many."""
        if self._is_snapshot_due:
            self._is_snapshot_due = False
            self._parts.extend(self._snapshot())
        if self._parts:
            return Notification(SNAPSHOT, to_json(self._parts.popleft()))
        if self._events:
            return Notification(EVENT, self._events.popleft().params())
        return None

    def end(self) -> None:
        """Stop listening."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def _subscribe(self, params: SubscribeParams) -> SubscribeResult:
        self._publisher.flush()
        self.end()
        self._topics = frozenset(params.topics) or DEFAULT_TOPICS
        self._events.clear()
        self._is_snapshot_due = False
        self._parts.clear()
        self._unsubscribe = self._publisher.subscribe(self._hear)
        journal = self._publisher.journal
        since = params.since
        missed = None if since is None else journal.missed(since.epoch, since.seq, self._topics)
        if missed is None:
            return self._whole()
        return SubscribeResult(journal.seq, journal.epoch, events=tuple(event.params() for event in missed))

    def _whole(self) -> SubscribeResult:
        snapshots = self._snapshot()
        first = snapshots[0]
        if len(snapshots) == 1:
            return SubscribeResult(first.seq, first.epoch, snapshot=first.snapshot)
        self._parts.extend(snapshots)
        self._wake()
        return SubscribeResult(first.seq, first.epoch, parts=len(snapshots))

    def _snapshot(self) -> list[Snapshot]:
        """Everything known, in as many messages as it takes."""
        journal, states = self._publisher.journal, in_parts(self._methods.state())
        return [
            Snapshot(state, journal.seq, journal.epoch, part, len(states)) for part, state in enumerate(states, start=1)
        ]

    def _hear(self, event: Event) -> None:
        if self._is_snapshot_due or event.body is None or topic_of(event.body) not in self._topics:
            return
        self._events.append(event)
        if len(self._events) > MOST_WAITING_EVENTS:
            self._events.clear()
            self._is_snapshot_due = True
        self._wake()
