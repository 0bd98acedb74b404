"""A port with TLS or without, one thread a connection, closed without leaving a socket behind."""

from __future__ import annotations

import contextlib
import email.utils
import http.server
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from azure_double.exchange import Dropped, Request, Response, read_request
from patience import PATIENCE_S

Answer = Callable[[Request], Response]
Carry = Callable[[Request, socket.socket], None]
_IDLE_S = 60.0


class Listener:
    """A listening port on 127.0.0.1, from its making to `close`.

    Args:
        answer: Called on the connection's thread.
        context: For https; None = http.
        port: 0 = the system chooses.
        carry: Takes over connections that ask to become web sockets, until they end; None = there are none.
    """

    def __init__(
        self, answer: Answer, context: ssl.SSLContext | None = None, port: int = 0, carry: Carry | None = None
    ) -> None:
        self._server = _Server(answer, context, port)
        self._server.carry = carry
        self.port = int(self._server.server_address[1])
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="azure-double", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Close the port and every connection."""
        self._server.shutdown()
        self._server.server_close()
        self._server.drop_all()
        self._thread.join(PATIENCE_S)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer: Answer, context: ssl.SSLContext | None, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.answer, self.context = answer, context
        self.carry: Carry | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        connection.settimeout(_IDLE_S)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.context:
            connection = self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def drop_all(self) -> None:
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                connection.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections break; that is no news."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the double keeps a log of its own."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = read_request(self.command, self.path, dict(self.headers), self.rfile.read(length))
        if self.server.carry and self.headers.get("Upgrade", "").lower() == "websocket":
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.server.carry(request, self.connection)
            return
        try:
            response = self.server.answer(request)
        except Dropped:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        self._send(response)

    def _send(self, response: Response) -> None:
        body, kind = response.payload()
        if self.command == "HEAD":
            body = b""
        usual = {"Content-Type": kind, "Content-Length": str(len(body)), "Date": email.utils.formatdate(usegmt=True)}
        lines = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
        lines += [f"{key}: {value}" for key, value in {**usual, **response.headers}.items()]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve
