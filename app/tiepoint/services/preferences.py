"""The user's settings while the program runs: read once, told to whoever shows them, saved off the loop.

Must not know what a setting means. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tiepoint.domain.errors import SetByOrganisation, SetupError
from tiepoint.domain.failure import Failure
from tiepoint.domain.policy import LABELS, NO_POLICY, Policy
from tiepoint.domain.settings import Settings
from tiepoint.ports.settings_store import LoadedSettings, SettingsStore
from tiepoint.services.event import Event


class Preferences:
    """The settings as they are in effect; `changed` tells every new set.

    Args:
        store: Where the person's own are kept; what the organisation sets is never written there.
        policy: What the organisation sets.
        tell: Hears of a file that breaks while the program runs; before, see `problem`.
    """

    def __init__(
        self, store: SettingsStore, policy: Policy = NO_POLICY, tell: Callable[[Failure], None] = lambda _: None
    ) -> None:
        self.policy = policy
        self.changed: Event[Settings] = Event()
        self._store, self._tell = store, tell
        self._settings: Settings | None = None
        self._saving = asyncio.Lock()
        self._unsaved: dict[str, Any] = {}
        """Changes that are not stored (yet), by name."""
        self._aside: Path | None = None
        self.problem: Failure | None = None
        """What to tell once: a broken file that was set aside, or one that cannot be opened. None when all is well."""

    @property
    def settings(self) -> Settings:
        """The settings as they are now; the usual ones where they cannot be read, see `problem`."""
        return self.policy.applied_to(self._own)

    @property
    def _own(self) -> Settings:
        """What the person has set."""
        if self._settings is None:
            self._settings = self._load()
        return self._settings

    def _load(self) -> Settings:
        try:
            loaded = self._store.load()
        except SetupError as error:
            self.problem = Failure.of(error)
            return Settings()
        self.problem = self._broken(loaded)
        return loaded.settings

    def _broken(self, loaded: LoadedSettings) -> Failure | None:
        """Return what to tell of a file that was set aside since we looked last."""
        if loaded.set_aside is None or loaded.set_aside == self._aside:
            return None
        self._aside = loaded.set_aside
        summary = f"The settings file was broken; the usual settings apply, and it is kept as {loaded.set_aside}."
        return Failure("settings", summary, "Make the changes again that you had made.")

    async def update(self, **changes: Any) -> Settings:
        """Change some settings by name, tell it, and save them.

        Returns:
            The new settings.

        Raises:
            SetByOrganisation: One of them is not the person's to change.
            ValueError: A value makes no sense.
            SetupError: They cannot be written; they hold for this run all the same.
            NoSpace: The disk is full.
        """
        self._refuse_locked(changes)
        changes = {name: value for name, value in changes.items() if name not in self.policy.locked}
        own = dataclasses.replace(self._own, **changes)
        own.check()
        self._settings, self._unsaved = own, {**self._unsaved, **changes}
        self.changed.emit(self.settings)
        async with self._saving:
            await self._save()
        return self.settings

    async def _save(self) -> None:
        """Store what is not stored, and take over what a window or a command beside us has changed meanwhile."""
        saved = dict(self._unsaved)
        loaded = await asyncio.to_thread(self._store.change, lambda stored: dataclasses.replace(stored, **saved))
        self._unsaved = {
            name: value for name, value in self._unsaved.items() if name not in saved or saved[name] != value
        }
        before, self._settings = self._own, dataclasses.replace(loaded.settings, **self._unsaved)
        broken = self._broken(loaded)
        if broken is not None:
            self._tell(broken)
        if self._own != before:
            self.changed.emit(self.settings)

    def _refuse_locked(self, changes: Mapping[str, Any]) -> None:
        """Refuse what the organisation has set; the same value again is no change."""
        now = self.settings
        for name in sorted(self.policy.locked & changes.keys()):
            if changes[name] != getattr(now, name):
                raise SetByOrganisation.of(LABELS[name], self.policy.place_of(name))
