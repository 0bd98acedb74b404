"""How a connection comes about: the name is looked up, a socket connected, a proxy passed, encryption begun.

Must not send requests. Blocks, but ends at once when stopped. Any thread.
"""

from __future__ import annotations

import errno
import http.client
import os
import queue
import socket
import ssl
import threading
import time
from typing import Any, Final

from tiepoint.network.proxies import Proxy
from tiepoint.runtime.stop import Stop, Stopped
from tiepoint.transfer.blob.errors import Unreachable
from tiepoint.transfer.blob.flow import Flow, Severed, waiter
from tiepoint.transfer.blob.proxies import Origin, proxy_for
from tiepoint.transfer.blob.reply import Reply
from tiepoint.transfer.blob.trust import system_context, untrusted

_NAP_S: Final = 0.1
_NO_WAY: Final = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)
_SIGNS_OF_LIFE: Final = {"TCP_KEEPIDLE": 10, "TCP_KEEPALIVE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 4}
"""Options by the names that systems have for them, in seconds and times."""
_UNDER_WAY: Final = (errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN, 10035)  # the last one is Windows' own
_AGAIN: Final = "It is tried again by itself."

Address = tuple[socket.AddressFamily, Any]


def dial(
    origin: Origin, stop: Stop, *, connect_s: float, progress_s: float, context: ssl.SSLContext | None = None
) -> tuple[Flow, Proxy | None]:
    """Connect to a server.

    Args:
        origin: Which.
        stop: Ends it from outside.
        connect_s: How long each step may take.
        progress_s: For the connection made.
        context: For https; None = the system's certificates.

    Returns:
        The connection, and the proxy that plain requests have to be addressed through; None when they go straight or
        through a tunnel.

    Raises:
        Unreachable: No connection came about.
        Untrusted: Its certificate is not believed.
        Stopped: It was stopped.
    """
    proxy = proxy_for(origin)
    host, port = (proxy.host, proxy.port) if proxy else (origin.host, origin.port)
    sock = _connected(_looked_up(host, port, stop, connect_s, proxy), f"{host}:{port}", stop, connect_s)
    try:
        if origin.scheme == "http":
            return Flow(sock, origin.host, progress_s), proxy
        return _secured(sock, origin, proxy, stop, connect_s, progress_s, context or system_context()), None
    except BaseException:
        sock.close()
        raise


def offline(summary: str, remedy: str = _AGAIN, detail: str = "") -> Unreachable:
    """Return the error for a connection that did not come about."""
    error = Unreachable(summary, remedy=remedy, retryable=True, detail=detail)
    error.is_offline = True
    return error


def _looked_up(host: str, port: int, stop: Stop, connect_s: float, proxy: Proxy | None) -> list[Address]:
    """Look a name up beside this thread, because the system's way to do it can be ended by nobody."""
    answers: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()

    def look() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([(family, address) for family, _, _, _, address in found])
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    threading.Thread(target=look, name="look-up", daemon=True).start()
    end = time.monotonic() + connect_s
    while time.monotonic() < end:
        stop.check()
        try:
            answer = answers.get(timeout=_NAP_S)
        except queue.Empty:
            continue
        if isinstance(answer, OSError):
            raise _unknown(host, proxy, str(answer))
        return answer
    raise _unknown(host, proxy, "the look-up took too long")


def _unknown(host: str, proxy: Proxy | None, detail: str) -> Unreachable:
    if proxy is not None:
        return offline(f"The proxy {host} was not found, or there is no network.", detail=detail)
    return offline(
        f"{host} was not found: there is no storage account of this name, or no network.",
        "Check the address and the network; it is tried again by itself.",
        detail,
    )


def _connected(addresses: list[Address], where: str, stop: Stop, connect_s: float) -> socket.socket:
    trouble = OSError("no address")
    for family, address in addresses:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            _connect(sock, address, stop, connect_s)
            _tune(sock)
        except OSError as error:
            trouble = error
            sock.close()
        except Stopped:
            sock.close()
            raise
        else:
            return sock
    raise _not_connected(trouble, where)


def _tune(sock: socket.socket) -> None:
    """Send at once, and let the system ask an idle link for a sign of life: a dead one is known after half a minute."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _SIGNS_OF_LIFE.items():
        option = getattr(socket, name, None)
        if option is not None:
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


def _connect(sock: socket.socket, address: Any, stop: Stop, connect_s: float) -> None:
    """Connect in short naps: not every system wakes one who connects when the socket is shut down."""
    sock.setblocking(False)
    code = sock.connect_ex(address)
    if code not in (0, errno.EISCONN):
        if code not in _UNDER_WAY:
            raise OSError(code, os.strerror(code))
        _await_connection(sock, stop, connect_s)
    sock.settimeout(connect_s)


def _await_connection(sock: socket.socket, stop: Stop, connect_s: float) -> None:
    wait = waiter(sock)
    end = time.monotonic() + connect_s
    while not wait(False, True, _NAP_S):
        stop.check()
        if time.monotonic() > end:
            raise TimeoutError(errno.ETIMEDOUT, "it took too long")
    code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, os.strerror(code))


def _not_connected(error: OSError, where: str) -> Unreachable:
    detail = str(error)
    if error.errno == errno.ECONNREFUSED:
        return offline(f"Nothing answers at {where}.", detail=detail)
    if error.errno in _NO_WAY:
        return offline(f"There is no way to {where}; the network is away.", detail=detail)
    return offline(f"{where} cannot be reached.", "Check the network; it is tried again by itself.", detail)


def _secured(
    sock: socket.socket,
    origin: Origin,
    proxy: Proxy | None,
    stop: Stop,
    connect_s: float,
    progress_s: float,
    context: ssl.SSLContext,
) -> Flow:
    # What wraps a socket takes it over; its double stays in hand for whoever stops.
    with sock.dup() as double, stop.covering(double):
        if proxy is not None:
            _tunnel(sock, origin, proxy, connect_s)
        sock.settimeout(connect_s)
        try:
            return Flow(context.wrap_socket(sock, server_hostname=origin.host), origin.host, progress_s)
        except ssl.SSLCertVerificationError as error:
            raise untrusted(error, origin.host) from None
        except OSError as error:
            stop.check()
            raise _no_encryption(error, origin) from None


def _no_encryption(error: OSError, origin: Origin) -> Unreachable:
    if isinstance(error, ssl.SSLError) and error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
        return Unreachable(
            f"{origin.netloc} does not speak https.",
            remedy="Check the address; an emulator may want http:// instead.",
            retryable=True,
            detail=str(error),
        )
    return Unreachable(
        f"No encrypted connection to {origin.host} came about.", remedy=_AGAIN, retryable=True, detail=str(error)
    )


def _tunnel(sock: socket.socket, origin: Origin, proxy: Proxy, connect_s: float) -> None:
    """Ask a proxy for a way through (RFC 9110, 9.3.6)."""
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    lines = [f"CONNECT {host}:{origin.port} HTTP/1.1", f"Host: {host}:{origin.port}"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    flow = Flow(sock, proxy.host, connect_s)
    try:
        flow.send(memoryview(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")))
        reply = Reply(flow, "CONNECT")
        reply.begin()
        reply.close()
    except (Severed, http.client.HTTPException) as error:
        raise offline(f"The proxy {proxy.host} gave no answer.", detail=str(error)) from error
    if reply.status == 407:
        raise offline(
            f"The proxy {proxy.host} wants a user name and password.",
            "Write them into HTTPS_PROXY as http://NAME:PASSWORD@HOST:PORT and start the program anew.",
            "407",
        )
    if not 200 <= reply.status < 300:
        raise offline(f"The proxy {proxy.host} lets nobody through to {origin.host}.", detail=str(reply.status))
