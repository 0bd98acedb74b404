"""One operation at work: its lines, its cluster's facts, and asking Azure with the patience that people expect.

Must not know any particular operation. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

from tiepoint.domain.cluster import Machine
from tiepoint.domain.errors import ConfirmationNeeded, ConnectionLost, SignInNeeded, TiepointError
from tiepoint.domain.policy import NO_POLICY, Policy
from tiepoint.ports.azure import Azure
from tiepoint.ports.cluster_journal import ClusterJournal, OperationRecord
from tiepoint.services.cluster_life.board import Board
from tiepoint.services.cluster_life.facts import ClusterFacts, Look
from tiepoint.services.cluster_life.following import Follower
from tiepoint.services.cluster_life.leases import LeaseKeeper
from tiepoint.services.cluster_life.order import Order
from tiepoint.services.cluster_life.price_book import PriceBook
from tiepoint.services.sign_in import SignInService, SignInSnapshot
from tiepoint.services.templates import Templates

if TYPE_CHECKING:
    from tiepoint.services.cluster_life.secrets import KeyPair

T = TypeVar("T")
_log = logging.getLogger(__name__)
_MOST_DROPS: Final = 6
"""So often in a row a connection may break before the operation gives up: about two minutes."""
_AT_A_TIME: Final = 10
"""Requests that begin something, side by side (Resource Manager's writes are limited per subscription)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Tools:
    """What all operations are given.

    Args:
        sign_in: Azure, for whom.
        templates: What to deploy.
        journal: What this computer began.
        follower: Looks at Azure.
        now: The clock, UTC.
        holder: Who wants clusters.
        sleep: Waits.
        leases: Says on Azure's side that somebody wants a cluster.
        book: What clusters cost.
        policy: What an organisation lets be deployed.
    """

    sign_in: SignInService
    templates: Templates
    journal: ClusterJournal
    follower: Follower
    now: Callable[[], datetime]
    holder: Callable[[], str]
    sleep: Callable[[float], Awaitable[None]]
    leases: LeaseKeeper
    book: PriceBook
    policy: Policy = NO_POLICY


class Work:
    """An operation that runs.

    Args:
        tools: What all operations are given.
        order: What is to be done.
        board: Its lines.
    """

    def __init__(self, tools: Tools, order: Order, board: Board) -> None:
        self.tools, self.order, self.board = tools, order, board
        self.azure: Azure = tools.sign_in.azure()
        self.is_canceled = False
        """Whether a person has cancelled it; else its program ends and Azure goes on."""
        self.key: KeyPair | None = None
        """The ssh key that this operation has made for machines that have none yet."""
        self.ran_before: frozenset[str] | None = None
        """Names of machines that ran when it began: they are not its to stop. None = it has not looked yet."""
        self._gate = asyncio.Semaphore(_AT_A_TIME)

    @property
    def facts(self) -> ClusterFacts:
        """The cluster as it was looked at last."""
        known = self.tools.follower.look.clusters.get(self.order.id)
        return known or ClusterFacts(self.order.id, self.order.name)

    @property
    def group(self) -> str:
        """The cluster's resource group."""
        return self.order.group

    async def ask(self, call: Callable[[], Awaitable[T]]) -> T:
        """Ask Azure; wait for the person where it wants a confirmation, and try again over a broken connection.

        Args:
            call: Asks; must be idempotent.

        Raises:
            TiepointError: As `ports.azure`.
        """
        drops = 0
        while True:
            try:
                return await call()
            except ConfirmationNeeded:
                await self._confirmed()
            except ConnectionLost:
                drops += 1
                if drops >= _MOST_DROPS:
                    raise
                await self.tools.sleep(2.0**drops)

    async def tick(self) -> ClusterFacts:
        """Wait for the next look and return what it saw.

        Raises:
            SignInNeeded: Nobody is signed in any more.
        """
        return await self._seen(await self.tools.follower.next_look())

    async def first_look(self) -> ClusterFacts:
        """Look at once and return what it saw.

        Raises:
            TiepointError: It failed; nothing has been done yet.
        """
        look = await self.tools.follower.look_now()
        while look.failure is not None and look.failure.kind in (ConfirmationNeeded.kind, ConnectionLost.kind):
            await self._seen(look)
            look = await self.tools.follower.next_look()
        if look.failure is not None:
            raise look.failure.as_error()
        return self.facts

    async def _seen(self, look: Look) -> ClusterFacts:
        if look.failure is not None and look.failure.kind == SignInNeeded.kind:
            raise look.failure.as_error()
        if look.failure is not None and look.failure.kind == ConfirmationNeeded.kind:
            await self._confirmed()
        return self.facts

    async def side_by_side(self, calls: Iterable[Callable[[], Awaitable[None]]]) -> None:
        """Make many calls, a few at a time; the first failure stops those not begun."""

        async def one(call: Callable[[], Awaitable[None]]) -> None:
            async with self._gate:
                await call()

        tasks = [asyncio.ensure_future(one(call)) for call in calls]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def keep_record(self, *, deployment: str = "", is_over: bool = False) -> None:
        """Write down how far it is, so that another start of the program goes on.

        Where that cannot be written, the work goes on all the same: a full disk must not keep a cluster running.
        """
        now, operation = self.tools.now(), self.board.operation
        record = OperationRecord(
            cluster=self.order.id,
            kind=self.order.kind,
            began=operation.began or now,
            ended=now if is_over else None,
            arguments=self.order.arguments,
            deployment=deployment or operation.deployment,
        )
        try:
            await asyncio.to_thread(self.tools.journal.keep, record)
        except TiepointError as error:
            _log.info("how far an operation is could not be written down: %s", error.summary)

    async def _confirmed(self) -> None:
        """Ask the person to confirm who they are, and wait until they have."""
        sign_in = self.tools.sign_in
        self.board.set(needs_confirmation=True)
        told = asyncio.Event()

        def on_changed(snapshot: SignInSnapshot) -> None:
            if not snapshot.needs_confirmation:
                told.set()

        sign_in.ask_to_confirm()
        stop = sign_in.changed.subscribe(on_changed)
        try:
            if sign_in.snapshot.needs_confirmation:
                await told.wait()
        finally:
            stop()
            self.board.set(needs_confirmation=False)
        if sign_in.snapshot.account is None:
            raise SignInNeeded("You have signed out.", remedy="Sign in and try again.", retryable=True)


def by_name(machines: Sequence[Machine]) -> Mapping[str, Machine]:
    """Return machines by their names."""
    return {machine.name: machine for machine in machines}
