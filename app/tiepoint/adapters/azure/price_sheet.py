"""Azure China's price list: one sheet of all prices, in yuan, where the other clouds answer questions.

The API says where the sheet lies; it has the same columns as the other API's rows. It is read once for all questions
of an hour, and only what clusters use of it is kept. Blocks: call it in a thread.
"""

from __future__ import annotations

import csv
import json
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from tiepoint.adapters.azure.price_requests import PriceRequests, lost
from tiepoint.domain.cloud import Cloud
from tiepoint.ports.azure import PriceQuery

_SERVICES: Final = (
    "Virtual Machines",
    "Storage",
    "Azure Managed Lustre",
    "Azure NetApp Files",
    "Azure Bastion",
    "NAT Gateway",
    "Virtual Network",
)
_KEPT_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class _Sheet:
    read: float
    rows: tuple[Mapping[str, Any], ...]


_sheets: dict[str, _Sheet] = {}
_reading: Final = threading.Lock()


def is_sheet(address: str) -> bool:
    """Whether a price list is one sheet and answers no questions."""
    return "/pricesheet/" in urlsplit(address).path


def read_sheet(cloud: Cloud, query: PriceQuery) -> list[Mapping[str, Any]]:
    """Return the sheet's rows that answer a question; the currency is the sheet's.

    Args:
        cloud: Whose sheet.
        query: The question.

    Raises:
        ConnectionLost: It cannot be read, or is no sheet.
    """
    with _reading:
        address = cloud.prices
        sheet = _sheets.get(address)
        if sheet is None or time.monotonic() - sheet.read > _KEPT_S:
            sheet = _Sheet(time.monotonic(), _downloaded(cloud))
            _sheets[address] = sheet
    return [row for row in sheet.rows if _fits(row, query)]


def rows_of(lines: Iterable[str]) -> tuple[Mapping[str, Any], ...]:
    """Return what clusters use of a sheet.

    Args:
        lines: CSV with a head.

    Raises:
        ConnectionLost: It has other columns.
    """
    table = csv.DictReader(line.removeprefix("\ufeff") for line in lines)
    if not {"serviceName", "retailPrice", "unitOfMeasure"} <= set(table.fieldnames or ()):
        raise lost("the price sheet has other columns")
    wanted = (row for row in table if row["serviceName"] in _SERVICES and row.get("type") in ("Consumption", None))
    return tuple(row for row in map(_row, wanted) if row is not None)


def place_of(text: str) -> str:
    """Return where the sheet lies, from what the API says of it.

    Raises:
        ConnectionLost: It says something else.
    """
    try:
        place = str(json.loads(text)["DownloadUrl"])
    except (ValueError, KeyError, TypeError) as error:
        raise lost(f"no price sheet but {text[:80]!r}") from error
    if urlsplit(place).scheme != "https":
        raise lost("the price sheet's address is none")
    return place


def _downloaded(cloud: Cloud) -> tuple[Mapping[str, Any], ...]:
    with PriceRequests(cloud) as requests:
        return rows_of(requests.text(place_of(requests.text(cloud.prices))).splitlines())


def _row(told: Mapping[str, str | None]) -> Mapping[str, Any] | None:
    row: dict[str, Any] = {name: value or "" for name, value in told.items() if name}
    try:
        row["retailPrice"] = float(row["retailPrice"])
        row["tierMinimumUnits"] = float(row.get("tierMinimumUnits") or 0)
    except ValueError:
        return None
    row["isPrimaryMeterRegion"] = str(row.get("isPrimaryMeterRegion", "")).lower() != "false"
    return row


def _fits(row: Mapping[str, Any], query: PriceQuery) -> bool:
    wanted = {
        "armRegionName": query.region,
        "serviceName": query.service,
        "armSkuName": query.sku,
        "productName": query.product,
        "meterName": query.meter,
    }
    is_named = all(not value or str(row.get(name, "")).lower() == value.lower() for name, value in wanted.items())
    return is_named and query.product_word.lower() in str(row.get("productName", "")).lower()
