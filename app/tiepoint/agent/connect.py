"""`tiepoint-agent connect`: joins this process's standard input and output to the agent's endpoint.

A remote client runs exactly this through SSH, so it always holds one byte stream. Starts the agent when it is not
there, but on a cluster, where it is a service. Must not write anything of its own to standard output.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tiepoint.agent.config import VARIABLE
from tiepoint.runtime.endpoint import AGENT, EndpointUnavailable, Streams

_BLOCK_BYTES: Final = 65536
SERVICE: Final = Path("/etc/systemd/system/tiepoint-agent.service")
_SERVICE_S: Final = 10.0
"""A service that starts again is back by then."""
_PAUSE_S: Final = 0.1


def main(args: Sequence[str]) -> int:
    """Join the streams until either side ends.

    Args:
        args: None.

    Returns:
        0, or 2 when the agent cannot be reached.
    """
    if args:
        sys.stderr.write("tiepoint-agent connect takes no arguments\n")
        return 2
    try:
        asyncio.run(_join())
    except (EndpointUnavailable, OSError) as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        return 2
    # The thread that reads standard input may still be blocked in it.
    sys.stdout.flush()
    os._exit(0)


async def _join() -> None:
    reader, writer = await _opened()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_forward_input, args=(loop, writer), daemon=True).start()
    await _forward_output(reader)
    writer.close()
    with contextlib.suppress(ConnectionError, OSError):
        await writer.wait_closed()


async def _opened() -> Streams:
    """Open the stream; where the agent is a service of a cluster, one that was started here would be in its way.

    Raises:
        EndpointUnavailable: The agent does not answer.
    """
    if not (os.environ.get(VARIABLE) and SERVICE.exists()):
        return await AGENT.open_or_start()
    tries = int(_SERVICE_S / _PAUSE_S)
    for number in range(tries):
        try:
            return await AGENT.open()
        except OSError as error:
            if number == tries - 1:
                raise EndpointUnavailable(
                    f"Tiepoint's agent does not run on {socket.gethostname()}: {error}"
                ) from error
            await asyncio.sleep(_PAUSE_S)
    raise AssertionError


async def _forward_output(reader: asyncio.StreamReader) -> None:
    handle = sys.stdout.fileno()
    while data := await reader.read(_BLOCK_BYTES):
        await asyncio.to_thread(_write_all, handle, data)


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _forward_input(loop: asyncio.AbstractEventLoop, writer: asyncio.StreamWriter) -> None:
    """Forward until the input ends; then the agent answers what it was asked and closes its side."""
    handle = sys.stdin.fileno()
    with contextlib.suppress(OSError, RuntimeError):
        while data := os.read(handle, _BLOCK_BYTES):
            asyncio.run_coroutine_threadsafe(_write(writer, data), loop).result()
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(_end_input, writer)


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


def _end_input(writer: asyncio.StreamWriter) -> None:
    if writer.can_write_eof():
        writer.write_eof()
    else:
        writer.close()
