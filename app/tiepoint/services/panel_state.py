"""The panel's state while it runs: loaded once, changed at once, saved a moment later and off the loop.

Must not know what a page remembers. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.panel_state import PanelState
from tiepoint.ports.panel_state_store import PanelStateStore

_DEBOUNCE_S: Final = 1.0
_log = logging.getLogger(__name__)


class PanelStateService:
    """How the panel was left, and how it is now.

    Args:
        store: Where it is kept.
        sleep: Waits before saving; a test gives its own clock.
    """

    def __init__(self, store: PanelStateStore, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._store = store
        self._sleep = sleep
        self._state = PanelState()
        self._saved = self._state
        self._saving: asyncio.Task[None] | None = None
        self.problem: Failure | None = None
        """What to tell once: a broken file that was set aside, or that nothing can be saved. None when all is well."""

    @property
    def state(self) -> PanelState:
        """The state as it is now."""
        return self._state

    async def load(self) -> PanelState:
        """Read what the last run left; called once, before the window shows. Never raises: see `problem`."""
        try:
            loaded = await self._store.load()
        except TiepointError as error:
            self.problem = Failure.of(error)
            return self._state
        if loaded.set_aside is not None:
            summary = f"How the window was left could not be read; the file is kept as {loaded.set_aside}."
            self.problem = Failure("settings", summary, "Nothing to do: the window starts as new.")
        self._state = self._saved = loaded.state
        return self._state

    def update(self, **changes: Any) -> None:
        """Change some fields by name; they are saved a moment later, many changes in one go."""
        self._state = dataclasses.replace(self._state, **changes)
        if self._state != self._saved and (self._saving is None or self._saving.done()):
            self._saving = asyncio.get_running_loop().create_task(self._save_later(), name="panel state")

    def remember(self, **extras: str | int | float | bool) -> None:
        """Change some of `extras` by key."""
        self.update(extras={**self._state.extras, **extras})

    async def flush(self) -> None:
        """Save what is not saved yet; called when the window closes."""
        if self._saving is not None:
            self._saving.cancel()
            await asyncio.wait([self._saving])
            self._saving = None
        await self._save()

    async def _save_later(self) -> None:
        while self._state != self._saved:
            await self._sleep(_DEBOUNCE_S)
            await self._save()

    async def _save(self) -> None:
        state = self._state
        if state == self._saved:
            return
        self._saved = state
        try:
            await self._store.save(state)
        except TiepointError as error:
            _log.info("the panel's state was not saved: %s", error.summary)
            self.problem = Failure.of(error)
        except asyncio.CancelledError:
            self._saved = PanelState()
            raise
