"""Following the log of one job: new lines as they come, the last few thousand kept.

Must not read files nor know how lines travel (`ports.scheduler`). On the loop's thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from tiepoint.domain.identifiers import JobId
from tiepoint.protocol.events import LogLine
from tiepoint.services.event import Event

KEPT_LINES: Final = 5000


class FollowedLog:
    """The log of one job, for as long as somebody listens. Made by `JobMonitor.follow_log`; close it when done.

    Line texts are harmless plain text: control characters are shown as `\\x1b` and the like. `LogLine.level` is
    `info`, `warning`, `error` (or `debug`), so that a page can mark them.
    """

    def __init__(self, job: JobId, closed: Callable[[FollowedLog], None]) -> None:
        self.job = job
        self.appended: Event[tuple[LogLine, ...]] = Event()
        """New lines, oldest first; the first ones (up to 1000 of the past) come soon after opening."""
        self._lines: deque[LogLine] = deque(maxlen=KEPT_LINES)
        self._closed = closed

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """The last `KEPT_LINES` lines, oldest first."""
        return tuple(self._lines)

    def take(self, lines: tuple[LogLine, ...]) -> None:
        """Append lines and tell them; called by who reads the log."""
        if lines:
            self._lines.extend(lines)
            self.appended.emit(lines)

    def close(self) -> None:
        """Stop following; calling it again does nothing."""
        self._closed(self)
