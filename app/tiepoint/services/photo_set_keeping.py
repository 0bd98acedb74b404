"""Keeping photo sets a moment after they change, so that a restart finds them as they were. On the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.photo_set import PhotoSetId
from tiepoint.ports.photo_set_store import PhotoSetStore
from tiepoint.services.photo_working_set import WorkingSet

_DELAY_S: Final = 1.0


class SetKeeping:
    """Writes changed sets to the store.

    Args:
        store: Keeps them.
        failed: Hears why something could not be kept, once until something was kept again.
        delay_s: From a change to its being kept.
    """

    def __init__(self, store: PhotoSetStore, failed: Callable[[Failure], None], delay_s: float = _DELAY_S) -> None:
        self._store = store
        self._failed = failed
        self._delay_s = delay_s
        self._changed: dict[PhotoSetId, WorkingSet] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._order = asyncio.Lock()
        self._has_failed = False

    def changed(self, working: WorkingSet) -> None:
        """Keep a set soon."""
        self._changed[working.id] = working
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._delay_s, self._start)

    def choose(self, set_id: PhotoSetId | None) -> None:
        """Keep which set is the current one."""
        self._soon(self._store.choose(set_id))

    def forget(self, set_id: PhotoSetId) -> None:
        """Forget a set."""
        self._changed.pop(set_id, None)
        self._soon(self._store.remove(set_id))

    async def flush(self) -> None:
        """Keep what is not kept yet, and wait until all is."""
        if self._timer is not None:
            self._timer.cancel()
            self._start()
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _start(self) -> None:
        self._timer = None
        changed, self._changed = self._changed, {}
        for working in changed.values():
            self._soon(self._store.save(working.snapshot))

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._done(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _done(self, work: Coroutine[Any, Any, None]) -> None:
        async with self._order:
            try:
                await work
            except TiepointError as error:
                if not self._has_failed:
                    self._failed(Failure.of(error))
                self._has_failed = True
            else:
                self._has_failed = False
