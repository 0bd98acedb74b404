"""Hears the browser's answer on this computer: a small web server for one sign-in, gone when that is over.

Browsers open connections ahead and leave them idle, so several are read at once and only a whole answer with the right
state counts. Runs in the thread of the sign-in; `cancel` may be called from any.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from tiepoint.adapters.azure.sign_in_page import page
from tiepoint.domain.errors import Canceled, SignInNeeded

_MOST_BYTES: Final = 65_536
_MOST_CONNECTIONS: Final = 32
_SEND_S: Final = 2.0


class Loopback:
    """Listens on a free port of this computer's own address from its making until `close`.

    Raises:
        SignInNeeded: There is no free port.
    """

    def __init__(self) -> None:
        self._server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            self._server.bind(("127.0.0.1", 0))
            self._server.listen(16)
        except OSError as error:
            self._server.close()
            raise SignInNeeded(
                "The browser's answer cannot be received: this computer gives no free port for it.",
                remedy="Sign in with a code instead.",
                detail=str(error),
            ) from error
        self._server.setblocking(False)
        self._wake, self._waker = socket.socketpair()
        self._read: dict[socket.socket, bytearray] = {}
        self._asker: socket.socket | None = None

    @property
    def address(self) -> str:
        """Where the browser is sent back to; `localhost`, because registrations of applications say so."""
        return f"http://localhost:{self._server.getsockname()[1]}"

    def cancel(self) -> None:
        """Let `wait` end at once."""
        with contextlib.suppress(OSError):
            self._waker.send(b"x")

    def wait(self, state: str, limit_s: float) -> Mapping[str, str]:
        """Wait for the browser's answer. Its page stays empty until `answer`.

        Args:
            state: What the answer has to carry; others belong to older pages and are told so.
            limit_s: How long.

        Raises:
            Canceled: `cancel` was called.
            SignInNeeded: The time is over.
        """
        ends = time.monotonic() + limit_s
        with selectors.DefaultSelector() as selector:
            selector.register(self._server, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            while (left_s := ends - time.monotonic()) > 0:
                for key, _ in selector.select(left_s):
                    found = self._heard(selector, key.fileobj, state)
                    if found is not None:
                        return found
        raise SignInNeeded(
            f"Nobody signed in within {limit_s / 60:.0f} minutes; the browser may have been closed.",
            remedy="Sign in again.",
        )

    def answer(self, *, is_signed_in: bool, words: str = "") -> None:
        """Show the last page in the browser."""
        if self._asker is not None:
            _send(self._asker, "200 OK", page(is_signed_in=is_signed_in, words=words))
            self._asker = None

    def close(self) -> None:
        """Stop listening."""
        if self._asker is not None:
            self._asker.close()
        for each in (*self._read, self._server, self._wake, self._waker):
            each.close()
        self._read.clear()

    def _heard(self, selector: selectors.BaseSelector, source: Any, state: str) -> Mapping[str, str] | None:
        if source is self._wake:
            raise Canceled("The sign-in was cancelled.")
        if source is self._server:
            self._accept(selector)
            return None
        request = self._received(selector, source)
        if request is None:
            return None
        selector.unregister(source)
        del self._read[source]
        fields = _fields(request)
        if fields.get("state") == state and ("code" in fields or "error" in fields):
            self._asker = source
            return fields
        if "state" in fields:
            _send(source, "200 OK", page(is_signed_in=False, words="This page belongs to an older sign-in."))
        else:
            _send(source, "404 Not Found", "")
        return None

    def _accept(self, selector: selectors.BaseSelector) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._server.accept()
            if len(self._read) >= _MOST_CONNECTIONS:
                connection.close()
                return
            connection.setblocking(False)
            self._read[connection] = bytearray()
            selector.register(connection, selectors.EVENT_READ)

    def _received(self, selector: selectors.BaseSelector, connection: socket.socket) -> bytes | None:
        """Read on; return the request once it is whole. A connection that ends early is forgotten."""
        try:
            more = connection.recv(_MOST_BYTES)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            more = b""
        buffer = self._read[connection]
        buffer += more
        if more and len(buffer) <= _MOST_BYTES:
            return bytes(buffer) if _is_whole(buffer) else None
        selector.unregister(connection)
        del self._read[connection]
        connection.close()
        return None


def _is_whole(request: bytes | bytearray) -> bool:
    head, separator, body = bytes(request).partition(b"\r\n\r\n")
    return bool(separator) and len(body) >= _length(head)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return 0


def _fields(request: bytes) -> Mapping[str, str]:
    head, _, body = request.partition(b"\r\n\r\n")
    method, _, rest = head.partition(b" ")
    target = rest.split(b" ", 1)[0].decode("latin-1")
    text = body.decode("utf-8", "replace") if method == b"POST" else urlsplit(target).query
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}


def _send(connection: socket.socket, status: str, text: str) -> None:
    body = text.encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
    )
    with contextlib.suppress(OSError), connection:
        connection.settimeout(_SEND_S)
        connection.sendall(head.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        with contextlib.suppress(OSError):
            connection.recv(1)  # a close with unread bytes would cut the page off in the browser
