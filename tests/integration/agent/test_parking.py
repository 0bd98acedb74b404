"""Parking on a real scheduler with real nodes: Azure's double switches the machines, and their nodes go and come."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio
from agent_cluster import AgentCluster

from azure_double.double import AzureDouble
from azure_double.fixture import azure_blobs, azure_double, azure_papers
from cluster_stand import LifeStand, life_stand, now, with_nodes
from fakes.remote import fake_site
from tiepoint.adapters.scheduler.client import ProtocolScheduler
from tiepoint.connections import PairStream
from tiepoint.domain.cluster import Power
from tiepoint.domain.cluster_plan import StorageKind, StoragePlan
from tiepoint.domain.errors import AgentUnavailable
from tiepoint.domain.job import JobState
from tiepoint.domain.node import NodeState
from tiepoint.protocol.methods import SubmitParams
from tiepoint.runtime.endpoint import AGENT
from tiepoint.services.estimates import Estimates
from tiepoint.services.jobs import JobService
from tiepoint.services.monitor import JobMonitor
from tiepoint.services.parking import Parking
from tiepoint.services.sign_in import SignInService
from tiepoint.services.sites import COMPUTER, Site, SiteKind, Sites

__all__ = ["azure_blobs", "azure_double", "azure_papers"]
TOY_ENGINE = Path(__file__).parent / "toy_engine"


@pytest.fixture
def nodes(tmp_path: Path, tiepoint_home: Path) -> Iterator[AgentCluster]:
    """An agent with two nodes, named as the cluster's machines are."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = AgentCluster(folder, tiepoint_home, {"node-01": 1, "node-02": 1})
    made.variables = {
        "TOY_HOSTS": "1",
        "PYTHONPATH": os.pathsep.join([str(TOY_ENGINE), os.environ.get("PYTHONPATH", "")]),
    }
    made.start()
    yield made
    made.stop()


async def _open_stream() -> PairStream:
    try:
        return PairStream(*await AGENT.open())
    except OSError as error:
        raise AgentUnavailable("The agent is not there yet.", retryable=True) from error


class Panel:
    """What of the panel looks after parked nodes; `restart` is the same computer after the panel was killed."""

    def __init__(self, life: LifeStand) -> None:
        self.life, self.kept = life, ""
        scheduler = ProtocolScheduler(_open_stream, "test")
        monitor = JobMonitor(scheduler, now)
        jobs = JobService(scheduler, lambda: "key")
        cluster = life.cluster().id
        estimates = Estimates(scheduler, monitor)
        self.site = Site(cluster, "atelier", SiteKind.CLOUD, scheduler, jobs, monitor, estimates)
        self.sites = Sites(fake_site("This computer", site_id=COMPUTER, kind=SiteKind.COMPUTER))
        self.sites.add(self.site)
        self.parking = self._parking()

    def _parking(self) -> Parking:
        def keep(text: str) -> None:
            self.kept = text

        sign_in = cast("SignInService", self.life.sign_in)
        return Parking(self.sites, self.life.clusters, sign_in, keep, lambda: self.kept, self._looked)

    async def _looked(self, _seconds: float) -> None:
        """A tick of twenty seconds, in the double's time; what Azure says is read before the next."""
        await self.life.clusters.refresh()
        await asyncio.sleep(0.05)

    async def restart(self) -> None:
        await self.parking.stop()
        self.parking = self._parking()
        self.parking.start()

    def nodes(self) -> dict[str, NodeState]:
        return {node.id: node.state for node in self.site.monitor.snapshot.nodes}

    def stages(self) -> set[str]:
        running = self.site.monitor.snapshot.running
        return {stage.name for stage in running.stages if stage.tasks.running} if running else set()


@pytest_asyncio.fixture
async def panel(azure_double: AzureDouble, tmp_path: Path, nodes: AgentCluster) -> AsyncIterator[Panel]:
    async with life_stand(azure_double, tmp_path) as life:
        azure_double.clock.scale = 5000
        await life.clusters.deploy(with_nodes(2, storage=StoragePlan(StorageKind.BLOB)))
        panel = Panel(life)
        panel.site.monitor.start()
        yield panel
        await panel.parking.stop()
        await panel.sites.stop()


async def test_an_idle_node_is_off_until_a_stage_needs_it_though_the_panel_is_killed_meanwhile(
    panel: Panel, nodes: AgentCluster, tmp_path: Path, capture: Callable[..., Path]
) -> None:
    life, gates = panel.life, (tmp_path / "first", tmp_path / "second")
    await life.until(lambda: set(panel.nodes().values()) == {NodeState.READY}, 30)
    folder = capture(
        "capture-1", alignment={"gate": str(gates[0])}, depth_maps={"tasks": 2, "gate": str(gates[1]), "isolated": True}
    )
    await panel.site.scheduler.submit(SubmitParams(capture=str(folder), preset="draft", key="key"))
    await life.until(lambda: panel.stages() == {"alignment"} and NodeState.BUSY in panel.nodes().values(), 30)
    (idle,) = [name for name, state in panel.nodes().items() if state is NodeState.READY]

    advice = panel.parking.advice(panel.site)
    assert advice is not None
    assert (advice.nodes, advice.stage, advice.until) == ((idle,), "alignment", "undistortion")
    await panel.parking.park(panel.site, advice)
    nodes.kill_node(idle)  # the machine is gone
    await life.until(lambda: life.powers()[idle] == "deallocated")
    await life.until(lambda: panel.nodes()[idle] is NodeState.OFFLINE)
    await panel.restart()
    assert panel.parking.parked(panel.site) is not None

    # The cluster's state on Azure is read, and nothing is started as long as nothing needs it.
    await life.clusters.refresh()
    assert next(each for each in life.cluster().machines if each.name == idle).power is Power.DEALLOCATED
    assert life.powers()[idle] == "deallocated"

    gates[0].touch()
    await life.until(lambda: life.powers()[idle] == "running")
    nodes.start_node(idle)
    await life.until(lambda: panel.stages() == {"depth_maps"}, 30)
    await life.until(lambda: set(panel.nodes().values()) == {NodeState.BUSY}, 30)
    gates[1].touch()
    await life.until(lambda: panel.site.monitor.snapshot.jobs[0].state is JobState.COMPLETED, 30)
    await life.until(lambda: panel.parking.parked(panel.site) is None)
    assert panel.kept == ""
