"""What a plan costs, from Azure's list prices. On the loop's thread."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.errors import ConnectionLost
from tiepoint.domain.price import PriceEstimate, PriceLine
from tiepoint.ports.azure import PriceList, PriceQuery, PriceRows
from tiepoint.services.price_items import Item, Part, items_of, machine_query
from tiepoint.services.price_meters import machine_price

CURRENCY: Final = "USD"


class PriceService:
    """Puts prices to plans.

    Args:
        prices: The list; it keeps what it read for a day.
    """

    def __init__(self, prices: PriceList) -> None:
        self._prices = prices

    async def estimate(self, plan: ClusterPlan, *, is_fresh: bool = False) -> PriceEstimate:
        """Return the price of a plan in each state, resource by resource.

        Args:
            plan: Its machines are called `scheduler`, `node-01`, … in the lines.
            is_fresh: Read the list again.

        Raises:
            ConnectionLost: There is no list, neither here nor there.
            UsageError: The plan's addresses or capacity make no sense.
        """
        reading = _Reading(self._prices, is_fresh)
        lines = await asyncio.gather(*(reading.line(item) for item in items_of(plan)))
        read = reading.oldest()
        ordered = sorted(lines, key=lambda line: (-line.running, -line.paused, line.label))
        return PriceEstimate(tuple(ordered), reading.currency, plan.region, read, reading.is_old)

    async def hourly(self, region: str, size: str, *, is_windows: bool = False, is_spot: bool = False) -> float | None:
        """Return the price per hour of one machine; None = not offered or not known.

        Raises:
            ConnectionLost: As `estimate`.
        """
        found = await self._prices.rows(machine_query(region, size))
        return machine_price(found.rows, is_windows=is_windows, is_spot=is_spot)

    async def spot_price(self, region: str, size: str) -> float | None:
        """Return the Spot price per hour of a Linux machine; None = not offered or not known.

        Raises:
            ConnectionLost: As `estimate`.
        """
        return await self.hourly(region, size, is_spot=True)


@dataclass(slots=True)
class _Reading:
    """One estimate on its way: the list as it was read for it."""

    prices: PriceList
    is_fresh: bool
    seen: list[PriceRows] = field(default_factory=list)
    lost: list[ConnectionLost] = field(default_factory=list)

    async def line(self, item: Item) -> PriceLine:
        """Put prices to an item. One that cannot be had counts as 0 and says so."""
        found = await asyncio.gather(*(self._price(part) for part in item.parts))
        is_known = None not in found
        total = sum((price or 0.0) * part.count for price, part in zip(found, item.parts, strict=True))
        each = found[0] if is_known and len(found) == 1 and item.parts[0].count > 1 else None
        detail = item.what if is_known else f"{item.what} · price not known"
        detail = f"{detail} · {each:.2f}" if each is not None and each >= 0.005 else detail
        paused, cold = total if item.while_paused else 0.0, total if item.while_cold else 0.0
        return PriceLine(
            item.part, item.label, detail, total, paused, cold, item.machines, is_known, item.is_data, item.type
        )

    def oldest(self) -> datetime:
        """When the oldest of the rows were read.

        Raises:
            ConnectionLost: None could be read.
        """
        if not self.seen:
            raise self.lost[0]
        return min(rows.read for rows in self.seen)

    @property
    def is_old(self) -> bool:
        """Whether some rows are older than they should be."""
        return any(rows.is_old for rows in self.seen)

    @property
    def currency(self) -> str:
        """The list's: Azure China's is in yuan whatever is asked for."""
        rows = (row for found in self.seen for row in found.rows)
        return next((str(row["currencyCode"]) for row in rows if row.get("currencyCode")), CURRENCY)

    async def _price(self, part: Part) -> float | None:
        for query in part.queries:
            rows = await self._rows(query)
            price = part.price(rows.rows) if rows else None
            if price is not None:
                return price
        return None

    async def _rows(self, query: PriceQuery) -> PriceRows | None:
        try:
            found = await self.prices.rows(query, is_fresh=self.is_fresh)
        except ConnectionLost as error:
            self.lost.append(error)
            return None
        self.seen.append(found)
        return found
