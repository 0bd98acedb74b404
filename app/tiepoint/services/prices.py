"""What a plan costs, from Azure's list prices. On the loop's thread."""

from __future__ import annotations

from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.price import PriceEstimate
from tiepoint.ports.azure import PriceList


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
        """
        raise NotImplementedError

    async def spot_price(self, region: str, size: str) -> float | None:
        """Return the Spot price per hour of a Linux machine; None = not offered or not known.

        Raises:
            ConnectionLost: As `estimate`.
        """
        raise NotImplementedError
