"""Telling others that something changed: a list of callbacks, all on the loop's thread.

Must not queue: a listener is called at once and must return at once; whoever is slow keeps the newest value only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Event(Generic[T]):
    """Something that can be listened to."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[T], None]] = []

    def subscribe(self, listener: Callable[[T], None]) -> Callable[[], None]:
        """Call the listener with every value from now on.

        Returns:
            Call it to stop listening; calling it again does nothing.
        """
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def emit(self, value: T) -> None:
        """Tell all listeners, in the order in which they came."""
        for listener in tuple(self._listeners):
            listener(value)
