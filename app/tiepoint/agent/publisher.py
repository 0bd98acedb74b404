"""Tells subscribers what changed: at most ten times a second per job and node, the newest state winning.

The loop's thread. Subscribers are called directly and must return at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from tiepoint.agent.journal import Journal
from tiepoint.protocol.events import (
    Event,
    EventBody,
    JobChanged,
    LogLines,
    NodeChanged,
    ProductReady,
    StageChanged,
    TaskChange,
    TasksChanged,
)

Subscriber: TypeAlias = Callable[[Event], None]

WINDOW_S: Final = 0.1  # scheduler protocol: at most 10 a second
_MOST_CHANGED_TASKS: Final = 100
_MOST_LINES: Final = 200


class Publisher:
    """Collects changes and hands them out as numbered events.

    Args:
        journal: Numbers and keeps the events.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._subscribers: list[Subscriber] = []
        self._waiting: dict[tuple[str, ...], EventBody] = {}
        self._window: asyncio.TimerHandle | None = None

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber` with every event from now on.

        Returns:
            What ends the subscription.
        """
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber)

    def tell(self, body: EventBody) -> None:
        """Tell a change, now or at the end of the present window; a product is told at once."""
        key = _key(body)
        # What comes last is told last: a job's end must not be followed by what its stages were before.
        earlier = self._waiting.pop(key, None)
        self._waiting[key] = body if earlier is None else _merged(earlier, body)
        if self._window is None or isinstance(body, ProductReady):
            self.flush()
            self._open_window()

    def flush(self) -> None:
        """Hand out everything that waits."""
        waiting, self._waiting = self._waiting, {}
        for body in waiting.values():
            event = self.journal.append(body)
            for subscriber in tuple(self._subscribers):
                subscriber(event)

    def close(self) -> None:
        """Hand out what waits and stop."""
        self.flush()
        if self._window is not None:
            self._window.cancel()
            self._window = None

    def _open_window(self) -> None:
        if self._window is None:
            self._window = asyncio.get_running_loop().call_later(WINDOW_S, self._end_window)

    def _end_window(self) -> None:
        self._window = None
        if self._waiting:
            self.flush()
            self._open_window()


def _key(body: EventBody) -> tuple[str, ...]:
    if isinstance(body, JobChanged):
        return (body.kind, body.job.id)
    if isinstance(body, StageChanged):
        return (body.kind, body.job, body.stage.name)
    if isinstance(body, TasksChanged):
        return (body.kind, body.job, body.stage)
    if isinstance(body, NodeChanged):
        return (body.kind, body.node.id)
    if isinstance(body, LogLines):
        return (body.kind, body.job or "", body.node or "")
    return (body.kind, body.job, body.name)


def _merged(earlier: EventBody, later: EventBody) -> EventBody:
    if isinstance(earlier, TasksChanged) and isinstance(later, TasksChanged):
        changes: dict[str, TaskChange] = {change.key: change for change in (*earlier.changed, *later.changed)}
        return replace(later, changed=tuple(changes.values())[-_MOST_CHANGED_TASKS:])
    if isinstance(earlier, LogLines) and isinstance(later, LogLines):
        return replace(later, lines=(*earlier.lines, *later.lines)[-_MOST_LINES:])
    return later
