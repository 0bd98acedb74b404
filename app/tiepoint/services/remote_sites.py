"""Clusters as sites: those on Azure that run, and own ones; the way to each, its agent, its pinned keys.

Must not open a connection itself (`ports.remote`). On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.route import HostKey, Route
from tiepoint.ports.known_hosts import KnownHosts
from tiepoint.ports.own_clusters import OwnClusters
from tiepoint.ports.remote import RemoteHosts
from tiepoint.services.clusters import ClusterService
from tiepoint.services.operations import Operation
from tiepoint.services.sign_in import SignInService
from tiepoint.services.sites import Site, Sites


class AgentNeed(StrEnum):
    """What a cluster's agent needs before it can be spoken with, or to be as new as we are."""

    NOTHING = "nothing"
    UPDATE = "update"
    """It works, and is older than this program."""
    INSTALL = "install"
    """There is none."""
    TOO_OLD = "too-old"
    """It must be updated first."""
    TOO_NEW = "too-new"
    """This program must be updated first."""


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """A cluster's agent.

    Args:
        need: See `AgentNeed`.
        version: Its version; empty = there is none.
        ours: Version that would be installed.
    """

    need: AgentNeed
    version: str = ""
    ours: str = ""


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
    """

    def __init__(
        self,
        sites: Sites,
        hosts: RemoteHosts,
        known: KnownHosts,
        own: OwnClusters,
        clusters: ClusterService,
        sign_in: SignInService,
        new_site: Callable[..., Site],
    ) -> None:
        self._sites, self._hosts, self._known, self._own = sites, hosts, known, own
        self._clusters, self._sign_in, self._new_site = clusters, sign_in, new_site

    def start(self) -> None:
        """Add own clusters now, and clusters on Azure as they are seen; idempotent, asks nobody."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Listen no more, and close all connections."""
        raise NotImplementedError

    async def route(self, site_id: str) -> Route:
        """The way to a site. Asks Azure for what is not known yet: addresses, pinned keys (Run Command), our key.

        Raises:
            SignInNeeded: The site is on Azure, and nobody is signed in.
            ConnectionLost: The cluster is not running; the summary says in which state it is.
            TiepointError: As `ports.azure`.
        """
        raise NotImplementedError

    async def read_keys_again(self, site_id: str) -> tuple[HostKey, ...]:
        """Read the keys of all machines on the way from Azure itself, pin them, and return the scheduler's.

        For own clusters a UsageError: nobody vouches for their keys but the person.
        """
        raise NotImplementedError

    def trust(self, site_id: str, machine: str, keys: tuple[HostKey, ...]) -> None:
        """Pin what a person has compared and typed or confirmed."""
        raise NotImplementedError

    async def agent(self, site_id: str) -> AgentStatus:
        """How the agent there is. One connection."""
        raise NotImplementedError

    def install_agent(self, site_id: str) -> Operation[AgentStatus]:
        """Install or update the agent there, and start it again once it is idle; jobs are not affected."""
        raise NotImplementedError

    async def add(self, cluster: OwnCluster) -> Site:
        """Keep an own cluster, after its scheduler was reached with the pinned keys.

        Raises:
            UsageError: There is a cluster of this name, or the name makes none.
            TiepointError: As `ports.remote`: it cannot be reached so.
        """
        raise NotImplementedError

    async def remove(self, name: str) -> None:
        """Forget an own cluster; nothing there is touched.

        Raises:
            UsageError: There is none.
        """
        raise NotImplementedError

    def own(self, site_id: str) -> OwnCluster | None:
        """What is known of an own cluster; None for another site."""
        raise NotImplementedError
