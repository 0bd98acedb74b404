"""One task at a time makes, fills or names the files of one path.

A transfer may be begun anew while tasks of its earlier beginning still run: they have the same part files in hand. Any
thread.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Final

from tiepoint.runtime.stop import Stop

_LOOK_S: Final = 0.1
"""How late a stop may be noticed."""


class Busy:
    """Which paths are in somebody's hands, of all downloads of the process."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._taken: set[tuple[str, str]] = set()

    @contextlib.contextmanager
    def alone(self, transfer: str, path: str, stop: Stop) -> Iterator[None]:
        """Wait until nobody else has the path, and have it.

        Raises:
            Stopped: On request, while waiting.
        """
        key = (transfer, path)
        with self._changed:
            while key in self._taken:
                stop.check()
                self._changed.wait(_LOOK_S)
            self._taken.add(key)
        try:
            yield
        finally:
            with self._changed:
                self._taken.discard(key)
                self._changed.notify_all()


BUSY: Final = Busy()
"""Of this process: works come and go, the files stay."""
