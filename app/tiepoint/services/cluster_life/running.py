"""All operations on clusters: one at a time for each, written down, taken up after a restart, cancelled.

On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from tiepoint.domain.cluster import ActivityEntry, ClusterId, MachineRole, Power
from tiepoint.domain.cluster_operation import ClusterOperation, OperationKind
from tiepoint.domain.errors import Canceled, TiepointError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.operation import OperationState
from tiepoint.ports.cluster_journal import OperationRecord
from tiepoint.services.cluster_life.board import Board
from tiepoint.services.cluster_life.cooling import cool
from tiepoint.services.cluster_life.deleting import delete
from tiepoint.services.cluster_life.deploying import deploy
from tiepoint.services.cluster_life.facts import ClusterFacts, Look
from tiepoint.services.cluster_life.order import Order, order_of
from tiepoint.services.cluster_life.pausing import pause
from tiepoint.services.cluster_life.resuming import resume
from tiepoint.services.cluster_life.scaling import scale
from tiepoint.services.cluster_life.stopping import undo_drain
from tiepoint.services.cluster_life.unguarded import release_unguarded
from tiepoint.services.cluster_life.work import Tools, Work
from tiepoint.services.operations import Operation, Operations, failure_of

_DOES: Final[dict[OperationKind, Callable[[Work], Awaitable[None]]]] = {
    OperationKind.DEPLOY: deploy,
    OperationKind.RESUME: resume,
    OperationKind.PAUSE: pause,
    OperationKind.COLD: cool,
    OperationKind.SCALE: scale,
    OperationKind.DELETE: delete,
}
_GOES_ON: Final = timedelta(hours=1)
"""An operation left in the middle goes on by itself for so long; later a person is asked."""
_MOST_ENTRIES: Final = 100
_log = logging.getLogger(__name__)


class Runs:
    """The operations.

    Args:
        tools: What they are given.
        operations: All long operations of the program.
        changed: Is called whenever one has changed.
    """

    def __init__(self, tools: Tools, operations: Operations, changed: Callable[[], None]) -> None:
        self._tools, self._operations, self._changed = tools, operations, changed
        self._works: dict[ClusterId, Work] = {}
        self._running: dict[ClusterId, Operation[ClusterOperation]] = {}
        self._ended: dict[ClusterId, tuple[Order, ClusterOperation]] = {}
        self._activity: dict[ClusterId, tuple[ActivityEntry, ...]] = {}
        self._taken_up = ""
        self._is_stopping = False

    def operation(self, cluster: ClusterId) -> ClusterOperation | None:
        """Return what is under way with a cluster, or ended last here."""
        work = self._works.get(cluster)
        if work is not None:
            return work.board.operation
        ended = self._ended.get(cluster)
        return ended[1] if ended else None

    def activity(self, cluster: ClusterId) -> tuple[ActivityEntry, ...]:
        """Return what operations here have done to a cluster, newest first."""
        work = self._works.get(cluster)
        return (*(work.board.activity if work else ()), *self._activity.get(cluster, ()))[:_MOST_ENTRIES]

    async def run(self, order: Order) -> ClusterOperation:
        """Begin an operation, or join the same one, and wait for its end.

        Raises:
            UsageError: Another one is under way with this cluster.
            TiepointError: It failed.
        """
        known = self._works.get(order.id)
        if known is not None and known.order.follows and order.kind in (OperationKind.DEPLOY, OperationKind.DELETE):
            # Somebody else's deployment was only looked at; the new operation follows it, or ends it.
            running = self._running[order.id]
            running.cancel()
            with contextlib.suppress(TiepointError):
                await running.wait()
        return await self._begin(order).wait()

    async def cancel(self, cluster: ClusterId) -> None:
        """Stop what is under way with a cluster, in Azure too; returns once it has ended.

        Raises:
            UsageError: Nothing is.
        """
        work, running = self._works.get(cluster), self._running.get(cluster)
        if work is None or running is None:
            raise UsageError("Nothing is under way with this cluster.", remedy="Look at its state.")
        work.is_canceled = True
        running.cancel()
        with contextlib.suppress(TiepointError):
            await running.wait()

    async def retry(self, cluster: ClusterId) -> ClusterOperation:
        """Do the last operation again.

        Raises:
            UsageError: There is none, or it ended well.
        """
        if cluster in self._running:
            return await self._running[cluster].wait()
        ended = self._ended.get(cluster)
        if ended is None or ended[1].state is OperationState.COMPLETED:
            raise UsageError("There is nothing to try again with this cluster.", remedy="Look at its state.")
        return await self.run(ended[0])

    async def dismiss(self, cluster: ClusterId) -> None:
        """Forget what ended last.

        Raises:
            SetupError: The journal cannot be written; it comes back at the next start.
        """
        ended = self._ended.pop(cluster, None)
        self._tools.follower.show_no_more(cluster)
        self._changed()
        if ended is not None and ended[1].is_interrupted:
            await asyncio.to_thread(self._tools.journal.forget, cluster)

    async def take_up(self, look: Look) -> None:
        """Go on with what was left in the middle, and follow what others deploy; not where somebody only looks."""
        if not self._tools.follower.is_started:
            return
        if self._taken_up != look.subscription:
            self._taken_up = look.subscription
            for record in await asyncio.to_thread(self._tools.journal.records):
                if record.cluster.startswith(f"{look.subscription}/".lower()) and record.ended is None:
                    self._take_up(record, look.clusters.get(record.cluster))
        for facts in look.clusters.values():
            if facts.deployments and facts.id not in self._works and facts.group is not None:
                self._begin(_following(facts))

    async def stop(self) -> None:
        """End all without cancelling anything in Azure; they are taken up at the next start."""
        self._is_stopping = True
        running = tuple(self._running.values())
        for each in running:
            each.cancel()
        await asyncio.gather(*(each.wait() for each in running), return_exceptions=True)

    def _take_up(self, record: OperationRecord, facts: ClusterFacts | None) -> None:
        order = order_of(record)
        if order is None or record.cluster in self._works:
            return
        is_young = self._tools.now() - record.began < _GOES_ON
        still_runs = facts is not None and record.deployment in facts.deployments and bool(record.deployment)
        if (is_young or still_runs) and not self._is_in_the_way(order, facts):
            self._begin(order)
            return
        failure = Failure(
            "interrupted", "Tiepoint ended in the middle of it.", "Go on with it, or leave it as it is.", retryable=True
        )
        operation = ClusterOperation(
            record.kind,
            order.name,
            OperationState.FAILED,
            began=record.began,
            deployment=record.deployment,
            failure=failure,
            is_interrupted=True,
            target=order.target,
        )
        self._ended[record.cluster] = (order, operation)

    def _is_in_the_way(self, order: Order, facts: ClusterFacts | None) -> bool:
        """Whether somebody else has begun to want a cluster that was to rest: their tasks must not be ended."""
        lease = facts.lease if facts is not None else None
        if lease is None or order.kind not in (OperationKind.PAUSE, OperationKind.COLD):
            return False
        return lease.until > self._tools.now() and lease.holder != self._tools.holder()

    def _begin(self, order: Order) -> Operation[ClusterOperation]:
        known = self._works.get(order.id)
        if known is not None:
            if known.order != order:
                doing = known.order.kind.value
                raise UsageError(
                    f"{order.name} is at something else: {doing}.", remedy="Wait for its end, or cancel it first."
                )
            return self._running[order.id]
        board = Board(order.kind, order.name, self._tools.now, self._changed, order.target)
        work = Work(self._tools, order, board)
        self._works[order.id] = work
        self._ended.pop(order.id, None)
        self._tools.follower.hold(ClusterFacts(order.id, order.name, plan=order.plan))
        operation = self._operations.start(f"cluster {order.id}", lambda _: self._do(work))
        self._running[order.id] = operation
        operation.changed.subscribe(lambda snapshot: self._over(work) if snapshot.state.is_over else None)
        if operation.snapshot.state.is_over:
            self._over(work)
        self._changed()
        return operation

    async def _do(self, work: Work) -> ClusterOperation:
        order, board = work.order, work.board
        try:
            if not order.follows:
                await work.keep_record()
            await _DOES[order.kind](work)
            self._tools.follower.forget_details(order.id)
            await self._tools.follower.look_now()
        except asyncio.CancelledError:
            if not work.is_canceled:
                raise  # the program ends; Azure goes on, and so does the next start
            await self._canceled(work)
            raise Canceled("Stopped as asked.", remedy="Ask for it again to go on from here.", retryable=True) from None
        except Exception as error:
            await release_unguarded(work)
            board.finish(_end_of(error), failure_of(error))
            await self._recorded_end(work)
            raise
        board.finish(OperationState.COMPLETED)
        await self._recorded_end(work)
        if order.kind is OperationKind.DELETE and work.facts.group is None:
            await asyncio.to_thread(self._tools.journal.forget, order.id)
        return board.operation

    async def _canceled(self, work: Work) -> None:
        """Stop Azure too, as far as it can be stopped; what is there stays, machines in the making are let go."""
        board = work.board
        with contextlib.suppress(TiepointError):
            if board.operation.deployment:
                await work.azure.deployments.cancel(work.group, board.operation.deployment)
        await _stays_as_it_was(work)
        if work.order.kind is OperationKind.RESUME:
            self._tools.leases.want_no_more(work.order.id)  # its guards stop what has started
        if work.order.kind is OperationKind.DEPLOY and work.ran_before is not None:
            self._tools.leases.want_no_more(work.order.id)
            nodes = [each for each in work.facts.machines if each.role is MachineRole.NODE and each.power.is_billed]
            ran_before = work.ran_before
            nodes = [each for each in nodes if each.name not in ran_before]
            await asyncio.gather(
                *(work.azure.machines.begin_deallocate(node.id) for node in nodes), return_exceptions=True
            )
        board.finish(OperationState.CANCELED, Failure("canceled", "Stopped as asked.", retryable=True))
        await self._recorded_end(work)

    async def _recorded_end(self, work: Work) -> None:
        if work.order.follows:
            return
        await work.keep_record(is_over=True)

    def _over(self, work: Work) -> None:
        """Let go of an operation that has ended."""
        key = work.order.id
        if self._works.get(key) is not work:
            return
        self._activity[key] = self.activity(key)
        del self._works[key]
        self._running.pop(key, None)
        if not self._is_stopping:
            self._ended[key] = (dataclasses.replace(work.order, secrets={}), work.board.operation)
        has_failed = work.board.operation.state is not OperationState.COMPLETED
        self._tools.follower.let_go(key, is_shown=has_failed and not self._is_stopping)
        self._changed()


def _following(facts: ClusterFacts) -> Order:
    group = facts.group.name if facts.group else ""
    return Order(OperationKind.DEPLOY, facts.id, facts.name, group, follows=facts.deployments[0])


async def _stays_as_it_was(work: Work) -> None:
    """Let nodes that were to be let go take tasks again, and want their cluster as before."""
    kind, machines = work.order.kind, work.facts.machines
    if kind not in (OperationKind.PAUSE, OperationKind.COLD, OperationKind.SCALE):
        return
    nodes = [each.name for each in machines if each.role is MachineRole.NODE and each.power is Power.RUNNING]
    await undo_drain(work, nodes)
    if nodes and kind is not OperationKind.SCALE:
        work.tools.leases.want(work.order.id)


def _end_of(error: BaseException) -> OperationState:
    return OperationState.CANCELED if isinstance(error, Canceled) else OperationState.FAILED
