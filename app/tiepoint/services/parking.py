"""Parks nodes that a job's running stage cannot use, and wakes them before the stage that can. On the loop's thread."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from tiepoint.domain.cluster import Cluster, ClusterId, ClusterState, Machine, MachineRole, Power
from tiepoint.domain.errors import PartialResult, TiepointError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job
from tiepoint.domain.node import Node, NodeState
from tiepoint.domain.parked_nodes import ParkedNode, ParkedNodes, parked_from_text, parked_text
from tiepoint.domain.parking import ParkingAdvice, is_time_to_wake, leaves_nodes_idle, parking_advice
from tiepoint.services.clusters import ClusterService
from tiepoint.services.event import Event
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.sign_in import SignInService
from tiepoint.services.sites import Site, SiteKind, Sites

_TICK_S: Final = 20.0
_AT_REST: Final = (NodeState.PAUSED, NodeState.OFFLINE)
_AWAKE: Final = (NodeState.READY, NodeState.BUSY)
_MOST_TICKS: Final = 60
"""After so many ticks a node that was started and is not heard is told about and let be."""
_OFF: Final = (Power.DEALLOCATED, Power.DEALLOCATING, Power.STOPPED)
_RUNS: Final = (ClusterState.RUNNING, ClusterState.PARTIAL, ClusterState.SCALING)
_log = logging.getLogger(__name__)


class Parking:
    """Advice for sites on Azure; nothing is parked unless a person says so.

    What is parked is kept, so that it is woken by the next start, too, should this program end.

    Args:
        sites: Everywhere jobs run.
        clusters: Machines and their prices.
        sign_in: Azure, for whom.
        keep: Keeps a text until the next start.
        kept: Returns it.
        sleep: Waits between looks; a test gives its own.
        written: Returns once what is kept would outlast the end of this program.
    """

    def __init__(
        self,
        sites: Sites,
        clusters: ClusterService,
        sign_in: SignInService,
        keep: Callable[[str], None] = lambda _text: None,
        kept: Callable[[], str] = lambda: "",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        *,
        written: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.changed: Event[None] = Event()
        """What is parked changed, or an advice was dismissed."""
        self.failed: Event[Failure] = Event()
        """Something could not be parked or woken by itself."""
        self._sites, self._clusters, self._sign_in = sites, clusters, sign_in
        self._keep, self._kept, self._sleep, self._written = keep, kept, sleep, written
        self._parked: dict[str, ParkedNodes] | None = None
        self._dismissed: set[tuple[JobId, str]] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        """Look after what an earlier start left parked; idempotent."""
        for site in self._all():
            self._look_after(site)

    async def stop(self) -> None:
        """Look after nothing any more; what is parked stays so until the next start."""
        tasks = tuple(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def advice(self, site: Site) -> ParkingAdvice | None:
        """What could be parked there now; None = nothing worth it, dismissed, or nobody may."""
        cluster, snapshot = self._cluster(site), site.monitor.snapshot
        if cluster is None or cluster.state not in _RUNS or not snapshot.link.is_up or site.id in self._all():
            return None
        if not leaves_nodes_idle(snapshot.jobs):
            return None
        prices = {
            node.id: price
            for node, machine in _pairs(snapshot.nodes, cluster)
            if machine.power is Power.RUNNING and (price := price_of(cluster, machine.name)) is not None
        }
        job = snapshot.running
        left = () if job is None else site.estimates.remaining(job).stages
        found = parking_advice(snapshot.jobs, snapshot.nodes, prices, left, currency=_currency(cluster))
        return None if found is None or (found.job, found.stage) in self._dismissed else found

    def parked(self, site: Site) -> ParkedNodes | None:
        """What is parked there; None = nothing."""
        return self._all().get(site.id)

    async def park(self, site: Site, advice: ParkingAdvice) -> None:
        """Pause the nodes in the scheduler, let Azure deallocate their machines, and wake them before `until`.

        A node that took a task meanwhile is left alone.

        Raises:
            UsageError: It is no cluster on Azure, or nothing of it is idle any more.
            PartialResult: Some could not be paused or switched off; the others are parked.
            TiepointError: As `ports.scheduler` and `ports.azure`.
        """
        cluster = self._cluster(site)
        if cluster is None:
            raise UsageError(
                f"The nodes of {site.name} cannot be parked.", remedy="Only machines on Azure can be switched off."
            )
        machines = {node.id: machine for node, machine in _pairs(site.monitor.snapshot.nodes, cluster)}
        wanted = [node for node in site.monitor.snapshot.nodes if node.id in advice.nodes and node.id in machines]
        await self._note(site.id, advice, [ParkedNode(node.id, node.host, machines[node.id].id) for node in wanted])
        failures: list[TiepointError] = []
        done = 0
        try:
            for node in wanted:
                try:
                    done += await self._put_to_sleep(site, node, machines[node.id])
                except TiepointError as error:
                    failures.append(error)
        finally:
            if site.id in self._all():
                self._look_after(site.id)
        if done:
            await self._clusters.refresh()
        if failures:
            raise _partly(failures, done, len(wanted))
        if not done:
            raise UsageError("None of these nodes is idle any more.", remedy="Look again when a stage uses fewer.")

    async def wake(self, site: Site) -> None:
        """Start what is parked there now.

        Raises:
            TiepointError: As `ports.azure`; what could not be started stays parked.
        """
        parked = self._all().get(site.id)
        if parked is not None and not parked.is_waking:
            await self._start_machines(site.id, parked)

    def dismiss(self, advice: ParkingAdvice) -> None:
        """Say no more of it for this stage of this job."""
        self._dismissed.add((advice.job, advice.stage))
        self.changed.emit(None)

    async def _note(self, site_id: str, advice: ParkingAdvice, nodes: Sequence[ParkedNode]) -> None:
        """Keep what will be parked before anything is asked: whenever this program ends, the next start wakes it."""
        if nodes:
            known = self._all().get(site_id)
            everybody = (*(known.nodes if known else ()), *nodes)
            self._put(site_id, ParkedNodes(advice.job, advice.until, everybody, advice.per_hour, advice.currency))
            if self._written is not None:
                await self._written()

    async def _put_to_sleep(self, site: Site, node: Node, machine: Machine) -> bool:
        try:
            now = await site.scheduler.pause_node(node.id)
            if now.job is None and now.state in (*_AT_REST, NodeState.READY):
                await self._sign_in.azure().machines.begin_deallocate(machine.id)
                return True
        except TiepointError:
            await self._let_go_on(site, node)
            raise
        await self._let_go_on(site, node)
        return False

    async def _let_go_on(self, site: Site, node: Node) -> None:
        """Let a node work that is not parked after all; one that cannot be told is kept, and released in time."""
        try:
            await site.scheduler.resume_node(node.id)
        except TiepointError as error:
            _log.info("%s of %s could not be told to go on: %s", node.id, site.name, error.summary)
            return
        known = self._all().get(site.id)
        if known is not None:
            left = tuple(each for each in known.nodes if each.id != node.id)
            self._put(site.id, dataclasses.replace(known, nodes=left) if left else None)

    async def _start_machines(self, site_id: str, parked: ParkedNodes) -> None:
        machines = self._sign_in.azure().machines
        answers = await asyncio.gather(
            *(machines.begin_start(node.machine) for node in parked.nodes), return_exceptions=True
        )
        failures = [each for each in answers if isinstance(each, BaseException)]
        if len(failures) == len(parked.nodes) and failures:
            raise failures[0]
        self._put(site_id, dataclasses.replace(parked, is_waking=True))
        for each in failures:
            _log.info("a parked machine was not started: %s", each)

    def _look_after(self, site_id: str) -> None:
        task = self._tasks.get(site_id)
        if task is None or task.done():
            self._tasks[site_id] = asyncio.get_running_loop().create_task(self._follow(site_id), name="parked nodes")

    async def _follow(self, site_id: str) -> None:
        """Wake nodes in time, then release them in the scheduler, until nothing is parked."""
        ticks = 0
        while (parked := self._all().get(site_id)) is not None:
            site = self._sites.get(site_id)
            if site is not None:
                site.monitor.start()
                try:
                    await self._look(site, parked)
                except TiepointError as error:
                    _log.info("parked nodes of %s: %s", site.name, error.summary)
                parked, cluster = self._all().get(site_id), self._cluster(site)
                is_on = cluster is None or cluster.state in _RUNS
                ticks = ticks + 1 if is_on and parked is not None and parked.is_waking else 0
                if parked is not None and ticks > _MOST_TICKS:
                    self._give_up(site, parked)
            if site_id in self._all():
                await self._sleep(_TICK_S)

    async def _look(self, site: Site, parked: ParkedNodes) -> None:
        snapshot, cluster = site.monitor.snapshot, self._cluster(site)
        if cluster is not None and cluster.state not in _RUNS:
            return  # the whole cluster is at rest or on its way: resuming it starts every machine
        if not snapshot.link.is_up:
            return
        if not parked.was_off and _all_off(parked, cluster):
            parked = dataclasses.replace(parked, was_off=True)
            self._put(site.id, parked)
        if not parked.is_waking and not (parked.was_off and _all_run(parked, cluster)):
            if not self._is_time(site, parked, snapshot):
                return
            await self._start_machines(site.id, parked)
            parked = self._all()[site.id]
        elif parked.is_waking:
            await self._start_again(parked, cluster)
        await self._release(site, parked, snapshot, cluster)

    def _is_time(self, site: Site, parked: ParkedNodes, snapshot: MonitorSnapshot) -> bool:
        job: Job | None = snapshot.job(parked.job)
        left = () if job is None else site.estimates.remaining(job).stages
        return is_time_to_wake(snapshot.jobs, parked.job, parked.until, left)

    async def _start_again(self, parked: ParkedNodes, cluster: Cluster | None) -> None:
        """Start machines that Azure could not start, or took back: it has none of their size free at times."""
        machines = self._sign_in.azure().machines
        off = [node.machine for node in parked.nodes if _power(node, cluster) in (Power.DEALLOCATED, Power.STOPPED)]
        for answer in await asyncio.gather(*map(machines.begin_start, off), return_exceptions=True):
            if isinstance(answer, TiepointError):
                _log.info("a parked machine was not started: %s", answer.summary)

    async def _release(
        self, site: Site, parked: ParkedNodes, snapshot: MonitorSnapshot, cluster: Cluster | None
    ) -> None:
        """Let nodes that are heard again take tasks; one whose machine is going off is heard for the last time."""
        by_host = {node.host: node for node in snapshot.nodes}
        still = []
        for each in parked.nodes:
            node = by_host.get(each.host)
            if node is None or node.state is NodeState.OFFLINE or _power(each, cluster) in _OFF:
                still.append(each)
            elif node.state not in _AWAKE:
                await site.scheduler.resume_node(node.id)
        self._put(site.id, dataclasses.replace(parked, nodes=tuple(still)) if still else None)

    def _give_up(self, site: Site, parked: ParkedNodes) -> None:
        names = ", ".join(node.host for node in parked.nodes[:5])
        self._put(site.id, None)
        self.failed.emit(
            Failure(
                "nodes",
                f"Parked nodes of {site.name} were to start and are not heard: {names}.",
                "Look at them on the Nodes page: start those again that are off; those that run bill.",
            )
        )

    def _all(self) -> dict[str, ParkedNodes]:
        if self._parked is None:
            self._parked = parked_from_text(self._kept())
        return self._parked

    def _put(self, site_id: str, parked: ParkedNodes | None) -> None:
        known = self._all()
        if known.get(site_id) == parked:
            return
        if parked is None:
            known.pop(site_id, None)
        else:
            known[site_id] = parked
        self._keep(parked_text(known))
        self.changed.emit(None)

    def _cluster(self, site: Site) -> Cluster | None:
        if site.kind is not SiteKind.CLOUD or not self._sign_in.snapshot.is_ready:
            return None
        wanted = ClusterId(site.id)
        return next((each for each in self._clusters.snapshot.clusters if each.id == wanted), None)


def price_of(cluster: Cluster, machine: str) -> float | None:
    """Return what a machine costs per hour while it runs, list price; None = not known."""
    for line in cluster.price.lines if cluster.price is not None else ():
        if machine in line.machines and line.is_known:
            return line.running / len(line.machines)
    return dict(cluster.lease.prices).get(machine) if cluster.lease is not None else None


def _pairs(nodes: Iterable[Node], cluster: Cluster) -> list[tuple[Node, Machine]]:
    """Join nodes and their machines by name."""
    machines = {each.name.casefold(): each for each in cluster.machines if each.role is MachineRole.NODE}
    named = [(node, machines.get(node.host.split(".", 1)[0].casefold())) for node in nodes]
    return [(node, machine) for node, machine in named if machine is not None]


def _all_off(parked: ParkedNodes, cluster: Cluster | None) -> bool:
    return _all_in(parked, cluster, _OFF)


def _all_run(parked: ParkedNodes, cluster: Cluster | None) -> bool:
    """Whether somebody else has started all of them."""
    return _all_in(parked, cluster, (Power.RUNNING, Power.STARTING))


def _all_in(parked: ParkedNodes, cluster: Cluster | None, powers: Sequence[Power]) -> bool:
    return all(_power(node, cluster) in powers for node in parked.nodes)


def _power(node: ParkedNode, cluster: Cluster | None) -> Power:
    """Return a machine's power as Azure was last heard to tell it."""
    machines = () if cluster is None else cluster.machines
    return next((each.power for each in machines if each.id == node.machine), Power.UNKNOWN)


def _currency(cluster: Cluster) -> str:
    return cluster.price.currency if cluster.price is not None else "USD"


def _partly(failures: Sequence[TiepointError], done: int, wanted: int) -> TiepointError:
    if done == 0:
        return failures[0]
    return PartialResult(
        f"{done} of {wanted} nodes were parked: {failures[0].summary}",
        remedy=failures[0].remedy,
        retryable=failures[0].retryable,
        detail=failures[0].detail,
    )
