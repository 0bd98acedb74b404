"""Puts the use cases around schedulers of clusters together; nothing is opened before it is used. Main thread."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from tiepoint import __version__, resources
from tiepoint.adapters.files.agent_package import ZippedAgent
from tiepoint.adapters.files.known_hosts import FileKnownHosts
from tiepoint.adapters.files.local_paths import FolderPaths
from tiepoint.adapters.files.own_clusters import TomlOwnClusters
from tiepoint.adapters.files.round_store import FileRoundStore
from tiepoint.adapters.files.support_zip import ZipSupportFiles
from tiepoint.adapters.scheduler.client import ProtocolScheduler
from tiepoint.adapters.ssh.hosts import SshHosts
from tiepoint.domain.route import Route
from tiepoint.ports.flight_recorder import FlightRecorder
from tiepoint.ports.kept_files import Keeping
from tiepoint.ports.remote import RemoteStream
from tiepoint.runtime import folders
from tiepoint.runtime.logs import masked
from tiepoint.services.estimates import Estimates
from tiepoint.services.jobs import JobService
from tiepoint.services.monitor import JobMonitor
from tiepoint.services.operations import Operations
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
from tiepoint.services.sign_in import SignInService
from tiepoint.services.sites import Site, SiteKind, Sites
from tiepoint.services.transfers import TransferService

_CLIENT: Final = f"tiepoint {__version__}"


@dataclass(frozen=True, slots=True)
class Moves:
    """What moves photos and products.

    Args:
        transfers: Between this computer and Blob.
        products: Into folders that a person names.
        captures: Folder of all captures on this computer.
        keeping: How files are kept; its clock, UTC.
    """

    transfers: TransferService
    products: ProductService
    captures: Callable[[], Path]
    keeping: Keeping


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text that outlasts this program.

    Args:
        keep: Keeps another one from now on.
        kept: Returns it.
        written: Returns once it is on the disk.
    """

    keep: Callable[[str], None]
    kept: Callable[[], str]
    written: Callable[[], Awaitable[None]]


def remote_parts(
    computer: Site,
    azure: AzureParts,
    now_shown: Callable[[str], None],
    parked: KeptText,
    recorder: FlightRecorder,
    moves: Moves,
    operations: Operations,
) -> RemoteParts:
    """Return the use cases around schedulers of clusters.

    Args:
        computer: This computer as a site.
        azure: Clusters on Azure.
        now_shown: See `Sites`.
        parked: What is parked, see `Parking`.
        recorder: Records what schedulers tell.
        moves: What moves photos and products.
        operations: Where what takes long runs.
    """
    sites = Sites(computer, now_shown)
    hosts = SshHosts(_CLIENT, azure.sign_in.management_token, lambda: _trust(azure.sign_in))
    remote = RemoteSites(
        sites,
        hosts,
        FileKnownHosts(folders.data_folder() / "known_hosts.json", moves.keeping),
        TomlOwnClusters(folders.settings_folder() / "clusters.toml", moves.keeping),
        azure.clusters,
        azure.sign_in,
        lambda *about: _site(hosts, recorder, moves.keeping.now, *about),
        ZippedAgent(folders.cache_folder() / "agent", __version__, resources.read_infra),
        operations,
        __version__,
    )
    places = Places(azure.clusters, remote, azure.sign_in)
    return RemoteParts(
        sites=sites,
        shown=ShownSite(sites),
        remote=remote,
        rounds=_rounds(sites, azure, moves, places),
        path_doctor=PathDoctor(sites, moves.transfers, places, FolderPaths(), moves.captures),
        recordings=Recordings(recorder, sites, _support_files(sites, remote), __version__),
        parking=Parking(sites, azure.clusters, azure.sign_in, parked.keep, parked.kept, written=parked.written),
    )


def _rounds(sites: Sites, azure: AzureParts, moves: Moves, places: Places) -> Rounds:
    importing = LustreImport(places, azure.sign_in.azure, moves.keeping.now, asyncio.sleep)
    store = FileRoundStore(folders.data_folder() / "rounds.json", moves.keeping)
    kit = RoundKit(
        sites, moves.transfers, places, importing, moves.products, moves.captures, moves.keeping.now, asyncio.sleep
    )
    return Rounds(store, kit)


def _support_files(sites: Sites, remote: RemoteSites) -> ZipSupportFiles:
    settings = [folders.settings_folder() / name for name in ("settings.json", "panel.json")]

    def machines() -> Iterator[str]:
        for own in filter(None, (remote.own(site.id) for site in sites.all)):
            yield from (f"{hop.user}@{hop.host}" for hop in (*own.jumps, own.scheduler))

    return ZipSupportFiles(folders.log_folder(), settings, masked, machines)


def _site(
    hosts: SshHosts,
    recorder: FlightRecorder,
    now: Callable[[], datetime],
    site_id: str,
    name: str,
    kind: SiteKind,
    route: Callable[[], Awaitable[Route]],
) -> Site:
    """Return a cluster as a site; nothing is opened before somebody asks it something."""

    async def open_stream() -> RemoteStream:
        return await hosts.open_agent(await route())

    scheduler = ProtocolScheduler(open_stream, _CLIENT, site=site_id, name=name, recorder=recorder)
    monitor = JobMonitor(scheduler, now)
    jobs = JobService(scheduler, lambda: secrets.token_hex(16))
    return Site(site_id, name, kind, scheduler, jobs, monitor, Estimates(scheduler, monitor))


def _trust(sign_in: SignInService) -> ssl.SSLContext:
    """Return whose certificates Bastion's are judged by: the system's, or those of a custom cloud."""
    ca_file = sign_in.snapshot.cloud.ca_file
    if ca_file:
        return ssl.create_default_context(cafile=ca_file)
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
