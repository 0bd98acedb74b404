"""A reply as it comes in: `http.client`'s reader of bodies behind a lean reader of heads.

The standard library reads headers with the parser for mail, which costs 0.12 ms of CPU a reply, as much as all else in
a small request (measured); bodies, chunked ones too, are read by its own code. Must not know what a reply means.
Belongs to one thread.
"""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any, Final, cast

from tiepoint.transfer.blob.flow import Flow, Severed

if TYPE_CHECKING:
    import socket

_LONGEST_LINE: Final = 65536
_MOST_HEADERS: Final = 200
_NO_BODY: Final = (204, 304)


class Headers(http.client.HTTPMessage):
    """Headers by their names in lower case; of a repeated one the last."""

    def __init__(self, by_name: dict[str, str]) -> None:
        super().__init__()
        self.by_name = by_name

    def get(self, name: str, failobj: Any = None) -> Any:
        """Return a header, or the other."""
        return self.by_name.get(name.lower(), failobj)


class Reply(http.client.HTTPResponse):
    """One reply.

    Args:
        flow: Where it comes from.
        method: Of the request.
    """

    def __init__(self, flow: Flow, method: str) -> None:
        super().__init__(cast("socket.socket", flow), method=method)
        self._has_body = method != "HEAD"
        self.by_name: dict[str, str] = {}

    def begin(self) -> None:
        """Read the head.

        Raises:
            Severed: The connection is gone, or nothing came.
            http.client.HTTPException: It is none.
        """
        status = 100
        while 100 <= status < 200:
            first, *lines = self._head()
            status, reason = _read_status(first)
        headers = Headers(_read_headers(lines))
        self.code = self.status = status
        self.reason = reason
        self.version = 11
        self.headers = self.msg = headers
        self.by_name = headers.by_name
        self._frame(headers.by_name)

    def text(self, name: str) -> str:
        """Return a header by its name in lower case; empty without it."""
        return self.by_name.get(name, "")

    @property
    def is_reusable(self) -> bool:
        """Whether the reply was read to its end and the connection stays open."""
        return (self.isclosed() or self.length == 0) and not self.will_close

    def fill(self, view: memoryview) -> int:
        """Receive into a buffer until it is full or the body ends; 0 at the end.

        Raises:
            Severed: The body ended before its time.
        """
        due = len(view) if self.length is None else min(len(view), self.length)
        try:
            size = self.readinto(view)
        except http.client.HTTPException as error:
            raise Severed(f"the reply is cut short ({type(error).__name__})") from error
        if size < due and self.length is not None:
            raise Severed("the reply is cut short")
        return size

    def take(self, most_bytes: int) -> bytes:
        """Receive the body.

        Raises:
            Severed: It ended before its time.
            ValueError: It is longer than that.
        """
        try:
            if self.length is not None and not self.chunked:
                if self.length > most_bytes:
                    raise ValueError(self.length)
                return self.read()
            said = self.read(most_bytes + 1)
        except http.client.HTTPException as error:
            raise Severed(f"the reply is cut short ({type(error).__name__})") from error
        if len(said) > most_bytes:
            raise ValueError(len(said))
        return said

    def _head(self) -> list[str]:
        """Return the lines of a head, in one go when it is here in one piece, as almost always."""
        there = self.fp.peek(1)
        if not there:
            raise Severed("it was closed without a reply")
        end = there.find(b"\r\n\r\n")
        if end >= 0:
            return str(self.fp.read(end + 4).decode("latin-1")).split("\r\n")[:-2]
        lines: list[str] = []
        for _ in range(_MOST_HEADERS):
            line = self.fp.readline(_LONGEST_LINE + 1)
            if line in (b"\r\n", b"\n"):
                return lines or [""]
            if not line.endswith(b"\n"):
                raise Severed("it was closed in the middle of a reply")
            lines.append(line.decode("latin-1"))
        raise http.client.HTTPException("too many headers")

    def _frame(self, headers: dict[str, str]) -> None:
        """Find out how long the body is and whether the connection stays (RFC 9112, 6.3)."""
        self.chunked = headers.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.will_close = "close" in headers.get("connection", "").lower()
        length = headers.get("content-length", "")
        self.length = read_number(length) if not self.chunked else None
        if self.status in _NO_BODY or not self._has_body:
            self.chunked, self.length = False, 0
        if self.length is None and not self.chunked:
            self.will_close = True


def read_number(text: str) -> int | None:
    """Read a number as servers write sizes; None when it is none, or larger than anything can be."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _read_status(line: str) -> tuple[int, str]:
    parts = line.split(None, 2)
    if len(parts) < 2 or not parts[0].startswith("HTTP/1.") or read_number(parts[1]) is None:
        raise http.client.BadStatusLine(repr(line[:80]))
    return int(parts[1]), parts[2].strip() if len(parts) > 2 else ""


def _read_headers(lines: list[str]) -> dict[str, str]:
    found = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            found[name.strip().lower()] = value.strip()
    return found
