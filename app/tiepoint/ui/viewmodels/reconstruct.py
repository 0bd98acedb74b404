"""What is to be made of the current photo set, what it takes, and handing it in. No widgets; the GUI thread.

A preparation belongs to this object, not to a page's widgets: it goes on while another page is looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.capture import FEWEST_PHOTOS
from tiepoint.domain.errors import TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.photo_set import PhotoSet, SetPhase
from tiepoint.domain.presets import PRESET_NAMES, PRESETS
from tiepoint.domain.space import size_text
from tiepoint.services.estimates import Estimates, JobEstimate
from tiepoint.services.jobs import JobRequest
from tiepoint.services.program import Program
from tiepoint.services.reconstruction import Reconstruction
from tiepoint.services.rounds import RoundRequest
from tiepoint.services.sites import COMPUTER
from tiepoint.ui.background import Background
from tiepoint.ui.text import tr, tr_count
from tiepoint.ui.viewmodels.jobs_words import range_text
from tiepoint.ui.viewmodels.pace import Pace
from tiepoint.ui.viewmodels.photos import PhotosViewModel
from tiepoint.ui.viewmodels.reconstruct_sites import SiteOffer, offer_of, site_offers

_STANDARD: Final = "standard"
_SAMPLE_PHOTOS, _SAMPLE_MEGAPIXELS, _SAMPLE_BYTES = 18, 0.92, 5_800_000
"""The sample capture that comes with the program (resources/sample)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen.

    Args:
        photos: How many photos would be used.
        estimate: Time, memory and disk; None when it cannot be told.
        refusal: Why it cannot be started; empty when it can.
        is_disk_short: Whether the disk is why.
        is_listing: Whether it only waits for the photos to be listed.
        offers: The clusters there are to run on.
        offer: The chosen one; None = it runs on this computer.
        bytes: Of all photos that would be used.
    """

    photos: int = 0
    estimate: JobEstimate | None = None
    refusal: str = ""
    is_disk_short: bool = False
    is_listing: bool = False
    offers: tuple[SiteOffer, ...] = ()
    offer: SiteOffer | None = None
    bytes: int = 0


class ReconstructViewModel(QObject):
    """The reconstruct panel's state.

    Signals:
        changed(): The plan, the choice or the preparation is another.
        submitted(job): A job was handed in.
        begun(round): A round on a cluster was begun.
        refused(failure): It could not be.

    Args:
        program: The services.
        background: Runs the preparation.
        photos: The current set.
        parent: Lives as long as this.
    """

    changed = Signal()
    submitted = Signal(object)
    begun = Signal(object)
    refused = Signal(object)

    def __init__(
        self, program: Program, background: Background, photos: PhotosViewModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._program, self._background, self._photos = program, background, photos
        self.preset = program.panel_state.state.preset or program.preferences.settings.preset
        self.changes: dict[str, Any] = {}
        self.products: tuple[str, ...] = ()
        self.name = ""
        self.site = COMPUTER
        """Id of the site it shall run on."""
        self.progress: OperationProgress | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_start_wanted = False
        self._plan = Plan()
        self._set_id = ""
        self._pace = Pace(self._update, self)
        photos.changed.connect(self._on_photos)
        photos.arranged.connect(self._pace.ask)
        self._off = (
            program.estimates.changed.subscribe(lambda _: self._pace.ask()),
            program.computer.changed.subscribe(lambda _: self._pace.ask()),
            program.remote.sites.changed.subscribe(lambda _: self._pace.ask()),
            program.remote.shown.changed.subscribe(lambda _: self._pace.ask()),
            program.azure.clusters.changed.subscribe(lambda _: self._pace.ask()),
        )
        self._update()

    @property
    def plan(self) -> Plan:
        """What would happen now."""
        return self._plan

    @property
    def is_preparing(self) -> bool:
        """Whether photos are being kept and the job handed in."""
        return self._task is not None

    def shut(self) -> None:
        """Listen no more."""
        for off in self._off:
            off()

    def choose(self, preset: str) -> None:
        """Take a preset; an unknown name changes nothing."""
        if preset in PRESET_NAMES and preset != self.preset:
            self.preset = preset
            self._program.panel_state.update(preset=preset)
            self._update()

    def run_on(self, site: str) -> None:
        """Let it run on a site, and follow that site, so that it can be said what it has."""
        found = self._program.remote.sites.get(site)
        if found is None or site == self.site:
            return
        self.site = site
        found.monitor.start()
        self._update()

    def change_parameters(self, changes: Mapping[str, Any]) -> None:
        """Take parameters of the custom preset that differ from the standard one."""
        self.changes = dict(changes)
        self._update()

    def want_products(self, products: tuple[str, ...]) -> None:
        """Make these products; empty = all."""
        self.products = products
        self.changed.emit()

    def rename(self, name: str) -> None:
        """Call the job something; empty = as the photo set."""
        self.name = " ".join(name.split())

    def time_text(self, preset: str) -> str:
        """Return how long a preset takes, as a range; empty without history."""
        estimate = self._estimate(preset)
        total = estimate.time.total if estimate else None
        return range_text(total) if total else ""

    def sample_time_text(self) -> str:
        """Return how long the sample capture takes here, as a range; empty without history."""
        preset = self.preset if self.preset in PRESETS else _STANDARD
        total = self._program.estimates.before(
            _SAMPLE_PHOTOS, megapixels=_SAMPLE_MEGAPIXELS, photo_bytes=_SAMPLE_BYTES, preset=preset
        ).time.total
        return range_text(total) if total else ""

    def start(self) -> None:
        """Keep the photos and hand in the job."""
        self._is_start_wanted = False
        if self._task is not None or self._plan.refusal:
            return
        self._task = self._background.start(self._run(), on_failure=self.refused.emit)
        self._task.add_done_callback(lambda _: self._ended())
        self.changed.emit()

    def start_when_listed(self, preset: str = "") -> None:
        """Start as soon as the photos of the current set are listed."""
        if preset:
            self.choose(preset)
        self._is_start_wanted = True
        self._start_if_listed()

    def cancel(self) -> None:
        """Stop the preparation; a copy that was begun is thrown away."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        if self.site == COMPUTER:
            await self._run_here()
        else:
            await self._run_there()

    async def _run_there(self) -> None:
        drop, photo_set = self._program.photo_sets.drop_for_job(), self._photos.photo_set
        changes = self.changes if self.preset == "custom" else {}
        request = RoundRequest(self.site, self.preset, changes, self.name or drop.name, self.products)
        capture = photo_set.capture if photo_set is not None else None
        made = await self._program.remote.rounds.begin(drop, request, capture=capture)
        self.begun.emit(made)

    async def _run_here(self) -> None:
        drop = self._program.photo_sets.drop_for_job()
        run: Reconstruction = self._program.new_reconstruction()
        off = run.changed.subscribe(lambda snapshot: self._on_progress(snapshot.preparing))
        changes = self.changes if self.preset == "custom" else {}
        request = JobRequest(self.preset, None, changes, self.name, self.products)
        try:
            job = await run.submit_drop(drop, request)
        except asyncio.CancelledError:
            await run.abort()
            raise
        finally:
            off()
        self.submitted.emit(job)

    def _ended(self) -> None:
        self._task = None
        self.progress = None
        self._update()

    def _on_progress(self, progress: OperationProgress | None) -> None:
        self.progress = progress
        self._pace.ask()

    def _on_photos(self) -> None:
        photo_set = self._photos.photo_set
        if photo_set is not None and photo_set.id != self._set_id:
            self._set_id, self.name = photo_set.id, ""
            self._update()
        self._pace.ask()
        self._start_if_listed()

    def _start_if_listed(self) -> None:
        photo_set = self._photos.photo_set
        if not self._is_start_wanted or photo_set is None or photo_set.progress.phase in _LISTING:
            return
        if photo_set.photos and photo_set.counts.listed >= photo_set.counts.photos:
            self._update()
            self.start()
        elif photo_set.skipped and not photo_set.photos:
            self._is_start_wanted = False

    def _update(self) -> None:
        estimate = self._estimate(self.preset)
        photo_set = self._photos.photo_set
        count = photo_set.counts.included if photo_set else 0
        refusal = _too_few(photo_set, count)
        offers = site_offers(self._program)
        offer = offer_of(offers, self.site)
        if self.site != COMPUTER and offer is None:
            self.site = COMPUTER  # the cluster is gone
        if not refusal and offer is not None:
            refusal = offer.refusal
        is_asked = self.site == COMPUTER and not refusal and estimate is not None
        short = self._disk_refusal(estimate) if is_asked and estimate is not None else ""
        is_listing = photo_set is not None and photo_set.progress.phase in _LISTING and bool(refusal)
        size = photo_set.counts.size_bytes if photo_set is not None else 0
        self._plan = Plan(count, estimate, refusal or short, bool(short), is_listing, offers, offer, size)
        self.changed.emit()

    def _estimate(self, preset: str) -> JobEstimate | None:
        photo_set = self._photos.photo_set
        if photo_set is None or not photo_set.counts.included:
            return None
        try:
            return self._estimates().before(
                photo_set.counts.included,
                megapixels=self._photos.shown.megapixels,
                photo_bytes=photo_set.counts.size_bytes,
                preset=preset if preset in PRESET_NAMES else _STANDARD,
                changes=self.changes if preset == "custom" else None,
            )
        except TiepointError as error:
            self.refused.emit(Failure.of(error))
            return None

    def _estimates(self) -> Estimates:
        site = self._program.remote.sites.get(self.site)
        return self._program.estimates if site is None or site.is_computer else site.estimates

    def _disk_refusal(self, estimate: JobEstimate) -> str:
        computer = self._program.computer.snapshot
        free = computer.disk_free_bytes
        if free is None or estimate.work_bytes <= free - computer.disk_floor_bytes:
            return ""
        missing = size_text(estimate.work_bytes - (free - computer.disk_floor_bytes))
        return tr(
            "Reconstruct",
            "The disk of the captures is short of {missing}. Free some, choose a smaller preset, or another folder.",
            missing=missing,
        )


def _too_few(photo_set: PhotoSet | None, count: int) -> str:
    if photo_set is None:
        return tr("Reconstruct", "Drop photos first.")
    if count >= FEWEST_PHOTOS:
        return ""
    if photo_set.progress.phase in _LISTING:
        return tr("Reconstruct", "The photos are still being listed.")
    return tr_count(
        "Reconstruct",
        "A model needs at least {least} photos that overlap; 1 is included.",
        "A model needs at least {least} photos that overlap; {count} are included.",
        count,
        least=FEWEST_PHOTOS,
    )


_LISTING: Final = frozenset({SetPhase.SCAN, SetPhase.HEADS})
