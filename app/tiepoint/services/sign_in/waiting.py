"""Waiting for a person who signs in or confirms: one at a time, and given up on request. On the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from tiepoint.domain.errors import Canceled

T = TypeVar("T")


class Waiting:
    """What is waited for, if anything."""

    def __init__(self) -> None:
        self._task: asyncio.Task[Any] | None = None

    @property
    def is_going_on(self) -> bool:
        """Whether somebody is waited for."""
        return self._task is not None

    async def wait_for(self, asking: Coroutine[Any, Any, T]) -> T:
        """Wait for the person, or until `cancel`.

        Raises:
            Canceled: `cancel` was called.
        """
        task = asyncio.get_running_loop().create_task(asking, name="sign-in")
        self._task = task
        try:
            return await task
        except asyncio.CancelledError:
            ours = asyncio.current_task()
            if ours is not None and ours.cancelling():
                raise
            raise Canceled("Signing in was stopped.") from None
        finally:
            if self._task is task:
                self._task = None

    def cancel(self) -> None:
        """Wait no longer."""
        if self._task is not None:
            self._task.cancel()

    async def end(self) -> None:
        """Wait no longer, and return once that has ended."""
        task = self._task
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
