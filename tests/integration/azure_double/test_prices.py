"""The price list: filters, pages, currencies."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from typing import Any

from azure_double.double import AzureDouble
from patience import PATIENCE_S


def page(double: AzureDouble, url: str) -> Any:
    with urllib.request.urlopen(url, context=double.papers.client_context(), timeout=PATIENCE_S) as reply:
        return json.loads(reply.read())


def rows(double: AzureDouble, text: str, currency: str = "USD") -> list[dict[str, Any]]:
    url = f"{double.cloud.prices}?currencyCode='{currency}'&$filter={urllib.parse.quote(text)}"
    found = []
    while url:
        answer = page(double, url)
        found += answer["Items"]
        url = answer["NextPageLink"]
    return found


def test_a_size_has_prices_for_both_systems_and_as_spot(double: AzureDouble) -> None:
    found = rows(
        double,
        "serviceName eq 'Virtual Machines' and armRegionName eq 'eastus' and armSkuName eq 'Standard_NV36ads_A10_v5' "
        "and priceType eq 'Consumption'",
    )
    linux = {each["meterName"]: each["retailPrice"] for each in found if not each["productName"].endswith("Windows")}
    assert linux == {"NV36ads A10 v5": 3.2, "NV36ads A10 v5 Spot": 0.64, "NV36ads A10 v5 Low Priority": 0.64}


def test_long_lists_come_in_pages(double: AzureDouble) -> None:
    found = rows(double, "serviceName eq 'Virtual Machines' and armRegionName eq 'eastus'")
    assert len(found) > 150
    assert double.requests.count("GET", "prices") == 2


def test_prices_differ_by_region_and_currency(double: AzureDouble) -> None:
    text = "serviceName eq 'Azure Bastion' and meterName eq 'Standard Gateway' and armRegionName eq '{}'"
    here, there = rows(double, text.format("eastus")), rows(double, text.format("westeurope"))
    assert there[0]["retailPrice"] > here[0]["retailPrice"]
    assert rows(double, text.format("eastus"), "EUR")[0]["currencyCode"] == "EUR"
