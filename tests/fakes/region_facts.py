"""Azure's price list and facts, answered from tables; every answer can be changed or made to fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.preflight import QuotaFigures
from tiepoint.ports.azure import PriceQuery, PriceRows, Region, SizeOffer

TABLE = Path(__file__).parent / "tables" / "retail_prices.json"
READ = datetime(2026, 11, 26, 1, 0, tzinfo=UTC)


def retail_rows() -> list[dict[str, Any]]:
    """Rows shaped like the Retail Prices API's."""
    rows: list[dict[str, Any]] = json.loads(TABLE.read_text(encoding="utf-8"))
    return rows


class FakePriceList:
    """Answers from a table, as the API would filter it.

    Args:
        rows: The table; None = the usual one.
    """

    def __init__(self, rows: list[dict[str, Any]] | None = None) -> None:
        self.table = retail_rows() if rows is None else rows
        self.asked: list[PriceQuery] = []
        self.fresh = 0
        self.error: TiepointError | None = None
        self.is_old = False
        self.read = READ

    async def rows(self, query: PriceQuery, *, is_fresh: bool = False) -> PriceRows:
        self.asked.append(query)
        self.fresh += is_fresh
        if self.error is not None:
            raise self.error
        return PriceRows(tuple(row for row in self.table if _fits(row, query)), self.read, self.is_old)


def _fits(row: Mapping[str, Any], query: PriceQuery) -> bool:
    wanted = {
        "armRegionName": query.region,
        "serviceName": query.service,
        "armSkuName": query.sku,
        "productName": query.product,
        "meterName": query.meter,
    }
    is_named = all(not value or row[name] == value for name, value in wanted.items())
    return is_named and row["type"] == "Consumption" and query.product_word in row["productName"]


def an_offer(name: str, family: str, vcpu: int, **more: Any) -> SizeOffer:
    """A size that is offered without limits."""
    return SizeOffer(name, family, vcpu, more.pop("memory_gib", vcpu * 8.0), zones=("1", "2", "3"), **more)


A10, DSV5, A100 = "standardNVADSA10v5Family", "standardDSv5Family", "StandardNCADSA100v4Family"


def usual_sizes() -> tuple[SizeOffer, ...]:
    """What an ordinary region offers."""
    return (
        an_offer("Standard_NV12ads_A10_v5", A10, 12, gpus=1 / 3, gpu="A10"),
        an_offer("Standard_NV36ads_A10_v5", A10, 36, gpus=1, gpu="A10"),
        an_offer("Standard_NC24ads_A100_v4", A100, 24, gpus=1, gpu="A100"),
        an_offer("Standard_D2s_v5", DSV5, 2),
        an_offer("Standard_D8s_v5", DSV5, 8),
    )


def quotas(**limits: tuple[int, int]) -> tuple[QuotaFigures, ...]:
    """Figures of an ordinary subscription, some of them other (`A10=(used, limit)`)."""
    usual = {"A10": (0, 400), "DSV5": (0, 100), "A100": (0, 96), "cores": (0, 1000), "lowPriorityCores": (0, 1000)}
    names = {"A10": (A10, "NVADSA10v5"), "DSV5": (DSV5, "DSv5"), "A100": (A100, "NCADSA100v4")}
    found = []
    for key, (used, limit) in {**usual, **limits}.items():
        family, label = names.get(key, (key, "all machines" if key == "cores" else "Spot machines"))
        found.append(QuotaFigures(family, label, 0, used, limit))
    return tuple(found)


class FakeRegionFacts:
    """A subscription in which everything is well; change a member to make it otherwise.

    `errors` holds an error by the method's name, which is then raised.
    """

    def __init__(self) -> None:
        self.region_list = (Region("eastus", "East US", 3), Region("swedencentral", "Sweden Central", 3))
        self.offers: dict[str, tuple[SizeOffer, ...]] = {}
        self.limits: dict[str, tuple[QuotaFigures, ...]] = {}
        self.not_registered: set[str] = set()
        self.registered: list[str] = []
        self.places: dict[str, tuple[str, ...]] = {}
        self.forbidden: set[str] = set()
        self.networks: dict[str, tuple[str, ...]] = {}
        self.taken: set[str] = set()
        self.deleted: dict[str, str] = {}
        self.recovered: list[str] = []
        self.roles = {"Tiepoint Guard Node", "Tiepoint Guard Scheduler", "Tiepoint Operator", "Tiepoint Deployer"}
        self.principal = "5ea1f00d-0000-4000-8000-00000000aaaa"
        self.errors: dict[str, TiepointError] = {}
        self.calls: list[str] = []

    def _note(self, name: str) -> None:
        self.calls.append(name)
        if name in self.errors:
            raise self.errors[name]

    async def regions(self) -> tuple[Region, ...]:
        self._note("regions")
        return self.region_list

    async def sizes(self, region: str) -> tuple[SizeOffer, ...]:
        self._note("sizes")
        return self.offers.get(region, usual_sizes())

    async def quotas(self, region: str) -> tuple[QuotaFigures, ...]:
        self._note("quotas")
        return self.limits.get(region, quotas())

    async def unregistered(self, providers: Sequence[str]) -> tuple[str, ...]:
        self._note("unregistered")
        return tuple(name for name in providers if name in self.not_registered)

    async def register(self, providers: Sequence[str], report: Callable[[str, bool], None] | None = None) -> None:
        self._note("register")
        for name in providers:
            self.registered.append(name)
            self.not_registered.discard(name)
            if report:
                report(name, True)

    async def provider_regions(self, resource_type: str) -> tuple[str, ...]:
        self._note("provider_regions")
        return self.places.get(resource_type, tuple(region.name for region in self.region_list))

    async def missing_actions(self, resource_group: str, actions: Sequence[str]) -> tuple[str, ...]:
        self._note("missing_actions")
        return tuple(action for action in actions if action in self.forbidden)

    async def address_spaces(self) -> Mapping[str, tuple[str, ...]]:
        self._note("address_spaces")
        return self.networks

    async def is_account_name_free(self, name: str) -> bool:
        self._note("is_account_name_free")
        return name not in self.taken

    async def is_vault_name_free(self, name: str) -> bool:
        self._note("is_vault_name_free")
        return name not in self.taken and name not in self.deleted

    async def deleted_vault(self, name: str, region: str) -> str:
        self._note("deleted_vault")
        return self.deleted.get(name, "")

    async def recover_vault(self, name: str, region: str) -> None:
        self._note("recover_vault")
        self.recovered.append(name)
        del self.deleted[name]

    async def service_principal(self, application: str) -> str:
        self._note("service_principal")
        return self.principal

    async def role_definition(self, name: str) -> str:
        self._note("role_definition")
        return f"/providers/Microsoft.Authorization/roleDefinitions/{name}" if name in self.roles else ""

    async def make_roles(self, template: Mapping[str, Any], region: str) -> None:
        self._note("make_roles")
        self.roles |= set(template["roles"])
