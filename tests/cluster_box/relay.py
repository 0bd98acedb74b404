"""Lets machines of the box reach ports of this computer under the same address: `relay.py PORTS NETWORK...`.

Listens on 127.0.0.1 inside each network and connects to 127.0.0.1 outside: what a service endpoint is on Azure. A
process of its own; says one line once it listens, and ends with whoever started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import socket
import sys
import threading
from collections.abc import Sequence

_CLONE_NEWNET = 0x40000000  # setns(2)
_BLOCK_BYTES = 262144


def _sockets_inside(network: str, ports: Sequence[int]) -> list[socket.socket]:
    """Make listening sockets in a network: a socket belongs to the network of the thread that made it."""
    made: list[socket.socket] = []

    def enter_and_make() -> None:
        handle = os.open(network, os.O_RDONLY)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.setns(handle, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {network}")
        os.close(handle)
        made.extend(socket.create_server(("127.0.0.1", port)) for port in ports)

    thread = threading.Thread(target=enter_and_make)
    thread.start()
    thread.join()
    return made


async def _relay(inside: asyncio.StreamReader, back: asyncio.StreamWriter, port: int) -> None:
    try:
        outside, forth = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        back.close()
        return
    await asyncio.gather(_pump(inside, forth), _pump(outside, back))
    for each in (forth, back):
        each.close()
        with contextlib.suppress(OSError):
            await each.wait_closed()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_BLOCK_BYTES):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


async def _serve(ports: Sequence[int], networks: Sequence[str]) -> None:
    for network in networks:
        for made, port in zip(_sockets_inside(network, ports), ports, strict=True):
            await asyncio.start_server(lambda r, w, port=port: _relay(r, w, port), sock=made)  # type: ignore[misc]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve([int(word) for word in sys.argv[1].split(",")], sys.argv[2:]))
