"""The Retail Prices API: no sign-in needed, each question kept on disk for a day.

Rows that are older are used only when no newer ones can be had, and say so. On the loop's thread; the network and the
disk are asked in others.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from tiepoint.adapters.files.json_file import read_object, replace_json
from tiepoint.domain.cloud import Cloud
from tiepoint.domain.errors import ConnectionLost
from tiepoint.ports.azure import PriceQuery, PriceRows

ReadRows = Callable[[Cloud, PriceQuery], list[Mapping[str, Any]]]
SCHEMA_VERSION: Final = 1
_KEPT: Final = timedelta(days=1)
_AT_ONCE: Final = 5
_GIVEN_UP: Final = timedelta(seconds=10)
"""For so long after a question was lost the others of the same plan are not even asked."""
_FIELDS: Final = (
    "currencyCode",
    "tierMinimumUnits",
    "retailPrice",
    "armRegionName",
    "meterName",
    "productName",
    "skuName",
    "serviceName",
    "unitOfMeasure",
    "type",
    "isPrimaryMeterRegion",
    "armSkuName",
    "effectiveStartDate",
)


class RetailPriceList:
    """See `ports.azure.PriceList`.

    Args:
        cloud: Whose prices; asked at every call.
        folder: Where they are kept.
        now: The clock, UTC.
        read: Reads all rows of a question, as `price_pages.read_pages`; blocking.
    """

    def __init__(
        self, cloud: Callable[[], Cloud], folder: Path, now: Callable[[], datetime], *, read: ReadRows | None = None
    ) -> None:
        self._cloud, self._folder, self._now, self._read = cloud, folder, now, read or read_rows
        self._known: dict[str, PriceRows] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._lost: tuple[datetime, ConnectionLost] | None = None
        self._asking: dict[str, asyncio.Lock] = {}

    async def rows(self, query: PriceQuery, *, is_fresh: bool = False) -> PriceRows:
        """Rows of the list; see the port."""
        cloud = self._cloud()
        key = _key(cloud.prices, query)
        # Two that ask the same at once send one request.
        async with self._asking.setdefault(key, asyncio.Lock()):
            kept = self._known.get(key) or await asyncio.to_thread(self._kept, key)
            if kept is not None:
                self._known[key] = kept
                if not is_fresh and self._now() - kept.read < _KEPT:
                    return kept
            try:
                found = await self._asked(cloud, query)
            except ConnectionLost:
                if kept is None:
                    raise
                return PriceRows(kept.rows, kept.read, is_old=self._now() - kept.read >= _KEPT)
            self._known[key] = found
            await asyncio.to_thread(self._keep, key, query, found)
            return found

    async def _asked(self, cloud: Cloud, query: PriceQuery) -> PriceRows:
        if not cloud.prices:
            raise ConnectionLost(
                f"{cloud.label} has no price list.", remedy="Name the address of one in the settings of the cloud."
            )
        async with self._places:
            if self._lost is not None and self._now() - self._lost[0] < _GIVEN_UP:
                raise self._lost[1]
            try:
                rows = await asyncio.to_thread(self._read, cloud, query)
            except ConnectionLost as error:
                self._lost = (self._now(), error)
                raise
        return PriceRows(tuple({name: row.get(name) for name in _FIELDS} for row in rows), self._now())

    def _kept(self, key: str) -> PriceRows | None:
        """A file that cannot be used counts as none: it is made anew at the next answer."""
        try:
            told = read_object(self._folder / f"{key}.json")
            read = datetime.fromisoformat(told["read"])
            rows = tuple(row for row in told["rows"] if isinstance(row, Mapping))
            is_ours = told["schema_version"] == SCHEMA_VERSION and read.tzinfo is not None and read <= self._now()
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return PriceRows(rows, read) if is_ours else None

    def _keep(self, key: str, query: PriceQuery, found: PriceRows) -> None:
        content: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "read": found.read.isoformat(),
            "region": query.region,
            "service": query.service,
            "rows": [dict(row) for row in found.rows],
        }
        try:
            replace_json(self._folder / f"{key}.json", content)
        except OSError:
            return  # the prices are known all the same; a full disk is told by those who cannot do without one


def read_rows(cloud: Cloud, query: PriceQuery) -> list[Mapping[str, Any]]:
    """Read all rows of a question from either kind of list; blocks.

    Raises:
        ConnectionLost: It cannot be read.
    """
    # Here, in the thread: Azure's library takes a while to be read, and the panel goes on meanwhile.
    from tiepoint.adapters.azure.price_pages import read_pages
    from tiepoint.adapters.azure.price_sheet import is_sheet, read_sheet

    return read_sheet(cloud, query) if is_sheet(cloud.prices) else read_pages(cloud, query)


def _key(address: str, query: PriceQuery) -> str:
    return hashlib.sha256(f"{address}\n{query!r}".encode()).hexdigest()[:32]
