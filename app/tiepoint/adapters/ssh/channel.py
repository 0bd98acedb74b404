"""A command there, as bytes: what it says waits here until it is read, and it waits while nobody reads.

On the loop that made it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import Any, Final

import asyncssh

_MOST_WAITING_BYTES: Final = 1 << 20
_MOST_ERRORS_BYTES: Final = 8192


class Command(asyncssh.SSHClientSession[bytes]):
    """Standard streams of one command; implements `ports.remote.RemoteStream`.

    Args:
        most_errors: How much of standard error's end is kept, bytes.
    """

    def __init__(self, most_errors: int = _MOST_ERRORS_BYTES) -> None:
        self._channel: Any = None
        self._blocks: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._errors = bytearray()
        self._most_errors = most_errors
        self._readable, self._writable = asyncio.Event(), asyncio.Event()
        self._writable.set()
        self._is_over, self._is_resting = False, False
        self._broken: Exception | None = None
        self.status: int | None = None
        """Exit status; None while it runs, or when the connection broke."""
        self.ended = asyncio.Event()

    @property
    def errors(self) -> str:
        """End of standard error."""
        return self._errors.decode(errors="replace")

    @property
    def is_broken(self) -> bool:
        """Whether the connection broke under it."""
        return self._broken is not None

    async def read(self, limit_bytes: int) -> bytes:
        """Read what is there; empty at the end. Raises OSError."""
        while not self._blocks:
            if self._broken is not None:
                raise ConnectionResetError(f"the connection broke: {self._broken}") from self._broken
            if self._is_over:
                return b""
            self._readable.clear()
            await self._readable.wait()
        block = self._blocks.popleft()
        if len(block) > limit_bytes:
            self._blocks.appendleft(block[limit_bytes:])
            block = block[:limit_bytes]
        self._waiting_bytes -= len(block)
        if self._is_resting and self._waiting_bytes < _MOST_WAITING_BYTES // 2 and not self.ended.is_set():
            self._is_resting = False
            self._channel.resume_reading()
        return block

    def put_back(self, data: bytes) -> None:
        """Let something that was read be read again, first."""
        if data:
            self._blocks.appendleft(data)
            self._waiting_bytes += len(data)
            self._readable.set()

    async def write(self, data: bytes) -> None:
        """Write all of it, waiting while the other side is slow. Raises OSError."""
        if self.ended.is_set() or self._channel is None:
            raise BrokenPipeError("the command has ended")
        try:
            self._channel.write(data)
        except (OSError, asyncssh.Error) as error:
            raise BrokenPipeError(f"the command takes no input: {error}") from error
        await self._writable.wait()
        if self._broken is not None:
            raise ConnectionResetError(f"the connection broke: {self._broken}") from self._broken

    def end_input(self) -> None:
        """Say that there is no more input."""
        if self._channel is not None and not self.ended.is_set():
            with contextlib.suppress(OSError, asyncssh.Error):
                self._channel.write_eof()

    async def close(self) -> None:
        """Close it; the agent's side ends by itself."""
        self.abandon()

    def abandon(self) -> None:
        """End it without waiting for the other side, which may be gone."""
        if self._channel is not None:
            self._channel.abort()
        self._over()

    def connection_made(self, chan: Any) -> None:
        """It begins."""
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """It says something."""
        if datatype == asyncssh.EXTENDED_DATA_STDERR:
            self._errors += data
            del self._errors[: -self._most_errors]
            return
        self._blocks.append(data)
        self._waiting_bytes += len(data)
        self._readable.set()
        if not self._is_resting and self._waiting_bytes > _MOST_WAITING_BYTES:
            self._is_resting = True
            self._channel.pause_reading()

    def eof_received(self) -> bool:
        """It says no more; it may still be told something."""
        self._is_over = True
        self._readable.set()
        return True

    def exit_status_received(self, status: int) -> None:
        """It has ended."""
        self.status = status

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:
        """It was killed."""
        self.status = 128
        self._errors += f"killed by {signal} {msg}".encode()

    def pause_writing(self) -> None:
        """The other side is slow."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """It has caught up."""
        self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """The channel is gone, with or without an end."""
        if exc is not None and self.status is None:
            self._broken = exc
        self._over()

    def _over(self) -> None:
        self._is_over = True
        self.ended.set()
        self._readable.set()
        self._writable.set()
