"""What the transfer worker says with one client: answers, and news of what it subscribed to.

The loop's thread; the desk's news come from a thread of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from tiepoint.daemon.refusal import Refusal
from tiepoint.domain.errors import TiepointError, UsageError
from tiepoint.protocol import transfers as messages
from tiepoint.protocol.codec import from_json
from tiepoint.protocol.envelope import Notification
from tiepoint.protocol.errors import ErrorCode
from tiepoint.protocol.hello import HelloParams, HelloResult
from tiepoint.protocol.methods import Nothing
from tiepoint.transfer.desk import News, Subscription
from tiepoint.transfer.methods import SLOW, House, TransferMethods
from tiepoint.transfer.outbox import Outbox
from tiepoint.transfer.parcels import first_parcel


class TransferDialogue:
    """Implements `daemon.session.Dialogue`.

    Args:
        house: What all clients share.
        wake: Called when there is something to tell.
        ended: Called with this once the client has gone.
    """

    def __init__(
        self, house: House, wake: Callable[[], None], ended: Callable[[TransferDialogue], None] = lambda _: None
    ) -> None:
        self._house = house
        self._wake = wake
        self._ended = ended
        self._methods = TransferMethods(house, self)
        self._outbox = Outbox()
        self._subscription: Subscription | None = None
        self._loop = asyncio.get_running_loop()

    def hello(self, params: HelloParams) -> HelloResult:
        """Answer the greeting."""
        return self._methods.hello(params)

    async def call(self, name: str, params: Mapping[str, Any]) -> Any:
        """Do what a request asks."""
        if name == messages.TRANSFERS_SUBSCRIBE.name:
            return self._subscribe()
        if name == messages.WATCH.name:
            return self._watch(from_json(messages.WATCH.params, params, "params"))
        return await self._methods.call(name, params)

    def is_slow(self, name: str) -> bool:
        """Whether others are answered meanwhile."""
        return name in SLOW

    def next_notification(self) -> Notification | None:
        """Take the next thing to tell."""
        return self._outbox.take()

    def hear_given(self, given: messages.CredentialGiven) -> None:
        """A client gave a credential."""
        if self._subscription is not None:
            self._outbox.put_given(given)
            self._wake()

    def end(self) -> None:
        """The client has gone, and with it what it began to tell."""
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None
        self._house.desk.forget_teller(self)
        self._ended(self)

    def _subscribe(self) -> messages.WorkerState:
        if self._subscription is None:
            self._subscription = self._house.desk.subscribe(self._hear_from_thread)
        state = self._house.desk.state()
        first = first_parcel(state.transfers)
        self._outbox.put(News(transfers=state.transfers[len(first) :]))
        return messages.WorkerState(first, state.limits, state.wanted)

    def _watch(self, params: messages.WatchParams) -> Nothing:
        if self._subscription is None:
            raise Refusal(ErrorCode.WRONG_STATE, UsageError("Subscribe before you watch."))
        self._outbox.watch(params.transfer)
        try:
            self._subscription.watch(params.transfer)
        except TiepointError as error:
            raise Refusal(ErrorCode.FAILED, error) from error
        return Nothing()

    def _hear_from_thread(self, news: News) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, and with it whoever wanted to know
            self._loop.call_soon_threadsafe(self._hear, news)

    def _hear(self, news: News) -> None:
        self._outbox.put(news)
        self._wake()
