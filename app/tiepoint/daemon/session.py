"""One client's stream: greeting, requests, answers and what it is told unasked.

Asyncio; a client's mistakes end its stream only. What is asked and told is the `Dialogue`'s business.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from tiepoint.daemon.refusal import Refusal
from tiepoint.domain.errors import EngineFailure, ProtocolError
from tiepoint.domain.failure import Failure
from tiepoint.protocol.codec import MalformedMessage, from_json, to_json
from tiepoint.protocol.envelope import Notification, Request, Response, parse_envelope
from tiepoint.protocol.errors import ErrorCode
from tiepoint.protocol.framing import LineBuffer, MessageTooLong, encode_message
from tiepoint.protocol.hello import HelloParams, HelloResult
from tiepoint.protocol.methods import HELLO

_log = logging.getLogger(__name__)

_MOST_WAITING_ANSWERS: Final = 50
_READ_BYTES: Final = 65536
_WRITTEN_BYTES: Final = 65536
_CLOSING_S: Final = 2.0


class Dialogue(Protocol):
    """A daemon's side of what is said with one client. On the loop's thread."""

    def hello(self, params: HelloParams) -> HelloResult:
        """Answer the greeting. Raises Refusal."""

    async def call(self, name: str, params: Mapping[str, Any]) -> Any:
        """Do what a request asks and return the result's dataclass.

        Raises:
            Refusal: Why it was not done.
            MalformedMessage: The params are wrong.
        """

    def is_slow(self, name: str) -> bool:
        """Whether a request may take long, so that others are answered meanwhile."""

    def next_notification(self) -> Notification | None:
        """Take the next thing to tell unasked, None when there is nothing."""

    def end(self) -> None:
        """The client has gone."""


class Session:
    """Serves one client until either side closes.

    Args:
        reader: Its stream.
        writer: Its stream.
        dialogue: Makes what answers it; is handed what to call when there is something to tell.
        title: What people call this daemon.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        dialogue: Callable[[Callable[[], None]], Dialogue],
        title: str,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._title = title
        self._answers: deque[Mapping[str, Any]] = deque()
        self._is_ending = False
        self._has_greeted = False
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._slow: set[asyncio.Task[None]] = set()
        self._dialogue = dialogue(self._wake.set)

    async def serve(self) -> None:
        """Serve until the stream ends."""
        self._serving = asyncio.current_task()
        writing = asyncio.create_task(self._write_all(), name="client writer")
        try:
            await self._read_all(writing)
        except (ConnectionError, OSError):
            _log.debug("a client went away")
        finally:
            self._dialogue.end()
            for task in self._slow:
                task.cancel()
            self._is_ending = True
            self._wake.set()
            await self._finish(writing)

    def end(self) -> None:
        """Close the stream once what waits is written."""
        if self._serving is not None:
            self._serving.cancel()

    async def _finish(self, writing: asyncio.Task[None]) -> None:
        with contextlib.suppress(TimeoutError, ConnectionError, OSError):
            await asyncio.wait_for(writing, _CLOSING_S)
        self._writer.close()
        with contextlib.suppress(ConnectionError, OSError, TimeoutError):
            await asyncio.wait_for(self._writer.wait_closed(), _CLOSING_S)

    async def _read_all(self, writing: asyncio.Task[None]) -> None:
        buffer = LineBuffer()
        while not self._is_ending and not writing.done():
            data = await self._reader.read(_READ_BYTES)
            if not data:
                return
            try:
                for message in buffer.feed(data):
                    await self._handle(message)
            except MalformedMessage as error:
                self._refuse_stream(error)
                return

    def _refuse_stream(self, error: MalformedMessage) -> None:
        """Say why before closing: after an unreadable line nothing that follows can be trusted."""
        code = ErrorCode.MESSAGE_TOO_LONG if isinstance(error, MessageTooLong) else ErrorCode.PARSE_ERROR
        failure = Failure.of(ProtocolError("A message could not be read, so the stream is closed.", detail=str(error)))
        _log.info("closing a client's stream: %s", error)
        self._put(Response.failed(None, code, failure).message())

    async def _handle(self, message: Mapping[str, Any]) -> None:
        envelope = parse_envelope(message)
        if not isinstance(envelope, Request):
            return
        if self._has_greeted and self._dialogue.is_slow(envelope.method):
            task = asyncio.create_task(self._answer(envelope), name=envelope.method)
            self._slow.add(task)
            task.add_done_callback(self._slow.discard)
        else:
            await self._answer(envelope)
        while len(self._answers) + len(self._slow) > _MOST_WAITING_ANSWERS:
            self._room.clear()
            await self._room.wait()

    async def _answer(self, request: Request) -> None:
        try:
            result = await self._result(request)
            answer = Response(request.id, to_json(result)).message()
        except Refusal as refusal:
            answer = Response.failed(request.id, refusal.code, refusal.failure).message()
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception:  # noqa: BLE001 - a mistake of ours must not end the stream
            _log.exception("the request %s failed", request.method)
            failure = Failure.of(EngineFailure(f"The {self._title} made a mistake; its log says more.", retryable=True))
            answer = Response.failed(request.id, ErrorCode.INTERNAL_ERROR, failure).message()
        self._put(answer)

    async def _result(self, request: Request) -> Any:
        try:
            if request.method == HELLO.name:
                answer = self._dialogue.hello(from_json(HELLO.params, request.params, "params"))
                self._has_greeted = True
                return answer
            if not self._has_greeted:
                raise Refusal(ErrorCode.HELLO_FIRST, ProtocolError("The first request must be hello."))
            return await self._dialogue.call(request.method, request.params)
        except MalformedMessage as error:
            raise Refusal(ErrorCode.INVALID_PARAMS, ProtocolError(f"The request is wrong: {error}.")) from error

    def _put(self, message: Mapping[str, Any]) -> None:
        self._answers.append(message)
        self._wake.set()

    def _next(self) -> Mapping[str, Any] | None:
        if self._answers:
            return self._answers.popleft()
        notification = self._dialogue.next_notification()
        return None if notification is None else notification.message()

    async def _write_all(self) -> None:
        while True:
            data = self._waiting()
            if not data:
                if self._is_ending:
                    return
                self._wake.clear()
                self._room.set()
                await self._wake.wait()
                continue
            self._writer.write(data)
            await self._writer.drain()
            self._room.set()

    def _waiting(self) -> bytes:
        """Take what waits, as much as is written at once: two hundred small messages cost one wake-up of the client."""
        lines: list[bytes] = []
        size = 0
        while size < _WRITTEN_BYTES and (message := self._next()) is not None:
            lines.append(_line(message))
            size += len(lines[-1])
        return b"".join(lines)


def _line(message: Mapping[str, Any]) -> bytes:
    """Write a message; an answer too long for the protocol becomes an error that says so."""
    try:
        return encode_message(message)
    except MessageTooLong as error:
        failure = Failure.of(ProtocolError("The answer is too long; ask for less at once.", detail=str(error)))
        return encode_message(Response.failed(message.get("id"), ErrorCode.MESSAGE_TOO_LONG, failure).message())
