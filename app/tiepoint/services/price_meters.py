"""Choosing the one row of a price list that is meant, and bringing its unit to an hour. Pure; any thread.

The list holds many rows for one thing: Linux and Windows, Spot and Low Priority, tiers by amount, regions that a meter
is only passed on from. Source: the Retail Prices API's page; 730 hours a month as in Azure's own calculator.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from tiepoint.domain.price import HOURS_PER_MONTH

Row = Mapping[str, Any]
_UNIT: Final = re.compile(r"\s*([\d.,]+)\s*([A-Za-z]*)\s*(?:/\s*([A-Za-z]+))?\s*")
_HOURS: Final = {"hour": 1.0, "hours": 1.0, "day": 24.0, "month": HOURS_PER_MONTH}
_GIB: Final = {"gib": 1.0, "gb": 1.0, "tib": 1024.0, "tb": 1024.0, "": 0.0}
"""GiB in a unit. Azure's storage meters say GB and count in powers of two (Azure's page on storage billing)."""


def machine_price(rows: Iterable[Row], *, is_windows: bool = False, is_spot: bool = False) -> float | None:
    """Return the price per hour of a machine; None = the list does not have it.

    Args:
        rows: All rows of its size in its region.
        is_windows: With the licence for Windows.
        is_spot: Azure may take it back.
    """

    def is_meant(row: Row) -> bool:
        product, meter = _text(row, "productName").lower(), _text(row, "meterName").lower()
        if "low priority" in meter or "cloud services" in product or "cloudservices" in product:
            return False
        return product.endswith("windows") == is_windows and ("spot" in meter) == is_spot

    return per_hour(chosen(rows, is_meant))


def meter_price(rows: Iterable[Row], meter: str, *, product: str = "") -> float | None:
    """Return the price per hour of one piece of something; None = the list does not have it.

    Args:
        rows: Rows that may hold it.
        meter: Its `meterName`, to the letter.
        product: Its `productName`; empty = any.
    """
    return per_hour(chosen(rows, lambda row: _is_meter(row, meter) and _is_product(row, product)))


def capacity_price(rows: Iterable[Row], gib: float, is_meant: Callable[[Row], bool]) -> float | None:
    """Return the price per hour of so many GiB; None = the list does not have it."""
    row = chosen(rows, lambda each: is_meant(each) and _gib_in(each) > 0)
    one = per_hour(row)
    return None if row is None or one is None else one * gib / _gib_in(row)


def is_blob(row: Row) -> bool:
    """Whether a row is the data stored in block blobs, hot and kept once."""
    return _is_meter(row, "Hot LRS Data Stored") and _text(row, "productName") in (
        "General Block Blob v2",
        "General Block Blob",
        "Blob Storage",
    )


def is_netapp_of(level: str) -> Callable[[Row], bool]:
    """Return what finds the capacity of a service level of NetApp Files."""
    return lambda row: _is_meter(row, f"{level} Capacity")


def is_lustre_of(throughput: int) -> Callable[[Row], bool]:
    """Return what finds Lustre of a class, in MB/s for each TiB, however the list writes it."""
    number = re.compile(rf"(?<!\d){throughput}(?!\d)")

    def is_meant(row: Row) -> bool:
        said = " ".join(_text(row, name) for name in ("productName", "skuName", "meterName"))
        return "lustre" in said.lower() and bool(number.search(said))

    return is_meant


def chosen(rows: Iterable[Row], is_meant: Callable[[Row], bool]) -> Row | None:
    """Return the row that is meant: first tier, the meter's own region, the newest; None = there is none."""
    found = [row for row in rows if _is_usable(row) and is_meant(row)]
    # General Block Blob v2 comes before its older namesakes, which the same question answers.
    return max(
        found, key=lambda row: (_is_primary(row), _is_current(row), _text(row, "effectiveStartDate")), default=None
    )


def per_hour(row: Row | None) -> float | None:
    """Return a row's price for one of its unit for an hour; None = it has no time in it."""
    if row is None:
        return None
    found = _UNIT.fullmatch(_text(row, "unitOfMeasure"))
    if not found:
        return None
    count, measure, period = float(found.group(1).replace(",", "")), found.group(2).lower(), found.group(3)
    hours = _HOURS.get((period or measure).lower())
    return None if hours is None or count <= 0 else float(row["retailPrice"]) / count / hours


def _gib_in(row: Row) -> float:
    found = _UNIT.fullmatch(_text(row, "unitOfMeasure"))
    return _GIB.get(found.group(2).lower(), 0.0) if found and found.group(3) else 0.0


def _is_usable(row: Row) -> bool:
    is_consumption = _text(row, "type") in ("", "Consumption")
    price, tier = row.get("retailPrice"), row.get("tierMinimumUnits") or 0
    return is_consumption and isinstance(price, int | float) and price >= 0 and tier == 0


def _is_primary(row: Row) -> bool:
    return row.get("isPrimaryMeterRegion") is not False


def _is_current(row: Row) -> bool:
    return _text(row, "productName") == "General Block Blob v2"


def _is_meter(row: Row, meter: str) -> bool:
    return _text(row, "meterName").lower() == meter.lower()


def _is_product(row: Row, product: str) -> bool:
    return not product or _text(row, "productName").lower() == product.lower()


def _text(row: Row, name: str) -> str:
    return str(row.get(name) or "").strip()
