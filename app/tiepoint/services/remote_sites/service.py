"""Clusters as sites: those on Azure, and own ones; the way to each, its agent, its pinned keys.

Must not open a connection itself (`ports.remote`). On the loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from tiepoint.domain.cluster import Cluster, ClusterState
from tiepoint.domain.errors import SetupError, UsageError
from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.route import CONNECT_COMMAND, WINDOWS_CONNECT_COMMAND, ClientKeys, Hop, HostKey, Route
from tiepoint.ports.agent_package import AgentPackage
from tiepoint.ports.known_hosts import KnownHosts
from tiepoint.ports.own_clusters import OwnClusters
from tiepoint.ports.remote import RemoteHosts
from tiepoint.services.clusters import ClusterService, ClustersSnapshot
from tiepoint.services.operations import Operation, Operations, Report
from tiepoint.services.remote_sites.agents import AgentStatus, install, status_of
from tiepoint.services.remote_sites.azure_routes import AzureRoutes
from tiepoint.services.sign_in import SignInService
from tiepoint.services.sites import COMPUTER, Site, SiteKind, Sites

_OWN: Final = "own/"
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9])?")
_NO_SITE: Final = frozenset({ClusterState.DATA_KEPT, ClusterState.DELETING})
_log = logging.getLogger(__name__)


class RemoteSites:
    """Keeps `Sites` in step with the clusters there are, and knows the way to each.

    Args:
        sites: Where they are shown.
        hosts: How machines are reached.
        known: Pinned keys.
        own: Own clusters.
        clusters: Clusters on Azure.
        sign_in: Azure, for addresses, keys and Run Command.
        new_site: Makes a site of id, name, kind and whatever gives its route.
        package: Our agent.
        operations: Where installing runs.
        version: Of this program.
    """

    def __init__(
        self,
        sites: Sites,
        hosts: RemoteHosts,
        known: KnownHosts,
        own: OwnClusters,
        clusters: ClusterService,
        sign_in: SignInService,
        new_site: Callable[[str, str, SiteKind, Callable[[], Awaitable[Route]]], Site],
        package: AgentPackage,
        operations: Operations,
        version: str,
    ) -> None:
        self._sites, self._hosts, self._known, self._own = sites, hosts, known, own
        self._clusters, self._new_site = clusters, new_site
        self._package, self._operations, self._version = package, operations, version
        self._azure = AzureRoutes(sign_in, known)
        self._owned: dict[str, OwnCluster] = {}
        self._end: Callable[[], None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Add own clusters now, and clusters on Azure as they are seen; idempotent, asks nobody."""
        if self._end is not None:
            return
        for cluster in self._own.all():
            self._owned[_OWN + cluster.name] = cluster
            self._add(_OWN + cluster.name, cluster.name, SiteKind.OWN)
        self._end = self._clusters.changed.subscribe(self._on_clusters)
        self._on_clusters(self._clusters.snapshot)

    async def stop(self) -> None:
        """Listen no more, and close all connections."""
        end, self._end = self._end, None
        if end is not None:
            end()
        await asyncio.gather(*self._leaving, return_exceptions=True)
        await self._hosts.close()

    async def route(self, site_id: str) -> Route:
        """The way to a site. Asks Azure for what is not known yet: addresses, pinned keys (Run Command), our key.

        Raises:
            UsageError: There is no such site.
            SignInNeeded: The site is on Azure, and nobody is signed in.
            ConnectionLost: The cluster is not running; the summary says in which state it is.
            TiepointError: As `ports.azure`.
        """
        own = self._owned.get(site_id)
        if own is not None:
            return _own_route(own)
        return await self._azure.route(self._cluster(site_id))

    async def read_keys_again(self, site_id: str) -> tuple[HostKey, ...]:
        """Read the keys of all machines on the way from Azure itself, pin them, and return the scheduler's.

        For own clusters a UsageError: nobody vouches for their keys but the person.
        """
        if site_id.startswith(_OWN):
            raise UsageError(
                "Nobody but you can vouch for the key of an own cluster.",
                remedy="Compare its fingerprint with the one there: ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub",
            )
        keys = await self._azure.read_keys_again(self._cluster(site_id))
        await self._hosts.forget(site_id)
        return keys

    async def trust(self, site_id: str, machine: str, keys: tuple[HostKey, ...]) -> None:
        """Pin what a person has compared and typed or confirmed.

        Args:
            site_id: Which site.
            machine: Its title on the way (`scheduler`, `jump box`), or its name.
            keys: All of its keys.

        Raises:
            UsageError: There is no such machine; of clusters on Azure keys are read from Azure.
            SetupError: It cannot be kept.
        """
        own = self._owned.get(site_id)
        if own is None:
            raise UsageError(
                "Keys of clusters on Azure are read from Azure.", remedy="Use “Read again from Azure” instead."
            )

        def trusted(hop: Hop) -> Hop:
            return replace(hop, keys=keys) if machine in (hop.title, hop.host, f"{hop.host}:{hop.port}") else hop

        changed = replace(own, scheduler=trusted(own.scheduler), jumps=tuple(trusted(hop) for hop in own.jumps))
        if changed == own and keys not in {hop.keys for hop in (own.scheduler, *own.jumps)}:
            raise UsageError(f"There is no machine “{machine}” on the way.", remedy="Say scheduler or jump box.")
        await asyncio.to_thread(self._own.put, changed)
        self._owned[site_id] = changed

    async def agent(self, site_id: str) -> AgentStatus:
        """How the agent there is. One connection."""
        return await status_of(self._site(site_id).scheduler, self._version)

    def install_agent(self, site_id: str) -> Operation[AgentStatus]:
        """Install or update the agent there, and start it again once it is idle; jobs are not affected."""
        site = self._site(site_id)

        async def work(report: Report) -> AgentStatus:
            route = await self.route(site_id)
            kept = await install(self._hosts, route, self._package, self._package_address(site_id), report)
            # What was joined is the old agent: the next one who asks joins the new one.
            await site.scheduler.close()
            site.monitor.try_now()
            return replace(await status_of(site.scheduler, self._version), kept=kept)

        return self._operations.start(f"agent {site_id}", work)

    async def add(self, cluster: OwnCluster) -> Site:
        """Keep an own cluster, after its scheduler was reached with the pinned keys.

        Raises:
            UsageError: There is a cluster of this name, or the name makes none.
            TiepointError: As `ports.remote`: it cannot be reached so.
        """
        if not _NAME.fullmatch(cluster.name) or cluster.name == COMPUTER:
            raise UsageError(
                f"“{cluster.name}” is no name for a cluster.",
                remedy="Use up to 40 letters, digits, dots, hyphens and underscores.",
            )
        if any(cluster.name == site.name for site in self._sites.all):
            raise UsageError(f"There is a cluster “{cluster.name}” already.", remedy="Choose another name.")
        site_id = _OWN + cluster.name
        # `true` is known to shells and not to cmd.exe; `exit` to both.
        await self._hosts.run(_own_route(cluster), "exit 0", timeout_s=30.0)
        await asyncio.to_thread(self._own.add, cluster)
        self._owned[site_id] = cluster
        return self._add(site_id, cluster.name, SiteKind.OWN)

    async def remove(self, name: str) -> None:
        """Forget an own cluster; nothing there is touched.

        Raises:
            UsageError: There is none.
        """
        site_id = _OWN + name.removeprefix(_OWN)
        if site_id not in self._owned:
            raise UsageError(f"There is no own cluster “{name}”.", remedy="See: tiepoint cluster list")
        await asyncio.to_thread(self._own.remove, self._owned[site_id].name)
        self._owned.pop(site_id, None)
        await self._gone(site_id)

    def own(self, site_id: str) -> OwnCluster | None:
        """What is known of an own cluster; None for another site."""
        return self._owned.get(site_id)

    def _add(self, site_id: str, name: str, kind: SiteKind) -> Site:
        found = self._sites.get(site_id)
        if found is None:
            found = self._new_site(site_id, name, kind, lambda: self.route(site_id))
            self._sites.add(found)
        return found

    def _on_clusters(self, snapshot: ClustersSnapshot) -> None:
        there = {each.id: each for each in snapshot.clusters if each.state not in _NO_SITE}
        for cluster in there.values():
            self._add(cluster.id, cluster.name, SiteKind.CLOUD)
        if not snapshot.is_known or snapshot.failure is not None:
            return
        for site in self._sites.all:
            if site.kind is SiteKind.CLOUD and site.id not in there:
                task = asyncio.get_running_loop().create_task(self._gone(site.id), name=f"leaving {site.id}")
                self._leaving.add(task)
                task.add_done_callback(self._leaving.discard)

    async def _gone(self, site_id: str) -> None:
        self._azure.forget(site_id)
        await self._sites.remove(site_id)
        await self._hosts.forget(site_id)
        try:
            # A cluster made anew under this name has other machines.
            await asyncio.to_thread(self._known.forget, site_id)
        except SetupError as error:
            _log.warning("pinned keys stay: %s", error.summary)

    def _site(self, site_id: str) -> Site:
        found = self._sites.get(site_id)
        if found is None or found.is_computer:
            raise UsageError(f"There is no cluster “{site_id}”.", remedy="See: tiepoint cluster list")
        return found

    def _cluster(self, site_id: str) -> Cluster:
        found = next((each for each in self._clusters.snapshot.clusters if each.id == site_id), None)
        if found is None:
            raise UsageError(f"There is no cluster “{site_id}”.", remedy="See: tiepoint cluster list")
        return found

    def _package_address(self, site_id: str) -> str:
        found = next((each for each in self._clusters.snapshot.clusters if each.id == site_id), None)
        return found.plan.package if found is not None and found.plan is not None else ""


def _own_route(cluster: OwnCluster) -> Route:
    usual = WINDOWS_CONNECT_COMMAND if cluster.is_windows else CONNECT_COMMAND
    return Route(
        _OWN + cluster.name,
        cluster.scheduler,
        cluster.jumps,
        keys=ClientKeys(files=cluster.key_files),
        command=cluster.command or usual,
        is_windows=cluster.is_windows,
    )
