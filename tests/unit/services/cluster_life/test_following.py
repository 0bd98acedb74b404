"""The poll loop: how often, what of, and what happens without Azure or without anybody signed in; and the lease."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from fakes.azure_life import LifeBench
from fakes.azure_scenes import a_plan, cluster_id
from tiepoint.domain.cluster import Cluster, ClusterState, Lease, Power
from tiepoint.domain.errors import ConfirmationNeeded, ConnectionLost, NotPermitted, SignInNeeded, UsageError

PLAN = a_plan("harbour")


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[LifeBench]:
    made = LifeBench()
    await made.have(PLAN)
    yield made
    await made.close()


def seen(bench: LifeBench) -> Cluster:
    found = bench.clusters.snapshot.find("harbour")
    assert found is not None
    return found


async def test_looks_once_a_minute_and_reads_more_of_the_one_that_is_watched(bench: LifeBench) -> None:
    bench.clusters.start()
    await bench.until(lambda: len(bench.azure.asked("machines")) >= 3)
    began, looks = bench.clock(), len(bench.azure.asked("machines"))
    assert bench.azure.asked("activity") == []
    await bench.until(lambda: len(bench.azure.asked("machines")) >= looks + 4)
    assert (bench.clock() - began).total_seconds() / 4 >= 50
    bench.clusters.watch(cluster_id("harbour"))
    await bench.until(lambda: bool(bench.azure.asked("activity")))
    assert seen(bench).activity
    assert seen(bench).resources
    assert seen(bench).blob_endpoint == "https://blob/"


async def test_what_fails_is_said_and_the_last_that_was_known_stays(bench: LifeBench) -> None:
    await bench.clusters.refresh()
    bench.azure.errors["machines"] = [ConnectionLost("No network.", retryable=True)]
    await bench.clusters.refresh()
    snapshot = bench.clusters.snapshot
    assert snapshot.failure is not None
    assert snapshot.failure.summary == "No network."
    assert snapshot.find("harbour") is not None
    await bench.clusters.refresh()
    assert bench.clusters.snapshot.failure is None


async def test_a_part_that_cannot_be_read_is_said_of_its_cluster(bench: LifeBench) -> None:
    bench.azure.errors["heartbeats"] = [NotPermitted("You may not read the account.")]
    await bench.clusters.refresh()
    assert seen(bench).failure is not None
    assert seen(bench).state is ClusterState.RUNNING


async def test_it_waits_longer_while_azure_is_away(bench: LifeBench) -> None:
    bench.azure.errors["machines"] = [ConnectionLost("No network.", retryable=True)] * 4
    bench.clusters.start()
    await bench.until(lambda: len(bench.azure.asked("machines")) >= 2)
    began = bench.clock()
    await bench.until(lambda: len(bench.azure.asked("machines")) >= 4)
    assert (bench.clock() - began).total_seconds() >= 300
    await bench.until(lambda: bench.clusters.snapshot.failure is None)


async def test_nobody_signed_in_asks_nothing_and_signing_out_clears_what_was_seen(bench: LifeBench) -> None:
    await bench.sign_in.sign_out()
    bench.clusters.start()
    await asyncio.sleep(0.05)
    assert bench.azure.calls == []
    bench.sign_in.put_signed_in()
    await bench.until(lambda: bench.clusters.snapshot.find("harbour") is not None)
    await bench.sign_in.sign_out()
    await bench.until(lambda: bench.clusters.snapshot.clusters == ())


async def test_azure_may_want_a_confirmation_while_looking(bench: LifeBench) -> None:
    bench.azure.errors["groups"] = [ConfirmationNeeded("Azure wants you to confirm.")]
    await bench.clusters.refresh()
    assert bench.sign_in.snapshot.needs_confirmation


async def test_an_operation_ends_when_the_person_signs_out(bench: LifeBench) -> None:
    bench.azure.busy = {"node-01"}
    task = asyncio.ensure_future(bench.clusters.pause("harbour"))
    await bench.until(lambda: bool(bench.azure.asked("drain")))
    await bench.sign_in.sign_out()
    with pytest.raises(SignInNeeded):
        await task


async def test_a_lease_of_this_computer_is_taken_up_and_renewed(bench: LifeBench) -> None:
    bench.azure.lease = Lease("ada on DESK", bench.clock() + timedelta(minutes=10), 30)
    bench.clusters.start()
    await bench.until(lambda: len(bench.azure.asked("write_lease")) >= 2)
    assert bench.azure.lease.until > bench.clock() + timedelta(minutes=5)
    assert bench.azure.lease.budget is None
    assert dict(bench.azure.lease.prices)["node-01"] > 0


async def test_a_lease_of_somebody_else_or_one_that_lapsed_is_left_alone(bench: LifeBench) -> None:
    for lease in (
        Lease("max on LAPTOP", bench.clock() + timedelta(hours=10), 30),
        Lease("ada on DESK", bench.clock() - timedelta(minutes=10), 30),
    ):
        bench.azure.lease = lease
        service = bench.again()
        service.start()
        await bench.until(lambda: service.snapshot.is_known)  # noqa: B023
        await asyncio.sleep(0.05)
        assert bench.azure.asked("write_lease") == []


async def test_a_longer_wish_is_not_shortened_and_a_refused_renewal_is_said(bench: LifeBench) -> None:
    await bench.clusters.refresh()
    await bench.clusters.keep("harbour", 8)
    until = bench.azure.lease.until if bench.azure.lease else None
    bench.clusters.start()
    await bench.until(lambda: len(bench.azure.asked("write_lease")) >= 2)
    assert bench.azure.lease is not None
    assert bench.azure.lease.until == until
    bench.azure.errors["write_lease"] = [NotPermitted("You may not write it.")] * 50
    await bench.until(lambda: seen(bench).failure is not None)
    assert seen(bench).failure.summary == "You may not write it."  # type: ignore[union-attr]
    with pytest.raises(UsageError):
        await bench.clusters.keep("harbour", 0)


async def test_a_wish_written_elsewhere_meanwhile_is_not_shortened(bench: LifeBench) -> None:
    bench.azure.lease = Lease("ada on DESK", bench.clock() + timedelta(minutes=10), 30)
    bench.clusters.start()
    await bench.until(lambda: len(bench.azure.asked("write_lease")) >= 1)
    until = bench.clock() + timedelta(hours=72)
    bench.azure.lease = Lease("max on LAPTOP", until, 30)
    await bench.until(lambda: len(bench.azure.asked("write_lease")) >= 2)
    assert bench.azure.lease.until == until


async def test_a_wish_is_renewed_also_while_resource_manager_is_away(bench: LifeBench) -> None:
    bench.azure.lease = Lease("ada on DESK", bench.clock() + timedelta(minutes=10), 30)
    bench.clusters.start()
    await bench.until(lambda: len(bench.azure.asked("write_lease")) >= 1)
    bench.azure.errors["machines"] = [ConnectionLost("No network.", retryable=True)] * 60
    await bench.until(lambda: len(bench.azure.asked("write_lease")) >= 3)
    assert bench.clusters.snapshot.failure is not None


async def test_a_mere_look_wants_nothing_and_goes_on_with_nothing(bench: LifeBench) -> None:
    bench.azure.lease = Lease("ada on DESK", bench.clock() + timedelta(minutes=10), 30)
    task = asyncio.ensure_future(bench.clusters.pause("harbour"))
    await bench.until(lambda: bool(bench.azure.asked("drain")))
    looker = bench.again()
    bench.azure.lease = Lease("ada on DESK", bench.clock() + timedelta(minutes=10), 30)
    await looker.refresh()
    assert bench.azure.asked("write_lease") == []
    found = looker.snapshot.find("harbour")
    assert found is not None
    assert found.operation is None
    await task


async def test_an_open_program_alone_does_not_keep_an_unused_cluster(
    bench: LifeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiepoint.services.cluster_life.leases.UNUSED", timedelta(minutes=12))
    bench.azure.busy = {"node-01"}
    bench.azure.lease = Lease("ada on DESK", bench.clock() + timedelta(minutes=10), 30)
    bench.clusters.start()
    await bench.until(lambda: len(bench.azure.asked("write_lease")) >= 5)
    bench.azure.busy = set()
    await bench.until(lambda: bench.azure.lease is not None and bench.azure.lease.until < bench.clock())


async def test_a_cluster_whose_account_is_gone_cannot_be_kept(bench: LifeBench) -> None:
    bench.azure.made = {key: each for key, each in bench.azure.made.items() if "storageaccounts" not in key}
    await bench.clusters.refresh()
    with pytest.raises(UsageError, match="storage account"):
        await bench.clusters.keep("harbour", 2)


async def test_unknown_clusters_and_ended_operations_are_said(bench: LifeBench) -> None:
    with pytest.raises(UsageError, match="no cluster port"):
        await bench.clusters.resume("port")
    await bench.clusters.refresh()
    with pytest.raises(UsageError, match="Nothing is under way"):
        await bench.clusters.cancel("harbour")
    with pytest.raises(UsageError, match="nothing to try again"):
        await bench.clusters.retry("harbour")
    await bench.clusters.pause("harbour", drains=False)
    assert seen(bench).operation is not None
    await bench.clusters.dismiss("harbour")
    assert seen(bench).operation is None


async def test_a_cluster_that_is_half_gone_is_deleted_all_the_same(bench: LifeBench) -> None:
    bench.azure.made = {key: each for key, each in bench.azure.made.items() if "node-0" not in key}
    bench.azure.groups["rg-harbour"] = replace(bench.azure.groups["rg-harbour"], tags={"tiepoint-cluster": "harbour"})
    await bench.clusters.refresh()
    assert seen(bench).plan is None
    await bench.clusters.delete("harbour", typed_name="harbour", keeps_data=False)
    assert bench.azure.groups == {}


async def test_deploying_onto_a_paused_cluster_starts_it_first(bench: LifeBench) -> None:
    await bench.deploy_paused(PLAN)
    await bench.clusters.deploy(PLAN)
    first = [call[0] for call in bench.azure.calls if call[0] in ("start", "begin")]
    assert first[0] == "start"
    assert bench.azure.power("node-05") is Power.RUNNING
