"""Parking nodes on fakes: paused and released, woken in time, taken up again by the next start, left alone if busy."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from fakes.azure import FakeAzure
from fakes.azure_scenes import a_cluster, cluster_id, machines
from fakes.program import FakeProgram
from fakes.remote import fake_site
from fakes.scheduler import FakeScheduler
from tiepoint.domain.cluster import ClusterState, Machine, Power
from tiepoint.domain.errors import ConnectionLost, NoCapacity, PartialResult, UsageError
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, JobState, Stage, StageState, StageUses
from tiepoint.domain.node import Node, NodeState
from tiepoint.domain.parked_nodes import parked_from_text
from tiepoint.services.parking import Parking
from tiepoint.services.sites import Site, SiteKind, Sites

MANY = StageUses("many", gpu=True)
MESH = Job(
    JobId("20261126-a-000001"),
    "Quarry",
    "/work/captures/c",
    JobState.RUNNING,
    stage="mesh",
    stages=(Stage("mesh", StageState.RUNNING), Stage("texture", uses=MANY)),
)
TEXTURE = dataclasses.replace(
    MESH, stage="texture", stages=(Stage("mesh", StageState.COMPLETED), Stage("texture", StageState.RUNNING, uses=MANY))
)


class FakeMachines:
    """Azure's machines: what was asked of them; `fails` names those that cannot."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.fails: set[str] = set()
        self.hangs: asyncio.Event | None = None

    async def begin_deallocate(self, machine_id: str) -> None:
        if self.hangs is not None and self.asked:
            self.hangs.set()
            await asyncio.Event().wait()
        self._ask("deallocate", machine_id)

    async def begin_start(self, machine_id: str) -> None:
        self._ask("start", machine_id)

    def _ask(self, what: str, machine_id: str) -> None:
        if machine_id in self.fails:
            raise NoCapacity("Azure has no machine of this size free just now.", retryable=True)
        self.asked.append((what, machine_id))


class ParkingStand:
    """A cluster of five nodes of which the first works; `tick` lets the service look again."""

    def __init__(self, kept: str = "") -> None:
        self.azure = FakeAzure()
        self.azure.sign_in.put_signed_in()
        self.machines = FakeMachines()
        self.azure.sign_in.roles.machines = self.machines
        self.azure.clusters.put(a_cluster("harbour"))
        self.scheduler = FakeScheduler()
        self.scheduler.all_nodes = {each.id: each for each in map(_node, range(1, 6))}
        self.scheduler.all_jobs = {MESH.id: MESH}
        self.kept = self.on_disk = kept
        fake = FakeProgram()
        self.sites = Sites(fake.computer_site)
        self.site = fake_site("harbour", self.scheduler, site_id=cluster_id("harbour"), kind=SiteKind.CLOUD)
        self.sites.add(self.site)
        self._ticks: asyncio.Queue[None] = asyncio.Queue()
        self._sleeping = asyncio.Event()
        self.parking = Parking(
            self.sites,
            self.azure.clusters,  # type: ignore[arg-type]
            self.azure.sign_in,  # type: ignore[arg-type]
            self._keep,
            lambda: self.kept,
            self._sleep,
            written=self._written,
        )

    async def _written(self) -> None:
        self.on_disk = self.kept

    def _keep(self, text: str) -> None:
        self.kept = text

    async def _sleep(self, _seconds: float) -> None:
        self._sleeping.set()
        await self._ticks.get()

    async def tick(self) -> None:
        """Let it look once more, and wait until it has."""
        self._sleeping.clear()
        self._ticks.put_nowait(None)
        waits = asyncio.ensure_future(self._sleeping.wait())
        tasks = [each for each in asyncio.all_tasks() if each.get_name() == "parked nodes"]
        await asyncio.wait([waits, *tasks], return_when=asyncio.FIRST_COMPLETED)
        waits.cancel()

    async def followed(self) -> None:
        """Follow the site and wait for its first snapshot."""
        heard: asyncio.Event = asyncio.Event()
        self.site.monitor.changed.subscribe(lambda snapshot: heard.set() if snapshot.link.is_up else None)
        self.site.monitor.start()
        await heard.wait()

    async def told(self, change: Callable[[], object]) -> None:
        """Let something happen in the scheduler and wait until the monitor has heard it."""
        heard = asyncio.Event()
        end = self.site.monitor.changed.subscribe(lambda _snapshot: heard.set())
        change()
        self.scheduler.set(MESH.id)
        await heard.wait()
        end()

    def power(self, *off: str) -> None:
        """Let Azure show these nodes as released."""
        made = tuple(_powered(each, off) for each in machines())
        self.azure.clusters.set("harbour", machines=made)

    def state(self, number: int) -> NodeState:
        return self.scheduler.all_nodes[NodeId(f"n{number}")].state


def _powered(machine: Machine, off: tuple[str, ...]) -> Machine:
    return dataclasses.replace(machine, power=Power.DEALLOCATED) if machine.name in off else machine


def _node(number: int) -> Node:
    state = NodeState.BUSY if number == 1 else NodeState.READY
    return Node(NodeId(f"n{number}"), f"node-{number:02}", state, job=MESH.id if number == 1 else None)


def standing(play: Callable[[ParkingStand], Awaitable[None]], kept: str = "") -> ParkingStand:
    """Run a scene on a followed cluster."""

    async def scene() -> ParkingStand:
        stand = ParkingStand(kept)
        await stand.followed()
        try:
            await play(stand)
        finally:
            await stand.parking.stop()
            await stand.site.monitor.stop()
            await stand.site.estimates.stop()
        return stand

    return asyncio.run(scene())


def test_idle_nodes_are_advised_with_their_price() -> None:
    async def play(stand: ParkingStand) -> None:
        advice = stand.parking.advice(stand.site)
        assert advice is not None
        assert advice.nodes == tuple(NodeId(f"n{each}") for each in range(2, 6))
        assert (advice.per_hour, advice.until) == (pytest.approx(12.8), "texture")
        stand.parking.dismiss(advice)
        assert stand.parking.advice(stand.site) is None

    standing(play)


def test_nothing_is_advised_for_clusters_that_are_not_ours_to_switch_off() -> None:
    async def play(stand: ParkingStand) -> None:
        own = dataclasses.replace(stand.site, kind=SiteKind.OWN)
        assert stand.parking.advice(own) is None
        stand.azure.clusters.set("harbour", state=ClusterState.PAUSING)
        assert stand.parking.advice(stand.site) is None
        await stand.azure.sign_in.sign_out()
        assert stand.parking.advice(stand.site) is None

    standing(play)


def test_parked_nodes_are_paused_released_and_woken_for_the_stage_that_needs_them() -> None:
    async def play(stand: ParkingStand) -> None:
        advice = stand.parking.advice(stand.site)
        assert advice is not None
        await stand.parking.park(stand.site, advice)
        assert [stand.state(each) for each in range(1, 6)] == [NodeState.BUSY, *4 * [NodeState.PAUSED]]
        assert stand.machines.asked == [("deallocate", f"/m/node-{each:02}") for each in range(2, 6)]
        assert stand.parking.parked(stand.site) is not None
        assert stand.parking.advice(stand.site) is None
        stand.power("node-02", "node-03", "node-04", "node-05")
        await stand.told(lambda: [_offline(stand, each) for each in range(2, 6)])
        await stand.tick()
        assert len(stand.machines.asked) == 4
        await stand.told(lambda: stand.scheduler.all_jobs.update({MESH.id: TEXTURE}))
        await stand.tick()
        assert stand.machines.asked[4:] == [("start", f"/m/node-{each:02}") for each in range(2, 6)]
        parked = stand.parking.parked(stand.site)
        assert parked is not None
        assert parked.is_waking
        await stand.told(lambda: [_paused(stand, each) for each in range(2, 6)])
        await stand.tick()
        assert [stand.state(each) for each in range(2, 6)] == 4 * [NodeState.PAUSED]  # heard for the last time
        stand.power()
        await stand.tick()
        assert [stand.state(each) for each in range(2, 6)] == 4 * [NodeState.READY]
        assert stand.parking.parked(stand.site) is None
        assert stand.kept == ""

    standing(play)


def _offline(stand: ParkingStand, number: int) -> None:
    node = stand.scheduler.all_nodes[NodeId(f"n{number}")]
    stand.scheduler.all_nodes[node.id] = dataclasses.replace(node, state=NodeState.OFFLINE)


def _paused(stand: ParkingStand, number: int) -> None:
    node = stand.scheduler.all_nodes[NodeId(f"n{number}")]
    stand.scheduler.all_nodes[node.id] = dataclasses.replace(node, state=NodeState.PAUSED)


def test_the_next_start_takes_up_what_was_parked() -> None:
    async def park(stand: ParkingStand) -> None:
        advice = stand.parking.advice(stand.site)
        assert advice is not None
        await stand.parking.park(stand.site, advice)

    kept = standing(park).kept
    assert len(parked_from_text(kept)[cluster_id("harbour")].nodes) == 4

    async def wake(stand: ParkingStand) -> None:
        stand.scheduler.all_jobs[MESH.id] = TEXTURE
        await stand.told(lambda: [_offline(stand, each) for each in range(2, 6)])
        stand.parking.start()
        await stand.tick()
        assert [what for what, _ in stand.machines.asked] == 4 * ["start"]

    standing(wake, kept)


def test_a_program_that_ends_in_the_middle_of_parking_leaves_no_machine_forgotten() -> None:
    async def play(stand: ParkingStand) -> None:
        advice = stand.parking.advice(stand.site)
        assert advice is not None
        stand.machines.hangs = asyncio.Event()
        parking = asyncio.ensure_future(stand.parking.park(stand.site, advice))
        await stand.machines.hangs.wait()
        assert stand.machines.asked == [("deallocate", "/m/node-02")]
        on_disk = parked_from_text(stand.on_disk)[cluster_id("harbour")]
        assert {"node-02", "node-03"} <= {each.host for each in on_disk.nodes}
        parking.cancel()
        await asyncio.wait([parking])

    standing(play)


def test_a_machine_that_azure_cannot_start_at_once_is_started_again() -> None:
    async def play(stand: ParkingStand) -> None:
        advice = stand.parking.advice(stand.site)
        assert advice is not None
        await stand.parking.park(stand.site, advice)
        stand.power("node-02", "node-03", "node-04", "node-05")
        await stand.told(lambda: [_offline(stand, each) for each in range(2, 6)])
        stand.machines.fails = {"/m/node-03"}
        await stand.parking.wake(stand.site)
        stand.power("node-03")
        stand.machines.fails = set()
        stand.machines.asked.clear()
        await stand.tick()
        assert stand.machines.asked == [("start", "/m/node-03")]

    standing(play)


def test_a_node_that_cannot_be_told_to_go_on_is_released_later() -> None:
    async def play(stand: ParkingStand) -> None:
        advice = stand.parking.advice(stand.site)
        assert advice is not None
        stand.machines.fails = {"/m/node-02"}
        resume, stand.scheduler.resume_node = stand.scheduler.resume_node, _away  # type: ignore[method-assign]
        with pytest.raises(PartialResult):
            await stand.parking.park(stand.site, advice)
        stand.scheduler.resume_node = resume  # type: ignore[method-assign]
        parked = stand.parking.parked(stand.site)
        assert parked is not None
        assert parked.nodes[0].host == "node-02"

    standing(play)


async def _away(_node: NodeId) -> Node:
    raise ConnectionLost("The scheduler is away.", retryable=True)


def test_a_node_that_took_a_task_meanwhile_is_left_alone() -> None:
    async def play(stand: ParkingStand) -> None:
        advice = stand.parking.advice(stand.site)
        assert advice is not None
        busy = stand.scheduler.all_nodes[NodeId("n3")]
        stand.scheduler.all_nodes[busy.id] = dataclasses.replace(busy, job=MESH.id, state=NodeState.BUSY)
        await stand.parking.park(stand.site, advice)
        assert ("deallocate", "/m/node-03") not in stand.machines.asked
        assert stand.state(3) is NodeState.READY

    standing(play)


def test_a_machine_that_azure_does_not_release_goes_on_working() -> None:
    async def play(stand: ParkingStand) -> None:
        advice = stand.parking.advice(stand.site)
        assert advice is not None
        stand.machines.fails = {"/m/node-02"}
        with pytest.raises(PartialResult, match="3 of 4"):
            await stand.parking.park(stand.site, advice)
        assert stand.state(2) is NodeState.READY
        parked = stand.parking.parked(stand.site)
        assert parked is not None
        assert [each.host for each in parked.nodes] == ["node-03", "node-04", "node-05"]

    standing(play)


def test_what_cannot_be_parked_at_all_is_said() -> None:
    async def play(stand: ParkingStand) -> None:
        advice = stand.parking.advice(stand.site)
        assert advice is not None
        stand.machines.fails = {f"/m/node-{each:02}" for each in range(2, 6)}
        with pytest.raises(NoCapacity):
            await stand.parking.park(stand.site, advice)
        assert stand.parking.parked(stand.site) is None
        own: Site = dataclasses.replace(stand.site, kind=SiteKind.OWN)
        with pytest.raises(UsageError, match="cannot be parked"):
            await stand.parking.park(own, advice)
        with pytest.raises(UsageError, match="idle any more"):
            await stand.parking.park(stand.site, dataclasses.replace(advice, nodes=()))

    standing(play)


def test_a_person_wakes_them_and_a_paused_cluster_is_let_be() -> None:
    async def play(stand: ParkingStand) -> None:
        advice = stand.parking.advice(stand.site)
        assert advice is not None
        await stand.parking.park(stand.site, advice)
        stand.azure.clusters.set("harbour", state=ClusterState.PAUSED)
        await stand.told(lambda: stand.scheduler.all_jobs.update({MESH.id: TEXTURE}))
        await stand.tick()
        assert [what for what, _ in stand.machines.asked] == 4 * ["deallocate"]
        stand.azure.clusters.set("harbour", state=ClusterState.RUNNING)
        await stand.parking.wake(stand.site)
        await stand.parking.wake(stand.site)
        assert [what for what, _ in stand.machines.asked[4:]] == 4 * ["start"]

    standing(play)


def test_nodes_that_never_come_back_are_told_about() -> None:
    failures: list[Any] = []

    async def play(stand: ParkingStand) -> None:
        stand.parking.failed.subscribe(failures.append)
        advice = stand.parking.advice(stand.site)
        assert advice is not None
        await stand.parking.park(stand.site, advice)
        await stand.told(lambda: [_offline(stand, each) for each in range(2, 6)])
        await stand.parking.wake(stand.site)
        for _ in range(70):
            await stand.tick()
            if failures:
                break
        assert "node-02, node-03" in failures[0].summary
        assert stand.parking.parked(stand.site) is None

    standing(play)


def test_a_text_that_cannot_be_read_is_nothing() -> None:
    assert parked_from_text("{") == {}
    assert parked_from_text("[1]") == {}
    assert parked_from_text('{"a": {"job": 1}, "b": 3}') == {}
