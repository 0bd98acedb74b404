"""Updates: whether there is a newer release, and what is new in it; it is never installed from here.

Must not ask anybody while it is switched off. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from tiepoint.domain.errors import ConnectionLost, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.release import Manifest, Release, Seen, UpdateNotes, check_fresh, newer_than
from tiepoint.domain.settings import Settings
from tiepoint.ports.update_source import UpdateMemory, UpdateSource
from tiepoint.services.event import Event
from tiepoint.services.preferences import Preferences

_EVERY: Final = timedelta(days=1)
_PAUSE_S: Final = 3600.0
"""How often it is considered whether a day is over; a look that nobody answered is made again then."""
_LATER: Final = timedelta(days=7)
_log = logging.getLogger(__name__)


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
        releases: Newer than this program, newest first; also while a later look has failed.
        looked: When the address last answered, UTC; None = never.
        failure: Why the last look came to nothing.
        is_quiet: The person wants to hear nothing of the newest release, for now or ever.
        is_told: The person was told of the newest release.
    """

    state: UpdateState = UpdateState.UNKNOWN
    releases: tuple[Release, ...] = ()
    looked: datetime | None = None
    failure: Failure | None = None
    is_quiet: bool = False
    is_told: bool = False

    @property
    def newest(self) -> Release | None:
        """The newest release; None = there is none newer than this program."""
        return self.releases[0] if self.releases else None


class UpdateService:
    """Looks for newer releases; `changed` tells every new `snapshot`.

    Args:
        source: Fetches and verifies.
        memory: Knows what was believed last, and what the person does not want to hear.
        preferences: Whether and where to look; the organisation's policy is in them.
        version: Of this program.
        built_in: The address and the keys this build came with; empty where it came with none.
        now: The clock, UTC.
        sleep: Waits between two considerations; a test gives its own.
    """

    def __init__(
        self,
        source: UpdateSource,
        memory: UpdateMemory,
        preferences: Preferences,
        version: str,
        built_in: tuple[str, tuple[str, ...]],
        now: Callable[[], datetime],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.changed: Event[UpdateSnapshot] = Event()
        self._source, self._memory, self._preferences = source, memory, preferences
        self._version, self._built_in, self._now, self._sleep = version, built_in, now, sleep
        self._notes = UpdateNotes()
        self._writing = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()
        self._where = self._place()
        self.snapshot = UpdateSnapshot(self._resting())
        preferences.changed.subscribe(self._on_settings)

    @property
    def address(self) -> str:
        """Where it is looked; empty = nowhere."""
        return address_of(self._preferences, self._built_in[0])

    @property
    def built_in_address(self) -> str:
        """Where this build looks by itself; empty = nowhere."""
        return self._built_in[0]

    def start(self) -> None:
        """Look now and once a day from now on, while it is switched on; a second call does nothing."""
        if self._watching is None:
            self._watching = asyncio.get_running_loop().create_task(self._watch(), name="updates")

    async def look(self) -> UpdateSnapshot:
        """Look now, unless it is switched off; a failure is in the snapshot, never raised."""
        if self._resting() is not UpdateState.UNKNOWN:
            self._show(state=self._resting())
            return self.snapshot
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look(), name="look for updates")
        looking = self._looking
        await asyncio.wait([looking])
        if not looking.cancelled():
            looking.result()
        return self.snapshot

    async def skip(self, version: str) -> None:
        """Say no more of a version; of the next one again.

        Raises:
            SetupError: It cannot be kept; it holds for this run all the same.
            NoSpace: The disk is full.
        """
        await self._keep(skipped=version)

    async def remind_later(self) -> None:
        """Say nothing for a week.

        Raises:
            SetupError: It cannot be kept; it holds for this run all the same.
            NoSpace: The disk is full.
        """
        await self._keep(later=self._now() + _LATER)

    async def mark_told(self) -> None:
        """Take note that the person was told of the newest release.

        Raises:
            SetupError: It cannot be kept; it holds for this run all the same.
            NoSpace: The disk is full.
        """
        if self.snapshot.newest is not None:
            await self._keep(told=self.snapshot.newest.version)

    async def stop(self) -> None:
        """Look no more; a request on its way is cut."""
        self._cut(self._watching, self._looking)
        self._watching = self._looking = None
        if self._ending:
            await asyncio.wait(self._ending)

    async def _watch(self) -> None:
        while True:
            if self._resting() is UpdateState.UNKNOWN:
                await self._recall()
                if self._is_due():
                    await self.look()
            await self._sleep(_PAUSE_S)

    async def _recall(self) -> None:
        """Show what was known before, without asking anybody."""
        try:
            self._notes = await asyncio.to_thread(self._memory.load)
        except TiepointError as error:
            _log.info("updates: %s", error.summary)
        if self.snapshot.state in (UpdateState.LOOKING, UpdateState.FAILED):
            self._show()
        else:
            self._show_known()

    def _is_due(self) -> bool:
        seen = self._notes.seen.get(self.address)
        # Of a moment that is still to come, a clock was wrong.
        return seen is None or not timedelta() <= self._now() - seen.looked < _EVERY

    async def _look(self) -> None:
        address = self.address
        self._show(state=UpdateState.LOOKING)
        try:
            manifest = await self._source.fetch(address, self._keys())
            notes = await asyncio.to_thread(self._memory.load)
            seen = notes.seen.get(address)
            check_fresh(manifest, self._now(), seen.manifest if seen is not None else None)
        except ConnectionLost as error:
            self._show(state=UpdateState.FAILED, failure=Failure.of(error))
        except TiepointError as error:
            # Somebody answered; asking again before tomorrow would hardly bring anything else.
            await self._settle(address, None, Failure.of(error))
        else:
            await self._settle(address, manifest, None)

    async def _settle(self, address: str, manifest: Manifest | None, failure: Failure | None) -> None:
        try:
            await self._rewrite(lambda notes: _with_look(notes, address, self._now(), manifest))
        except TiepointError as error:
            failure = failure or Failure.of(error)
        self._show_known()
        if failure is not None:
            state = UpdateState.FAILED if manifest is None else self.snapshot.state
            self._show(state=state, failure=failure)

    async def _keep(self, **changes: Any) -> None:
        try:
            await self._rewrite(lambda notes: dataclasses.replace(notes, **changes))
        finally:
            self._show()

    async def _rewrite(self, change: Callable[[UpdateNotes], UpdateNotes]) -> None:
        """Change what is kept, and what a window or a command beside us has kept meanwhile with it."""
        self._notes = change(self._notes)
        async with self._writing:
            self._notes = await asyncio.to_thread(self._memory.change, change)

    def _show_known(self) -> None:
        """Show what was believed last, while it may still be believed."""
        seen = self._notes.seen.get(self.address)
        releases: tuple[Release, ...] = ()
        state = self._resting()
        if seen is not None and seen.manifest is not None and seen.manifest.expires > self._now():
            releases = newer_than(self._version, seen.manifest.releases)
            state = UpdateState.AVAILABLE if releases else UpdateState.CURRENT
        looked = seen.looked if seen is not None else None
        self._show(state=state, releases=releases, looked=looked, failure=None)

    def _show(self, **changes: Any) -> None:
        snapshot = dataclasses.replace(self.snapshot, **changes)
        newest, notes = snapshot.newest, self._notes
        is_later = notes.later is not None and self._now() < notes.later
        is_skipped = newest is not None and newest.version == notes.skipped
        is_told = newest is not None and newest.version == notes.told
        snapshot = dataclasses.replace(snapshot, is_quiet=is_later or is_skipped, is_told=is_told)
        if snapshot != self.snapshot:
            self.snapshot = snapshot
            self.changed.emit(snapshot)

    def _resting(self) -> UpdateState:
        """Return why nobody may be asked; `UNKNOWN` = somebody may."""
        if not self._preferences.settings.updates:
            return UpdateState.OFF
        return UpdateState.UNKNOWN if self.address else UpdateState.NO_ADDRESS

    def _keys(self) -> tuple[str, ...]:
        return (*self._built_in[1], *(self._preferences.policy.update_keys or ()))

    def _place(self) -> tuple[bool, str]:
        return self._preferences.settings.updates, self.address

    def _on_settings(self, _settings: Settings) -> None:
        if self._place() == self._where:
            return
        self._where = self._place()
        is_watching = self._watching is not None
        self._cut(self._watching, self._looking)
        self._watching = self._looking = None
        self._show(state=self._resting(), releases=(), looked=None, failure=None)
        if is_watching:
            self.start()

    def _cut(self, *tasks: asyncio.Task[None] | None) -> None:
        for task in tasks:
            if task is not None and not task.done():
                task.cancel()
                self._ending.add(task)
                task.add_done_callback(self._ending.discard)


def address_of(preferences: Preferences, built_in: str) -> str:
    """Return where updates are looked for; empty = nowhere.

    Args:
        preferences: The person's choice, and the organisation's.
        built_in: Where this build looks by itself.
    """
    if "update_address" in preferences.policy.unusable:
        return ""  # somewhere of its own was meant, so nobody else is asked
    return preferences.settings.update_address or built_in


def _with_look(notes: UpdateNotes, address: str, now: datetime, manifest: Manifest | None) -> UpdateNotes:
    """Take note of a look; what was believed before stays where nothing newer was."""
    before = notes.seen.get(address)
    known = before.manifest if before is not None else None
    if manifest is None or (known is not None and known.sequence > manifest.sequence):
        manifest = known
    return dataclasses.replace(notes, seen={**notes.seen, address: Seen(now, manifest)})
