"""What Azure offers for a plan: regions, sizes, quota; asked once a region, and only while signed in. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.account import SubscriptionId
from tiepoint.domain.cluster_plan import ClusterPlan, PlanFinding
from tiepoint.domain.failure import Failure
from tiepoint.domain.node_sizes import NODE_SIZES, SCHEDULER_SIZES, size_text
from tiepoint.domain.preflight import QuotaFigures
from tiepoint.ports.azure import Region, SizeOffer
from tiepoint.services.program import Program
from tiepoint.ui.background import Background
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.cluster_words import REGIONS, region_name

Options = tuple[tuple[str, str], ...]
_LEAST_CORES, _MOST_CORES = 2, 32


class PlanFacts(QObject):
    """What can be chosen, and how far the quota reaches.

    Signals:
        changed(): There is more to say.

    Args:
        program: Who is signed in, and Azure.
        background: Asks.
    """

    changed = Signal()

    def __init__(self, program: Program, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sign_in, self._background = program.azure.sign_in, background
        self._subscription: SubscriptionId | None = None
        self._regions: tuple[Region, ...] = ()
        self._sizes: dict[str, tuple[SizeOffer, ...]] = {}
        self._quotas: dict[str, tuple[QuotaFigures, ...]] = {}
        self._asked: set[str] = set()
        self.failure: Failure | None = None
        """Why Azure could not be asked; None when it could."""
        self._off: Callable[[], None] = self._sign_in.changed.subscribe(lambda _snapshot: self._on_sign_in())

    def shut(self) -> None:
        """Follow nothing any more."""
        self._off()

    @property
    def is_signed_in(self) -> bool:
        """Whether Azure can be asked."""
        return self._sign_in.snapshot.is_ready

    def regions(self) -> Options:
        """Regions to choose from, by their names for people."""
        names = {region.name: region.label for region in self._regions} or REGIONS
        return tuple((name, f"{plain(label)}  ({name})") for name, label in sorted(names.items(), key=_by_label))

    def node_sizes(self, region: str) -> Options:
        """Sizes for nodes: those with cards that are offered, else those that are known."""
        offered = self._sizes.get(region)
        known = [size for size in NODE_SIZES if not size.retired]
        if not offered:
            return tuple((size.name, _spaced(size_text(size.name))) for size in known)
        by_name = {offer.name.lower(): offer for offer in offered if not offer.is_restricted}
        shown = [by_name.pop(size.name.lower()) for size in known if size.name.lower() in by_name]
        shown += sorted((offer for offer in by_name.values() if offer.gpus > 0), key=lambda offer: offer.name)
        return tuple((offer.name, _spaced(size_text(offer.name, offer.vcpu, offer.memory_gib))) for offer in shown)

    def scheduler_sizes(self) -> Options:
        """Sizes for the scheduler."""
        return tuple((size.name, _spaced(size_text(size.name))) for size in SCHEDULER_SIZES)

    def is_offered(self, region: str, size: str) -> bool | None:
        """Whether a size can be had in a region; None = not known."""
        offered = self._sizes.get(region)
        if not offered:
            return None
        return any(offer.name.lower() == size.lower() and not offer.is_restricted for offer in offered)

    def quota(self, plan: ClusterPlan) -> QuotaFigures | None:
        """Return the quota of the nodes after a plan; None while it is not known."""
        offers, quotas = self._sizes.get(plan.region, ()), self._quotas.get(plan.region, ())
        offer = next((each for each in offers if each.name.lower() == plan.nodes.size.lower()), None)
        if offer is None:
            return None
        family = "lowPriorityCores" if plan.nodes.spot else offer.family
        found = next((each for each in quotas if each.family.lower() == family.lower()), None)
        if found is None:
            return None
        asked = offer.vcpu * plan.nodes.count
        return QuotaFigures(found.family, found.label, asked, found.used, found.limit)

    def quota_finding(self, plan: ClusterPlan) -> PlanFinding | None:
        """Return what to know of a quota that is too small for the nodes; None while it is enough or not known."""
        figures = self.quota(plan)
        if figures is None or not figures.missing:
            return None
        fits = figures.free * plan.nodes.count // figures.asked
        summary = tr(
            "Plan",
            "The quota in {region} lacks {missing} vCPU for {count} nodes.",
            region=region_name(plan.region),
            missing=figures.missing,
            count=plan.nodes.count,
        )
        remedy = tr("Plan", "Use fewer nodes, another size or region; preflight leads to asking Azure for more.")
        return PlanFinding("nodes.count", summary, remedy, is_blocking=False, replacement=str(fits) if fits else "")

    def ask(self, region: str) -> None:
        """Ask for a region's sizes and quota, unless that was done."""
        if not self.is_signed_in or region in self._asked:
            return
        self._asked.add(region)
        self._background.start(self._ask(region), on_failure=lambda failure: self._on_failure(region, failure))

    async def _ask(self, region: str) -> None:
        facts = self._sign_in.azure().facts
        if not self._regions:
            self._regions = await facts.regions()
            self.changed.emit()
        self._sizes[region] = await facts.sizes(region)
        self.changed.emit()
        self._quotas[region] = await facts.quotas(region)
        self.failure = None
        self.changed.emit()

    def _on_failure(self, region: str, failure: Failure) -> None:
        self._asked.discard(region)
        self.failure = failure
        self.changed.emit()

    def _on_sign_in(self) -> None:
        chosen = self._sign_in.snapshot.subscription
        subscription = chosen.id if chosen else None
        if subscription != self._subscription:
            self._subscription = subscription
            self._regions, self._sizes, self._quotas, self._asked = (), {}, {}, set()
            self.failure = None
            self.changed.emit()


def quota_words(figures: QuotaFigures, region: str) -> str:
    """Say a quota after a plan: 216 of 108 vCPU in East US."""
    return tr(
        "Plan",
        "{asked} of {limit} vCPU in {region}",
        asked=figures.used + figures.asked,
        limit=figures.limit,
        region=region,
    )


def _by_label(item: tuple[str, str]) -> str:
    return item[1]


def _spaced(text: str) -> str:
    return text.replace(" · ", "  ·  ")
