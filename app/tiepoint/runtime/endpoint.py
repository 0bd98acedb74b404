"""The private local endpoints of our daemons: their addresses, opening a stream, and starting one that is not there.

A Unix socket in a 0700 folder, or a named pipe of the user on Windows (written, not yet run there); never a TCP port.
Asyncio; the caller owns the streams and closes them.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tiepoint.runtime import folders
from tiepoint.runtime.children import start_child
from tiepoint.runtime.locks import FileLock

Streams: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Serve: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_START_TIMEOUT_S: Final = 20.0
_POLL_S: Final = 0.02
_AHEAD_BYTES: Final = 512 * 1024
"""So much is taken from a daemon before somebody reads it: a window that is busy for a moment slows no daemon down."""


class EndpointUnavailable(ConnectionError):
    """The daemon is not there and could not be started."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one daemon listens.

    Args:
        name: Names its socket, its lock and its log.
        role: What `runtime.entry` runs to serve it.
        title: What people call the daemon.
        start_lock: File that keeps two callers from starting it twice.
    """

    name: str
    role: str
    title: str
    start_lock: str

    def address(self) -> str:
        """Return the path of its socket, or the name of its pipe on Windows; makes the private folder.

        Raises:
            OSError: The folder cannot be made, or belongs to someone else.
        """
        if sys.platform == "win32":
            owner = hashlib.sha256(str(folders.runtime_folder()).encode()).hexdigest()[:12]
            suffix = "" if self.name == AGENT.name else f"-{self.name}"
            return rf"\\.\pipe\tiepoint-{os.environ.get('USERNAME', 'user')}-{owner}{suffix}"
        return str(folders.private_folder() / f"{self.name}.sock")

    def lock(self, *, timeout_s: float) -> FileLock:
        """Return the lock that a daemon holds for its whole life: there is one for each user."""
        return FileLock(folders.private_folder() / f"{self.name}.lock", timeout_s=timeout_s)

    async def open(self) -> Streams:
        """Connect to a running daemon.

        Raises:
            OSError: None is listening.
        """
        address = self.address()
        if sys.platform == "win32":
            return await _open_pipe(address)
        return await asyncio.open_unix_connection(address, limit=_AHEAD_BYTES)

    async def open_or_start(self) -> Streams:
        """Connect to the daemon, starting it when it is not there. Two callers at once start one.

        Raises:
            EndpointUnavailable: It does not come up; the text says where its log is.
        """
        try:
            return await self.open()
        except OSError:
            return await self._start_and_open()

    async def serve(self, serve: Serve) -> Any:
        """Listen; a socket left by a dead daemon is replaced, so hold the daemon's lock.

        Args:
            serve: Called with the streams of each client.

        Returns:
            Something with `close()`.

        Raises:
            OSError: The endpoint cannot be made.
        """
        address = self.address()
        if sys.platform == "win32":
            return await _serve_pipe(address, serve)
        self.remove()
        return await asyncio.start_unix_server(serve, address)

    def remove(self) -> None:
        """Take the socket away, so that the next client starts a daemon at once."""
        if sys.platform != "win32" and os.path.lexists(self.address()):
            os.unlink(self.address())

    async def _start_and_open(self) -> Streams:
        lock = FileLock(folders.private_folder() / self.start_lock)
        try:
            await _acquire(lock)
        except (TimeoutError, OSError) as error:
            raise EndpointUnavailable(f"The {self.title} cannot be started: {error}") from error
        try:
            try:
                return await self.open()
            except OSError:
                # Not the caller's folder: the daemon would keep it busy for as long as it lives.
                await asyncio.to_thread(start_child, self.role, cwd=folders.private_folder(), detached=True)
            return await self._open_when_up()
        except OSError as error:
            log = folders.log_folder() / f"{self.name}.log"
            raise EndpointUnavailable(f"The {self.title} did not start; its log is {log} ({error}).") from error
        finally:
            lock.release()

    async def _open_when_up(self) -> Streams:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while True:
            try:
                return await self.open()
            except OSError:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(_POLL_S)


AGENT: Final = Endpoint("agent", "agent", "agent", "start.lock")
TRANSFERS: Final = Endpoint("transfers", "transfer", "transfer worker", "transfers-start.lock")


async def _acquire(lock: FileLock) -> None:
    """Wait for the lock here and not in a thread, which nobody could stop: a program that ends would wait for it."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    while not lock.try_acquire():
        if time.monotonic() > deadline:
            raise TimeoutError("somebody else has been starting it for too long")
        await asyncio.sleep(_POLL_S)


async def _open_pipe(address: str) -> Streams:
    loop: Any = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.create_pipe_connection(lambda: protocol, address)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _serve_pipe(address: str, serve: Serve) -> Any:
    loop: Any = asyncio.get_running_loop()
    servers = await loop.start_serving_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader(), serve), address
    )
    return servers[0]
