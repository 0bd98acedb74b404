"""Prices from an API over https, by the real pipeline, against the double; and what goes wrong with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from azure_double.double import AzureDouble
from fakes.clock import FakeClock
from tiepoint.adapters.azure.price_pages import read_pages
from tiepoint.adapters.azure.prices import RetailPriceList
from tiepoint.domain.cluster_plan import REFERENCE_PLAN, NodesPlan, StorageKind, StoragePlan
from tiepoint.domain.errors import ConnectionLost
from tiepoint.ports.azure import PriceQuery
from tiepoint.services.prices import PriceService

PRICES = r"/api/retail/prices"


@pytest.fixture
def double(azure_double_without_blobs: AzureDouble) -> AzureDouble:
    return azure_double_without_blobs


def a_list(double: AzureDouble, folder: Path, clock: FakeClock) -> RetailPriceList:
    cloud = double.cloud
    return RetailPriceList(lambda: cloud, folder, clock)


async def test_a_plan_gets_its_price_and_nobody_is_signed_in(double: AzureDouble, tmp_path: Path) -> None:
    service = PriceService(a_list(double, tmp_path, FakeClock()))
    found = await service.estimate(REFERENCE_PLAN)
    assert not found.unknown
    assert found.running == pytest.approx(18.9, abs=0.5)
    assert found.paused == pytest.approx(2.4, abs=0.3)
    assert 0 < found.cold < 0.3
    spot = await service.estimate(replace(REFERENCE_PLAN, nodes=NodesPlan(spot=True)))
    assert spot.running < found.running
    netapp = replace(REFERENCE_PLAN, region="swedencentral", storage=StoragePlan(StorageKind.NETAPP))
    assert not (await service.estimate(netapp)).unknown
    assert {entry.path.split("?")[0] for entry in double.requests.entries} == {PRICES}


async def test_all_pages_are_read(double: AzureDouble) -> None:
    rows = read_pages(double.cloud, PriceQuery("", "Virtual Machines"))
    assert len(rows) > 100
    assert double.requests.count("GET", PRICES) > 1
    assert {row["type"] for row in rows} == {"Consumption"}


async def test_a_day_later_without_a_network_the_old_prices_stay(double: AzureDouble, tmp_path: Path) -> None:
    clock, query = FakeClock(), PriceQuery("eastus", "Azure Bastion")
    first = await a_list(double, tmp_path, clock).rows(query)
    assert await a_list(double, tmp_path, clock).rows(query) == first
    assert double.requests.count("GET", PRICES) == 1
    clock.advance(90_000)
    double.faults.add("drop", path=PRICES, times=1000)
    old = await a_list(double, tmp_path, clock).rows(query)
    assert (old.rows, old.read, old.is_old) == (first.rows, first.read, True)


async def test_throttling_is_waited_out(double: AzureDouble) -> None:
    double.faults.add("429", path=PRICES, times=1, retry_after=0)
    assert read_pages(double.cloud, PriceQuery("eastus", "Azure Bastion"))


async def test_a_certificate_nobody_vouches_for_is_not_believed(double: AzureDouble) -> None:
    with pytest.raises(ConnectionLost):
        read_pages(replace(double.cloud, ca_file=""), PriceQuery("eastus", "Azure Bastion"))
