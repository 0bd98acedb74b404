"""All clients of a daemon: each stream served by a session of its own. The loop's thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from tiepoint.daemon.session import Session

_log = logging.getLogger(__name__)
_ENDING_S: Final = 10.0


class Clients:
    """The streams that are open.

    Args:
        session: Makes a session of a stream.
        changed: Called when one came or went.
    """

    def __init__(
        self,
        session: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Session],
        changed: Callable[[], None],
    ) -> None:
        self._session = session
        self._changed = changed
        self._open: dict[Session, asyncio.Task[None]] = {}

    @property
    def are_there(self) -> bool:
        """Whether any is connected."""
        return bool(self._open)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client to its end."""
        session = self._session(reader, writer)
        task = asyncio.current_task()
        assert task is not None
        self._open[session] = task
        self._changed()
        try:
            await session.serve()
        except asyncio.CancelledError:
            _log.debug("a session was ended")
        finally:
            self._open.pop(session, None)
            self._changed()

    async def end(self) -> None:
        """Close all streams once what waits for them is written."""
        for session in tuple(self._open):
            session.end()
        if self._open:
            await asyncio.wait(set(self._open.values()), timeout=_ENDING_S)
