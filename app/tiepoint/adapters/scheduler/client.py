"""The scheduler behind an agent, through the scheduler protocol, over whatever stream it is given.

Must not know how a stream comes about nor what engine is behind it. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeAlias, TypeVar

from tiepoint.adapters.conversation.conversation import ByteStream, Conversation, Partner
from tiepoint.adapters.conversation.waiting import first_of
from tiepoint.adapters.scheduler.subscription import Subscription
from tiepoint.domain.errors import AgentUnavailable, ConnectionLost, ProtocolError
from tiepoint.domain.estimate import PastRun
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job
from tiepoint.domain.node import Node
from tiepoint.ports.scheduler import ConnectionState, SchedulerSnapshot
from tiepoint.protocol import methods
from tiepoint.protocol.envelope import Notification
from tiepoint.protocol.hello import HelloResult
from tiepoint.protocol.methods import Diagnostics, JobRef, LogsResult, Method, Nothing, StopParams, SubmitParams

P = TypeVar("P")
R = TypeVar("R")
OpenStream: TypeAlias = Callable[[], Awaitable[ByteStream]]
Sleep: TypeAlias = Callable[[float], Awaitable[None]]
_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_AGENT = Partner(
    "agent",
    unaffected="its jobs are not affected",
    look="Look again with: tiepoint jobs",
    restart="Try again; if it stays so, end the agent with: tiepoint-agent stop",
)
_log = logging.getLogger(__name__)


class ProtocolScheduler:
    """Implements `ports.scheduler.Scheduler`.

    Args:
        open_stream: Makes a new stream, starting the agent when that is possible; raises AgentUnavailable.
        client: Name and version of this program, for the agent's log.
        sleep: Waits between attempts to connect again; a test gives its own clock.
    """

    def __init__(self, open_stream: OpenStream, client: str, sleep: Sleep = asyncio.sleep) -> None:
        self._open_stream = open_stream
        self._client = client
        self._sleep = sleep
        self._conversation: Conversation | None = None
        self._hello: HelloResult | None = None
        self._connecting = asyncio.Lock()
        self._subscription = Subscription()
        self._subscribed_to: Conversation | None = None

    async def hello(self) -> HelloResult:
        """What the agent is and can do."""
        await self._connected()
        if self._hello is None:
            raise AgentUnavailable("The agent did not introduce itself.", remedy="Try again.", retryable=True)
        return self._hello

    async def jobs(self) -> tuple[Job, ...]:
        """All jobs, newest first."""
        return (await self._ask(methods.JOBS_LIST, Nothing())).jobs

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
        return (await self._ask(methods.NODES_LIST, Nothing())).nodes

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
        failures = 0
        while True:
            try:
                conversation = await self._subscribed()
            except (AgentUnavailable, ConnectionLost, ProtocolError) as error:
                if not self._subscription.is_begun:
                    raise
                yield self._subscription.snapshot(ConnectionState.LOST, Failure.of(error))
                await self._sleep(_PAUSES_S[min(failures, len(_PAUSES_S) - 1)])
                failures += 1
                continue
            failures = 0
            while conversation.is_open:
                change = self._subscription.change()
                yield self._subscription.snapshot(ConnectionState.CONNECTED)
                await first_of(change, conversation.ended)
            problem = Failure("connection", "The connection to the agent was lost; connecting again.", retryable=True)
            yield self._subscription.snapshot(ConnectionState.LOST, problem)

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

    async def _subscribed(self) -> Conversation:
        conversation = await self._connected()
        if self._subscribed_to is not conversation:
            result = await conversation.request(methods.SUBSCRIBE, self._subscription.params())
            self._subscription.begin(result)
            self._subscribed_to = conversation
        return conversation

    async def _connected(self) -> Conversation:
        """Return the open conversation, or begin one."""
        async with self._connecting:
            if self._conversation is not None and self._conversation.is_open:
                return self._conversation
            await self.close()
            self._conversation, self._hello = await self._begun()
            return self._conversation

    async def _begun(self) -> tuple[Conversation, HelloResult]:
        conversation = Conversation(await self._open_stream(), self._notified, _AGENT)
        try:
            hello = await conversation.open(self._client)
        except BaseException:
            await conversation.close()
            raise
        return conversation, hello

    def _notified(self, notification: Notification) -> None:
        self._subscription.take(notification)
