"""Prices of clusters' plans, asked once each and kept; nobody waits for them. On the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.errors import TiepointError
from tiepoint.domain.price import PriceEstimate
from tiepoint.services.prices import PriceService

_AGAIN: Final = timedelta(minutes=5)
_KEPT: Final = timedelta(days=1)
"""As long as the price list itself is kept."""


class PriceBook:
    """Keeps prices.

    Args:
        prices: Puts prices to plans.
        now: The clock, UTC.
        changed: Is called when one has come.
    """

    def __init__(self, prices: PriceService, now: Callable[[], datetime], changed: Callable[[], None]) -> None:
        self._prices, self._now, self._changed = prices, now, changed
        self._known: dict[ClusterPlan, PriceEstimate] = {}
        self._asked: dict[ClusterPlan, datetime] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def known(self, plan: ClusterPlan | None) -> PriceEstimate | None:
        """Return a plan's price as far as it is known, without asking."""
        return self._known.get(plan) if plan is not None else None

    def want(self, plan: ClusterPlan | None) -> None:
        """Ask for a plan's price unless it is known since today or was asked for a moment ago."""
        if plan is None:
            return
        asked = self._asked.get(plan)
        if asked is not None and self._now() - asked < (_KEPT if plan in self._known else _AGAIN):
            return
        self._asked[plan] = self._now()
        task = asyncio.get_running_loop().create_task(self._ask(plan), name="price")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def ask(self, plan: ClusterPlan) -> PriceEstimate | None:
        """Return a plan's price, None while none is to be had."""
        if plan not in self._known:
            await self._ask(plan)
        return self._known.get(plan)

    async def close(self) -> None:
        """Wait for nothing any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _ask(self, plan: ClusterPlan) -> None:
        try:
            self._known[plan] = await self._prices.estimate(plan)
        except TiepointError:
            return
        self._changed()
