"""An agent that speaks the real protocol over an in-memory stream, with a `FakeScheduler` behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fakes.scheduler import T0, FakeScheduler
from tiepoint.domain.errors import TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job
from tiepoint.protocol.codec import from_json, to_json
from tiepoint.protocol.envelope import Notification, Request, Response, parse_envelope
from tiepoint.protocol.errors import ErrorCode
from tiepoint.protocol.events import EVENT, SNAPSHOT, Event, JobChanged, Snapshot, State
from tiepoint.protocol.framing import LineBuffer, encode_message
from tiepoint.protocol.methods import (
    METHODS,
    JobResult,
    JobsResult,
    NodesResult,
    Nothing,
    SubscribeResult,
    TimingsResult,
)


class MemoryStream:
    """One side of a pair; what is written here is read there."""

    def __init__(self) -> None:
        self.incoming = asyncio.Queue[bytes]()
        self.other: MemoryStream | None = None
        self.is_closed = False

    @classmethod
    def pair(cls) -> tuple[MemoryStream, MemoryStream]:
        one, other = cls(), cls()
        one.other, other.other = other, one
        return one, other

    async def read(self, limit_bytes: int) -> bytes:
        return b"" if self.is_closed else await self.incoming.get()

    async def write(self, data: bytes) -> None:
        if self.is_closed or self.other is None or self.other.is_closed:
            raise BrokenPipeError("the other side has gone")
        self.other.incoming.put_nowait(data)

    async def close(self) -> None:
        self.is_closed = True
        if self.other is not None:
            self.other.incoming.put_nowait(b"")
        self.incoming.put_nowait(b"")


class FakeAgent:
    """Serves any number of streams, one task each; `open_stream` is what a client is given."""

    def __init__(self, scheduler: FakeScheduler) -> None:
        self.scheduler = scheduler
        self.seq = 40
        self.journal: list[Event] = []
        self.streams: list[MemoryStream] = []
        self.subscribes: list[dict[str, Any]] = []
        self.opened = 0
        self.spoil: Callable[[Request], bytes | None] = lambda request: None
        """May give bytes to be sent instead of the answer to a request."""
        self.refuses: set[str] = set()
        """Methods it does not know."""
        self._tasks: set[asyncio.Task[None]] = set()
        scheduler.changed.append(self._job_changed)

    async def open_stream(self) -> MemoryStream:
        self.scheduler._reach()
        client, own = MemoryStream.pair()
        self.opened += 1
        self.streams.append(own)
        task = asyncio.create_task(self._serve(own))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return client

    async def drop_all(self) -> None:
        """Break every connection, as a killed agent does."""
        for stream in self.streams:
            await stream.close()
        self.streams.clear()

    def tell(self, notification: Notification) -> None:
        for stream in self.streams:
            if stream.other is not None:
                stream.other.incoming.put_nowait(encode_message(notification.message()))

    def tell_snapshot(self) -> None:
        self.tell(Notification(SNAPSHOT, to_json(Snapshot(self._state(), self.seq, self.scheduler.epoch))))

    def _job_changed(self, job: Job) -> None:
        self.seq += 1
        event = Event(self.seq, T0, JobChanged(job))
        self.journal.append(event)
        self.tell(Notification(EVENT, event.params()))

    async def _serve(self, stream: MemoryStream) -> None:
        buffer = LineBuffer()
        while data := await stream.read(65536):
            for message in buffer.feed(data):
                request = parse_envelope(message)
                assert isinstance(request, Request)
                spoiled = self.spoil(request)
                answer = spoiled if spoiled is not None else encode_message((await self._answer(request)).message())
                if answer and not stream.is_closed:
                    await stream.write(answer)

    async def _answer(self, request: Request) -> Response:
        method = METHODS.get(request.method)
        if method is None or request.method in self.refuses:
            return Response.failed(request.id, ErrorCode.METHOD_NOT_FOUND, Failure("protocol", "Unknown method."))
        try:
            result = await self._call(request.method, from_json(method.params, dict(request.params)))
        except TiepointError as error:
            return Response.failed(request.id, ErrorCode.FAILED, Failure.of(error))
        return Response(request.id, to_json(result))

    async def _call(self, name: str, params: Any) -> Any:
        fake = self.scheduler
        if name == "subscribe":
            self.subscribes.append(to_json(params))
            return self._subscribed(params.since)
        if name == "jobs.list":
            return JobsResult(await fake.jobs())
        if name == "nodes.list":
            return NodesResult(await fake.nodes())
        if name == "jobs.submit":
            return JobResult(await fake.submit(params))
        if name == "logs.tail":
            return await fake.logs(params.job, lines=params.lines, before=params.before, after=params.after)
        if name == "jobs.set_priority":
            return JobResult(await fake.set_priority(params.job, params.priority))
        if name == "jobs.set_node_limit":
            return JobResult(await fake.set_node_limit(params.job, params.nodes))
        if name == "timings.list":
            return TimingsResult(await fake.timings())
        if name == "agent.stop":
            await fake.stop(now=params.when == "now")
            return Nothing()
        if name in ("hello", "agent.diagnostics"):
            return await (fake.hello() if name == "hello" else fake.diagnostics())
        verb = "job" if name == "jobs.get" else name.removeprefix("jobs.")
        return JobResult(await getattr(fake, verb)(params.job))

    def _subscribed(self, since: Any) -> SubscribeResult:
        epoch = self.scheduler.epoch
        if since is not None and since.epoch == epoch:
            missed = tuple(event.params() for event in self.journal if event.seq > since.seq)
            return SubscribeResult(self.seq, epoch, missed)
        return SubscribeResult(self.seq, epoch, snapshot=self._state())

    def _state(self) -> State:
        return State(tuple(self.scheduler.all_jobs.values()), tuple(self.scheduler.all_nodes.values()))
