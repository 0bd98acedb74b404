"""The Retail Prices API, no sign-in needed, kept on disk for a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tiepoint.domain.cloud import Cloud
from tiepoint.ports.azure import PriceRows


class RetailPriceList:
    """See `ports.azure.PriceList`.

    Args:
        cloud: Whose prices; asked at every call.
        folder: Where they are kept.
        now: The clock, UTC.
    """

    def __init__(self, cloud: Callable[[], Cloud], folder: Path, now: Callable[[], datetime]) -> None:
        self._cloud, self._folder, self._now = cloud, folder, now

    async def rows(self, region: str, service: str, *, sku: str = "", currency: str = "USD") -> PriceRows:
        """Rows of the list; see the port."""
        raise NotImplementedError
