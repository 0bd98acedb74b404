"""Waiting for long operations of Azure without holding one of the few threads for it. On the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tiepoint.adapters.azure.calling import call

if TYPE_CHECKING:
    from tiepoint.adapters.azure.identity import AzureIdentity

_SHORTEST_S: Final = 0.05
_LONGEST_S: Final = 2.0


async def ended(identity: AzureIdentity, begin: Callable[[], Any]) -> Any:
    """Begin a long operation and return its result once it has ended.

    The library polls in a thread of its own, as often as Azure says. Cancelling leaves Azure at work.

    Args:
        identity: As `calling.call`.
        begin: Returns the library's poller.

    Raises:
        TiepointError: As `ports.azure`.
    """
    poller = await call(identity, begin)
    pause_s = _SHORTEST_S
    while not poller.done():
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 1.5, _LONGEST_S)
    return await call(identity, poller.result)
