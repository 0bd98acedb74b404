"""The scheduler that is shown, whichever it is: read and heard like one `JobMonitor`, while sites change behind it.

Must not start or stop following (`services.sites`). On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job
from tiepoint.domain.job_journal import JournalEntry
from tiepoint.services.event import Event
from tiepoint.services.job_log import FollowedLog
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.sites import Site, Sites


class ShownSite:
    """Follows `Sites.shown`; after a change of site `changed` tells the new one's snapshot at once."""

    def __init__(self, sites: Sites) -> None:
        self.changed: Event[MonitorSnapshot] = Event()
        self.journaled: Event[JournalEntry] = Event()
        self.estimates_changed: Event[None] = Event()
        self.switched: Event[Site] = Event()
        """Another site is shown: forget what was chosen."""
        self._sites = sites
        self._site = sites.shown
        self._ends: tuple[Callable[[], None], ...] = ()
        self._join()
        sites.changed.subscribe(self._on_sites)

    @property
    def site(self) -> Site:
        """Which it is."""
        return self._site

    @property
    def snapshot(self) -> MonitorSnapshot:
        """What is known of it."""
        return self._site.monitor.snapshot

    @property
    def journal(self) -> tuple[JournalEntry, ...]:
        """What happened there."""
        return self._site.monitor.journal

    def job(self, job_id: JobId) -> Job | None:
        """A job as last heard of."""
        return self._site.monitor.job(job_id)

    def stopped(self, job_id: JobId) -> datetime | None:
        """When a job was last seen to stop running."""
        return self._site.monitor.stopped(job_id)

    def try_now(self) -> None:
        """Try a lost link again at once."""
        self._site.monitor.try_now()

    def follow_log(self, job: JobId) -> FollowedLog:
        """Follow a job's log until the result is closed, or another site is shown."""
        return self._site.monitor.follow_log(job)

    def _join(self) -> None:
        monitor = self._site.monitor
        self._ends = (
            monitor.changed.subscribe(self.changed.emit),
            monitor.journaled.subscribe(self.journaled.emit),
            self._site.estimates.changed.subscribe(self.estimates_changed.emit),
        )

    def _on_sites(self, _none: None) -> None:
        if self._sites.shown is self._site:
            return
        for end in self._ends:
            end()
        self._site = self._sites.shown
        self._join()
        self.switched.emit(self._site)
        self.changed.emit(self.snapshot)
