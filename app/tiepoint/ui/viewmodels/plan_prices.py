"""The live price of a plan, of the profiles and of the kinds of storage, a moment after each change. GUI thread."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from tiepoint.domain.cluster_plan import ClusterPlan, Profile, StorageKind
from tiepoint.domain.failure import Failure
from tiepoint.domain.price import PriceEstimate
from tiepoint.services.program import Program
from tiepoint.ui.background import Background

_SOON_MS: Final = 150
_LUSTRE_STEP: Final = 4


class PlanPrices(QObject):
    """Asks for prices; the last ones stay while newer ones are on the way.

    Signals:
        changed(): There is another price, or another reason why there is none.

    Args:
        program: Prices and plans.
        background: Asks.
    """

    changed = Signal()

    def __init__(self, program: Program, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._prices, self._plans = program.azure.prices, program.azure.plans
        self._background = background
        self.estimate: PriceEstimate | None = None
        self.failure: Failure | None = None
        self.profiles: dict[Profile, PriceEstimate] = {}
        self.storages: dict[StorageKind, float] = {}
        """Per hour while running, of the storage alone."""
        self.spot: tuple[float, float] | None = None
        """All nodes per hour as Spot and not; None while unknown."""
        self.is_asking = False
        self._plan: ClusterPlan | None = None
        self._is_fresh = False
        self._task: asyncio.Task[None] | None = None
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._begin)

    def ask(self, plan: ClusterPlan, *, is_fresh: bool = False) -> None:
        """Ask for the price of a plan; several changes in a row are asked for once."""
        self._plan, self._is_fresh = plan, is_fresh
        self.is_asking = True
        self._soon.start()
        self.changed.emit()

    def shut(self) -> None:
        """Ask no more."""
        self._soon.stop()
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        if self._plan is None:
            return
        if self._task is not None and not self._task.done():
            self._task.cancel()
        self._task = self._background.start(self._ask(self._plan, self._is_fresh), on_failure=self._on_failure)

    async def _ask(self, plan: ClusterPlan, is_fresh: bool) -> None:
        self.estimate = await self._prices.estimate(plan, is_fresh=is_fresh)
        self.failure, self.is_asking = None, False
        self.changed.emit()
        await self._ask_spot(plan)
        await self._ask_others(plan)
        self.changed.emit()

    async def _ask_spot(self, plan: ClusterPlan) -> None:
        spot = await self._prices.spot_price(plan.region, plan.nodes.size)
        usual = await self._prices.estimate(replace(plan, nodes=replace(plan.nodes, spot=False)))
        nodes = sum(line.running for line in usual.lines if any(each.startswith("node-") for each in line.machines))
        self.spot = (spot * plan.nodes.count, nodes) if spot is not None and nodes else None
        self.changed.emit()

    async def _ask_others(self, plan: ClusterPlan) -> None:
        for profile in Profile:
            made = self._plans.preview(profile, name=plan.name, region=plan.region)
            self.profiles[profile] = await self._prices.estimate(made)
        for kind in StorageKind:
            storage = replace(plan.storage, kind=kind, capacity_tib=_fitting(kind, plan.storage.capacity_tib))
            priced = await self._prices.estimate(replace(plan, storage=storage))
            self.storages[kind] = storage_share(priced)

    def _on_failure(self, failure: Failure) -> None:
        self.failure, self.is_asking = failure, False
        self.changed.emit()


def storage_share(estimate: PriceEstimate) -> float:
    """Return what the storage of an estimate costs per hour while it runs."""
    return sum(line.running for line in estimate.lines if line.part.value == "storage")


def _fitting(kind: StorageKind, capacity: int) -> int:
    if kind is not StorageKind.LUSTRE:
        return capacity
    return max(_LUSTRE_STEP, -(-capacity // _LUSTRE_STEP) * _LUSTRE_STEP)
