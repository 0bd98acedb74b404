"""Byte streams to an agent: a Unix socket, or any pair of asyncio reader and writer.

Must not know what is said over them. On the loop that made them.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path


class PairStream:
    """A reader and a writer as one stream: a socket's, or those of a child's stdout and stdin."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, limit_bytes: int) -> bytes:
        """Read what is there; empty at the end."""
        return await self._reader.read(limit_bytes)

    async def write(self, data: bytes) -> None:
        """Write all of it."""
        self._writer.write(data)
        await self._writer.drain()

    async def close(self) -> None:
        """Close it and wait until it is closed."""
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


async def open_unix_socket(path: Path) -> PairStream:
    """Connect to a Unix socket.

    Raises:
        OSError: Nothing listens there.
    """
    reader, writer = await asyncio.open_unix_connection(str(path))
    return PairStream(reader, writer)
