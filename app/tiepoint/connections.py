"""Streams to this user's daemons, and the sentence when one cannot be reached.

Joins the runtime, which starts them, with the adapters, which speak over the streams. On the loop's thread.
"""

from __future__ import annotations

import contextlib
import shutil
from typing import Final

from tiepoint.adapters.conversation.streams import PairStream
from tiepoint.domain.errors import AgentUnavailable, NoSpace
from tiepoint.runtime import folders
from tiepoint.runtime.endpoint import AGENT, TRANSFERS, Endpoint

_LEAST_FREE_BYTES: Final = 1_000_000
_KEPT: Final = {
    AGENT: ("The agent, which runs the jobs,", "the jobs are kept"),
    TRANSFERS: ("The transfer worker, which moves photos and products,", "what has arrived stays there"),
}


async def open_agent_stream() -> PairStream:
    """Connect to the agent, starting it when it is not there.

    Raises:
        AgentUnavailable: It cannot be started.
        NoSpace: It cannot, and the disk is full.
    """
    return await _opened(AGENT)


async def open_worker_stream() -> PairStream:
    """Connect to the transfer worker, starting it when it is not there. Raises as `open_agent_stream`."""
    return await _opened(TRANSFERS)


async def open_running_worker_stream() -> PairStream | None:
    """Connect to the transfer worker if it runs; None otherwise."""
    try:
        return PairStream(*await TRANSFERS.open())
    except OSError:
        return None


async def _opened(endpoint: Endpoint) -> PairStream:
    try:
        return PairStream(*await endpoint.open_or_start())
    except OSError as error:
        _require_room(endpoint, error)
        raise AgentUnavailable(
            f"{_KEPT[endpoint][0]} cannot be started or reached.",
            remedy="Look what is missing with: tiepoint doctor",
            retryable=True,
            detail=str(error),
        ) from error


def _require_room(endpoint: Endpoint, cause: OSError) -> None:
    """Say that the disk is full, where that is why a daemon cannot start."""
    folder, free = folders.data_folder(), _LEAST_FREE_BYTES
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE_BYTES:
        who, kept = _KEPT[endpoint]
        raise NoSpace(
            f"The disk of {folder} is full, so {who[0].lower()}{who[1:]} cannot start.",
            remedy=f"Free some space and try again; {kept}.",
            retryable=True,
            detail=str(cause),
        ) from cause
