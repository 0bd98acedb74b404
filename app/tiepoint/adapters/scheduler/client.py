"""The scheduler behind an agent, through the scheduler protocol, over whatever stream it is given.

Must not know how a stream comes about nor what engine is behind it. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, TypeAlias, TypeVar

from tiepoint.adapters.conversation.conversation import AnswerTooLong, ByteStream, Conversation
from tiepoint.adapters.conversation.waiting import first_of
from tiepoint.adapters.scheduler.doubts import Doubts
from tiepoint.adapters.scheduler.patience import STEADY_S, loss_of, partner_of, pause_after
from tiepoint.adapters.scheduler.subscription import SUBSCRIBE_RAW, Subscription
from tiepoint.domain.errors import (
    AgentUnavailable,
    ConnectionLost,
    TiepointError,
)
from tiepoint.domain.estimate import PastRun
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job
from tiepoint.domain.job_order import NewestFirst
from tiepoint.domain.node import Node
from tiepoint.ports.flight_recorder import FlightRecorder
from tiepoint.ports.scheduler import ConnectionState, SchedulerSnapshot
from tiepoint.protocol import methods
from tiepoint.protocol.envelope import Notification
from tiepoint.protocol.hello import HelloResult
from tiepoint.protocol.methods import Diagnostics, JobRef, LogsResult, Method, Nothing, StopParams, SubmitParams

P = TypeVar("P")
R = TypeVar("R")
OpenStream: TypeAlias = Callable[[], Awaitable[ByteStream]]
Sleep: TypeAlias = Callable[[float], Awaitable[None]]
_BRISK: Final = 10
"""So many changes in a period are told every period; more of them more rarely, up to `_SLOWEST` periods apart."""
_SLOWEST: Final = 20
_SAME_CLOCK_S: Final = 1.0
"""A clock that differs by less is taken as ours: the answer was under way, too."""
_log = logging.getLogger(__name__)


class ProtocolScheduler:
    """Implements `ports.scheduler.Scheduler`.

    Args:
        open_stream: Makes a new stream, starting the agent when that is possible; raises AgentUnavailable, and for a
            cluster whatever `ports.remote` and Azure may raise.
        client: Name and version of this program, for the agent's log.
        sleep: Waits between attempts to connect again; a test gives its own clock.
        site: Name of the tape, with a recorder.
        name: What people call the cluster; empty = this computer.
        recorder: Records what is heard; None = nobody does.
        period_s: `follow` tells at most one snapshot in so many seconds.
    """

    def __init__(
        self,
        open_stream: OpenStream,
        client: str,
        sleep: Sleep = asyncio.sleep,
        *,
        site: str = "",
        name: str = "",
        recorder: FlightRecorder | None = None,
        period_s: float = 0.1,
    ) -> None:
        self._partner = partner_of(name)
        self._period_s = period_s
        self._open_stream = open_stream
        self._client = client
        self._sleep = sleep
        self._conversation: Conversation | None = None
        self._hello: HelloResult | None = None
        self._connecting = asyncio.Lock()
        self._subscribing = asyncio.Lock()
        self._subscription = Subscription(Doubts(self._partner.name), recorder, site)
        self._subscribed_to: Conversation | None = None
        self._line = b""
        self._try_now = asyncio.Event()

    async def hello(self) -> HelloResult:
        """What the agent is and can do."""
        await self._connected()
        if self._hello is None:
            raise AgentUnavailable("The agent did not introduce itself.", remedy="Try again.", retryable=True)
        return self._hello

    async def jobs(self) -> tuple[Job, ...]:
        """All jobs, newest first."""
        try:
            return (await self._ask(methods.JOBS_LIST, Nothing())).jobs
        except AnswerTooLong:
            return NewestFirst().put((await self._everything()).jobs)

    async def job(self, job: JobId) -> Job:
        """One job."""
        return await self._ask_job(methods.JOBS_GET, job)

    async def submit(self, request: SubmitParams) -> Job:
        """Hand in a job; the same key is the same job."""
        return (await self._ask(methods.JOBS_SUBMIT, request)).job

    async def pause(self, job: JobId) -> Job:
        """Stop a job for now."""
        return await self._ask_job(methods.JOBS_PAUSE, job)

    async def resume(self, job: JobId) -> Job:
        """Let a paused job go on."""
        return await self._ask_job(methods.JOBS_RESUME, job)

    async def abort(self, job: JobId) -> Job:
        """Stop a job for good."""
        return await self._ask_job(methods.JOBS_ABORT, job)

    async def retry(self, job: JobId) -> Job:
        """Let a failed or aborted job go on."""
        return await self._ask_job(methods.JOBS_RETRY, job)

    async def adopt(self, job: JobId) -> Job:
        """Take another tool's job as one's own."""
        return await self._ask_job(methods.JOBS_ADOPT, job)

    async def nodes(self) -> tuple[Node, ...]:
        """All nodes."""
        try:
            return (await self._ask(methods.NODES_LIST, Nothing())).nodes
        except AnswerTooLong:
            return tuple((await self._everything()).nodes.values())

    async def pause_node(self, node: NodeId) -> Node:
        """Let a node take no new task."""
        return (await self._ask(methods.NODES_PAUSE, methods.NodeRef(node))).node

    async def resume_node(self, node: NodeId) -> Node:
        """Let a node take tasks again."""
        return (await self._ask(methods.NODES_RESUME, methods.NodeRef(node))).node

    async def quit_node(self, node: NodeId) -> Node:
        """End a node's process."""
        return (await self._ask(methods.NODES_QUIT, methods.NodeRef(node))).node

    async def set_capability(self, params: methods.CapabilityParams) -> Node:
        """Say what of a node its tasks may use."""
        return (await self._ask(methods.NODES_SET_CAPABILITY, params)).node

    async def node_logs(
        self, node: NodeId, *, lines: int, before: str | None = None, after: str | None = None
    ) -> LogsResult:
        """The end of a node's log, or what is before or after a cursor."""
        return await self._ask(
            methods.LOGS_TAIL, methods.LogsParams(node=node, lines=lines, before=before, after=after)
        )

    async def look(self, path: str) -> methods.LookResult:
        """What scheduler and nodes see at a path."""
        return await self._ask(methods.PATHS_LOOK, methods.PathParams(path))

    async def probe(self, path: str) -> methods.ProbeResult:
        """Write into a folder from every node."""
        return await self._ask(methods.PATHS_PROBE, methods.PathParams(path))

    async def record(self, *, on: bool) -> methods.RecordResult:
        """Begin or end writing what the engine's scheduler says."""
        return await self._ask(methods.AGENT_RECORD, methods.RecordParams(on))

    async def set_priority(self, job: JobId, priority: int) -> Job:
        """Let a job run before or after others."""
        return (await self._ask(methods.JOBS_SET_PRIORITY, methods.PriorityParams(job, priority))).job

    async def set_node_limit(self, job: JobId, nodes: int) -> Job:
        """Let a job use at most so many nodes."""
        return (await self._ask(methods.JOBS_SET_NODE_LIMIT, methods.NodeLimitParams(job, nodes))).job

    async def logs(self, job: JobId, *, lines: int, before: str | None = None, after: str | None = None) -> LogsResult:
        """The end of a job's log, or what is before or after a cursor."""
        params = methods.LogsParams(job=job, lines=lines, before=before, after=after)
        return await self._ask(methods.LOGS_TAIL, params)

    async def timings(self) -> tuple[PastRun, ...]:
        """What earlier jobs took."""
        return (await self._ask(methods.TIMINGS_LIST, Nothing())).runs

    async def diagnostics(self) -> Diagnostics:
        """Facts about the agent."""
        return await self._ask(methods.AGENT_DIAGNOSTICS, Nothing())

    async def stop(self, *, now: bool) -> None:
        """Ask the agent to end."""
        await self._ask(methods.AGENT_STOP, StopParams("now" if now else "idle"))

    async def follow(self) -> AsyncGenerator[SchedulerSnapshot, None]:
        """Follow everything; see the port."""
        failures = short = 0
        while True:
            try:
                conversation = await self._subscribed()
            except TiepointError as error:
                if not self._subscription.is_begun:
                    raise
                pause_s = pause_after(error, failures)
                self._try_now.clear()
                yield self._told(ConnectionState.LOST, Failure.of(error), pause_s)
                if await self._wait(pause_s):
                    failures = 0
                else:
                    failures += 1
                yield self._told(ConnectionState.LOST, Failure.of(error))
                continue
            failures, began = 0, time.monotonic()
            while conversation.is_open:
                change = self._subscription.change()
                yield self._told(ConnectionState.CONNECTED)
                await self._collect(conversation)
                await first_of(change, conversation.ended)
                await self._subscription.digest()
            self._subscription.lost()
            short = 0 if time.monotonic() - began >= STEADY_S else short + 1
            problem, pause_s = loss_of(conversation.why_ended, self._partner), pause_after(None, short - 2)
            self._try_now.clear()
            if short > 1:
                yield self._told(ConnectionState.LOST, problem, pause_s)
                await self._wait(pause_s)
            yield self._told(ConnectionState.LOST, problem)

    def try_now(self) -> None:
        """Cut a pause between two attempts short."""
        self._try_now.set()

    async def close(self) -> None:
        """Let go of the connection."""
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            await conversation.close()

    async def _ask_job(self, method: Method[JobRef, methods.JobResult], job: JobId) -> Job:
        return (await self._ask(method, JobRef(job))).job

    async def _ask(self, method: Method[P, R], params: P) -> R:
        conversation = await self._connected()
        try:
            return await conversation.request(method, params)
        except ConnectionLost as error:
            _log.info("%s is asked again: %s", method.name, error.detail)
        conversation = await self._connected()
        return await conversation.request(method, params)

    async def _everything(self) -> SchedulerSnapshot:
        """What fits into no single answer: the state that a subscription brings in parts."""
        conversation = await self._subscribed()
        while conversation.is_open and not self._subscription.is_whole:
            change = self._subscription.change()
            await first_of(change, conversation.ended)
        if not self._subscription.is_whole:
            raise conversation.why_ended or ConnectionLost("The connection was lost.", retryable=True)
        return self._told(ConnectionState.CONNECTED)

    async def _subscribed(self) -> Conversation:
        conversation = await self._connected()
        async with self._subscribing:
            if self._subscribed_to is not conversation:
                params, self._subscribed_to = self._subscription.params(), None
                await conversation.request(
                    SUBSCRIBE_RAW, params, arrived=lambda answer: self._subscription.begin(answer, self._line)
                )
                self._subscribed_to = conversation
        return conversation

    def _told(
        self, connection: ConnectionState, problem: Failure | None = None, retry_s: float | None = None
    ) -> SchedulerSnapshot:
        return self._subscription.snapshot(connection, problem, retry_s=retry_s)

    async def _collect(self, conversation: Conversation) -> None:
        """Let changes come together for a period, or for several when there are many; a whole state is told soon."""
        if self._period_s:
            await _within(self._period_s, conversation.ended)
            more = min(_SLOWEST - 1, self._subscription.waiting // _BRISK)
            if more and conversation.is_open:
                await _within(more * self._period_s, conversation.ended, self._subscription.is_new)

    async def _wait(self, pause_s: float) -> bool:
        """Wait for the next attempt; return whether somebody did not want to."""
        waits = [asyncio.ensure_future(self._sleep(pause_s)), asyncio.ensure_future(self._try_now.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return self._try_now.is_set()

    async def _connected(self) -> Conversation:
        """Return the open conversation, or begin one."""
        async with self._connecting:
            if self._conversation is not None and self._conversation.is_open:
                return self._conversation
            await self.close()
            self._conversation, self._hello = await self._begun()
            return self._conversation

    async def _begun(self) -> tuple[Conversation, HelloResult]:
        stream = await self._open_stream()
        conversation = Conversation(stream, self._notified, self._partner, self._overhear, self._subscription.keep)
        try:
            hello = await conversation.open(self._client)
        except BaseException:
            await conversation.close()
            raise
        offset_s = (hello.time - datetime.now(UTC)).total_seconds()
        self._subscription.offset_s = offset_s if abs(offset_s) > _SAME_CLOCK_S else 0.0
        return conversation, hello

    def _overhear(self, line: bytes) -> None:
        self._line = line

    def _notified(self, notification: Notification) -> None:
        self._subscription.take(notification, self._line)


async def _within(seconds: float, *events: asyncio.Event) -> None:
    """Wait for the first of some events, for so long at most."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await first_of(*events)
