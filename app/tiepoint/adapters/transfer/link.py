"""The link to the transfer worker: connected when somebody asks, again when it broke, and never to an outdated one.

Must not know what is asked. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias, TypeVar

from tiepoint.adapters.conversation.conversation import ByteStream, Conversation, Partner
from tiepoint.domain.errors import ConnectionLost, TiepointError
from tiepoint.protocol.envelope import Notification
from tiepoint.protocol.methods import Method, StopParams
from tiepoint.protocol.transfers import SET_PROXY, WORKER_STOP, ProxyParams

P = TypeVar("P")
R = TypeVar("R")
OpenStream: TypeAlias = Callable[[], Awaitable[ByteStream]]
OpenRunning: TypeAlias = Callable[[], Awaitable[ByteStream | None]]

_ANSWER_WAIT_S: Final = 60.0
_STOP_WAIT_S: Final = 15.0
_WORKER = Partner(
    "transfer worker",
    unaffected="what has arrived stays there",
    look="Look again with: tiepoint transfers list",
    restart="Try again; if it stays so, end it with: tiepoint transfers stop",
)
_log = logging.getLogger(__name__)


class WorkerLink:
    """One connection at a time.

    Args:
        open_stream: Makes a new stream, starting the worker when it is not there; raises AgentUnavailable.
        open_running: Makes a new stream to a worker that runs; None when none does.
        client: Name and version of this program, such as `tiepoint 0.1.0`.
        notified: Called with what the worker tells unasked.
        proxy: Returns the proxy that holds now; see `ProxyParams`.
    """

    def __init__(
        self,
        open_stream: OpenStream,
        open_running: OpenRunning,
        client: str,
        notified: Callable[[Notification], None],
        proxy: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._open_stream = open_stream
        self._open_running = open_running
        self._client = client
        self._notified = notified
        self._proxy = proxy
        self._conversation: Conversation | None = None
        self._connecting = asyncio.Lock()

    async def ask(
        self,
        method: Method[P, R],
        params: P,
        *,
        wait_s: float = _ANSWER_WAIT_S,
        arrived: Callable[[R], None] | None = None,
    ) -> R:
        """Ask, and ask once more over a new connection when this one broke before the answer.

        Args and errors as `Conversation.request`.
        """
        conversation = await self.connected()
        try:
            return await conversation.request(method, params, wait_s=wait_s, arrived=arrived)
        except ConnectionLost as error:
            if conversation.is_open:
                raise  # an answer, about another connection: the worker's to the server
            _log.info("%s is asked again: %s", method.name, error.detail)
        return await (await self.connected()).request(method, params, wait_s=wait_s, arrived=arrived)

    async def connected(self) -> Conversation:
        """Return the open conversation, or begin one."""
        async with self._connecting:
            if self._conversation is not None and self._conversation.is_open:
                return self._conversation
            await self.close()
            self._conversation = await self._begun()
            return self._conversation

    async def connected_if_running(self) -> Conversation | None:
        """Return the open conversation or begin one, of whatever version; None when no worker runs."""
        async with self._connecting:
            if self._conversation is not None and self._conversation.is_open:
                return self._conversation
            await self.close()
            stream = await self._open_running()
            if stream is not None:
                self._conversation, _ = await self._greeted(stream)
            return self._conversation

    async def tell_proxy(self, conversation: Conversation) -> None:
        """Let a worker, which may have been started under another one, go through the proxy that holds now."""
        try:
            await conversation.request(SET_PROXY, ProxyParams(self._proxy()))
        except TiepointError as error:  # one of an earlier build does not know how
            _log.info("the transfer worker could not be told of the proxy: %s", error.summary)

    async def close(self) -> None:
        """Let go of the connection."""
        conversation, self._conversation = self._conversation, None
        if conversation is not None:
            await conversation.close()

    async def _begun(self) -> Conversation:
        """Connect; an older worker is asked to end and a new one started, which goes on with all transfers."""
        conversation, version = await self._greeted(await self._open_stream())
        if not is_older(version, self._client.rpartition(" ")[2]):
            return conversation
        _log.info("the transfer worker is of the older version %s and is replaced", version)
        await end_worker(conversation)
        await conversation.close()
        return (await self._greeted(await self._open_stream()))[0]

    async def _greeted(self, stream: ByteStream) -> tuple[Conversation, str]:
        conversation = Conversation(stream, self._notified, _WORKER)
        try:
            version = (await conversation.open(self._client)).agent
            await self.tell_proxy(conversation)
        except BaseException:
            await conversation.close()
            raise
        return conversation, version


async def end_worker(conversation: Conversation) -> None:
    """Ask the worker to end and wait until it has closed the stream, which it does last."""
    with contextlib.suppress(ConnectionLost, TimeoutError):
        await conversation.request(WORKER_STOP, StopParams("now"))
        async with asyncio.timeout(_STOP_WAIT_S):
            await conversation.ended.wait()


def is_older(version: str, than: str) -> bool:
    """Compare versions such as `0.2.0` and `0.10.0`; what is no number counts as 0."""
    return _numbers(version) < _numbers(than)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else 0 for part in version.split("."))
