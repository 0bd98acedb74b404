"""A server that does exactly what a test says, request by request, over plain sockets and threads: faults included."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from patience import PATIENCE_S


@dataclass
class Exchange:
    """One request on its connection, and the means to answer it.

    Args:
        sock: The connection.
        head: The request's head; its first line and headers.
        number: Of the connection, from 0.
        early: Bytes of the body that came with the head.
        over: Set when the test is over.
    """

    sock: socket.socket
    head: str
    number: int
    early: bytes = b""
    over: threading.Event = field(default_factory=threading.Event)
    body: bytes = b""
    is_kept: bool = True

    @property
    def line(self) -> str:
        return self.head.split("\r\n", 1)[0]

    def header(self, name: str) -> str:
        for line in self.head.split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return ""

    def read_body(self) -> bytes:
        size = int(self.header("Content-Length") or 0)
        parts = [self.early]
        left = size - len(self.early)
        while left > 0:
            part = self.sock.recv(min(left, 2**18))
            if not part:
                raise ConnectionError("the client went away")
            parts.append(part)
            left -= len(part)
        self.body = b"".join(parts)
        return self.body

    def reply(self, status: int = 201, headers: str = "", body: bytes = b"", *, length: int | None = None) -> None:
        """Answer as Blob storage; `headers` is lines joined by a newline."""
        self.reply_as_anybody(status, f"x-ms-request-id: 42\n{headers}".strip(), body, length=length)

    def reply_as_anybody(
        self, status: int = 200, headers: str = "", body: bytes = b"", *, length: int | None = None
    ) -> None:
        """Answer as any server in the world might."""
        lines = [f"HTTP/1.1 {status} Said", *headers.split("\n")] if headers else [f"HTTP/1.1 {status} Said"]
        if length is None or length >= 0:
            lines.append(f"Content-Length: {len(body) if length is None else length}")
        self.sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body)

    def close(self) -> None:
        """Close the connection in an orderly way after this exchange."""
        self.is_kept = False

    def reset(self) -> None:
        """Break the connection."""
        self.is_kept = False
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.socket.close(self.sock)

    def say_nothing(self) -> None:
        """Keep the connection open without a byte until the test is over."""
        self.is_kept = False
        self.over.wait(60)


Step = Callable[[Exchange], None]


def created(exchange: Exchange) -> None:
    """Take the body and say it was written."""
    exchange.read_body()
    exchange.reply(201, 'ETag: "0x1"')


def answer(status: int, headers: str = "", body: bytes = b"") -> Step:
    """Take the body and answer so."""

    def step(exchange: Exchange) -> None:
        exchange.read_body()
        exchange.reply(status, headers, body)

    return step


def web_page(status: int, headers: str = "") -> Step:
    """Take the body and answer as a network that wants a sign-in, or a filter, does."""

    def step(exchange: Exchange) -> None:
        exchange.read_body()
        exchange.reply_as_anybody(status, headers, b"<html>Welcome</html>")

    return step


def failure(status: int, code: str, message: str = "Words.", headers: str = "", more: str = "") -> Step:
    """Take the body and answer as Azure does when something is wrong."""
    text = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>'
    return answer(status, "\n".join(part for part in (headers, f"x-ms-error-code: {code}") if part), text.encode())


class ScriptedServer:
    """Listens on this computer and does one step per request, in the order of their coming; the last one repeats.

    Args:
        steps: What to do.
        context: For https.
        takes_bytes: How much a connection takes in before the step reads it; None = as much as the system likes.
    """

    def __init__(self, *steps: Step, context: ssl.SSLContext | None = None, takes_bytes: int | None = None) -> None:
        self.steps = list(steps)
        self.seen: list[Exchange] = []
        self.connections = 0
        self._context = context
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._socks: list[socket.socket] = []
        self._listener = socket.socket()
        if takes_bytes is not None:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, takes_bytes)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        scheme = "https" if self._context else "http"
        return f"{scheme}://127.0.0.1:{self.port}/account/box"

    def __enter__(self) -> ScriptedServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._socks:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive(), "a thread of the scripted server hangs"

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            number, self.connections = self.connections, self.connections + 1
            self._socks.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock, number))
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError, EOFError), contextlib.ExitStack() as stack:
            stack.enter_context(sock)
            if self._context is not None:
                sock = stack.enter_context(self._context.wrap_socket(sock, server_side=True))
                self._socks.append(sock)
            while True:
                head, early = _read_head(sock)
                exchange = Exchange(sock, head, number, early, self._over)
                with self._lock:
                    self.seen.append(exchange)
                    step = self.steps[min(len(self.seen), len(self.steps)) - 1]
                step(exchange)
                if not exchange.is_kept:
                    return


def _read_head(sock: socket.socket) -> tuple[str, bytes]:
    have = b""
    while b"\r\n\r\n" not in have:
        part = sock.recv(2**16)
        if not part:
            raise EOFError
        have += part
    head, _, early = have.partition(b"\r\n\r\n")
    return head.decode("latin-1"), early
