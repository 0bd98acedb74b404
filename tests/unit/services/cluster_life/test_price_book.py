"""Prices of clusters: asked for once, again when the list did not answer, and anew after a day."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from fakes.azure import FakePrices
from fakes.azure_scenes import a_plan
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.errors import ConnectionLost
from tiepoint.services.cluster_life.price_book import PriceBook


class CountedPrices(FakePrices):
    """Counts how often it is asked, and fails as often as told."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.failures = 0, 0

    async def estimate(self, plan: ClusterPlan, **options: Any) -> Any:
        self.asked += 1
        if self.failures:
            self.failures -= 1
            raise ConnectionLost("No list.")
        return await super().estimate(plan, **options)


async def test_a_price_is_asked_for_again_after_a_day_or_after_a_failure() -> None:
    now, prices, plan = datetime(2026, 11, 26, 8, tzinfo=UTC), CountedPrices(), a_plan("harbour")
    prices.failures = 1
    book = PriceBook(cast("Any", prices), lambda: now, lambda: None)

    async def asked_after(passed: timedelta) -> int:
        nonlocal now
        now += passed
        book.want(plan)
        for _ in range(100):
            await asyncio.sleep(0)
        return prices.asked

    assert await asked_after(timedelta()) == 1
    assert book.known(plan) is None
    assert await asked_after(timedelta(minutes=1)) == 1
    assert await asked_after(timedelta(minutes=5)) == 2
    assert book.known(plan) is not None
    assert await asked_after(timedelta(hours=20)) == 2
    assert await asked_after(timedelta(hours=5)) == 3
    await book.close()
