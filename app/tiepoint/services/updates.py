"""Updates: whether there is a newer release, and what is new in it; it is never installed from here.

On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tiepoint.domain.failure import Failure
from tiepoint.domain.release import Release
from tiepoint.ports.update_source import UpdateMemory, UpdateSource
from tiepoint.services.event import Event
from tiepoint.services.preferences import Preferences


class UpdateState(StrEnum):
    """What is known of updates."""

    UNKNOWN = "unknown"
    OFF = "off"
    NO_ADDRESS = "no-address"
    LOOKING = "looking"
    CURRENT = "current"
    AVAILABLE = "available"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class UpdateSnapshot:
    """What is known of updates now.

    Args:
        state: In one word.
        releases: Newer than this program, newest first.
        looked: When it was last asked, UTC; None = never.
        failure: Why the last look came to nothing.
    """

    state: UpdateState = UpdateState.UNKNOWN
    releases: tuple[Release, ...] = ()
    looked: datetime | None = None
    failure: Failure | None = None


class UpdateService:
    """Looks for newer releases.

    Args:
        source: Fetches and verifies.
        memory: Knows which manifest was believed last.
        preferences: Whether and where to look; the organisation's policy is in them.
        version: Of this program.
        built_in: The address and the keys this build came with; empty where it came with none.
        now: The clock, UTC.
    """

    def __init__(
        self,
        source: UpdateSource,
        memory: UpdateMemory,
        preferences: Preferences,
        version: str,
        built_in: tuple[str, tuple[str, ...]],
        now: Callable[[], datetime],
    ) -> None:
        self.changed: Event[UpdateSnapshot] = Event()
        self._source, self._memory, self._preferences = source, memory, preferences
        self._version, self._built_in, self._now = version, built_in, now
        self.snapshot = UpdateSnapshot()

    async def look(self) -> UpdateSnapshot:
        """Look now, unless it is switched off; a failure is in the snapshot, never raised."""
        return self.snapshot

    async def stop(self) -> None:
        """Look no more."""
