"""Tells the transfer worker, which runs on by itself, when the person chooses another proxy. On the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from tiepoint.domain.proxy import chosen_proxy
from tiepoint.domain.settings import Settings
from tiepoint.services.preferences import Preferences

_END_S: Final = 5.0


class TransferProxy:
    """Watches the proxy that holds.

    Args:
        preferences: Where it is set.
        tell: Tells the worker; fails never.
    """

    def __init__(self, preferences: Preferences, tell: Callable[[], Awaitable[None]]) -> None:
        self._preferences = preferences
        self._tell = tell
        self._task: asyncio.Task[None] | None = None
        self._told = self.chosen
        self._unsubscribe = preferences.changed.subscribe(self._on_changed)

    @property
    def chosen(self) -> str | None:
        """The proxy that holds: an address, empty = none, None = as the system says."""
        return chosen_proxy(self._preferences.policy, self._preferences.settings)

    async def stop(self) -> None:
        """Watch no more; what is to be told still is, unless the worker is deaf."""
        self._unsubscribe()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=_END_S)
            self._task.cancel()
            await asyncio.wait([self._task])

    def _on_changed(self, _settings: Settings) -> None:
        if self.chosen != self._told and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._tell_newest(), name="proxy of the worker")

    async def _tell_newest(self) -> None:
        """Tell until what was told is what holds: it may change meanwhile."""
        while self._told != (chosen := self.chosen):
            await self._tell()
            self._told = chosen
