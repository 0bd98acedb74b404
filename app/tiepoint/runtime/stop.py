"""Stop: one switch that ends blocked threads at once, because it also shuts down the sockets they wait for.

Must not be used to pause for a moment: once set it stays set, a new one is made for going on. Any thread.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

from tiepoint.domain.errors import Canceled


class Stopped(Canceled):
    """The work was stopped from outside, on request."""

    def __init__(self) -> None:
        super().__init__("It was stopped.")


class Stop:
    """A switch for the threads that work on one thing.

    Args:
        parent: Stopping it stops this one too; for instance the one of the whole daemon.
    """

    def __init__(self, parent: Stop | None = None) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._children: set[Stop] = set()
        self._parent = parent
        if parent is not None:
            parent._adopt(self)

    @property
    def is_set(self) -> bool:
        """Whether it was stopped."""
        return self._event.is_set()

    def stop(self) -> None:
        """End everything that works under this switch, now. Idempotent."""
        self._event.set()
        with self._lock:
            sockets, children = tuple(self._sockets), tuple(self._children)
        for each in sockets:
            shut_down(each)
        for child in children:
            child.stop()

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
        self.cover(sock)
        try:
            yield
        finally:
            self.uncover(sock)

    def cover(self, sock: socket.socket) -> None:
        """From now on shut the socket down when stopped; `uncover` it before it is closed.

        Raises:
            Stopped: It was stopped before.
        """
        with self._lock:
            if not self._event.is_set():
                self._sockets.add(sock)
                return
        raise Stopped

    def uncover(self, sock: socket.socket) -> None:
        """Let go of a socket. Idempotent."""
        with self._lock:
            self._sockets.discard(sock)

    def release(self) -> None:
        """Tell the parent that this one is needed no more."""
        if self._parent is not None:
            with self._parent._lock:
                self._parent._children.discard(self)

    def _adopt(self, child: Stop) -> None:
        with self._lock:
            self._children.add(child)
            is_late = self._event.is_set()
        if is_late:
            child.stop()


def shut_down(sock: socket.socket) -> None:
    """Wake whoever waits for the socket, from any thread, without taking it from under their hands."""
    with contextlib.suppress(OSError):
        # Past SSLSocket.shutdown, which would drop the state of the encryption while another thread uses it.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
