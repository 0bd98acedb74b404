"""The agent's private local endpoint: its address, opening a stream to it, and starting the agent when it is not there.

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
from typing import Any, Final, TypeAlias

from tiepoint.runtime import folders
from tiepoint.runtime.children import start_child
from tiepoint.runtime.locks import FileLock

Streams: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_START_TIMEOUT_S: Final = 20.0
_POLL_S: Final = 0.02


class EndpointUnavailable(ConnectionError):
    """The agent is not there and could not be started."""


def agent_address() -> str:
    """Return the path of the agent's socket, or the name of its pipe on Windows; makes the private folder.

    Raises:
        OSError: The folder cannot be made, or belongs to someone else.
    """
    if sys.platform == "win32":
        owner = hashlib.sha256(str(folders.runtime_folder()).encode()).hexdigest()[:12]
        return rf"\\.\pipe\tiepoint-{os.environ.get('USERNAME', 'user')}-{owner}"
    return str(folders.private_folder() / "agent.sock")


async def open_endpoint() -> Streams:
    """Connect to a running agent.

    Raises:
        OSError: No agent is listening.
    """
    address = agent_address()
    if sys.platform == "win32":
        return await _open_pipe(address)
    return await asyncio.open_unix_connection(address)


async def open_agent() -> Streams:
    """Connect to the agent, starting it when it is not there. Two callers at once start one agent.

    Raises:
        EndpointUnavailable: It does not come up; the text says where its log is.
    """
    try:
        return await open_endpoint()
    except OSError:
        return await _start_and_open()


async def _start_and_open() -> Streams:
    lock = FileLock(folders.private_folder() / "start.lock")
    try:
        await _acquire(lock)
    except (TimeoutError, OSError) as error:
        raise EndpointUnavailable(f"The agent cannot be started: {error}") from error
    try:
        try:
            return await open_endpoint()
        except OSError:
            # Not the caller's folder: the agent would keep it busy for as long as it lives.
            await asyncio.to_thread(start_child, "agent", cwd=folders.private_folder(), detached=True)
        return await _open_when_up()
    except OSError as error:
        raise EndpointUnavailable(
            f"The agent did not start; its log is {folders.log_folder() / 'agent.log'} ({error})."
        ) from error
    finally:
        lock.release()


async def _acquire(lock: FileLock) -> None:
    """Wait for the lock here and not in a thread, which nobody could stop: a program that ends would wait for it."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    while not lock.try_acquire():
        if time.monotonic() > deadline:
            raise TimeoutError("somebody else has been starting it for too long")
        await asyncio.sleep(_POLL_S)


async def _open_when_up() -> Streams:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while True:
        try:
            return await open_endpoint()
        except OSError:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(_POLL_S)


async def serve_endpoint(serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> Any:
    """Listen; a socket left by a dead agent is replaced, so hold the agent's lock.

    Args:
        serve: Called with the streams of each client.

    Returns:
        Something with `close()`.

    Raises:
        OSError: The endpoint cannot be made.
    """
    address = agent_address()
    if sys.platform == "win32":
        return await _serve_pipe(address, serve)
    remove_endpoint()
    return await asyncio.start_unix_server(serve, address)


def remove_endpoint() -> None:
    """Take the socket away, so that the next client starts an agent at once."""
    if sys.platform != "win32" and os.path.lexists(agent_address()):
        os.unlink(agent_address())


async def _open_pipe(address: str) -> Streams:
    loop: Any = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await loop.create_pipe_connection(lambda: protocol, address)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def _serve_pipe(
    address: str, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
) -> Any:
    loop: Any = asyncio.get_running_loop()
    servers = await loop.start_serving_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader(), serve), address
    )
    return servers[0]
