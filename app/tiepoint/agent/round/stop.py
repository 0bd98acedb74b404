"""One switch that ends blocked threads at once, because it also shuts down the sockets they wait for. Any thread."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Stopped(Exception):  # noqa: N818 - nothing went wrong: somebody asked for it
    """The work was stopped."""


class Stop:
    """The switch; once set it stays set."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._others: set[Stop] = set()

    @property
    def is_set(self) -> bool:
        """Whether it was stopped."""
        return self._event.is_set()

    def stop(self) -> None:
        """End everything that works under this switch, now. Idempotent."""
        self._event.set()
        with self._lock:
            sockets, others = tuple(self._sockets), tuple(self._others)
        for each in sockets:
            _shut_down(each)
        for other in others:
            other.stop()

    def check(self) -> None:
        """Raise when it was stopped.

        Raises:
            Stopped: It was.
        """
        if self._event.is_set():
            raise Stopped

    def wait(self, seconds: float) -> None:
        """Sleep, but no longer than until it is stopped.

        Raises:
            Stopped: It was stopped before or meanwhile.
        """
        if self._event.wait(max(0.0, seconds)):
            raise Stopped

    @contextlib.contextmanager
    def covering(self, sock: socket.socket) -> Iterator[None]:
        """Shut the socket down when it is stopped meanwhile.

        Raises:
            Stopped: It was stopped before.
        """
        with self._lock:
            self.check()
            self._sockets.add(sock)
        try:
            yield
        finally:
            with self._lock:
                self._sockets.discard(sock)

    @contextlib.contextmanager
    def passing_on(self, other: Stop) -> Iterator[None]:
        """Stop another one, too, when this one is stopped meanwhile."""
        with self._lock:
            self._others.add(other)
        if self.is_set:
            other.stop()
        try:
            yield
        finally:
            with self._lock:
                self._others.discard(other)


def _shut_down(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # Past SSLSocket.shutdown, which would drop the state of the encryption while another thread uses it.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
