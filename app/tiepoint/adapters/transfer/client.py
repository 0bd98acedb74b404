"""The transfer worker, through its protocol, over whatever stream it is given.

Must not know how a stream comes about and never touches a photo. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from typing import Final, TypeAlias, TypeVar

from tiepoint.adapters.conversation.conversation import Conversation
from tiepoint.adapters.conversation.waiting import first_of
from tiepoint.adapters.transfer.link import OpenRunning, OpenStream, WorkerLink, end_worker
from tiepoint.adapters.transfer.mirror import Follower, WorkerMirror
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import AgentUnavailable, ConnectionLost, ProtocolError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Limits, Transfer, TransferId, Verdict
from tiepoint.ports.token_source import Credential
from tiepoint.ports.transfer_worker import WorkerSnapshot
from tiepoint.protocol import transfers as messages
from tiepoint.protocol.methods import Diagnostics, Method, Nothing

P = TypeVar("P")
Sleep: TypeAlias = Callable[[float], Awaitable[None]]

_PAUSES_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_WINDOW_S: Final = 0.1
_VERIFY_WAIT_S: Final = 3600.0
# A message holds 1 MiB; what a photo is known by takes some hundred bytes beside its two paths.
_MOST_TEXT_IN_A_MESSAGE: Final = 300_000
_FIXED_TEXT_OF_A_FILE: Final = 400
_LOST: Final = Failure(
    "connection", "The connection to the transfer worker was lost; connecting again.", retryable=True
)
_log = logging.getLogger(__name__)


class ProtocolTransferWorker:
    """Implements `ports.transfer_worker.TransferWorker`.

    Args:
        open_stream: Makes a new stream, starting the worker when it is not there; raises AgentUnavailable.
        open_running: Makes a new stream to a worker that runs; None when none does.
        client: Name and version of this program, for the worker's log and to tell an outdated worker.
        sleep: Waits between attempts to connect again; a test gives its own clock.
        proxy: Returns the proxy that holds now: an address, empty = none, None = as the system says.
    """

    def __init__(
        self,
        open_stream: OpenStream,
        open_running: OpenRunning,
        client: str,
        sleep: Sleep = asyncio.sleep,
        *,
        proxy: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._mirror = WorkerMirror()
        self._link = WorkerLink(open_stream, open_running, client, self._mirror.take, proxy)
        self._sleep = sleep
        self._subscribing = asyncio.Lock()
        self._subscribed_to: Conversation | None = None

    async def transfers(self) -> tuple[Transfer, ...]:
        """All transfers, newest first."""
        return (await self._link.ask(messages.LIST, Nothing())).transfers

    async def upload(self, begin: messages.BeginParams, files: Sequence[messages.UploadFile]) -> Transfer:
        """Tell it a capture and let it go; told anew from the start when the connection breaks on the way."""
        try:
            return await self._told(begin, files)
        except ConnectionLost as error:
            _log.info("the capture is told again: %s", error.detail)
        return await self._told(begin, files)

    async def download(self, params: messages.DownloadParams) -> Transfer:
        """Let something come down."""
        return await self._ask_transfer(messages.DOWNLOAD, params)

    def latest(self) -> tuple[Transfer, ...] | None:
        """All transfers as last heard by who follows."""
        return self._mirror.latest()

    async def pause(self, transfer: TransferId) -> Transfer:
        """Stop for now."""
        return await self._ask_transfer(messages.PAUSE, messages.TransferRef(transfer))

    async def resume(self, transfer: TransferId) -> Transfer:
        """Go on."""
        return await self._ask_transfer(messages.RESUME, messages.TransferRef(transfer))

    async def cancel(self, transfer: TransferId) -> Transfer:
        """Stop for good."""
        return await self._ask_transfer(messages.CANCEL, messages.TransferRef(transfer))

    async def remove(self, transfer: TransferId) -> None:
        """Forget one that is over."""
        await self._link.ask(messages.REMOVE, messages.TransferRef(transfer))

    async def retry(
        self, transfer: TransferId, indices: Sequence[int] | None = None, *, replaces: bool = False
    ) -> Transfer:
        """Begin failed files again."""
        chosen = None if indices is None else tuple(indices)
        return await self._ask_transfer(messages.RETRY, messages.RetryParams(transfer, chosen, replaces))

    async def set_priority(self, transfer: TransferId, priority: int) -> Transfer:
        """Let it go before or after others."""
        return await self._ask_transfer(messages.SET_PRIORITY, messages.TransferPriorityParams(transfer, priority))

    async def files(
        self, transfer: TransferId, offset: int = 0, limit: int = 1000, states: Sequence[str] = ()
    ) -> messages.FilesResult:
        """A page of its files."""
        params = messages.FilesParams(transfer, offset, min(limit, messages.MOST_FILES_A_MESSAGE), tuple(states))
        return await self._link.ask(messages.FILES, params)

    async def watch(self, transfer: TransferId | None) -> None:
        """Say whose files are to be told."""
        self._mirror.watch(transfer)
        await self._link.ask(messages.WATCH, messages.WatchParams(transfer))

    async def authorize(self, place: BlobPlace, credential: Credential) -> None:
        """Give the right to use a container."""
        params = messages.AuthorizeParams(
            place,
            credential.kind,
            credential.secret,
            credential.expires,
            credential.is_by_sign_in,
            credential.ca_file,
        )
        await self._link.ask(messages.AUTHORIZE, params)
        self._mirror.given(place)

    async def forget_sign_in(self) -> None:
        """Let it forget what came from the sign-in, if it runs."""
        conversation = await self._link.connected_if_running()
        if conversation is not None:
            await conversation.request(messages.FORGET_SIGN_IN, Nothing())

    async def verify(self, transfer: TransferId | None = None, place: BlobPlace | None = None) -> Verdict:
        """Check a capture in Blob."""
        params = messages.VerifyParams(transfer, place)
        return (await self._link.ask(messages.VERIFY, params, wait_s=_VERIFY_WAIT_S)).verdict

    async def set_limits(self, limits: Limits) -> None:
        """Set limits."""
        await self._link.ask(messages.SET_LIMITS, messages.LimitsParams(limits))

    async def renew_proxy(self) -> None:
        """Let it go through the proxy that holds now, if it runs."""
        conversation = await self._link.connected_if_running()
        if conversation is not None:
            await self._link.tell_proxy(conversation)

    async def diagnostics(self) -> Diagnostics | None:
        """Facts about the worker, if it runs."""
        conversation = await self._link.connected_if_running()
        if conversation is None:
            return None
        return await conversation.request(messages.WORKER_DIAGNOSTICS, Nothing())

    async def follow(self) -> AsyncGenerator[WorkerSnapshot, None]:
        """Follow everything; see the port."""
        follower = self._mirror.join()
        failures = 0
        try:
            while True:
                try:
                    conversation = await self._subscribed()
                except (AgentUnavailable, ConnectionLost, ProtocolError) as error:
                    if not self._mirror.is_begun:
                        raise
                    yield self._mirror.snapshot(follower, Failure.of(error))
                    await self._sleep(_PAUSES_S[min(failures, len(_PAUSES_S) - 1)])
                    failures += 1
                    continue
                failures = 0
                while conversation.is_open:
                    follower.news.clear()
                    yield self._mirror.snapshot(follower)
                    await _news(follower, conversation)
                yield self._mirror.snapshot(follower, _LOST)
        finally:
            self._mirror.leave(follower)

    async def stop(self) -> bool:
        """End the worker; returns once it has gone."""
        conversation = await self._link.connected_if_running()
        if conversation is None:
            return False
        await end_worker(conversation)
        return True

    async def close(self) -> None:
        """Let go of the connection."""
        await self._link.close()

    async def _told(self, begin: messages.BeginParams, files: Sequence[messages.UploadFile]) -> Transfer:
        """Tell a capture over one connection: a draft belongs to the connection it was begun on."""
        conversation = await self._link.connected()
        draft = (await conversation.request(messages.BEGIN, begin)).transfer
        for page in _pages(files):
            await conversation.request(messages.ADD, messages.AddParams(draft.id, page))
        started = messages.TransferRef(draft.id)
        return (await conversation.request(messages.START, started, arrived=self._mirror.take_result)).transfer

    async def _ask_transfer(self, method: Method[P, messages.TransferResult], params: P) -> Transfer:
        return (await self._link.ask(method, params, arrived=self._mirror.take_result)).transfer

    async def _subscribed(self) -> Conversation:
        async with self._subscribing:
            conversation = await self._link.connected()
            if self._subscribed_to is not conversation:
                await conversation.request(messages.TRANSFERS_SUBSCRIBE, Nothing(), arrived=self._mirror.begin)
                if self._mirror.watched is not None:
                    with contextlib.suppress(UsageError):  # removed meanwhile
                        await conversation.request(messages.WATCH, messages.WatchParams(self._mirror.watched))
                self._subscribed_to = conversation
            return conversation


async def _news(follower: Follower, conversation: Conversation) -> None:
    """Wait until there is something to tell, and at least so long that nobody is told more than ten times a second."""
    await asyncio.sleep(_WINDOW_S)
    await first_of(follower.news, conversation.ended)


def _pages(files: Sequence[messages.UploadFile]) -> Iterator[tuple[messages.UploadFile, ...]]:
    """Cut a capture into messages that are short enough, whatever its paths."""
    page: list[messages.UploadFile] = []
    length = 0
    for file in files:
        own = _FIXED_TEXT_OF_A_FILE + len(file.source) + 2 * len(file.path)
        if page and (length + own > _MOST_TEXT_IN_A_MESSAGE or len(page) >= messages.MOST_FILES_A_MESSAGE):
            yield tuple(page)
            page, length = [], 0
        page.append(file)
        length += own
    if page:
        yield tuple(page)
