"""The sites: everywhere jobs can run, each with its scheduler. This computer is one, every cluster another.

Which site the Jobs and Nodes pages show is remembered here. Must not know how a scheduler is reached. On the loop's
thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tiepoint.domain.errors import UsageError
from tiepoint.ports.scheduler import Scheduler
from tiepoint.services.estimates import Estimates
from tiepoint.services.event import Event
from tiepoint.services.jobs import JobService
from tiepoint.services.monitor import JobMonitor, JobNotice

COMPUTER: Final = "computer"
_log = logging.getLogger(__name__)


class SiteKind(StrEnum):
    """What a site is."""

    COMPUTER = "computer"
    CLOUD = "cloud"
    """A cluster on Azure: `Site.id` is its `ClusterId`."""
    OWN = "own"
    """A studio's own cluster, by plain SSH: `own/NAME`."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place where jobs run.

    Args:
        id: See `SiteKind`; the computer's is `COMPUTER`.
        name: For people and for `--cluster`.
        kind: See `SiteKind`.
        scheduler: Its scheduler.
        jobs: Jobs there.
        monitor: Follows it; nothing happens before its `start`.
        estimates: What jobs take there.
    """

    id: str
    name: str
    kind: SiteKind
    scheduler: Scheduler
    jobs: JobService
    monitor: JobMonitor
    estimates: Estimates

    @property
    def is_computer(self) -> bool:
        """Whether it is this computer."""
        return self.kind is SiteKind.COMPUTER


@dataclass(frozen=True, slots=True)
class SiteNotice:
    """Something about a job that a person should hear of, and where it runs."""

    site: Site
    notice: JobNotice


class Sites:
    """All sites; the computer is always there, first, and shown at the beginning.

    Args:
        computer: This computer.
        now_shown: Called with the id of the site that is shown, to remember it.
    """

    def __init__(self, computer: Site, now_shown: Callable[[str], None] = lambda _id: None) -> None:
        self.changed: Event[None] = Event()
        """A site came or went, or another one is shown."""
        self.noticed: Event[SiteNotice] = Event()
        """Notices of all sites."""
        self._sites: dict[str, Site] = {}
        self._ends: dict[str, Callable[[], None]] = {}
        self._shown = computer.id
        self._computer = computer
        self._now_shown = now_shown
        self._is_started = False
        self.add(computer)

    @property
    def all(self) -> tuple[Site, ...]:
        """This computer first, then clusters by name."""
        return tuple(sorted(self._sites.values(), key=lambda site: (not site.is_computer, site.name)))

    @property
    def computer(self) -> Site:
        """This computer."""
        return self._computer

    @property
    def shown(self) -> Site:
        """What the Jobs and Nodes pages show."""
        return self._sites.get(self._shown, self._computer)

    def get(self, site_id: str) -> Site | None:
        """One site by its id."""
        return self._sites.get(site_id)

    def find(self, name: str) -> Site:
        """One site by its name or id, as a person typed it; empty = this computer.

        Raises:
            UsageError: There is none.
        """
        if not name:
            return self._computer
        found = next((site for site in self.all if name in (site.name, site.id)), None)
        if found is None:
            known = ", ".join(site.name for site in self.all if not site.is_computer)
            raise UsageError(
                f"There is no cluster “{name}”.",
                remedy=f"There are: {known}." if known else "Add one with: tiepoint cluster add, or deploy one.",
            )
        return found

    def show(self, site_id: str) -> None:
        """Show a site, and follow it from now on; one that is not there changes nothing."""
        if site_id not in self._sites or site_id == self._shown:
            return
        self._shown = site_id
        self._now_shown(site_id)
        if self._is_started:
            self._sites[site_id].monitor.start()
        self.changed.emit(None)

    def start(self) -> None:
        """Follow this computer and the shown site; the others are followed from when they are shown or worked on."""
        self._is_started = True
        self._computer.monitor.start()
        self.shown.monitor.start()

    def add(self, site: Site) -> None:
        """Take in a site; one of the same id is replaced only by itself."""
        if site.id in self._sites:
            return
        self._sites[site.id] = site
        self._ends[site.id] = site.monitor.noticed.subscribe(
            lambda notice, site=site: self.noticed.emit(SiteNotice(site, notice))  # type: ignore[misc]
        )
        self.changed.emit(None)

    async def remove(self, site_id: str) -> None:
        """Let go of a site that is no more; the computer stays."""
        if site_id == self._computer.id or site_id not in self._sites:
            return
        site = self._sites.pop(site_id)
        self._ends.pop(site_id)()
        if self._shown == site_id:
            self._shown = self._computer.id
        self.changed.emit(None)
        await _let_go(site)

    async def stop(self) -> None:
        """Let go of all clusters; the computer's parts belong to whoever made them."""
        for site in tuple(self._sites.values()):
            if not site.is_computer:
                await _let_go(site)


async def _let_go(site: Site) -> None:
    await site.monitor.stop()
    await site.estimates.stop()
    await site.scheduler.close()
