"""Gets the few bytes at an address over https: no cookies, nothing about this computer, never more than was agreed.

Must not judge what comes. Blocks in `Fetch.run`, which `Fetch.cut` ends from any other thread.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

from tiepoint.adapters.updates.fetch_failures import answered, no_https, not_connected, too_large, web_page
from tiepoint.domain.errors import ConnectionLost
from tiepoint.domain.release import address_problem
from tiepoint.network.certificates import system_context
from tiepoint.network.proxies import proxy_before

_MOST_HOPS: Final = 5
_PIECE_BYTES: Final = 65_536
_ELSEWHERE: Final = (301, 302, 303, 307, 308)
_HEADERS: Final = {
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "tiepoint",
}


class Fetch:
    """One request, with what it is sent on to.

    Args:
        address: Where to, https.
        most_bytes: No longer answer is taken.
        step_s: How long connecting, and each wait for the next bytes, may take.
    """

    def __init__(self, address: str, *, most_bytes: int, step_s: float) -> None:
        self._address, self._most_bytes, self._step_s = address, most_bytes, step_s
        self._is_cut = False
        self._line: _Line | None = None

    def run(self) -> bytes:
        """Return the answer's body.

        Raises:
            ConnectionLost: There is no answer, or not such a one.
        """
        address = self._address
        for _ in range(_MOST_HOPS + 1):
            parts = urlsplit(address)
            try:
                content, elsewhere = self._asked(parts)
            except (OSError, http.client.HTTPException, UnicodeError) as error:
                raise not_connected(error, parts.hostname or address) from error
            if not elsewhere:
                return content
            address = urljoin(address, elsewhere)
            if address_problem(address):
                raise no_https(parts.hostname or "")
        raise answered(parts.hostname or "", "sends everybody in a circle")

    def cut(self) -> None:
        """End it now; any thread."""
        self._is_cut = True
        if self._line is not None:
            self._line.cut()

    def _asked(self, parts: SplitResult) -> tuple[bytes, str]:
        """Return the body, or where it lies instead."""
        host = parts.hostname or ""
        with contextlib.closing(_Line(host, parts.port or http.client.HTTPS_PORT, self._step_s)) as line:
            self._line = line
            if self._is_cut:
                raise ConnectionLost("It was given up.")
            path = parts.path or "/"
            line.request("GET", f"{path}?{parts.query}" if parts.query else path, headers=_HEADERS)
            with contextlib.closing(line.getresponse()) as reply:
                elsewhere = reply.getheader("Location") or ""
                if reply.status in _ELSEWHERE and elsewhere:
                    return b"", elsewhere
                if reply.status != http.client.OK:
                    raise answered(host, f"answers with {reply.status} {reply.reason}".strip(), reply.status)
                return self._body(reply, host), ""

    def _body(self, reply: http.client.HTTPResponse, host: str) -> bytes:
        content = b""
        while piece := reply.read(_PIECE_BYTES):
            content += piece
            if len(content) > self._most_bytes:
                raise too_large(host)
        if reply.length:  # what was announced and did not come
            raise http.client.IncompleteRead(content, reply.length)
        if content.lstrip()[:1] == b"<":
            raise web_page(host)
        return content


class _Line(http.client.HTTPSConnection):
    """A connection that can be cut while another thread waits on it."""

    def __init__(self, host: str, port: int, step_s: float) -> None:
        proxy = proxy_before("https", host, port)
        self._server, self._believes = host, system_context()
        self._double: socket.socket | None = None
        near, door = (proxy.host, proxy.port) if proxy else (host, port)
        super().__init__(near, door, timeout=step_s, context=self._believes)
        if proxy is not None:
            self.set_tunnel(host, port, proxy.headers)

    def connect(self) -> None:
        """Connect, through the proxy if there is one, and encrypt."""
        http.client.HTTPConnection.connect(self)
        # What wraps a socket takes it over; its double stays in hand for whoever cuts.
        self._double = self.sock.dup()
        self.sock = self._believes.wrap_socket(self.sock, server_hostname=self._server)

    def cut(self) -> None:
        """End every wait on it; any thread."""
        for each in (self._double, self.sock):
            if each is not None:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(each, socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of everything."""
        super().close()
        if self._double is not None:
            self._double.close()
            self._double = None
