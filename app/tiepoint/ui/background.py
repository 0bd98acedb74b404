"""Starting coroutines from slots: kept alive until they end, their failures told in one place. The GUI thread only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from tiepoint.domain.errors import Canceled, TiepointError
from tiepoint.domain.failure import Failure


class Background:
    """Tasks that belong to the panel.

    Args:
        on_failure: Hears of every expected failure (a TiepointError).
        on_crash: Hears of every other exception.
    """

    def __init__(self, on_failure: Callable[[Failure], None], on_crash: Callable[[BaseException], None]) -> None:
        self._on_failure = on_failure
        self._on_crash = on_crash
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(
        self, work: Coroutine[Any, Any, Any], *, on_failure: Callable[[Failure], None] | None = None
    ) -> asyncio.Task[Any]:
        """Run a coroutine.

        Args:
            work: What to do.
            on_failure: Hears of its failure instead of everybody.

        Returns:
            Its task; cancel it to stop.
        """
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(lambda ended: self._settle(ended, on_failure or self._on_failure))
        return task

    async def stop(self) -> None:
        """Cancel all of them and wait until they have ended."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _settle(self, task: asyncio.Task[Any], on_failure: Callable[[Failure], None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None or isinstance(error, Canceled):
            return
        if isinstance(error, TiepointError):
            on_failure(Failure.of(error))
        else:
            self._on_crash(error)
