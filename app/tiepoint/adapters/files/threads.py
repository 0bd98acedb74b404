"""Blocking file work in a thread that can be asked to stop. On the loop's thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def stoppable(work: Callable[[threading.Event], T], undo: Callable[[T], None] | None = None) -> T:
    """Run blocking work in a thread; when cancelled, ask it to stop and wait until it has.

    A thread cannot be cancelled: who leaves it running leaves it writing.

    Args:
        work: Does it, and looks at the event it is given between one file and the next.
        undo: Called in a thread with the result of work that was whole before it saw the event.
    """
    stop = threading.Event()
    running = asyncio.ensure_future(asyncio.to_thread(work, stop))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        await _ended(running)
        if undo is not None and running.exception() is None:
            await _ended(asyncio.ensure_future(asyncio.to_thread(undo, running.result())))
        raise


async def _ended(running: asyncio.Future[T]) -> None:
    """Wait for the end whatever it is, however often the waiter is cancelled meanwhile."""
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError:
            continue
