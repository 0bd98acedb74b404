"""Sites in words: where jobs run, how the link to it is, and what a link that is down means. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tiepoint.domain.cluster import Cluster, ClusterState
from tiepoint.domain.link import Link, LinkState
from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.services.sites import Site, SiteKind
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.jobs_words import clock_text

_ICONS: Final = {SiteKind.COMPUTER: "laptop", SiteKind.CLOUD: "cloud", SiteKind.OWN: "server"}
ASLEEP: Final = (ClusterState.PAUSED, ClusterState.COLD, ClusterState.PAUSING, ClusterState.COOLING)
COMING: Final = (ClusterState.DEPLOYING, ClusterState.RESUMING)
SOON_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a banner says.

    Args:
        tone: Of its ground.
        icon: Before the words.
        title: In a few words.
        text: What it means.
    """

    tone: str
    icon: str
    title: str
    text: str


def site_name(site: Site) -> str:
    """Name a site."""
    return tr("Site", "This computer") if site.is_computer else plain(site.name, limit=60)


def site_icon(site: Site) -> str:
    """Return the icon of a kind of site."""
    return _ICONS[site.kind]


def site_line(site: Site, cluster: Cluster | None, *, is_followed: bool) -> str:
    """Say in a few words how a site is: its link, or why there is none."""
    if cluster is not None and cluster.state in (*ASLEEP, *COMING):
        return look_of(cluster.state.value).text
    if not is_followed:
        return tr("Site", "not followed")
    link = site.monitor.snapshot.link
    if link.state is LinkState.STOPPED:
        return tr("Site", "agent stopped")
    return look_of(link.state.value).text


def way_text(own: OwnCluster | None) -> str:
    """Name the machines on the way: `jump.studio.example → scheduler`."""
    if own is None:
        return tr("Site", "through the jump box")
    hops = [plain(hop.host, limit=60) for hop in (*own.jumps, own.scheduler)]
    return tr("Site", "by SSH: {way}", way=" \N{RIGHTWARDS ARROW} ".join(hops))


def link_words(link: Link, site: Site, now: datetime, *, has_power: bool = False) -> tuple[str, str]:
    """Return a title and a sentence about a link that is down.

    Args:
        link: The link.
        site: To whose scheduler.
        now: The time by our clock.
        has_power: Whether Azure still tells the power of its machines.
    """
    grey = []
    if link.heard is not None:
        time = clock_text(link.heard, now, with_seconds=True)
        grey.append(tr("Link", "Grey values are as last known at {time}.", time=time))
        if has_power:
            grey.append(tr("Link", "Azure power is live."))
    if link.state is LinkState.STOPPED:
        why = tr("Link", "No job runs until it is started.")
        return tr("Link", "The agent is stopped"), " ".join((why, *grey))
    why = said_below(plain(link.problem.summary)) if link.problem is not None else ""
    go_on = "" if site.is_computer else tr("Link", "Jobs go on.")
    return _title(link, site, now), " ".join(part for part in (why, try_text(link, now), go_on, *grey) if part)


def _title(link: Link, site: Site, now: datetime) -> str:
    since = clock_text(link.since, now)
    if site.is_computer:
        if link.heard is None:
            return tr("Link", "The agent has not answered since {time}", time=since)
        return tr("Link", "Connection to the agent lost at {time}", time=since)
    if link.heard is None:
        return tr("Link", "{name} cannot be reached", name=site_name(site))
    return tr("Link", "Connection to the scheduler lost at {time}", time=since)


def try_text(link: Link, now: datetime) -> str:
    """Say when it is tried again."""
    if link.state is not LinkState.LOST:
        return ""
    if link.next_try is None:
        return tr("Link", "It is tried now.")
    wait_s = (link.next_try - now).total_seconds()
    if wait_s < SOON_S:
        return tr("Link", "It is tried now.")
    return tr("Link", "Next try in {seconds} s.", seconds=round(wait_s))


def connecting_words(site: Site, own: OwnCluster | None) -> Told:
    """Say that a connection is being made, and through which machines."""
    text = way_text(own) + "."
    if site.kind is SiteKind.CLOUD:
        text = tr(
            "Link",
            "Through the jump box, with keys that are read from Azure. The first time takes up to half a minute.",
        )
    return Told("info", "loader", tr("Link", "Connecting to {name}", name=site_name(site)), text[:1].upper() + text[1:])


def asleep_words(cluster: Cluster) -> Told:
    """Say that a cluster on Azure is not on."""
    name = plain(cluster.name, limit=60)
    if cluster.state in COMING:
        title = tr("Link", "{name} is starting", name=name)
        return Told("info", "loader", title, tr("Link", "Its scheduler is connected to as soon as it answers."))
    state = look_of(cluster.state.value).text
    title = tr("Link", "{name} is off: {state}", name=name, state=state)
    return Told("queued", "moon", title, tr("Link", "Its jobs wait, and are as last known. Resume it to go on."))
