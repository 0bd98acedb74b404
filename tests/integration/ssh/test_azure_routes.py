"""The way to a cluster on Azure: Azure's real clients over the double, SSH over loopback, a real agent at the end."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio

from azure_double.double import AzureDouble
from cluster_stand import PLAN, LifeStand, life_stand, with_nodes
from fakes.keeping import keeping_locked
from fakes.remote import fake_site
from ssh_server import SshStand
from tiepoint.adapters.files.known_hosts import FileKnownHosts
from tiepoint.adapters.files.own_clusters import TomlOwnClusters
from tiepoint.adapters.scheduler.client import ProtocolScheduler
from tiepoint.adapters.ssh.hosts import SshHosts
from tiepoint.adapters.ssh.patience import Patience
from tiepoint.domain.cluster import ClusterState
from tiepoint.domain.cluster_plan import AccessKind, AccessPlan
from tiepoint.domain.errors import ConnectionLost, HostKeyChanged, NotThere, SignInNeeded
from tiepoint.domain.resource_names import ADMIN_USER
from tiepoint.domain.route import Hop, Route
from tiepoint.services.remote_sites import RemoteSites, azure_routes
from tiepoint.services.sites import COMPUTER, Site, SiteKind, Sites

PATIENCE = Patience(hop_s=5.0, hello_s=25.0, closing_s=0.5)


class RemoteStand:
    """The service over the double and two machines; `hosts` reaches them wherever Azure says they are."""

    def __init__(self, life: LifeStand, machines: SshStand, folder: Path) -> None:
        self.life, self.machines = life, machines
        double = life.double
        self.hosts = SshHosts("test", self._token, double.papers.client_context, PATIENCE)
        self.known = FileKnownHosts(folder / "known_hosts.json", keeping_locked())
        own = TomlOwnClusters(folder / "clusters.toml", keeping_locked())
        self.sites = Sites(fake_site("This computer", site_id=COMPUTER, kind=SiteKind.COMPUTER))
        self.remote = RemoteSites(
            self.sites,
            self.hosts,
            self.known,
            own,
            life.clusters,
            cast("Any", life.sign_in),
            self._site,
            cast("Any", None),
            life.services[0][1],
            "0.1.0",
        )

    async def _token(self) -> str:
        return self.life.double.token("mila@studio.example")

    def _site(self, site_id: str, name: str, kind: SiteKind, route: Callable[[], Any]) -> Site:
        made = fake_site(name, site_id=site_id, kind=kind)

        async def open_stream() -> Any:
            return await self.hosts.open_agent(self.here(await route()))

        return replace(made, scheduler=ProtocolScheduler(open_stream, "test"))

    def here(self, route: Route) -> Route:
        """The same way with the addresses of the stand."""

        def moved(hop: Hop) -> Hop:
            machine = self.machines.jump if hop.title == "jump box" else self.machines.scheduler
            return replace(hop, host="127.0.0.1", port=machine.port)

        return replace(route, target=moved(route.target), jumps=tuple(moved(hop) for hop in route.jumps))

    def machine(self, name: str) -> Any:
        return self.life.double.world.machine("rg-atelier", name)

    async def deploy(self, **changes: Any) -> Site:
        self.life.double.clock.scale = 5000
        await self.life.clusters.deploy(replace(with_nodes(1), **changes))
        vault = next(each for each in self.life.double.world.of_type("Microsoft.KeyVault/vaults"))
        await self.life.sign_in.roles.vault.set(vault.facts["uri"], "sshPrivateKey", self.machines.private_key)
        with self.life.double.lock:
            self.machine("scheduler").facts["host_keys"] = f"{self.machines.scheduler.host_key.line} root@scheduler\n"
        self.remote.start()
        site = self.sites.find("atelier")
        assert site.kind is SiteKind.CLOUD
        return site


@pytest_asyncio.fixture
async def stand(
    azure_double: AzureDouble, tiepoint_home: Path, tmp_path: Path, program: Any
) -> AsyncIterator[RemoteStand]:
    async with SshStand(tiepoint_home, folder=tmp_path / "ssh") as machines, life_stand(azure_double, tmp_path) as life:
        stand = RemoteStand(life, machines, tmp_path)
        yield stand
        await stand.remote.stop()
        await stand.sites.stop()


async def test_a_real_agent_behind_bastion_is_joined_by_what_azure_says(stand: RemoteStand) -> None:
    site = await stand.deploy()
    double = stand.life.double
    double.tunnels.targets[stand.machine("scheduler").id.text.lower()] = ("127.0.0.1", stand.machines.scheduler.port)
    route = await stand.remote.route(site.id)
    assert route.bastion is not None
    assert route.jumps == ()
    assert (route.target.host, route.target.user) == ("10.0.1.250", ADMIN_USER)
    assert route.target.keys == (stand.machines.scheduler.host_key,)
    hello = await ProtocolScheduler(lambda: stand.hosts.open_agent(route), "test").hello()
    assert hello.protocol == 1
    assert double.tunnels.nodes == ["node-7"]
    await stand.hosts.close()
    assert double.tunnels.returned == 1
    assert double.tunnels.passes == {}


async def test_keys_are_read_once_and_again_when_asked(stand: RemoteStand) -> None:
    site = await stand.deploy()
    stand.life.double.tunnels.targets[stand.machine("scheduler").id.text.lower()] = (
        "127.0.0.1",
        stand.machines.scheduler.port,
    )
    for _ in range(2):
        route = await stand.remote.route(site.id)
    ran = [each for each in stand.machine("scheduler").facts["scripts"] if each["name"] == "tiepoint-host-keys"]
    assert len(ran) == 1
    await stand.machines.scheduler.change_key()
    with pytest.raises(HostKeyChanged):
        await stand.hosts.open_agent(await stand.remote.route(site.id))
    with stand.life.double.lock:
        stand.machine("scheduler").facts["host_keys"] = stand.machines.scheduler.host_key.line
    assert await stand.remote.read_keys_again(site.id) == (stand.machines.scheduler.host_key,)
    route = await stand.remote.route(site.id)
    await (await stand.hosts.open_agent(route)).close()


async def test_a_cluster_with_jump_boxes_is_joined_through_the_linux_one(
    stand: RemoteStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    access = AccessPlan(AccessKind.JUMP_BOXES, PLAN.access.sources)
    site = await stand.deploy(access=access)
    with stand.life.double.lock:
        stand.machine("jump-linux").facts["host_keys"] = stand.machines.jump.host_key.line
    route = await stand.remote.route(site.id)
    assert route.bastion is None
    assert [hop.host.startswith("203.0.113.") for hop in route.jumps] == [True]
    assert (await site.scheduler.hello()).protocol == 1
    await site.scheduler.close()
    assert stand.machines.jump.logins == 1
    await stand.life.clusters.cool("atelier")
    await stand.life.clusters.resume("atelier")
    monkeypatch.setattr(azure_routes, "_FRESH_S", 0.0)
    assert (await stand.remote.route(site.id)).jumps == route.jumps


async def test_a_paused_cluster_is_said_to_be_so_and_a_deleted_one_goes(stand: RemoteStand) -> None:
    site = await stand.deploy()
    await stand.life.clusters.pause("atelier")
    assert stand.life.cluster().state is ClusterState.PAUSED
    with pytest.raises(ConnectionLost, match="The cluster atelier is paused"):
        await stand.remote.route(site.id)
    with pytest.raises(ConnectionLost, match="The cluster atelier is paused"):
        await stand.remote.read_keys_again(site.id)
    stand.known.pin(site.id, "scheduler", (stand.machines.scheduler.host_key,))
    await stand.life.clusters.delete("atelier", typed_name="atelier", keeps_data=False)
    # One made anew under this name has other machines, with other keys.
    await stand.life.until(lambda: [each.id for each in stand.sites.all] == [COMPUTER])
    await stand.life.until(lambda: not stand.known.keys(site.id))


async def test_a_cluster_that_was_cold_is_reached_where_it_is_now(
    stand: RemoteStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = await stand.deploy()
    before = await stand.remote.route(site.id)
    assert (await stand.remote.route(site.id)).bastion == before.bastion
    await stand.life.clusters.cool("atelier")
    await stand.life.clusters.resume("atelier")
    monkeypatch.setattr(azure_routes, "_FRESH_S", 0.0)
    after = await stand.remote.route(site.id)
    (bastion,) = stand.life.double.world.of_type("Microsoft.Network/bastionHosts")
    assert before.bastion is not None
    assert after.bastion is not None
    assert after.bastion.endpoint == bastion.properties["dnsName"] != before.bastion.endpoint
    # While Azure does not answer, the way that is known still leads there.
    stand.life.double.faults.add("503", path=r"/resources", times=99, retry_after=0)
    assert (await stand.remote.route(site.id)).bastion == after.bastion


async def test_bastion_that_lets_nobody_through(stand: RemoteStand) -> None:
    site = await stand.deploy()
    route = await stand.remote.route(site.id)
    assert route.bastion is not None
    wrong = replace(route, bastion=replace(route.bastion, target=route.bastion.target + "x"))
    with pytest.raises(NotThere, match="Bastion"):
        await stand.hosts.open_agent(wrong)
    nowhere = replace(route, bastion=replace(route.bastion, endpoint="127.0.0.1:9"))
    with pytest.raises(ConnectionLost, match=r"Bastion \(127.0.0.1:9\) does not answer"):
        await stand.hosts.open_agent(nowhere)
    # Bastion knows the machine, and nothing listens on it.
    with pytest.raises(ConnectionLost, match="Bastion"):
        await stand.hosts.open_agent(route)
    nobody = SshHosts("test")
    with pytest.raises(SignInNeeded):
        await nobody.open_agent(route)
    with contextlib.suppress(ConnectionLost):
        await nobody.close()
