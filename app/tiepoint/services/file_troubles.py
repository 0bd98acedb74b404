"""Files of the program's own that broke or cannot be read: heard of in any thread, told once each on the loop's."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from tiepoint.domain.failure import Failure
from tiepoint.services.event import Event


class FileTroubles:
    """What there is to tell of files; nothing is lost before somebody listens."""

    def __init__(self) -> None:
        self._waiting: deque[Failure] = deque()
        self._told: list[Failure] = []
        self._changed: Event[Failure] = Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def tell(self, failure: Failure) -> None:
        """Hear of a file; any thread."""
        self._waiting.append(failure)
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it is closed: the program ends
                loop.call_soon_threadsafe(self.deliver)

    def listen(self, listener: Callable[[Failure], None]) -> Callable[[], None]:
        """Tell everything so far, and what comes; each once.

        Returns:
            Call it to stop listening.
        """
        with contextlib.suppress(RuntimeError):  # before the loop runs, `deliver` tells what comes
            self._loop = asyncio.get_running_loop()
        self.deliver()
        for failure in self._told:
            listener(failure)
        return self._changed.subscribe(listener)

    def deliver(self) -> None:
        """Tell now what waits to be told."""
        while self._waiting:
            failure = self._waiting.popleft()
            if failure not in self._told:
                self._told.append(failure)
                self._changed.emit(failure)
