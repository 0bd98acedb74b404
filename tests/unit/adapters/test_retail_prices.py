"""The price list kept for a day, and the API's pages; without a network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fakes.clock import FakeClock
from fakes.region_facts import retail_rows
from tiepoint.adapters.azure.price_pages import filter_text, page_of
from tiepoint.adapters.azure.price_sheet import is_sheet, place_of, rows_of
from tiepoint.adapters.azure.prices import RetailPriceList
from tiepoint.domain.cloud import CHINA, PUBLIC, Cloud, custom_cloud
from tiepoint.domain.errors import ConnectionLost
from tiepoint.ports.azure import PriceQuery
from tiepoint.services.price_meters import machine_price

ADDRESS = "https://prices.example/api/retail/prices"
QUERY = PriceQuery("eastus", "Virtual Machines", sku="Standard_D8s_v5")
DAY_S = 86_400


class Api:
    """Answers questions, or is not there."""

    def __init__(self) -> None:
        self.asked: list[tuple[Cloud, PriceQuery]] = []
        self.is_there = True

    def __call__(self, cloud: Cloud, query: PriceQuery) -> list[Mapping[str, Any]]:
        self.asked.append((cloud, query))
        if not self.is_there:
            raise ConnectionLost("Azure's price list cannot be read.")
        return [row for row in retail_rows() if row["armSkuName"] == query.sku]


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def a_list(api: Api, clock: FakeClock, folder: Path, cloud: Cloud = PUBLIC) -> RetailPriceList:
    return RetailPriceList(lambda: cloud, folder, clock, read=api)


async def test_a_question_is_asked_once_a_day(api: Api, clock: FakeClock, tmp_path: Path) -> None:
    prices = a_list(api, clock, tmp_path)
    first = await prices.rows(QUERY)
    assert first.rows
    assert first.read == clock()
    clock.advance(DAY_S - 1)
    assert await prices.rows(QUERY) == first
    assert await a_list(api, clock, tmp_path).rows(QUERY) == first
    assert len(api.asked) == 1
    clock.advance(2)
    assert (await prices.rows(QUERY)).read == clock()
    assert len(api.asked) == 2


async def test_two_at_once_send_one_request(api: Api, clock: FakeClock, tmp_path: Path) -> None:
    prices = a_list(api, clock, tmp_path)
    one, two = await asyncio.gather(prices.rows(QUERY), prices.rows(QUERY))
    assert one == two
    assert len(api.asked) == 1


async def test_it_can_be_read_again(api: Api, clock: FakeClock, tmp_path: Path) -> None:
    prices = a_list(api, clock, tmp_path)
    await prices.rows(QUERY)
    await prices.rows(QUERY, is_fresh=True)
    assert len(api.asked) == 2


async def test_offline_the_old_rows_are_used_and_say_so(api: Api, clock: FakeClock, tmp_path: Path) -> None:
    first = await a_list(api, clock, tmp_path).rows(QUERY)
    api.is_there = False
    fresh = await a_list(api, clock, tmp_path).rows(QUERY, is_fresh=True)
    assert (fresh.rows, fresh.is_old) == (first.rows, False)
    clock.advance(DAY_S * 40)
    old = await a_list(api, clock, tmp_path).rows(QUERY)
    assert (old.rows, old.read, old.is_old) == (first.rows, first.read, True)
    api.is_there = True
    assert not (await a_list(api, clock, tmp_path).rows(QUERY)).is_old


async def test_offline_without_old_rows_it_fails(api: Api, clock: FakeClock, tmp_path: Path) -> None:
    api.is_there = False
    with pytest.raises(ConnectionLost):
        await a_list(api, clock, tmp_path).rows(QUERY)
    assert files(tmp_path) == []


async def test_a_lost_network_is_not_asked_again_for_every_question(api: Api, clock: FakeClock, tmp_path: Path) -> None:
    api.is_there, prices = False, a_list(api, clock, tmp_path)
    for region in ("eastus", "westeurope", "swedencentral"):
        with pytest.raises(ConnectionLost):
            await prices.rows(PriceQuery(region, "Azure Bastion"))
    assert len(api.asked) == 1
    api.is_there = True
    clock.advance(11)
    assert (await prices.rows(QUERY)).rows


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"schema_version": 99, "read": "2026-11-22T10:00:00+00:00", "rows": []}',
        '{"schema_version": 1, "read": "yesterday", "rows": []}',
        '{"schema_version": 1, "read": "2026-11-22T10:00:00", "rows": []}',
        '{"schema_version": 1, "read": "2036-11-22T10:00:00+00:00", "rows": []}',
        '{"schema_version": 1, "read": "2026-11-22T10:00:00+00:00", "rows": 7}',
    ],
)
async def test_a_file_that_cannot_be_used_is_made_anew(
    api: Api, clock: FakeClock, tmp_path: Path, content: str
) -> None:
    first = await a_list(api, clock, tmp_path).rows(QUERY)
    (file,) = files(tmp_path)
    file.write_text(content, encoding="utf-8")
    assert await a_list(api, clock, tmp_path).rows(QUERY) == first
    assert len(api.asked) == 2
    assert json.loads(file.read_text(encoding="utf-8"))["schema_version"] == 1


async def test_a_folder_that_cannot_be_written_costs_the_memory_only(
    api: Api, clock: FakeClock, tmp_path: Path
) -> None:
    place = tmp_path / "file"
    place.write_text("in the way", encoding="utf-8")
    prices = a_list(api, clock, place)
    assert (await prices.rows(QUERY)).rows
    assert (await prices.rows(QUERY)).rows
    assert len(api.asked) == 1


async def test_each_cloud_has_its_own_list(api: Api, clock: FakeClock, tmp_path: Path) -> None:
    own = custom_cloud(
        {"authority": "https://a", "management": "https://m", "prices": "https://p", "ca_file": "/ca.pem"}
    )
    await a_list(api, clock, tmp_path).rows(QUERY)
    await a_list(api, clock, tmp_path, own).rows(QUERY)
    assert [cloud for cloud, _ in api.asked] == [PUBLIC, own]
    without = custom_cloud({"authority": "https://a", "management": "https://m"})
    with pytest.raises(ConnectionLost) as caught:
        await a_list(api, clock, tmp_path, without).rows(QUERY)
    assert "no price list" in caught.value.summary


def test_a_question_becomes_a_filter() -> None:
    assert filter_text(PriceQuery("eastus", "Virtual Machines", sku="Standard_D8s_v5")) == (
        "serviceName eq 'Virtual Machines' and armRegionName eq 'eastus' and armSkuName eq 'Standard_D8s_v5' "
        "and priceType eq 'Consumption'"
    )
    assert filter_text(PriceQuery("", product="It's", product_word="Lustre")) == (
        "productName eq 'It''s' and priceType eq 'Consumption' and contains(productName, 'Lustre')"
    )


def test_a_page_leads_to_the_next_one_of_the_same_place() -> None:
    following = "https://prices.example:443/api/retail/prices?$skip=1000"
    text = json.dumps({"Items": [{"a": 1}, "no row"], "NextPageLink": following})
    assert page_of(text, ADDRESS) == ([{"a": 1}], following)
    assert page_of(json.dumps({"Items": [], "NextPageLink": None}), ADDRESS) == ([], None)


@pytest.mark.parametrize(
    "text",
    [
        "<html>Welcome to the hotel",
        "[]",
        '{"Items": [], "NextPageLink": "https://elsewhere.example/"}',
        '{"Items": [], "NextPageLink": "http://prices.example/"}',
        '{"Items": null}',
    ],
)
def test_what_is_no_page_is_a_lost_connection(text: str) -> None:
    with pytest.raises(ConnectionLost) as caught:
        page_of(text, ADDRESS)
    assert "cannot be read" in caught.value.summary


HEAD = "serviceName,productName,meterName,armRegionName,armSkuName,type,unitOfMeasure,retailPrice,tierMinimumUnits"
SHEET = f"""\ufeff{HEAD},currencyCode
Virtual Machines,Dsv5 Series,D8s v5,chinanorth3,Standard_D8s_v5,Consumption,1 Hour,3.9,0,CNY
Virtual Machines,Dsv5 Series,D8s v5,chinanorth3,Standard_D8s_v5,Reservation,1 Hour,9000,0,CNY
Virtual Machines,Dsv5 Series,D8s v5,chinaeast3,Standard_D8s_v5,Consumption,1 Hour,a price,0,CNY
SQL Database,Serverless,vCore,chinanorth3,,Consumption,1 Hour,2,0,CNY
"""


def test_the_sheet_of_china_has_the_same_rows() -> None:
    (row,) = rows_of(SHEET.splitlines())
    assert (row["armSkuName"], row["retailPrice"], row["currencyCode"]) == ("Standard_D8s_v5", 3.9, "CNY")
    assert machine_price([row]) == 3.9
    assert is_sheet(CHINA.prices)
    assert not is_sheet(PUBLIC.prices)
    with pytest.raises(ConnectionLost):
        rows_of(["a,b", "1,2"])


@pytest.mark.parametrize("text", ["", "{}", "<html>", '{"DownloadUrl": "http://open.example/sheet.csv"}'])
def test_a_sheet_lies_at_an_https_address(text: str) -> None:
    assert place_of('{"DownloadUrl": "https://blob.example/sheet.csv?x"}') == "https://blob.example/sheet.csv?x"
    with pytest.raises(ConnectionLost):
        place_of(text)
