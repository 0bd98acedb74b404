"""Sites of clusters made of fakes: schedulers in memory, no SSH, no Azure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from fakes.clock import FakeClock
from fakes.recordings import FakeRecordings
from fakes.remote_sites import FakePathDoctor, FakeRemoteSites, FakeRounds
from fakes.scheduler import FakeScheduler
from tiepoint.services.estimates import Estimates
from tiepoint.services.jobs import JobService
from tiepoint.services.monitor import JobMonitor
from tiepoint.services.parking import Parking
from tiepoint.services.path_doctor import PathDoctor
from tiepoint.services.program import AzureParts, RemoteParts
from tiepoint.services.recordings import Recordings
from tiepoint.services.remote_sites import RemoteSites
from tiepoint.services.rounds import Rounds
from tiepoint.services.shown import ShownSite
from tiepoint.services.sites import Site, SiteKind, Sites


def fake_site(
    name: str = "atelier-east",
    scheduler: FakeScheduler | None = None,
    *,
    site_id: str = "",
    kind: SiteKind = SiteKind.OWN,
    now: Callable[[], Any] | None = None,
) -> Site:
    """A cluster whose scheduler is a fake."""
    scheduler = scheduler or FakeScheduler()
    monitor = JobMonitor(scheduler, now or FakeClock())
    keys = iter(range(99))
    jobs = JobService(scheduler, lambda: f"{name}-{next(keys)}")
    return Site(site_id or f"own/{name}", name, kind, scheduler, jobs, monitor, Estimates(scheduler, monitor))


def fake_remote_parts(computer: Site, azure: AzureParts) -> RemoteParts:
    """The use cases around schedulers, this computer alone; add others with `remote.sites.add(fake_site())`."""
    sites = Sites(computer)
    return RemoteParts(
        sites=sites,
        shown=ShownSite(sites),
        remote=cast("RemoteSites", FakeRemoteSites(sites, fake_site)),
        rounds=cast("Rounds", FakeRounds()),
        path_doctor=cast("PathDoctor", FakePathDoctor()),
        recordings=cast("Recordings", FakeRecordings()),
        parking=Parking(sites, azure.clusters, azure.sign_in),
    )
