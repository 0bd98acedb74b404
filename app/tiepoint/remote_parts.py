"""Puts the use cases around schedulers of clusters together; nothing is opened before it is used. Main thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from tiepoint import __version__
from tiepoint.adapters.files.local_paths import FolderPaths
from tiepoint.adapters.files.round_store import FileRoundStore
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
from tiepoint.services.products import ProductService
from tiepoint.services.program import AzureParts, RemoteParts
from tiepoint.services.recordings import Recordings
from tiepoint.services.remote_sites import RemoteSites
from tiepoint.services.rounds import Rounds
from tiepoint.services.rounds.kit import RoundKit
from tiepoint.services.rounds.lustre import LustreImport
from tiepoint.services.rounds.places import Places
from tiepoint.services.shown import ShownSite
from tiepoint.services.sites import Site, Sites
from tiepoint.services.transfers import TransferService


@dataclass(frozen=True, slots=True)
class Moves:
    """What moves photos and products.

    Args:
        transfers: Between this computer and Blob.
        products: Into folders that a person names.
        captures: Folder of all captures on this computer.
        now: The clock, UTC.
    """

    transfers: TransferService
    products: ProductService
    captures: Callable[[], Path]
    now: Callable[[], datetime]


def remote_parts(
    computer: Site,
    azure: AzureParts,
    now_shown: Callable[[str], None],
    parked: tuple[Callable[[str], None], Callable[[], str]],
    recorder: FlightRecorder,
    moves: Moves,
) -> RemoteParts:
    """Return the use cases around schedulers of clusters.

    Args:
        computer: This computer as a site.
        azure: Clusters on Azure.
        now_shown: See `Sites`.
        parked: Keeps and returns what is parked, see `Parking`.
        recorder: Records what schedulers tell.
        moves: What moves photos and products.
    """
    sites = Sites(computer, now_shown)
    hosts, known = cast("RemoteHosts", OnDemand(_later)), cast("KnownHosts", OnDemand(_later))
    own = cast("OwnClusters", OnDemand(_later))
    remote = RemoteSites(sites, hosts, known, own, azure.clusters, azure.sign_in, _later)
    places = Places(azure.clusters, remote, azure.sign_in)
    return RemoteParts(
        sites=sites,
        shown=ShownSite(sites),
        remote=remote,
        rounds=_rounds(sites, azure, moves, places),
        path_doctor=PathDoctor(sites, moves.transfers, places, FolderPaths(), moves.captures),
        recordings=Recordings(recorder, sites, _support_files(), __version__),
        parking=Parking(sites, azure.clusters, azure.sign_in, *parked),
    )


def _rounds(sites: Sites, azure: AzureParts, moves: Moves, places: Places) -> Rounds:
    importing = LustreImport(places, azure.sign_in.azure, moves.now, asyncio.sleep)
    store = FileRoundStore(folders.data_folder() / "rounds.json", moves.now)
    kit = RoundKit(sites, moves.transfers, places, importing, moves.products, moves.captures, moves.now, asyncio.sleep)
    return Rounds(store, kit)


def _support_files() -> ZipSupportFiles:
    settings = [folders.settings_folder() / name for name in ("settings.json", "panel.json")]
    return ZipSupportFiles(folders.log_folder(), settings, masked)


def _later(*_args: Any) -> Any:
    raise NotImplementedError
