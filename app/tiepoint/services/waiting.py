"""Waiting that can be cut short. On the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable


async def until_done_or_set(done: Awaitable[object], cut: asyncio.Event) -> None:
    """Wait for the first of both. Cancel safe; what was not waited for is cancelled."""
    waits = [asyncio.ensure_future(done), asyncio.ensure_future(cut.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
