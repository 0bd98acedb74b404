"""A proxy before a Blob server that does harm on request, and counts what passes.

It reads whole heads and passes bodies on in pieces. A rule says which requests it is for and what befalls them; without
rules everything passes unharmed. All of it runs on a thread of its own; every public method may be called from any.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self

from fault_http import PIECE, Head, Streams, pass_reply_body, pass_request_body, read_reply, read_request, reset
from faults import Answer, BlackHole, Fault, LoseReply
from tls_papers import TlsPapers


@dataclass(frozen=True)
class Request:
    """A request as the proxy saw it.

    Args:
        number: Counts all requests from 0.
        kind: See `kind_of`.
        method: GET, PUT and so on.
        path: Path, still quoted.
        query: Query without question mark; holds the signature: do not print it.
        size: Bytes of its body as announced.
        headers: By name in small letters.
        sent: Bytes of its body that arrived here.
        got: Bytes of the reply's body that were passed on.
        status: Of the reply; 0 = there was none.
        fault: Name of what befell it; empty = nothing.
        came_s: When its head had come, by the proxy's clock.
        done_s: When the reply's head had come; 0 = there was none.
    """

    number: int
    kind: str
    method: str
    path: str
    query: str
    size: int
    headers: dict[str, str] = field(repr=False)
    sent: int = 0
    got: int = 0
    status: int = 0
    fault: str = ""
    came_s: float = 0.0
    done_s: float = 0.0


READ_AHEAD = 1 << 16
"""What the proxy holds in the way of unread bytes is little, or a slow line would look like a dead one."""
Predicate = Callable[[Request], bool]


@dataclass
class _Rule:
    fault: Fault
    when: Predicate
    times: int
    skip: int

    def takes(self, request: Request) -> bool:
        if self.times <= 0 or not self.when(request):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


def kind_of(head: Head) -> str:
    """Name a request: list, put, copy, block, commit, blocks (reads the block list), get, head, delete or other."""
    words = head.query.split("&")
    if head.method == "PUT":
        if "comp=block" in words:
            return "block"
        if "comp=blocklist" in words:
            return "commit"
        if any(word.startswith(("comp=", "restype=")) for word in words):
            return "other"
        return "copy" if "x-ms-copy-source" in head.headers else "put"
    if "comp=list" in words:
        return "list"
    if "comp=blocklist" in words:
        return "blocks"
    return {"GET": "get", "HEAD": "head", "DELETE": "delete"}.get(head.method, "other")


class FaultProxy:
    """The proxy; a context manager.

    Args:
        target: Port of the server on this computer.
        papers: Given, it talks https to both sides.
    """

    def __init__(self, target: int, papers: TlsPapers | None = None) -> None:
        self._target, self._papers = target, papers
        self._lock = threading.Lock()
        self._rules: list[_Rule] = []
        self._requests: list[Request] = []
        self._open: set[asyncio.Task[None]] = set()
        self._hole_until = 0.0
        self._pace_bytes_per_s = 0
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault proxy", daemon=True)
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._deafen())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Any) -> None:
        done: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        done.result(timeout=30)

    # What to do

    def add(self, fault: Fault, when: Predicate | str, *, times: int = 1, skip: int = 0) -> None:
        """Let a fault befall the next requests that a predicate, or a kind, takes.

        Args:
            fault: From the module `faults`.
            when: Predicate or kind; the words of several kinds are parted by spaces.
            times: How many requests.
            skip: Let so many of them pass before.
        """
        kinds = when.split() if isinstance(when, str) else []
        predicate = when if callable(when) else lambda request: request.kind in kinds
        with self._lock:
            self._rules.append(_Rule(fault, predicate, times, skip))

    def calm(self) -> None:
        """Forget all rules, and end a black hole."""
        with self._lock:
            self._rules.clear()
        self._hole_until = 0.0

    def black_hole(self, seconds: float) -> None:
        """Pass nothing on for a while, in either direction; connections stay open."""
        self._hole_until = self._loop.time() + seconds

    def pace(self, bytes_per_s: int) -> None:
        """Let request bodies of one connection pass no faster than this; 0 = as fast as it goes."""
        self._pace_bytes_per_s = bytes_per_s

    def offline(self) -> None:
        """Refuse connections and cut those that are open, until `online`."""
        self._do(self._deafen())

    def online(self) -> None:
        """Listen again on the same port."""
        self._do(self._listen())

    # What was seen

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{'https' if self._papers else 'http'}://127.0.0.1:{self.port}"

    def url(self, container_url: str) -> str:
        """Return the address of a container through this proxy."""
        return self.origin + "/" + container_url.split("/", 3)[3]

    @property
    def requests(self) -> list[Request]:
        """All requests so far, in the order in which they came."""
        with self._lock:
            return list(self._requests)

    def forget(self) -> None:
        """Begin to count anew."""
        with self._lock:
            self._requests.clear()

    @property
    def counts(self) -> Counter[str]:
        """How many requests there were of each kind."""
        return Counter(request.kind for request in self.requests)

    def sent(self, *kinds: str) -> int:
        """Bytes of request bodies that arrived here, of some kinds; without kinds: of photos, whole or in blocks."""
        wanted = kinds or ("put", "block")
        return sum(request.sent for request in self.requests if request.kind in wanted)

    def got(self, *kinds: str) -> int:
        """Bytes of reply bodies that were passed on, of some kinds, or of downloads."""
        wanted = kinds or ("get",)
        return sum(request.got for request in self.requests if request.kind in wanted)

    @property
    def befallen(self) -> list[Request]:
        """Those that a fault befell."""
        return [request for request in self.requests if request.fault]

    # The thread's own

    async def _listen(self) -> None:
        if self._server is not None:
            return
        context = self._papers.server_context() if self._papers else None
        ear = socket.create_server(("127.0.0.1", self.port))
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, READ_AHEAD)  # its connections inherit it
        self._server = await asyncio.start_server(self._accept, sock=ear, limit=READ_AHEAD, ssl=context)
        self.port = ear.getsockname()[1]

    async def _deafen(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        while self._open or getattr(server, "_active_count", 0):
            # Those still in their handshake are no tasks yet, and would be left behind.
            tasks = list(self._open)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, asyncio.sleep(0.001), return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._serve(Streams(reader, writer)))
        self._open.add(task)

        def over(_task: asyncio.Task[None]) -> None:
            self._open.discard(task)
            writer.transport.abort()  # it may have been cut off before its first step

        task.add_done_callback(over)

    async def _serve(self, near: Streams) -> None:
        far: Streams | None = None
        try:
            context: ssl.SSLContext | None = self._papers.client_context() if self._papers else None
            opening = self._loop.create_task(
                asyncio.open_connection("127.0.0.1", self._target, limit=1 << 20, ssl=context)
            )
            try:
                far = Streams(*await asyncio.shield(opening))
            except asyncio.CancelledError:
                far = Streams(*await opening)  # cut off in its handshake asyncio would leave the socket behind
                raise
            while (head := await read_request(near)) is not None:
                if not await self._pass(head, near, far):
                    break
        except (OSError, EOFError, asyncio.CancelledError):
            reset(near)
        finally:
            await near.close()
            if far is not None:
                await far.close()

    async def _pass(self, head: Head, near: Streams, far: Streams) -> bool:
        """Pass one request and its reply; False = the connection is over."""
        number, fault = self._note(head)
        if isinstance(fault, BlackHole):
            self.black_hole(fault.seconds)
        if isinstance(fault, Answer):
            await pass_request_body(near, None, head, fault, self._gate(number))
            near.writer.write(fault.bytes())
            await near.writer.drain()
            self._update(number, status=fault.status)
            return True
        await self._wait_out_hole()
        far.writer.write(head.raw)
        await pass_request_body(near, far, head, fault, self._gate(number), self._piece())
        reply = await read_reply(far)
        self._update(number, status=reply.status)
        if isinstance(fault, LoseReply):
            reset(near)
            return False
        await self._wait_out_hole()
        return await pass_reply_body(far, near, head, reply, fault, self._passed(number))

    def _note(self, head: Head) -> tuple[int, Fault | None]:
        with self._lock:
            number = len(self._requests)
            request = Request(number, kind_of(head), head.method, head.path, head.query, head.size, head.headers)
            fault = next((rule.fault for rule in self._rules if rule.takes(request)), None)
            fault_name = type(fault).__name__ if fault else ""
            self._requests.append(replace(request, fault=fault_name, came_s=self._loop.time()))
            return number, fault

    def _gate(self, number: int) -> Callable[[int], Any]:
        async def gate(size: int) -> None:
            self._update(number, sent=size)
            await self._wait_out_hole()
            if self._pace_bytes_per_s:
                await asyncio.sleep(size / self._pace_bytes_per_s)

        return gate

    def _passed(self, number: int) -> Callable[[int], Any]:
        async def gate(size: int) -> None:
            self._update(number, got=size)
            await self._wait_out_hole()

        return gate

    def _piece(self) -> int:
        """Paced, a body goes on in ten pieces a second, so that it never seems to stand still."""
        return max(1, min(PIECE, self._pace_bytes_per_s // 10)) if self._pace_bytes_per_s else PIECE

    async def _wait_out_hole(self) -> None:
        if (left_s := self._hole_until - self._loop.time()) > 0:
            await asyncio.sleep(min(left_s, 0.02))
            await self._wait_out_hole()

    def _update(self, number: int, *, status: int = 0, sent: int = 0, got: int = 0) -> None:
        with self._lock, contextlib.suppress(IndexError):  # counted anew meanwhile
            old = self._requests[number]
            self._requests[number] = replace(
                old,
                status=status or old.status,
                done_s=self._loop.time() if status else old.done_s,
                sent=old.sent + sent,
                got=old.got + got,
            )
