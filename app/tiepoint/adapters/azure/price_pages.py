"""Asking the Retail Prices API, page after page. Blocks: call it in a thread."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from tiepoint.domain.errors import ConnectionLost
from tiepoint.ports.azure import PriceQuery

_MOST_PAGES: Final = 30
_CONNECT_S: Final = 15
_READ_S: Final = 60
_RETRIES: Final = 3


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


def read_pages(address: str, query: PriceQuery, ca_file: str = "") -> list[Mapping[str, Any]]:
    """Read all rows of a question.

    Args:
        address: Of the API, https.
        query: The question.
        ca_file: Certificates to believe instead of the usual ones.

    Raises:
        ConnectionLost: It cannot be reached, asks to slow down, or answers something else.
    """
    from azure.core import PipelineClient
    from azure.core.exceptions import AzureError
    from azure.core.pipeline.policies import RetryPolicy, UserAgentPolicy
    from azure.core.rest import HttpRequest

    trust: dict[str, Any] = {"connection_verify": ca_file} if ca_file else {}
    # Somebody looks at an empty price meanwhile: a network that is not there is tried once more, a busy server longer.
    patience = RetryPolicy(retry_total=_RETRIES, retry_connect=1, retry_backoff_factor=0.4, retry_backoff_max=30)
    policies = [UserAgentPolicy(base_user_agent="tiepoint"), patience]
    client: PipelineClient[Any, Any] = PipelineClient(address, policies=policies)
    rows: list[Mapping[str, Any]] = []
    page: str | None = _first(address, query)
    with client:
        for _ in range(_MOST_PAGES):
            if not page:
                break
            try:
                answer = client.send_request(
                    HttpRequest("GET", page), connection_timeout=_CONNECT_S, read_timeout=_READ_S, **trust
                )
                found, page = page_of(answer.status_code, answer.text(), address)
            except AzureError as error:
                raise _lost(f"{type(error).__name__}: {error}") from error
            rows += found
    return rows


def _first(address: str, query: PriceQuery) -> str:
    asked = urlencode({"currencyCode": f"'{query.currency}'", "$filter": filter_text(query)})
    return f"{address}{'&' if '?' in address else '?'}{asked}"


def page_of(status: int, text: str, address: str) -> tuple[list[Mapping[str, Any]], str | None]:
    """Return the rows of an answer, and where the next ones are; None = there are no more.

    Args:
        status: Of HTTP.
        text: The answer.
        address: Of the API; the next page must be in the same place.

    Raises:
        ConnectionLost: It is no page of the list.
    """
    if status == 429:
        raise ConnectionLost(
            "Azure's price list asks to be left alone for a while.", remedy="Try again in a minute.", retryable=True
        )
    if status != 200:
        raise _lost(f"HTTP {status}")
    try:
        told = json.loads(text)
        items, following = list(told["Items"]), told.get("NextPageLink")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # What a hotel's sign-in page answers, for one.
        raise _lost(f"no price list but {text[:80]!r}") from error
    if following and not _is_same_place(str(following), address):
        raise _lost("the next page is somewhere else")
    return [row for row in items if isinstance(row, Mapping)], following or None


def _is_same_place(link: str, address: str) -> bool:
    one, other = urlsplit(link), urlsplit(address)
    ports = (one.port or 443, other.port or 443)
    return one.scheme == "https" and one.hostname == other.hostname and ports[0] == ports[1]


def _lost(detail: str) -> ConnectionLost:
    return ConnectionLost(
        "Azure's price list cannot be read.", remedy="Check the network and try again.", retryable=True, detail=detail
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")
