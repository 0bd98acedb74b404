"""What is asked about: a plan, and what Azure has said of it so far, read once for all checks. On the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tiepoint.domain.cloud import Cloud
from tiepoint.domain.cluster import CloudResource, Machine
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.errors import NotThere, TiepointError
from tiepoint.domain.preflight import QuotaFigures
from tiepoint.domain.price import PriceEstimate
from tiepoint.ports.azure import Azure, SizeOffer
from tiepoint.services.plans import PlanService
from tiepoint.services.preflight_checks.composing import composed_for
from tiepoint.services.prices import PriceService
from tiepoint.services.templates import ComposedTemplate, Templates

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks and whom.

    Args:
        azure: Azure's roles for the subscription.
        cloud: Which Azure.
        object_id: The person in their tenant.
        plans: What is wrong with a plan by itself.
        prices: What it costs.
        templates: What it would deploy.
    """

    azure: Azure
    cloud: Cloud
    object_id: str
    plans: PlanService
    prices: PriceService
    templates: Templates


class Question:
    """One preflight. What two checks need is asked once, and what failed is not tried again: Azure's clients did that.

    Args:
        plan: The plan.
        asking: Who asks and whom.
    """

    def __init__(self, plan: ClusterPlan, asking: Asking) -> None:
        self.plan, self.asking = plan, asking
        self.azure, self.cloud = asking.azure, asking.cloud
        self._known: dict[str, Any] = {}
        self._failed: dict[str, TiepointError] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def sizes(self, region: str = "") -> Mapping[str, SizeOffer]:
        """Sizes by name in lower case; of the plan's region unless another is named."""
        where = region or self.plan.region
        found = await self._once(f"sizes {where}", lambda: self.azure.facts.sizes(where))
        return {offer.name.lower(): offer for offer in found}

    async def quotas(self, region: str = "") -> Mapping[str, QuotaFigures]:
        """Quotas by family in lower case; of the plan's region unless another is named."""
        where = region or self.plan.region
        found = await self._once(f"quotas {where}", lambda: self.azure.facts.quotas(where))
        return {figures.family.lower(): figures for figures in found}

    async def region_labels(self) -> Mapping[str, str]:
        """What regions are called, by their short names."""
        found = await self._once("regions", self.azure.facts.regions)
        return {region.name: region.label for region in found}

    async def region_label(self) -> str:
        """What the plan's region is called."""
        return (await self.region_labels()).get(self.plan.region, self.plan.region)

    async def provider_regions(self, resource_type: str) -> tuple[str, ...]:
        """Regions that have a resource type."""
        return await self._once(resource_type, lambda: self.azure.facts.provider_regions(resource_type))

    async def own(self) -> tuple[CloudResource, ...]:
        """What is in the cluster's resource group already; empty = nothing, or there is no group."""
        return await self._once("own", self._own)

    async def own_machines(self) -> tuple[Machine, ...]:
        """The cluster's machines that are there already."""
        if not await self.own():
            return ()
        found = await self._once("machines", self.azure.machines.list)
        inside = f"/resourcegroups/{self.plan.resource_group}/".lower()
        return tuple(machine for machine in found if inside in machine.id.lower())

    async def estimate(self) -> PriceEstimate:
        """What the plan costs."""
        return await self._once("estimate", lambda: self.asking.prices.estimate(self.plan))

    async def composed(self) -> ComposedTemplate:
        """What the plan would deploy, with made-up values in place of secrets."""
        return await self._once("composed", self._composed)

    async def _own(self) -> tuple[CloudResource, ...]:
        try:
            return await self.azure.resources.list(self.plan.resource_group)
        except NotThere:
            return ()

    async def _composed(self) -> ComposedTemplate:
        return await composed_for(self.plan, self.azure, self.asking.templates, self.asking.object_id, await self.own())

    async def _once(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        async with self._asking.setdefault(key, asyncio.Lock()):
            if key in self._failed:
                raise self._failed[key]
            if key not in self._known:
                try:
                    self._known[key] = await ask()
                except TiepointError as error:
                    self._failed[key] = error
                    raise
            known: T = self._known[key]
            return known
