"""Puts the use cases around schedulers of clusters together; nothing is opened before it is used. Main thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from tiepoint import __version__
from tiepoint.adapters.files.support_zip import ZipSupportFiles
from tiepoint.adapters.on_demand import OnDemand
from tiepoint.ports.flight_recorder import FlightRecorder
from tiepoint.ports.known_hosts import KnownHosts
from tiepoint.ports.own_clusters import OwnClusters
from tiepoint.ports.remote import RemoteHosts
from tiepoint.runtime import folders
from tiepoint.runtime.logs import masked
from tiepoint.services.parking import Parking
from tiepoint.services.path_doctor import PathDoctor
from tiepoint.services.program import AzureParts, RemoteParts
from tiepoint.services.recordings import Recordings
from tiepoint.services.remote_sites import RemoteSites
from tiepoint.services.rounds import Rounds
from tiepoint.services.shown import ShownSite
from tiepoint.services.sites import Site, Sites


def remote_parts(
    computer: Site,
    azure: AzureParts,
    now_shown: Callable[[str], None],
    parked: tuple[Callable[[str], None], Callable[[], str]],
    recorder: FlightRecorder,
) -> RemoteParts:
    """Return the use cases around schedulers of clusters.

    Args:
        computer: This computer as a site.
        azure: Clusters on Azure.
        now_shown: See `Sites`.
        parked: Keeps and returns what is parked, see `Parking`.
        recorder: Records what schedulers tell.
    """
    sites = Sites(computer, now_shown)
    hosts, known = cast("RemoteHosts", OnDemand(_later)), cast("KnownHosts", OnDemand(_later))
    own = cast("OwnClusters", OnDemand(_later))
    return RemoteParts(
        sites=sites,
        shown=ShownSite(sites),
        remote=RemoteSites(sites, hosts, known, own, azure.clusters, azure.sign_in, _later),
        rounds=Rounds(),
        path_doctor=PathDoctor(),
        recordings=Recordings(recorder, sites, _support_files(), __version__),
        parking=Parking(sites, azure.clusters, azure.sign_in, *parked),
    )


def _support_files() -> ZipSupportFiles:
    settings = [folders.settings_folder() / name for name in ("settings.json", "panel.json")]
    return ZipSupportFiles(folders.log_folder(), settings, masked)


def _later(*_args: Any) -> Any:
    raise NotImplementedError
