"""HTTP/1.1 as far as a fault proxy needs it: heads are read whole, bodies are passed on in pieces, harmed when told."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from faults import CorruptReply, CorruptRequest, CutReply, CutRequest, Fault, Stall, StallReply

PIECE = 1 << 18
Gate = Callable[[int], Awaitable[None]]


class Cut(OSError):
    """The connection is to be cut now."""


@dataclass(frozen=True)
class Streams:
    """Both ways of one connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def close(self) -> None:
        """Close it and wait until it is."""
        self.writer.close()
        try:
            with contextlib.suppress(OSError):
                await self.writer.wait_closed()
        except asyncio.CancelledError:
            self.writer.transport.abort()  # with TLS the other side has a say in closing, and may not say it


@dataclass(frozen=True)
class Head:
    """Head of a request or a reply; of a reply method, path and query are empty."""

    raw: bytes
    headers: dict[str, str]
    method: str = ""
    path: str = ""
    query: str = ""
    status: int = 0

    @property
    def size(self) -> int:
        """Bytes of the body as announced."""
        return int(self.headers.get("content-length", "0"))

    @property
    def is_chunked(self) -> bool:
        """Whether the body comes in chunks."""
        return "chunked" in self.headers.get("transfer-encoding", "").lower()


async def read_request(near: Streams) -> Head | None:
    """Read the next head; None when the client has gone."""
    try:
        raw = await near.reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    method, target, _ = raw.split(b"\r\n", 1)[0].decode().split(" ", 2)
    path, _, query = target.partition("?")
    return Head(raw, _headers(raw), method, path, query)


async def read_reply(far: Streams) -> Head:
    """Read the head of a reply."""
    raw = await far.reader.readuntil(b"\r\n\r\n")
    return Head(raw, _headers(raw), status=int(raw.split(b" ", 2)[1]))


def _headers(raw: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in raw.decode("latin-1").split("\r\n")[1:] if line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


async def pass_request_body(
    near: Streams, far: Streams | None, head: Head, fault: Fault | None, gate: Gate, most_at_once: int = PIECE
) -> None:
    """Pass a request's body on, or nowhere; `gate` is told of every piece before it goes."""
    done = 0
    while done < head.size:
        most = head.size - done
        if isinstance(fault, (CutRequest, Stall)) and done < fault.after:
            most = min(most, fault.after - done)
        piece = await near.reader.read(min(most_at_once, most))
        if not piece:
            raise Cut("the client went away")
        if isinstance(fault, CorruptRequest):
            piece = _corrupted(piece, fault.at - done)
        await gate(len(piece))
        if far is not None:
            far.writer.write(piece)
            await far.writer.drain()
        done += len(piece)
        if isinstance(fault, CutRequest) and done >= fault.after:
            raise Cut("as told")
        if isinstance(fault, Stall) and done == fault.after:
            await asyncio.sleep(fault.seconds)


async def pass_reply_body(
    far: Streams, near: Streams, asked: Head, reply: Head, fault: Fault | None, gate: Gate
) -> bool:
    """Pass a reply on; False when the connection is over with it."""
    near.writer.write(reply.raw)
    if reply.is_chunked:
        await _pass_chunks(far, near)
    elif asked.method != "HEAD" and reply.status not in (204, 304):
        await _pass_bytes(far, near, reply.size, fault, gate)
    await near.writer.drain()
    return reply.headers.get("connection", "").lower() != "close"


async def _pass_bytes(far: Streams, near: Streams, size: int, fault: Fault | None, gate: Gate) -> None:
    done = 0
    while done < size:
        most = size - done
        if isinstance(fault, (CutReply, StallReply)) and done < fault.after:
            most = min(most, fault.after - done)
        piece = await far.reader.read(min(PIECE, most))
        if not piece:
            raise Cut("the server went away")
        if isinstance(fault, CorruptReply):
            piece = _corrupted(piece, fault.at - done)
        await gate(len(piece))
        near.writer.write(piece)
        await near.writer.drain()
        done += len(piece)
        if isinstance(fault, CutReply) and done >= fault.after:
            raise Cut("as told")
        if isinstance(fault, StallReply) and done == fault.after:
            await asyncio.sleep(fault.seconds)


async def _pass_chunks(far: Streams, near: Streams) -> None:
    while True:
        line = await far.reader.readline()
        size = int(line.split(b";")[0], 16)
        near.writer.write(line + await far.reader.readexactly(size + 2))
        await near.writer.drain()
        if size == 0:
            return


def _corrupted(piece: bytes, at: int) -> bytes:
    if not 0 <= at < len(piece):
        return piece
    return piece[:at] + bytes([piece[at] ^ 1]) + piece[at + 1 :]


def reset(streams: Streams) -> None:
    """Cut a connection so that the other side sees a reset, not an end."""
    raw = streams.writer.get_extra_info("socket")
    with contextlib.suppress(OSError, AttributeError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    streams.writer.transport.abort()
