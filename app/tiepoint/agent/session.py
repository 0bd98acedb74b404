"""One client's stream: greeting, requests, answers and events. Asyncio; a client's mistakes end its stream only.

A client that reads too slowly for its events gets a snapshot instead of a queue without end.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from tiepoint.agent.journal import DEFAULT_TOPICS, topic_of
from tiepoint.agent.methods import AgentMethods
from tiepoint.agent.publisher import Publisher
from tiepoint.agent.refusal import Refusal
from tiepoint.domain.errors import EngineFailure, ProtocolError
from tiepoint.domain.failure import Failure
from tiepoint.protocol.codec import MalformedMessage, from_json, to_json
from tiepoint.protocol.envelope import Notification, Request, Response, parse_envelope
from tiepoint.protocol.errors import ErrorCode
from tiepoint.protocol.events import EVENT, SNAPSHOT, Event, Snapshot
from tiepoint.protocol.framing import LineBuffer, MessageTooLong, encode_message
from tiepoint.protocol.methods import HELLO, SUBSCRIBE, SubscribeParams, SubscribeResult

_log = logging.getLogger(__name__)

MOST_WAITING_EVENTS: Final = 500
_MOST_WAITING_ANSWERS: Final = 50
_READ_BYTES: Final = 65536
_CLOSING_S: Final = 2.0


class Session:
    """Serves one client until either side closes.

    Args:
        reader: Its stream.
        writer: Its stream.
        methods: What answers its requests.
        publisher: Where events come from.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, methods: AgentMethods, publisher: Publisher
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._methods = methods
        self._publisher = publisher
        self._answers: deque[Mapping[str, Any]] = deque()
        self._events: deque[Event] = deque()
        self._topics = DEFAULT_TOPICS
        self._is_snapshot_due = False
        self._is_ending = False
        self._has_greeted = False
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._unsubscribe: Callable[[], None] | None = None
        self._serving: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Serve until the stream ends."""
        self._serving = asyncio.current_task()
        writing = asyncio.create_task(self._write_all(), name="client writer")
        try:
            await self._read_all(writing)
        except (ConnectionError, OSError):
            _log.debug("a client went away")
        finally:
            self._end_subscription()
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
        try:
            result = await self._result(envelope)
            answer = Response(envelope.id, to_json(result)).message()
        except Refusal as refusal:
            answer = Response.failed(envelope.id, refusal.code, refusal.failure).message()
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception:  # noqa: BLE001 - a mistake of ours must not end the stream
            _log.exception("the request %s failed", envelope.method)
            failure = Failure.of(EngineFailure("The agent made a mistake; its log says more.", retryable=True))
            answer = Response.failed(envelope.id, ErrorCode.INTERNAL_ERROR, failure).message()
        self._put(answer)
        while len(self._answers) > _MOST_WAITING_ANSWERS:
            self._room.clear()
            await self._room.wait()

    async def _result(self, request: Request) -> Any:
        try:
            if request.method == HELLO.name:
                answer = self._methods.hello(from_json(HELLO.params, request.params, "params"))
                self._has_greeted = True
                return answer
            if not self._has_greeted:
                raise Refusal(ErrorCode.HELLO_FIRST, ProtocolError("The first request must be hello."))
            if request.method == SUBSCRIBE.name:
                return self._subscribe(from_json(SUBSCRIBE.params, request.params, "params"))
        except MalformedMessage as error:
            raise Refusal(ErrorCode.INVALID_PARAMS, ProtocolError(f"The request is wrong: {error}.")) from error
        return await self._methods.call(request.method, dict(request.params))

    def _subscribe(self, params: SubscribeParams) -> SubscribeResult:
        self._publisher.flush()
        self._end_subscription()
        self._topics = frozenset(params.topics) or DEFAULT_TOPICS
        self._events.clear()
        self._is_snapshot_due = False
        self._unsubscribe = self._publisher.subscribe(self._hear)
        journal = self._publisher.journal
        since = params.since
        missed = None if since is None else journal.missed(since.epoch, since.seq, self._topics)
        if missed is None:
            return SubscribeResult(journal.seq, journal.epoch, snapshot=self._methods.state())
        return SubscribeResult(journal.seq, journal.epoch, events=tuple(event.params() for event in missed))

    def _end_subscription(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None

    def _hear(self, event: Event) -> None:
        if self._is_snapshot_due or event.body is None or topic_of(event.body) not in self._topics:
            return
        self._events.append(event)
        if len(self._events) > MOST_WAITING_EVENTS:
            self._events.clear()
            self._is_snapshot_due = True
        self._wake.set()

    def _put(self, message: Mapping[str, Any]) -> None:
        self._answers.append(message)
        self._wake.set()

    def _next(self) -> Mapping[str, Any] | None:
        if self._answers:
            return self._answers.popleft()
        if self._is_snapshot_due:
            self._is_snapshot_due = False
            journal = self._publisher.journal
            snapshot = Snapshot(self._methods.state(), journal.seq, journal.epoch)
            return Notification(SNAPSHOT, to_json(snapshot)).message()
        if self._events:
            return Notification(EVENT, self._events.popleft().params()).message()
        return None

    async def _write_all(self) -> None:
        while True:
            message = self._next()
            if message is None:
                if self._is_ending:
                    return
                self._wake.clear()
                self._room.set()
                await self._wake.wait()
                continue
            self._writer.write(_line(message))
            await self._writer.drain()
            self._room.set()


def _line(message: Mapping[str, Any]) -> bytes:
    """Write a message; an answer too long for the protocol becomes an error that says so."""
    try:
        return encode_message(message)
    except MessageTooLong as error:
        failure = Failure.of(ProtocolError("The answer is too long; ask for less at once.", detail=str(error)))
        return encode_message(Response.failed(message.get("id"), ErrorCode.MESSAGE_TOO_LONG, failure).message())
