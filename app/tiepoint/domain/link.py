"""The link to a scheduler as people see it: up or down, and since when.

It says nothing about the jobs. Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tiepoint.domain.failure import Failure


class LinkState(StrEnum):
    """How the link is."""

    CONNECTING = "connecting"
    """There was no link yet; the agent may be starting."""
    CONNECTED = "connected"
    LOST = "lost"
    """It was up or should be; it is made again all the time, and what is shown is as it was last heard."""
    STOPPED = "stopped"
    """A person stopped the agent; nothing is tried until it is started again."""


@dataclass(frozen=True, slots=True)
class Link:
    """The link at one moment.

    Args:
        state: See `LinkState`.
        since: When it became so, UTC.
        heard: When the scheduler was last heard of, by our clock, UTC; None = never. While the link is up, silence
            means no change.
        problem: Why it is down; on a link that is up, what of the scheduler's words makes no sense.
        next_try: While it is lost, when it is tried again, by our clock; None = now, or nothing is tried.
        offset_s: How far the scheduler's clock is ahead of ours, in seconds.
    """

    state: LinkState
    since: datetime
    heard: datetime | None = None
    problem: Failure | None = None
    next_try: datetime | None = None
    offset_s: float = 0.0

    @property
    def is_up(self) -> bool:
        """Whether what is shown is the scheduler's present truth."""
        return self.state is LinkState.CONNECTED

    def theirs(self, now: datetime) -> datetime:
        """Return what the scheduler's clock says at a moment of ours; ages of what it tells are counted from there."""
        return now + timedelta(seconds=self.offset_s) if self.offset_s else now

    def ours(self, theirs: datetime) -> datetime:
        """Return what our clock says at a moment of the scheduler's."""
        return theirs - timedelta(seconds=self.offset_s) if self.offset_s else theirs
