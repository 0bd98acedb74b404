"""TLS over a socket that never blocks, a quarter of a mebibyte at a time.

What `ssl` makes of a socket writes and reads every record of 16 KiB by itself: a system call, and often a change of
process, for each. Here records are made in memory and handed to the system together, which halves the cost of a byte.
Must not know HTTP or wait. Belongs to one thread.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_PIECE: Final = 256 * 1024
_GREETING: Final = 64 * 1024


class Secure:
    """The encrypted side of a connected socket: what is sent and received through it is plain on this side.

    Args:
        sock: Connected; it stays the caller's. It may block while the greeting goes on, and never after.
        context: Says whom to trust.
        host: Whose certificate it must be.
    """

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, host: str) -> None:
        self._sock = sock
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self._held = memoryview(b"")
        self._scratch: bytearray | None = None

    def greet(self) -> None:
        """Agree on keys and look at the certificate, while the socket still blocks.

        Raises:
            OSError: As `ssl` says it; SSLCertVerificationError when nobody vouches for the certificate.
        """
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self._sock.sendall(self._outgoing.read())
                self._take(self._sock.recv(_GREETING))
            except OSError:
                self._say_why()
                raise
            else:
                self._sock.sendall(self._outgoing.read())
                return

    @property
    def is_holding(self) -> bool:
        """Whether something that was taken is still to be handed to the system: `send` again, with nothing."""
        return bool(self._held)

    def send(self, piece: memoryview) -> int:
        """Take some of a piece and hand to the system what it takes; return how much of the piece was taken.

        Raises:
            BlockingIOError: Nothing was taken: the system's buffer is full.
            OSError: The connection is gone.
        """
        if self._held:
            self._hand_over()
            if self._held:
                raise BlockingIOError
        if not piece:
            return 0
        taken = self._tls.write(piece[:_PIECE])
        self._held = memoryview(self._outgoing.read())
        with contextlib.suppress(BlockingIOError):  # it is taken all the same
            self._hand_over()
        return taken

    def recv_into(self, buffer: WriteableBuffer) -> int:
        """Receive as much as is there; 0 at the end.

        Raises:
            BlockingIOError: Nothing is there yet.
            OSError: The connection is gone.
        """
        view = memoryview(buffer).cast("B")
        at = 0
        while at < len(view):
            try:
                size = int(self._tls.read(len(view) - at, view[at:]))
            except ssl.SSLWantReadError:
                if at:
                    break
                self._receive()
                continue
            except ssl.SSLError as error:
                if at:
                    break
                if error.errno in (ssl.SSL_ERROR_EOF, ssl.SSL_ERROR_ZERO_RETURN):
                    return 0
                raise
            if not size:
                break
            at += size
        return at

    def recv(self, most: int) -> bytes:
        """Receive at most so many bytes; otherwise as `recv_into`."""
        buffer = bytearray(most)
        return bytes(buffer[: self.recv_into(buffer)])

    def _receive(self) -> None:
        """Take over what the system has."""
        if self._scratch is None:
            self._scratch = bytearray(_PIECE)
        size = self._sock.recv_into(self._scratch)
        self._take(memoryview(self._scratch)[:size])

    def _take(self, received: bytes | memoryview) -> None:
        if received:
            self._incoming.write(received)
        else:
            self._incoming.write_eof()

    def _hand_over(self) -> None:
        self._held = self._held[self._sock.send(self._held) :]

    def _say_why(self) -> None:
        """Let the other side know why it is not trusted."""
        with contextlib.suppress(OSError):  # it hung up first
            self._sock.sendall(self._outgoing.read())
