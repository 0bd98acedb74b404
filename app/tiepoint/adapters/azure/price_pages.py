"""Asking the Retail Prices API, page after page. Blocks: call it in a thread."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from tiepoint.adapters.azure.price_requests import PriceRequests, lost
from tiepoint.domain.cloud import Cloud
from tiepoint.ports.azure import PriceQuery

_MOST_PAGES: Final = 30


def filter_text(query: PriceQuery) -> str:
    """Return the filter of a question, in the API's words."""
    terms = [
        ("serviceName", query.service),
        ("armRegionName", query.region),
        ("armSkuName", query.sku),
        ("productName", query.product),
        ("meterName", query.meter),
        ("priceType", "Consumption"),
    ]
    parts = [f"{name} eq '{_quoted(value)}'" for name, value in terms if value]
    parts += [f"contains(productName, '{_quoted(query.product_word)}')"] if query.product_word else []
    return " and ".join(parts)


def read_pages(cloud: Cloud, query: PriceQuery) -> list[Mapping[str, Any]]:
    """Read all rows of a question.

    Args:
        cloud: Whose API.
        query: The question.

    Raises:
        ConnectionLost: It cannot be reached, asks to slow down, or answers something else.
    """
    rows: list[Mapping[str, Any]] = []
    page: str | None = _first(cloud.prices, query)
    with PriceRequests(cloud) as requests:
        for _ in range(_MOST_PAGES):
            if page is None:
                break
            found, page = page_of(requests.text(page), cloud.prices)
            rows += found
    return rows


def page_of(text: str, address: str) -> tuple[list[Mapping[str, Any]], str | None]:
    """Return the rows of an answer, and where the next ones are; None = there are no more.

    Args:
        text: The answer.
        address: Of the API; the next page must be in the same place.

    Raises:
        ConnectionLost: It is no page of the list.
    """
    try:
        told = json.loads(text)
        items, following = list(told["Items"]), told.get("NextPageLink")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # What a hotel's sign-in page answers, for one.
        raise lost(f"no price list but {text[:80]!r}") from error
    if following and not _is_same_place(str(following), address):
        raise lost("the next page is somewhere else")
    return [row for row in items if isinstance(row, Mapping)], following or None


def _first(address: str, query: PriceQuery) -> str:
    asked = urlencode({"currencyCode": f"'{query.currency}'", "$filter": filter_text(query)})
    return f"{address}{'&' if '?' in address else '?'}{asked}"


def _is_same_place(link: str, address: str) -> bool:
    one, other = urlsplit(link), urlsplit(address)
    ports = (one.port or 443, other.port or 443)
    return one.scheme == "https" and one.hostname == other.hostname and ports[0] == ports[1]


def _quoted(text: str) -> str:
    return text.replace("'", "''")
