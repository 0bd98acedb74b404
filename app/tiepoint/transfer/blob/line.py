"""The line: one thread's connection to one server at a time, kept open between requests.

Must not know Blob storage. Belongs to one thread; `drop` alone may be called by others.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from tiepoint.network.proxies import Proxy
from tiepoint.runtime.stop import Stop, Stopped, shut_down
from tiepoint.transfer.blob.bucket import TokenBucket
from tiepoint.transfer.blob.dialing import dial
from tiepoint.transfer.blob.errors import BlobError, Unreachable
from tiepoint.transfer.blob.flow import EarlyReply, Flow, Severed
from tiepoint.transfer.blob.proxies import Origin
from tiepoint.transfer.blob.reply import Reply
from tiepoint.transfer.blob.trust import Trust, system_context

_MOST_DRAINED: Final = 64 * 1024
"""Of an unwanted body: reading more costs more than a new connection."""


class Course:
    """Which way lines go; a line that was dialled on an earlier one dials anew for its next request. Any thread."""

    def __init__(self) -> None:
        self.number = 0

    def change(self) -> None:
        """The proxy is another one from now on."""
        self.number += 1


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How a line behaves; tests make it impatient.

    Args:
        progress_s: A connection on which no byte moved for so long is given up.
        connect_s: As long may each step of its coming about take.
        context: For https; None = the certificates of the system, or of the server's own.
        trust: Knows servers with certificates of their own.
        course: Tells when the way to servers has changed.
    """

    progress_s: float = 30.0
    connect_s: float = 15.0
    context: ssl.SSLContext | None = None
    trust: Trust = field(default_factory=Trust)
    course: Course = field(default_factory=Course)


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """One request. Its text never shows the target, which may carry a secret.

    Args:
        method: GET, HEAD or PUT.
        target: Path and query, encoded.
        headers: Lines, without the end of line.
        body: Its pieces, each sent before the next is taken; None = none.
        size: Bytes of the body.
    """

    method: str
    target: str
    headers: list[str]
    body: Iterable[memoryview] | None = None
    size: int = 0

    def __repr__(self) -> str:
        return f"Request({self.method}, {self.size} bytes)"


class Line:
    """A connection that is kept, closed when another server is asked, and dialled anew when it broke.

    Args:
        settings: How it behaves.
    """

    def __init__(self, settings: LineSettings | None = None) -> None:
        self._settings = settings or LineSettings()
        self._context = self._settings.context
        self._flow: Flow | None = None
        self._proxy: Proxy | None = None
        self._origin: Origin | None = None
        self._course = 0

    @property
    def _is_on_course(self) -> bool:
        return self._course == self._settings.course.number

    def drop(self) -> None:
        """Cut the connection, from any thread: a request under way ends with Unreachable, the next one dials anew."""
        flow = self._flow
        if flow is not None:
            shut_down(flow.sock)

    def close(self) -> None:
        """Close it; the next request dials anew. Idempotent."""
        flow, self._flow = self._flow, None
        if flow is not None:
            flow.close()

    @contextlib.contextmanager
    def exchange(self, origin: Origin, request: Request, stop: Stop, bucket: TokenBucket | None) -> Iterator[Reply]:
        """Send a request and give the head of its reply; the body is to be read inside the context.

        A connection that was kept and turns out to be closed is replaced once, if the body can be gone through again.

        Args:
            origin: The server.
            request: What to ask.
            stop: Ends it from outside.
            bucket: Slows the body down; None = as fast as it goes.

        Raises:
            Unreachable: No reply came, or half a one.
            Stopped: It was stopped.
        """
        is_good = False
        try:
            reply = self._answered(origin, request, stop, bucket)
            try:
                yield reply
            except (BlobError, Stopped):
                # What was refused in an orderly way leaves the connection as good as before.
                is_good = reply.is_reusable
                raise
            is_good = self._is_finished(reply)
        except (Severed, http.client.HTTPException) as error:
            stop.check()
            raise _broken(origin, error) from error
        except Unreachable:
            stop.check()
            raise
        finally:
            self._let_go(stop, is_good=is_good)

    def _answered(self, origin: Origin, request: Request, stop: Stop, bucket: TokenBucket | None) -> Reply:
        is_kept = self._is_kept(origin)
        if is_kept:
            try:
                return self._ask(request, origin, stop, bucket)
            except Severed:
                if isinstance(request.body, Iterator):
                    raise
                self._let_go(stop, is_good=False)
                stop.check()
        self._dial(origin, stop)
        return self._ask(request, origin, stop, bucket)

    def _is_kept(self, origin: Origin) -> bool:
        flow = self._flow
        if flow is not None and self._origin == origin and self._is_on_course and flow.is_alive():
            return True
        self.close()
        return False

    def _dial(self, origin: Origin, stop: Stop) -> None:
        while True:
            self._course = self._settings.course.number  # first of all, so that a change meanwhile is seen
            try:
                return self._dial_once(origin, stop)
            except Unreachable:
                if self._is_on_course:
                    raise  # else that was the old way's trouble

    def _dial_once(self, origin: Origin, stop: Stop) -> None:
        settings = self._settings
        context = self._context_of(origin) if origin.scheme == "https" else None
        self._flow, self._proxy = dial(
            origin, stop, connect_s=settings.connect_s, progress_s=settings.progress_s, context=context
        )
        self._origin = origin

    def _context_of(self, origin: Origin) -> ssl.SSLContext:
        own = self._settings.trust.context_of(origin.host)
        if own is not None and self._settings.context is None:
            return own
        if self._context is None:
            self._context = system_context()
        return self._context

    def _let_go(self, stop: Stop, *, is_good: bool) -> None:
        flow = self._flow
        if flow is None:
            return
        stop.uncover(flow.sock)
        if not is_good:
            self._flow = None
            flow.abort()

    def _ask(self, request: Request, origin: Origin, stop: Stop, bucket: TokenBucket | None) -> Reply:
        flow = self._flow
        assert flow is not None
        stop.cover(flow.sock)
        head = _head(request, origin, self._proxy)
        is_whole = True
        try:
            if request.body is None:
                flow.send(memoryview(head))
            else:
                _send_body(flow, head, request, stop, bucket)
        except EarlyReply:
            is_whole = False
        except Severed:
            stop.check()
            if not flow.has_answer():
                raise
            is_whole = False
        flow.expect_answer(request.size)
        reply = Reply(flow, request.method)
        reply.begin()
        flow.expect_answer(0)
        reply.will_close = reply.will_close or not is_whole
        return reply

    def _is_finished(self, reply: Reply) -> bool:
        if not reply.isclosed() and reply.length != 0:
            if reply.will_close or (reply.length or 0) > _MOST_DRAINED:
                return False
            with contextlib.suppress(ValueError):
                reply.take(_MOST_DRAINED)
        return reply.is_reusable


def _head(request: Request, origin: Origin, proxy: Proxy | None) -> bytes:
    target, extra = request.target, ""
    if proxy is not None:
        target = f"http://{origin.netloc}{target}"
        extra = f"Proxy-Authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
    lines = "\r\n".join(request.headers)
    if lines.count("\n") >= len(request.headers):
        raise ValueError("a header holds the end of a line")
    text = f"{request.method} {target} HTTP/1.1\r\nHost: {origin.netloc}\r\n{extra}{lines}\r\n\r\n"
    return text.encode("latin-1")


def _send_body(flow: Flow, head: bytes, request: Request, stop: Stop, bucket: TokenBucket | None) -> None:
    """Send head and body; an answer that comes before the end is heard between the pieces.

    Raises:
        ValueError: The body is not of the size it was said to have.
    """
    left, is_first = request.size, True
    for part in _parts(request.body or (), bucket):
        left -= len(part)
        if left < 0:
            break
        if bucket is not None:
            bucket.take(len(part), stop)
        if is_first:
            flow.send_with_head(head, part)
            is_first = False
        else:
            flow.listen()
            flow.send(part)
    if left:
        raise ValueError(f"the body is not of the {request.size} bytes it was said to have")
    if is_first:
        flow.send(memoryview(head))


def _parts(body: Iterable[memoryview], bucket: TokenBucket | None) -> Iterator[memoryview]:
    for piece in body:
        size = len(piece) if bucket is None or bucket.rate is None else bucket.piece_bytes
        if len(piece) <= size:
            yield piece
        else:
            for at in range(0, len(piece), size):
                yield piece[at : at + size]


def _broken(origin: Origin, error: Exception) -> Unreachable:
    if isinstance(error, Severed):
        summary = f"The connection to {origin.host} broke."
    else:
        summary = f"{origin.netloc} answered something that is no HTTP."
    return Unreachable(summary, remedy="It is tried again by itself.", retryable=True, detail=str(error))
