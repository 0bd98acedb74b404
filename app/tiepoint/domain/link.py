"""The link to a scheduler as people see it: up or down, and since when.

It says nothing about the jobs. Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
        heard: When the scheduler was last heard of, UTC; None = never. While the link is up, silence means no change.
        problem: Why it is down; None when it is up.
    """

    state: LinkState
    since: datetime
    heard: datetime | None = None
    problem: Failure | None = None

    @property
    def is_up(self) -> bool:
        """Whether what is shown is the scheduler's present truth."""
        return self.state is LinkState.CONNECTED
