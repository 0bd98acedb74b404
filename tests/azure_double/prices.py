"""The Retail Prices API, filled from the tables: list prices as they might be in late 2026, in US dollars."""

from __future__ import annotations

import functools
import re
import uuid
from collections.abc import Iterator
from typing import Any

from azure_double.exchange import Request, Response
from azure_double.routing import Route
from azure_double.tables import table

_PAGE = 100
_RATES = {"USD": 1.0, "EUR": 0.92, "GBP": 0.79}


class Prices:
    """See the module.

    Args:
        url: The double's address.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def routes(self) -> list[Route]:
        """Its answers."""
        return [Route("GET", "/api/retail/prices", self._list)]

    def _list(self, request: Request) -> Response:
        currency = request.query.get("currencycode", "'USD'").strip("'").upper()
        rate = _RATES.get(currency)
        if rate is None:
            return Response(400, {"Error": {"Code": "BadRequest", "Message": f"Invalid currency code '{currency}'"}})
        wanted = _terms(request.query.get("$filter", ""))
        rows = [row for row in _rows() if all(_fits(row, *term) for term in wanted)]
        skip = int(request.query.get("$skip", "0"))
        page = [
            {
                **row,
                "currencyCode": currency,
                "retailPrice": round(row["retailPrice"] * rate, 6),
                "unitPrice": round(row["unitPrice"] * rate, 6),
            }
            for row in rows[skip : skip + _PAGE]
        ]
        following = None
        if skip + _PAGE < len(rows):
            text = request.query.get("$filter", "")
            following = f"{self._url}/api/retail/prices?currencyCode='{currency}'&$filter={text}&$skip={skip + _PAGE}"
            following = following.replace(" ", "%20")
        return Response(
            200,
            {
                "BillingCurrency": currency,
                "CustomerEntityId": "Default",
                "CustomerEntityType": "Retail",
                "Items": page,
                "NextPageLink": following,
                "Count": len(page),
            },
        )


def _terms(text: str) -> list[tuple[str, str, str]]:
    found = [(key, "eq", value) for key, value in re.findall(r"(\w+)\s+eq\s+'([^']*)'", text, re.IGNORECASE)]
    found += [(key, "eq", value) for key, value in re.findall(r"(\w+)\s+eq\s+(true|false)\b", text, re.IGNORECASE)]
    for word in ("contains", "startswith", "endswith"):
        found += [
            (key, word, value)
            for key, value in re.findall(rf"{word}\(\s*(\w+)\s*,\s*'([^']*)'\s*\)", text, re.IGNORECASE)
        ]
    return found


def _fits(row: dict[str, Any], key: str, word: str, value: str) -> bool:
    name = "type" if key == "priceType" else key
    has = str(row.get(name, "")).lower()
    value = value.lower()
    return {
        "eq": has == value,
        "contains": value in has,
        "startswith": has.startswith(value),
        "endswith": has.endswith(value),
    }[word]


@functools.cache
def _rows() -> list[dict[str, Any]]:
    return list(_all_rows())


def _all_rows() -> Iterator[dict[str, Any]]:
    regions, sizes, others = table("regions"), table("sizes"), table("prices")
    for region, where in regions.items():
        for name, size in sizes.items():
            product = f"Virtual Machines {size['series']} Series"
            for is_windows in (False, True):
                price = size["windows"] if is_windows else size["price"]
                ends = f"{product} Windows" if is_windows else product
                share = size["spot"] / size["price"]
                for word, factor in (("", 1.0), (" Spot", share), (" Low Priority", 0.2)):
                    yield _row(
                        region, where, service="Virtual Machines", family="Compute", product=ends,
                        meter=f"{size['meter']}{word}", sku=f"{size['meter']}{word}", arm_sku=name, unit="1 Hour",
                        price=price * factor * where["price"],
                    )  # fmt: skip
                yield {
                    **_row(
                        region, where, service="Virtual Machines", family="Compute", product=ends, meter=size["meter"],
                        sku=size["meter"], arm_sku=name, unit="1 Hour", price=price * 0.6 * where["price"] * 8760,
                    ),
                    "type": "Reservation", "reservationTerm": "1 Year",
                }  # fmt: skip
        for other in others:
            if not other.get("everywhere"):
                yield from _tiers(other, region, where)
    for other in others:
        if other.get("everywhere"):
            yield from _tiers(other, "Global", {"price": 1.0, "priceLocation": "Global"})


def _tiers(other: dict[str, Any], region: str, where: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for least, price in other.get("tiers") or [[0, other["price"]]]:
        row = _row(
            region, where, service=other["service"], family=other["family"], product=other["product"],
            meter=other["meter"], sku=other["sku"], arm_sku=other.get("armSku", ""), unit=other["unit"],
            price=price * where["price"],
        )  # fmt: skip
        yield {**row, "tierMinimumUnits": float(least)}


def _row(
    region: str, where: dict[str, Any], *, service: str, family: str, product: str, meter: str, sku: str, arm_sku: str,
    unit: str, price: float,
) -> dict[str, Any]:  # fmt: skip
    key = f"{region}/{product}/{meter}"
    return {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": round(price, 6),
        "unitPrice": round(price, 6),
        "armRegionName": region,
        "location": where["priceLocation"],
        "effectiveStartDate": "2026-10-01T00:00:00Z",
        "meterId": str(uuid.uuid5(uuid.NAMESPACE_URL, key)),
        "meterName": meter,
        "productId": "DZH318Z0" + uuid.uuid5(uuid.NAMESPACE_URL, product).hex[:4].upper(),
        "skuId": "DZH318Z0" + uuid.uuid5(uuid.NAMESPACE_URL, product + sku).hex[:8].upper(),
        "productName": product,
        "skuName": sku,
        "serviceName": service,
        "serviceId": "DZH" + uuid.uuid5(uuid.NAMESPACE_URL, service).hex[:9].upper(),
        "serviceFamily": family,
        "unitOfMeasure": unit,
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": arm_sku,
    }
