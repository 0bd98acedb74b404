"""The numbered events of this agent's life, as many as are kept. The loop's thread; no input or output."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from tiepoint.protocol.events import Event, EventBody

KEPT_EVENTS: Final = 1000
# Missed events travel in one message; more of them than this are longer than a snapshot.
MOST_MISSED: Final = 150
DEFAULT_TOPICS: Final = frozenset({"job", "stage", "tasks", "node", "product"})


def topic_of(body: EventBody) -> str:
    """Return the first word of the event's kind."""
    return body.kind.partition(".")[0]


class Journal:
    """Numbers events and keeps the last of them.

    Args:
        kept: How many are kept.
    """

    def __init__(self, kept: int = KEPT_EVENTS) -> None:
        self.epoch = str(uuid.uuid4())
        self.seq = 0
        self._events: deque[Event] = deque(maxlen=kept)

    def append(self, body: EventBody) -> Event:
        """Give an event the next number and keep it."""
        self.seq += 1
        event = Event(self.seq, datetime.now(UTC), body)
        self._events.append(event)
        return event

    def missed(self, epoch: str, seq: int, topics: Collection[str]) -> list[Event] | None:
        """Return the events after a number, or None when they are not all here any more, or too many.

        Args:
            epoch: Of the life the number belongs to.
            seq: The last number the client saw.
            topics: Which topics it wants.
        """
        if epoch != self.epoch or not 0 <= seq <= self.seq:
            return None
        oldest = self._events[0].seq if self._events else self.seq + 1
        if seq + 1 < oldest:
            return None
        missed = [event for event in self._events if event.seq > seq and event.body and topic_of(event.body) in topics]
        return missed if len(missed) <= MOST_MISSED else None
