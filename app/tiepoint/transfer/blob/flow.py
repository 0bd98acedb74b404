"""Bytes into and out of one connected socket that never blocks: every wait is ours, ends at a standstill, and hears a
server that answers before it was told everything.

Must not know HTTP. Belongs to one thread. A standstill is `progress_s` without any byte moved, however long the whole
takes; Python's own time limit of `sendall` counts the whole and would end slow but living connections.
"""

from __future__ import annotations

import contextlib
import io
import select
import socket
import ssl
import struct
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tiepoint.transfer.blob.errors import Unreachable

if sys.platform == "linux":
    import fcntl
    import termios

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_TLS_WANTS: Final = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
_BLOCKED: Final = (BlockingIOError, InterruptedError, *_TLS_WANTS)
_READ_BUFFER: Final = 64 * 1024


class Severed(Exception):
    """The other side closed or reset the connection."""


class EarlyReply(Exception):
    """The other side answers already; the rest of the body is not wanted."""


class Flow:
    """One connection.

    Args:
        sock: Connected, encrypted or not; it is made non-blocking and owned from now on.
        host: For sentences.
        progress_s: The longest standstill.
    """

    def __init__(self, sock: socket.socket, host: str, progress_s: float) -> None:
        sock.setblocking(False)
        self.sock = sock
        self._host = host
        self._progress_s = progress_s
        self._is_tls = isinstance(sock, ssl.SSLSocket)
        self._wait = waiter(sock)
        self._early = b""
        self._more_s = 0.0

    def expect_answer(self, size: int) -> None:
        """Be more patient from now on, by the bytes of a request: something on the way may gather it before it goes on.

        Proxies that look into uploads do so. A link that is dead is found out meanwhile by what the system asks of it.
        """
        self._more_s = size / _SLOWEST_ONWARD

    def is_alive(self) -> bool:
        """Whether an idle connection can be used again: the other side neither closed it nor spoke unasked."""
        if not self._wait(True, False, 0.0):
            return True
        return self._is_tls and self._peek() == ""

    def send_with_head(self, head: bytes, piece: memoryview) -> None:
        """Send a request's head and the first of its body, together where that saves a packet.

        Raises:
            Severed: The connection is gone.
            EarlyReply: The other side answers already.
            Unreachable: Nothing moved for too long.
        """
        if self._is_tls or not hasattr(self.sock, "sendmsg"):
            joined = min(len(piece), _RECORD - len(head)) if len(head) < _RECORD else 0
            self.send(memoryview(head + bytes(piece[:joined])))
            if joined < len(piece):
                self.send(piece[joined:])
            return
        try:
            sent = self.sock.sendmsg((head, piece))
        except _BLOCKED:
            sent = 0
        except OSError as error:
            raise Severed(str(error)) from error
        if sent < len(head):
            self.send(memoryview(head)[sent:])
            sent = len(head)
        if sent - len(head) < len(piece):
            self.send(piece[sent - len(head) :])

    def send(self, piece: memoryview) -> None:
        """Send a piece whole.

        Raises:
            Severed: The connection is gone.
            EarlyReply: The other side answers already.
            Unreachable: Nothing moved for too long.
        """
        at, size, send = 0, len(piece), self.sock.send
        while at < size:
            try:
                at += send(piece[at:])
            except _BLOCKED as error:
                self._await_room(isinstance(error, ssl.SSLWantReadError))
            except OSError as error:
                raise Severed(str(error)) from error

    def listen(self) -> None:
        """Look, without waiting, whether the other side answers already.

        Raises:
            EarlyReply: It does, or it closed the connection: what it said can be read.
        """
        if self._early or (self._wait(True, False, 0.0) and self._peek() != ""):
            raise EarlyReply

    def has_answer(self) -> bool:
        """Whether a connection that broke while sending has left an answer to be read."""
        return bool(self._early) or self._peek() == "reply"

    def recv_into(self, buffer: WriteableBuffer) -> int:
        """Receive some bytes; 0 at the end.

        Raises:
            Severed: The connection is gone.
            Unreachable: Nothing came for too long.
        """
        if self._early:
            view = memoryview(buffer).cast("B")
            size = min(len(view), len(self._early))
            view[:size], self._early = self._early[:size], self._early[size:]
            return size
        while True:
            try:
                return self.sock.recv_into(buffer)
            except _BLOCKED as error:
                is_writing = isinstance(error, ssl.SSLWantWriteError)
                self._await(not is_writing, is_writing)
            except OSError as error:
                raise Severed(str(error)) from error

    def makefile(self, _mode: str = "rb", *_more: object) -> io.BufferedReader:
        """Return a reader of one reply, as `http.client.HTTPResponse` asks for it."""
        return io.BufferedReader(_Incoming(self.recv_into), _READ_BUFFER)

    def close(self) -> None:
        """Close it in an orderly way."""
        with contextlib.suppress(OSError):
            self.sock.close()

    def abort(self) -> None:
        """Close it and forget what is still to be sent: over a slow link that may be a minute's worth."""
        with contextlib.suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.close()

    def _await_room(self, is_reading: bool) -> None:
        """Wait until more can be sent; an answer that comes meanwhile ends the sending."""
        while True:
            ready = self._await(True, not is_reading)
            if ready & _CAN_WRITE or is_reading:
                return
            if self._peek() != "":
                raise EarlyReply

    def _await(self, read: bool, write: bool) -> int:
        """Wait until the socket is ready. What leaves the system's own buffer is progress, too: it holds megabytes.

        Raises:
            Unreachable: Nothing moved for too long.
        """
        slice_s = min(_LOOK_S, self._progress_s / 4)
        ready = self._wait(read, write, slice_s)
        if ready:
            return ready
        patience_s = self._progress_s + self._more_s
        queued, end = unsent(self.sock), time.monotonic() + patience_s - slice_s
        while time.monotonic() < end:
            ready = self._wait(read, write, min(slice_s, max(0.0, end - time.monotonic())))
            if ready:
                return ready
            left = unsent(self.sock)
            if left != queued:
                queued, end = left, time.monotonic() + patience_s
        raise self._standstill(patience_s)

    def _peek(self) -> str:
        """Take over what the other side said without being asked; empty when it was none of our business.

        An encrypted connection is readable for what its own protocol exchanges, too: only reading tells.
        """
        try:
            said = self.sock.recv(_READ_BUFFER)
        except _BLOCKED:
            return ""
        except OSError:
            return "gone"
        self._early += said
        return "reply" if said else "gone"

    def _standstill(self, waited_s: float) -> Unreachable:
        return Unreachable(
            f"The connection to {self._host} stood still for {waited_s:.0f} seconds.",
            remedy="Check the network; it is tried again by itself.",
            retryable=True,
        )


_AT_ONCE: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
_LOOK_S: Final = 1.0
_SLOWEST_ONWARD: Final = 256 * 1024
"""Bytes a second that whatever gathered a request is at least expected to pass on."""
_RECORD: Final = 16 * 1024
"""Bytes of one TLS record: a head and what fits beside it travel as one."""
_CAN_READ: Final = 1
_CAN_WRITE: Final = 2


class _Incoming(io.RawIOBase):
    """What a reader reads from."""

    def __init__(self, recv_into: Callable[[WriteableBuffer], int]) -> None:
        self._recv_into = recv_into

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        return self._recv_into(buffer)


def unsent(sock: socket.socket) -> int:
    """Return how many bytes the system has not got acknowledged yet; 0 where it does not tell."""
    try:
        return _unsent(sock)
    except (OSError, ValueError):
        return 0


if sys.platform == "linux":

    def _unsent(sock: socket.socket) -> int:
        return int.from_bytes(fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4)), sys.byteorder)

elif sys.platform == "darwin":

    def _unsent(sock: socket.socket) -> int:
        return sock.getsockopt(socket.SOL_SOCKET, 0x1024)  # SO_NWRITE

else:

    def _unsent(sock: socket.socket) -> int:
        return 0


def waiter(sock: socket.socket) -> Callable[[bool, bool, float], int]:
    """Return a function that waits until a socket is ready and says for what; 0 = the time is over.

    poll where there is one, because select cannot watch descriptors above 1023; a broken connection is ready for all.
    """
    if sys.platform == "win32":
        return lambda read, write, seconds: _selected(sock, read, write, seconds)
    poller = select.poll()
    descriptor = sock.fileno()
    poller.register(descriptor, select.POLLIN)
    masks = {
        (True, False): select.POLLIN,
        (False, True): select.POLLOUT,
        (True, True): select.POLLIN | select.POLLOUT,
    }

    def wait(read: bool, write: bool, seconds: float) -> int:
        poller.modify(descriptor, masks[read, write])
        found = poller.poll(seconds * 1000.0)
        if not found:
            return 0
        event = found[0][1]
        if event & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
            return _CAN_READ | _CAN_WRITE
        return (_CAN_READ if event & select.POLLIN else 0) | (_CAN_WRITE if event & select.POLLOUT else 0)

    return wait


def _selected(sock: socket.socket, read: bool, write: bool, seconds: float) -> int:
    try:
        reads, writes, broken = select.select([sock] if read else [], [sock] if write else [], [sock], seconds)
    except (OSError, ValueError):
        return _CAN_READ | _CAN_WRITE
    if broken:
        return _CAN_READ | _CAN_WRITE
    return (_CAN_READ if reads else 0) | (_CAN_WRITE if writes else 0)
