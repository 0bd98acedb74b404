"""Prices of plans, from rows shaped like the Retail Prices API's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fakes.region_facts import FakePriceList
from tiepoint.domain.cluster_plan import (
    REFERENCE_PLAN,
    SMALL_PLAN,
    AccessKind,
    AccessPlan,
    ClusterPlan,
    DirectoryKind,
    DirectoryPlan,
    NetworkKind,
    NetworkPlan,
    NodesPlan,
    SchedulerOs,
    SchedulerPlan,
    StorageKind,
    StoragePlan,
)
from tiepoint.domain.errors import ConnectionLost
from tiepoint.domain.price import PriceEstimate, PriceLine
from tiepoint.services.price_meters import capacity_price, per_hour
from tiepoint.services.prices import PriceService

MONTH = 730.0
DISK = 19.71 / MONTH
BLOB = 1024 * 0.0184 / MONTH


def line(estimate: PriceEstimate, label: str) -> PriceLine:
    return next(each for each in estimate.lines if each.label.startswith(label))


async def of(plan: ClusterPlan) -> PriceEstimate:
    return await PriceService(FakePriceList()).estimate(plan)


async def test_the_reference_cluster_has_a_price_in_each_state() -> None:
    found = await of(REFERENCE_PLAN)
    assert line(found, "GPU nodes").running == pytest.approx(16.0)
    assert line(found, "GPU nodes").detail == "5 x NV36ads A10 v5 · 3.20"
    assert line(found, "GPU nodes").machines == tuple(f"node-0{n}" for n in range(1, 6))
    assert line(found, "Scheduler").running == pytest.approx(0.384)
    lustre = 4096 * 0.34 / MONTH
    assert line(found, "Lustre 4 TiB").running == pytest.approx(lustre)
    assert line(found, "OS disks").running == pytest.approx(6 * DISK)
    assert line(found, "NAT gateway").running == pytest.approx(0.05)
    assert line(found, "Bastion").running == pytest.approx(0.295)
    fixed = lustre + 6 * DISK + 0.05 + 0.295 + BLOB
    assert found.running == pytest.approx(16.384 + fixed)
    assert found.paused == pytest.approx(fixed)
    assert found.cold == pytest.approx(6 * DISK + BLOB)
    assert not found.unknown
    assert (found.currency, found.region, found.is_old) == ("USD", "eastus", False)


async def test_the_dearest_line_comes_first_and_what_is_billed_by_use_is_there() -> None:
    found = await of(REFERENCE_PLAN)
    assert [each.running for each in found.lines] == sorted((each.running for each in found.lines), reverse=True)
    by_use = line(found, "Key Vault and logs")
    assert by_use.running == 0
    assert by_use.is_known
    assert "by use" in by_use.detail


async def test_a_month_is_what_runs_and_what_rests_between() -> None:
    found = await of(SMALL_PLAN)
    week = found.running * 40 + found.paused * 128
    assert found.per_month(40) == pytest.approx(week * 52 / 12)
    assert found.per_month(40, is_cold_between=True) < found.per_month(40)
    assert found.per_month(168) == pytest.approx(found.running * 168 * 52 / 12)


@pytest.mark.parametrize(
    ("plan", "label", "running"),
    [
        (replace(REFERENCE_PLAN, nodes=NodesPlan(spot=True)), "GPU nodes, Spot", 5 * 1.22),
        (replace(REFERENCE_PLAN, scheduler=SchedulerPlan(os=SchedulerOs.WINDOWS)), "Scheduler", 0.752),
        (replace(REFERENCE_PLAN, storage=StoragePlan(StorageKind.NETAPP, 4)), "NetApp Files 4 TiB", 4096 * 0.000403),
        (replace(REFERENCE_PLAN, storage=StoragePlan(StorageKind.LUSTRE, 8)), "Lustre 8 TiB", 8192 * 0.21 / MONTH),
        (replace(REFERENCE_PLAN, storage=StoragePlan(StorageKind.LUSTRE, 16)), "Lustre 16 TiB", 16384 * 0.145 / MONTH),
        (replace(REFERENCE_PLAN, network=NetworkPlan(NetworkKind.PEERED)), "NAT gateways", 0.1),
        (replace(REFERENCE_PLAN, region="swedencentral"), "GPU nodes", 5 * 3.36),
        (replace(REFERENCE_PLAN, region="swedencentral"), "NAT gateway", 0.05),
    ],
)
async def test_each_choice_has_its_own_meter(plan: ClusterPlan, label: str, running: float) -> None:
    found = line(await of(plan), label)
    assert found.is_known
    assert found.running == pytest.approx(running)


async def test_active_directory_with_jump_boxes_adds_machines_disks_and_addresses() -> None:
    plan = replace(
        REFERENCE_PLAN,
        directory=DirectoryPlan(DirectoryKind.ACTIVE_DIRECTORY),
        access=AccessPlan(AccessKind.JUMP_BOXES, ("203.0.113.0/28",)),
    )
    found = await of(plan)
    assert line(found, "Domain controllers").running == pytest.approx(2 * 0.188)
    assert line(found, "Domain controllers").machines == ("dc-01", "dc-02")
    boxes = next(each for each in found.lines if each.label == "Jump boxes")
    assert boxes.running == pytest.approx(0.188 + 0.096)
    assert line(found, "Jump boxes' addresses").running == pytest.approx(0.01)
    assert line(found, "OS disks").running == pytest.approx(10 * DISK)
    assert not [each for each in found.lines if each.label == "Bastion"]


async def test_what_the_list_does_not_have_is_marked_and_counts_nothing() -> None:
    plan = replace(REFERENCE_PLAN, nodes=NodesPlan(size="Standard_NC40ads_H100_v5"))
    found = await of(plan)
    assert [each.label for each in found.unknown] == ["GPU nodes"]
    assert "price not known" in found.unknown[0].detail
    assert line(found, "GPU nodes").running == 0


async def test_without_a_list_the_failure_is_told() -> None:
    prices = FakePriceList()
    prices.error = ConnectionLost("Azure's price list cannot be read.")
    with pytest.raises(ConnectionLost):
        await PriceService(prices).estimate(REFERENCE_PLAN)


async def test_old_rows_make_an_old_estimate_and_fresh_ones_are_asked_for() -> None:
    prices = FakePriceList()
    prices.is_old = True
    found = await PriceService(prices).estimate(REFERENCE_PLAN, is_fresh=True)
    assert found.is_old
    assert found.read == prices.read
    assert prices.fresh == len(prices.asked) > 0


async def test_spot_and_single_machines() -> None:
    service = PriceService(FakePriceList())
    assert await service.spot_price("eastus", "Standard_NV36ads_A10_v5") == pytest.approx(1.22)
    assert await service.hourly("eastus", "Standard_D8s_v5", is_windows=True) == pytest.approx(0.752)
    assert await service.spot_price("westus3", "Standard_NV36ads_A10_v5") is None


async def test_a_government_cloud_has_prices_of_its_own() -> None:
    prices = FakePriceList()
    found = await PriceService(prices).estimate(replace(REFERENCE_PLAN, region="usgovvirginia"))
    assert {query.region for query in prices.asked} == {"usgovvirginia", "US Gov"}
    assert "NAT gateway and IP" in [each.label for each in found.unknown]


async def test_lustre_is_found_whatever_the_list_calls_its_service() -> None:
    prices = FakePriceList()
    for row in prices.table:
        if row["serviceName"] == "Azure Managed Lustre":
            row["serviceName"] = "Storage"
    found = await PriceService(prices).estimate(REFERENCE_PLAN)
    assert line(found, "Lustre").running == pytest.approx(4096 * 0.34 / MONTH)


@pytest.mark.parametrize(
    ("unit", "price"),
    [
        ("1 Hour", 2.0),
        ("100 Hours", 0.02),
        ("1/Month", 2 / MONTH),
        ("1/Day", 2 / 24),
        ("1 GiB/Hour", 2.0),
        ("10,000 GB/Month", 2 / 10_000 / MONTH),
        ("1 GB", None),
        ("", None),
    ],
)
def test_units_are_brought_to_an_hour(unit: str, price: float | None) -> None:
    assert per_hour({"unitOfMeasure": unit, "retailPrice": 2.0}) == (None if price is None else pytest.approx(price))


@pytest.mark.parametrize(("unit", "gib"), [("1 GiB/Hour", 2048), ("1 TiB/Hour", 2), ("1 GB/Hour", 2048)])
def test_capacity_is_counted_in_the_units_of_the_meter(unit: str, gib: int) -> None:
    row: dict[str, Any] = {"unitOfMeasure": unit, "retailPrice": 1.0}
    assert capacity_price([row], 2048, lambda _: True) == pytest.approx(gib)
