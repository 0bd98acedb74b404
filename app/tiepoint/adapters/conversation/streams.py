"""Byte streams to an agent: a pair of asyncio reader and writer, wherever it comes from.

Must not know what is said over it. On the loop that made it.
"""

from __future__ import annotations

import asyncio
import contextlib


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
