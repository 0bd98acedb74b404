"""The poll loop: looks at all clusters once an interval, faster while something goes on, slower while Azure is away.

Operations wait for its looks instead of asking themselves, so that however many machines start, one request an
interval tells their power. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from tiepoint.domain.cluster import ClusterId, Machine, Power
from tiepoint.domain.errors import ConfirmationNeeded, SignInNeeded, TiepointError
from tiepoint.ports.azure import Azure
from tiepoint.services.cluster_life.facts import ClusterFacts, Look, cluster_id
from tiepoint.services.cluster_life.looking import Wish, groups_and_machines, merged, read_more
from tiepoint.services.operations import failure_of
from tiepoint.services.sign_in import SignInService, SignInSnapshot

FAST_S: Final = 10.0
SLOW_S: Final = 60.0
_LONGEST_BACK_OFF: Final = 5
"""So many times the interval at most, while Azure cannot be reached."""
_log = logging.getLogger(__name__)
_MOVING: Final = (Power.STARTING, Power.STOPPING, Power.DEALLOCATING)


class Follower:
    """Looks at clusters; `look` is the last one.

    Args:
        sign_in: Azure, for whom.
        now: The clock, UTC.
        sleep: Waits between two looks.
        looked: Is called after every look, on the loop; may be slow.
    """

    def __init__(
        self,
        sign_in: SignInService,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        looked: Callable[[Look], Awaitable[None]],
    ) -> None:
        self.look = Look()
        self.watched: ClusterId | None = None
        self._sign_in, self._now, self._sleep, self._looked = sign_in, now, sleep, looked
        self._busy: Counter[ClusterId] = Counter()
        self._shown: set[ClusterId] = set()
        self._stale: set[ClusterId] = set()
        self._is_started = False
        self._task: asyncio.Task[None] | None = None
        self._waiters: list[asyncio.Future[None]] = []
        self._wake = asyncio.Event()
        self._looking = asyncio.Lock()
        self._failures = 0
        self._since_slow_s = SLOW_S
        self._stop_listening: Callable[[], None] | None = None

    @property
    def is_started(self) -> bool:
        """Whether somebody wants the clusters followed."""
        return self._is_started

    def start(self) -> None:
        """Follow from now on; idempotent."""
        self._is_started = True
        self._run()

    async def stop(self) -> None:
        """Follow no more; idempotent."""
        self._is_started = False
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None

    def watch(self, cluster: ClusterId | None) -> None:
        """Read more of this cluster; None = of none."""
        if cluster != self.watched:
            self.watched = cluster
            if cluster is not None:
                self._since_slow_s = SLOW_S
                self._wake.set()

    def hold(self, facts: ClusterFacts) -> None:
        """Look often at a cluster, and keep it in the looks also while Azure does not have it."""
        self._busy[facts.id] += 1
        clusters = {**self.look.clusters, facts.id: self.look.clusters.get(facts.id, facts)}
        self.look = dataclasses.replace(self.look, clusters=clusters)
        self._run()
        self._wake.set()

    def let_go(self, cluster: ClusterId, *, is_shown: bool = False) -> None:
        """Look at it as often as at others; its resources are read again.

        Args:
            cluster: Which.
            is_shown: Whether it stays in the looks although Azure does not have it: what went wrong is told there.
        """
        self._busy[cluster] -= 1
        if self._busy[cluster] <= 0:
            del self._busy[cluster]
        self._shown.discard(cluster)
        if is_shown:
            self._shown.add(cluster)
        self.forget_details(cluster)
        self._drop_if_gone(cluster)
        self._since_slow_s = SLOW_S
        self._wake.set()

    def show_no_more(self, cluster: ClusterId) -> None:
        """Leave a cluster out that Azure does not have."""
        self._shown.discard(cluster)
        self._drop_if_gone(cluster)

    def forget_details(self, cluster: ClusterId) -> None:
        """Let its resources and deployments be read again at the next look that begins."""
        self._stale.add(cluster)

    def ask_for_all(self) -> None:
        """Let the next look read everything that is read once a minute."""
        self._since_slow_s = SLOW_S

    def _drop_if_gone(self, cluster: ClusterId) -> None:
        known = self.look.clusters.get(cluster)
        if known is not None and known.group is None and cluster not in self._busy and cluster not in self._shown:
            left = {key: each for key, each in self.look.clusters.items() if key != cluster}
            self.look = dataclasses.replace(self.look, clusters=left)

    async def next_look(self) -> Look:
        """Wait for a look that has not begun yet, whatever comes of it."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        self._run()
        await waiter
        return self.look

    async def look_now(self) -> Look:
        """Look at once."""
        async with self._looking:
            await self._look()
        return self.look

    def _run(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._follow(), name="clusters")
        if self._stop_listening is None:
            self._stop_listening = self._sign_in.changed.subscribe(self._on_sign_in_changed)

    def _on_sign_in_changed(self, snapshot: SignInSnapshot) -> None:
        subscription = snapshot.subscription.id if snapshot.subscription else ""
        is_news = subscription != self.look.subscription or bool(self._failures)
        if is_news if snapshot.is_ready else bool(self.look.clusters):
            self._since_slow_s = SLOW_S
            self._wake.set()

    async def _follow(self) -> None:
        while self._is_started or self._busy or self._waiters or self._wake.is_set():
            # Whoever wakes us from here on is seen again after this look.
            self._wake.clear()
            if self._sign_in.snapshot.is_ready:
                await self.look_now()
            else:
                await self._nobody()
            await self._pause()

    async def _nobody(self) -> None:
        """Nobody is signed in: what was seen is nobody's business any more, and nothing is waited for."""
        if self._waiters:
            self._fail(SignInNeeded("Nobody is signed in.", remedy="Sign in first.", retryable=True))
            self._told(self._waiters)
        if self._sign_in.snapshot.account is None and self.look.clusters and not self._busy:
            self.look = Look(number=self.look.number + 1)
            await self._after(self.look)

    async def _pause(self) -> None:
        """Wait for the next look, or until something asks for it sooner."""
        pauses: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._wake.wait())]
        if self._sign_in.snapshot.is_ready or self._waiters or self._busy:
            pauses.append(asyncio.ensure_future(self._sleep(self._interval_s())))
        try:
            await asyncio.wait(pauses, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pause in pauses:
                pause.cancel()
            await asyncio.gather(*pauses, return_exceptions=True)

    def _interval_s(self) -> float:
        interval = FAST_S if self._busy or self._is_moving() else SLOW_S
        return interval * min(_LONGEST_BACK_OFF, 1 + self._failures)

    def _is_moving(self) -> bool:
        return any(_moves(machine) for facts in self.look.clusters.values() for machine in facts.machines)

    async def _look(self) -> None:
        waiters, self._waiters = self._waiters, []
        began, interval = self._now(), self._interval_s()
        is_slow = self._since_slow_s >= SLOW_S
        self._since_slow_s = 0.0 if is_slow else self._since_slow_s
        try:
            azure = self._sign_in.azure()
            if azure.subscription != self.look.subscription:
                kept = {key: each for key, each in self.look.clusters.items() if key in self._busy}
                self.look = Look(azure.subscription, kept, number=self.look.number)
                is_slow = True
            clusters = await self._read(azure, began, is_slow=is_slow)
            self.look = Look(azure.subscription, clusters, began, None, self.look.number + 1)
            self._failures = 0
        except TiepointError as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001  a broken answer must not end the following
            self._fail(error)
        finally:
            self._since_slow_s += interval
            self._told(waiters)
        await self._after(self.look)

    async def _after(self, look: Look) -> None:
        try:
            await self._looked(look)
        except Exception:  # noqa: BLE001  the following must go on
            _log.exception("unexpected failure after a look at the clusters")

    def _fail(self, error: Exception) -> None:
        if isinstance(error, ConfirmationNeeded):
            self._sign_in.ask_to_confirm()
        self._failures += 1
        self.look = dataclasses.replace(self.look, failure=failure_of(error), number=self.look.number + 1)

    def _told(self, waiters: list[asyncio.Future[None]]) -> None:
        for waiter in tuple(waiters):
            if not waiter.done():
                waiter.set_result(None)
        if waiters is self._waiters:
            self._waiters = []

    async def _read(self, azure: Azure, now: datetime, *, is_slow: bool) -> dict[ClusterId, ClusterFacts]:
        stale, self._stale = self._stale, set()
        groups, machines = await groups_and_machines(azure)
        found: dict[ClusterId, ClusterFacts] = {}
        for group in groups:
            key = cluster_id(azure.subscription, group.name)
            known = self.look.clusters.get(key)
            found[key] = merged(known, azure.subscription, group, machines.get(group.name.lower(), ()), now)
            if key in stale or (known is not None and _differs(known, found[key])):
                found[key] = dataclasses.replace(found[key], resources=None, blob_endpoint="", deployments=())
        for key in {*self._busy, *self._shown}:
            if key not in found and (known := self.look.clusters.get(key)) is not None:
                found[key] = dataclasses.replace(known, group=None, machines=(), resources=None, updated=now)
        keys = list(found)
        read = await asyncio.gather(*(self._read_more(azure, found[key], now, is_slow=is_slow) for key in keys))
        return dict(zip(keys, read, strict=True))

    async def _read_more(self, azure: Azure, facts: ClusterFacts, now: datetime, *, is_slow: bool) -> ClusterFacts:
        is_watched, is_busy = facts.id == self.watched, facts.id in self._busy
        runs = any(machine.power.is_billed for machine in facts.machines)
        wish = Wish(
            has_resources=is_watched and is_slow,
            has_activity=is_watched and is_slow,
            has_heartbeats=is_busy or is_watched or (is_slow and runs),
            has_lease=is_slow and (is_watched or runs),
            has_deployments=is_slow and not is_busy and facts.group is not None and facts.group.state != "deleting",
        )
        return await read_more(azure, facts, wish, now)


def _moves(machine: Machine) -> bool:
    return machine.power in _MOVING or machine.provisioning in ("creating", "updating", "deleting")


def _differs(known: ClusterFacts, found: ClusterFacts) -> bool:
    """Whether a group's tags or machines are others than before, so that its resources are, too."""
    if known.group is None or found.group is None:
        return known.group is not found.group
    names = ({machine.name for machine in each.machines} for each in (known, found))
    return known.group.tags != found.group.tags or len(set(map(frozenset, names))) > 1
