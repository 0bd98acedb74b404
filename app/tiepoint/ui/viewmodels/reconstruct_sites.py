"""Where a reconstruction can run: this computer and each cluster, what it bills, why it cannot. Pure; any thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tiepoint.domain.cluster import Cluster, ClusterState, MachineRole, Power
from tiepoint.domain.link import LinkState
from tiepoint.domain.node import NodeState
from tiepoint.protocol.hello import Capability
from tiepoint.services.program import Program
from tiepoint.services.sites import Site, SiteKind
from tiepoint.ui.text import plain, said_below, tr, tr_count
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.cluster_bills import bills_now, currency_of
from tiepoint.ui.viewmodels.money import rate_text
from tiepoint.ui.viewmodels.site_words import site_icon, site_name, way_text


@dataclass(frozen=True, slots=True)
class SiteOffer:
    """A place to run on.

    Args:
        id: Of the site.
        icon: Of its kind.
        title: Its name.
        line: How it is, or why it cannot be taken.
        price: Per hour as it is now; empty = none is known.
        refusal: Why it cannot be taken; empty = it can.
    """

    id: str
    icon: str
    title: str
    line: str
    price: str = ""
    refusal: str = ""


def site_offers(program: Program) -> tuple[SiteOffer, ...]:
    """Return the clusters to run on, this computer left out (it is always there)."""
    remote, snapshot = program.remote, program.azure.clusters.snapshot
    return tuple(
        _offer(
            site,
            snapshot.find(site.id) if site.kind is SiteKind.CLOUD else None,
            has_places=remote.rounds.places(site.id) is not None,
            way=way_text(remote.remote.own(site.id)),
        )
        for site in remote.sites.all
        if not site.is_computer
    )


def _offer(site: Site, cluster: Cluster | None, *, has_places: bool, way: str) -> SiteOffer:
    per_hour = bills_now(cluster) if cluster is not None else None
    price = rate_text(per_hour, currency_of(cluster), decimals=2) if cluster is not None and per_hour else ""
    refusal = _refusal(site, cluster, has_places=has_places)
    line = refusal or _free_line(site, cluster, way)
    return SiteOffer(site.id, site_icon(site), site_name(site), line, price, refusal)


def _refusal(site: Site, cluster: Cluster | None, *, has_places: bool) -> str:
    snapshot = site.monitor.snapshot
    if cluster is not None and cluster.state not in (ClusterState.RUNNING, ClusterState.SCALING, ClusterState.PARTIAL):
        state = look_of(cluster.state.value).text
        return tr("Reconstruct", "{state}: resume it first", state=state)
    if not has_places:
        return tr("Reconstruct", "No containers for photos are known")
    if snapshot.link.state is LinkState.LOST and snapshot.link.heard is None:
        problem = snapshot.link.problem
        return said_below(plain(problem.summary)) if problem is not None else look_of("lost").text
    if snapshot.agent is not None and not snapshot.can(Capability.BLOB):
        return tr("Reconstruct", "Its agent cannot fetch photos: update it")
    return ""


def _free_line(site: Site, cluster: Cluster | None, way: str) -> str:
    """Say how many nodes there are, and how many have nothing to do; of a site nobody asked yet, the way to it."""
    snapshot = site.monitor.snapshot
    if snapshot.link.is_up:
        free = sum(node.state is NodeState.READY for node in snapshot.nodes)
        there = [node for node in snapshot.nodes if node.state not in (NodeState.OFFLINE, NodeState.FAILED)]
        return tr_count("Reconstruct", "1 node, {free} free", "{count} nodes, {free} free", len(there), free=free)
    if cluster is not None:
        on = sum(each.role is MachineRole.NODE and each.power is Power.RUNNING for each in cluster.machines)
        return tr_count("Reconstruct", "1 node is on", "{count} nodes are on", on)
    return look_of(snapshot.link.state.value).text if site.monitor.is_followed else way


def offer_of(offers: Sequence[SiteOffer], site: str) -> SiteOffer | None:
    """Return the offer of a site."""
    return next((offer for offer in offers if offer.id == site), None)
