"""The snapshot of signing in that everybody shows, and what of it is kept for the next start. On the loop's thread."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

from tiepoint.domain.cloud import PUBLIC, Cloud
from tiepoint.domain.errors import NoSpace, SetupError, UsageError
from tiepoint.domain.settings import Settings
from tiepoint.services.event import Event
from tiepoint.services.preferences import Preferences
from tiepoint.services.sign_in.state import SignInSnapshot, SignInState, cloud_of


class SignInBoard:
    """Holds the snapshot; `changed` tells every new one.

    Args:
        preferences: The cloud is a setting, and so are the last tenant and subscription.
    """

    def __init__(self, preferences: Preferences) -> None:
        self.changed: Event[SignInSnapshot] = Event()
        self._preferences = preferences
        self._snapshot: SignInSnapshot | None = None

    def now(self) -> SignInSnapshot:
        """Return the snapshot as it is at this moment; ask again after every wait."""
        if self._snapshot is None:
            self._snapshot = SignInSnapshot(cloud=self.cloud_or_public())
            self._preferences.changed.subscribe(self._on_settings)
        return self._snapshot

    def put(self, **changes: Any) -> None:
        """Change fields of the snapshot."""
        new = replace(self.now(), **changes)
        if new != self._snapshot:
            self._snapshot = new
            self.changed.emit(new)

    def cloud_or_public(self) -> Cloud:
        """Return the cloud that is set; the public one where it is described wrongly."""
        try:
            return cloud_of(self._preferences.settings)
        except UsageError:
            return PUBLIC

    async def remember(self, **changes: str) -> None:
        """Keep settings for the next start; where they cannot be kept they hold for this run all the same."""
        settings = self._preferences.settings
        if any(getattr(settings, name) != value for name, value in changes.items()):
            with contextlib.suppress(SetupError, NoSpace):
                await self._preferences.update(**changes)

    def _on_settings(self, settings: Settings) -> None:
        if self.now().state is SignInState.SIGNED_OUT and self.now().cloud != self.cloud_or_public():
            self.put(cloud=self.cloud_or_public())
