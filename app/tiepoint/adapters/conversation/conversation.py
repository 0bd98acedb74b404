"""One conversation with a daemon: requests matched with answers, and what it tells unasked handed on.

Must not connect again and must not know any method but `hello`. On the loop that made it.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from tiepoint.domain.errors import ConnectionLost, InputError, ProtocolError, TiepointError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.protocol.codec import MalformedMessage, from_json, to_json
from tiepoint.protocol.envelope import Notification, Request, Response, parse_envelope
from tiepoint.protocol.errors import ErrorCode, read_error
from tiepoint.protocol.framing import LineBuffer, MessageTooLong, decode_message, encode_message
from tiepoint.protocol.hello import HelloParams, HelloResult
from tiepoint.protocol.methods import HELLO, Method

P = TypeVar("P")
R = TypeVar("R")
_READ_BYTES = 256 * 1024
_HELLO_WAIT_S = 20.0
_ANSWER_WAIT_S = 60.0
_STINT_BYTES = 64 * 1024
_STINT_S = 0.003
_REST = 4
"""After a stint the loop is left alone for so many times the work it was: a flood gets a fifth of it at most."""
_LONGEST_REST_S = 0.1
_log = logging.getLogger(__name__)

_USAGE_CODES = {
    ErrorCode.INVALID_PARAMS,
    ErrorCode.UNKNOWN_JOB,
    ErrorCode.UNKNOWN_NODE,
    ErrorCode.WRONG_STATE,
    ErrorCode.NOT_CAPABLE,
}


@dataclass(frozen=True, slots=True)
class Partner:
    """Whom a client speaks with, in words for people.

    Args:
        name: What it is called in the middle of a sentence.
        unaffected: What goes on though the stream broke.
        look: How to look again.
        restart: What to do when it makes no sense any more.
    """

    name: str
    unaffected: str
    look: str
    restart: str


class AnswerTooLong(ProtocolError):
    """What was asked does not fit into one message; nothing else is wrong."""


class ByteStream(Protocol):
    """What a conversation needs of a stream: a socket, or the stdin and stdout of `tiepoint-agent connect`."""

    async def read(self, limit_bytes: int) -> bytes:
        """Read what is there, at most so much; empty at the end. Raises OSError."""

    async def write(self, data: bytes) -> None:
        """Write all of it, waiting while the other side is slow. Raises OSError."""

    async def close(self) -> None:
        """Close it; never raises."""


class Conversation:
    """An open stream after its `hello`.

    Args:
        stream: The stream; it is closed with the conversation.
        notified: Called with each notification, in order; must return at once.
        partner: Whom this is with.
        overheard: Called with the raw line of each message just before it is taken.
        kept: Called with each raw line before it is read; returns whether nobody needs to read it now.
    """

    def __init__(
        self,
        stream: ByteStream,
        notified: Callable[[Notification], None],
        partner: Partner,
        overheard: Callable[[bytes], None] = lambda _line: None,
        kept: Callable[[bytes], bool] = lambda _line: False,
    ) -> None:
        self._stream = stream
        self._overheard, self._kept = overheard, kept
        self._partner = partner
        self._notified = notified
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Response]] = {}
        self._heeded: dict[int, Callable[[Response], None]] = {}
        self._end: TiepointError | None = None
        self._reader: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether requests can be sent."""
        return self._end is None

    @property
    def why_ended(self) -> TiepointError | None:
        """Why it is over; None while it is open."""
        return self._end

    async def open(self, client: str) -> HelloResult:
        """Say hello and begin to listen.

        Args:
            client: Name and version of this program.

        Raises:
            ConnectionLost: The stream ended or stayed silent.
            ProtocolError: The other side is none of ours, or refused.
        """
        self._reader = asyncio.create_task(self._read(), name=f"conversation with {self._partner.name}")
        return await self.request(HELLO, HelloParams(client), wait_s=_HELLO_WAIT_S)

    async def request(
        self,
        method: Method[P, R],
        params: P,
        *,
        wait_s: float = _ANSWER_WAIT_S,
        arrived: Callable[[R], None] | None = None,
    ) -> R:
        """Ask, and wait for the answer. Cancel safe: the answer is then passed over.

        Args:
            method: What to ask.
            params: Its params.
            wait_s: After so long without an answer the conversation is over.
            arrived: Called with the result in its order among the notifications; this call returns only later.

        Raises:
            ConnectionLost: The stream broke before the answer.
            ProtocolError: The answer makes no sense.
            TiepointError: The other side answered with an error.
        """
        if self._end is not None:
            raise self._end
        request_id = next(self._ids)
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._waiting[request_id] = answer
        if arrived is not None:
            self._heeded[request_id] = lambda response: arrived(self._result(method, response))
        try:
            await self._stream.write(encode_message(Request(request_id, method.name, to_json(params)).message()))
            async with asyncio.timeout(wait_s):
                response = await answer
        except TimeoutError:
            raise self._finish(self._lost(f"no answer to {method.name} within {wait_s:.0f} s")) from None
        except OSError as error:
            raise self._finish(self._lost(str(error))) from error
        except MalformedMessage as error:
            raise UsageError(f"The request is too long for the {self._partner.name}.", detail=str(error)) from error
        finally:
            self._waiting.pop(request_id, None)
            self._heeded.pop(request_id, None)
            if answer.done() and not answer.cancelled():
                answer.exception()  # seen, even when the writing failed first and the answer is never awaited
        return self._result(method, response)

    async def close(self) -> None:
        """Close the stream; requests still waiting end with ConnectionLost."""
        self._finish(self._lost("closed by this program"))
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        await self._stream.close()

    async def _read(self) -> None:
        buffer, size, worked_s = LineBuffer(), 0, 0.0
        try:
            while data := await self._stream.read(_READ_BYTES):
                began = time.thread_time()
                for line in buffer.lines(data):
                    size += len(line)
                    if not self._kept(line):
                        message = parse_envelope(decode_message(line))
                        self._overheard(line)
                        self._take(message)
                    if size >= _STINT_BYTES:
                        size, worked_s = 0, await _rested(worked_s + time.thread_time() - began)
                        began = time.thread_time()
                worked_s += time.thread_time() - began
            self._finish(self._lost("the other side closed the stream"))
        except OSError as error:
            self._finish(self._lost(str(error)))
        except MalformedMessage as error:
            self._finish(self._nonsense(f"sent something unreadable: {_told(error)}", str(error)))

    def _take(self, envelope: Request | Notification | Response) -> None:
        if isinstance(envelope, Notification):
            self._notified(envelope)
        elif isinstance(envelope, Request):
            _log.warning("%s asked something (%s); a client answers nothing", self._partner.name, envelope.method)
        elif envelope.id is None:
            code, failure = read_error(envelope.error)
            self._finish(
                ProtocolError(failure.summary, remedy=self._partner.restart, detail=f"code {code}: {failure.detail}")
            )
        elif (answer := self._waiting.get(envelope.id)) is not None and not answer.done():
            self._heed(envelope)
            answer.set_result(envelope)

    def _heed(self, response: Response) -> None:
        heeded = self._heeded.get(response.id or 0)
        if heeded is not None and response.error is None:
            with contextlib.suppress(ProtocolError):  # whoever asked is told
                heeded(response)

    def _finish(self, why: TiepointError) -> TiepointError:
        """End the conversation, unless it has ended; return why it did."""
        self._end = self._end or why
        self.ended.set()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(self._end)
        return self._end

    def _lost(self, detail: str) -> ConnectionLost:
        partner = self._partner
        summary = f"The connection to the {partner.name} was lost; {partner.unaffected}."
        return ConnectionLost(summary, remedy=partner.look, retryable=True, detail=detail)

    def _nonsense(self, what: str, detail: str) -> ProtocolError:
        return ProtocolError(f"The {self._partner.name} {what}.", remedy=self._partner.restart, detail=detail)

    def _result(self, method: Method[P, R], response: Response) -> R:
        if response.error is not None:
            code, failure = read_error(response.error)
            raise _raised(code, failure)
        try:
            return from_json(method.result, response.result, method.name)
        except MalformedMessage as error:
            raise self._nonsense("gave an answer that cannot be read", str(error)) from error


async def _rested(worked_s: float) -> float:
    """Leave the loop to others after so much work, if it is a stint; return the work since the last rest."""
    if worked_s < _STINT_S:
        return worked_s
    await asyncio.sleep(min(_REST * worked_s, _LONGEST_REST_S))
    return 0.0


def _told(error: MalformedMessage) -> str:
    return "a line of more than 1 MiB" if isinstance(error, MessageTooLong) else "no message of our protocol"


def _raised(code: int, failure: Failure) -> TiepointError:
    """Turn an error answer into the exception a caller of the port expects."""
    if code == ErrorCode.MESSAGE_TOO_LONG:
        return AnswerTooLong(failure.summary, remedy=failure.remedy, detail=failure.detail)
    error = failure.as_error()
    if code in _USAGE_CODES and not isinstance(error, UsageError | InputError):
        return UsageError(failure.summary, remedy=failure.remedy, retryable=failure.retryable, detail=failure.detail)
    return error
