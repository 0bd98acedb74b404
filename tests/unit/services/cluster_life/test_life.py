"""The whole life of a cluster over an Azure in memory, by scaled time."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization

from fakes.azure_life import LifeBench
from fakes.azure_scenes import a_plan
from patience import PATIENCE_S, Watch
from tiepoint.domain.cluster import ClusterState, Lease, Power
from tiepoint.domain.cluster_operation import LineState, OperationKind
from tiepoint.domain.cluster_plan import ClusterPlan, Engine, SecretsPlan
from tiepoint.domain.errors import (
    Canceled,
    CloudError,
    ConfirmationNeeded,
    Conflict,
    ConnectionLost,
    NoCapacity,
    NoSpace,
    NotPermitted,
    PartialResult,
    UsageError,
)
from tiepoint.domain.operation import OperationState

PLAN = a_plan("harbour")
CERTIFICATES = ("schedulerCertificate", "nodeCertificate")


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[LifeBench]:
    made = LifeBench()
    yield made
    await made.close()


@pytest_asyncio.fixture
async def slow() -> AsyncIterator[LifeBench]:
    """Where something must be caught in the middle, on a busy machine too."""
    made = LifeBench(scale=400.0)
    yield made
    await made.close()


def small(count: int = 2, **changes: object) -> ClusterPlan:
    plan = dataclasses.replace(PLAN, **changes)
    return dataclasses.replace(plan, nodes=dataclasses.replace(plan.nodes, count=count))


async def test_deploys_a_cluster_in_two_steps_and_waits_until_it_answers(bench: LifeBench) -> None:
    ended = await bench.clusters.deploy(PLAN)
    cluster = bench.clusters.snapshot.find("harbour")
    assert ended.state is OperationState.COMPLETED
    assert cluster is not None
    assert cluster.state is ClusterState.RUNNING
    assert [each.name for each in cluster.machines] == ["scheduler", *(f"node-0{each}" for each in range(1, 6))]
    begun = [call[1] for call in bench.azure.asked("begin")]
    assert len(begun) == 2
    assert "-foundation-" in begun[0]
    assert ended.count(LineState.DONE) == len(ended.lines)
    assert set(bench.azure.secrets) == {"adminPassword", "schedulerCertificate", "nodeCertificate", "sshPrivateKey"}
    assert bench.azure.lease is not None
    assert bench.azure.lease.holder == "ada on DESK"
    assert dict(bench.azure.lease.prices)["*"] > 0
    assert bench.journal.records()[0].ended is not None


async def test_certificates_of_scheduler_and_nodes_are_made_together(bench: LifeBench) -> None:
    bench.azure.secrets["schedulerCertificate"] = "of another authority"
    await bench.clusters.deploy(PLAN)
    made = dict(bench.azure.secrets)
    authorities = {made[name].rpartition("-----BEGIN CERTIFICATE-----")[2] for name in CERTIFICATES}
    assert len(authorities) == 1
    assert all(made[name].startswith("-----BEGIN PRIVATE KEY-----") for name in CERTIFICATES)
    await bench.clusters.deploy(PLAN)
    assert made == bench.azure.secrets


async def test_a_cluster_is_shown_as_soon_as_its_deployment_is_asked_for(bench: LifeBench) -> None:
    task = asyncio.ensure_future(bench.clusters.deploy(PLAN))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    cluster = bench.clusters.snapshot.find("harbour")
    assert cluster is not None
    assert cluster.state is ClusterState.DEPLOYING
    await task


async def test_a_program_that_starts_anew_follows_the_same_deployment(slow: LifeBench) -> None:
    bench = slow
    task = asyncio.ensure_future(bench.clusters.deploy(PLAN))
    await bench.until(lambda: len(bench.azure.asked("begin")) == 2)
    await bench.clusters.stop()
    with pytest.raises(Canceled):
        await task
    assert bench.azure.asked("cancel") == []
    again = bench.again()
    again.start()
    await bench.until(lambda: (found := again.snapshot.find("harbour")) is not None and found.operation is not None)
    await bench.until(lambda: again.snapshot.find("harbour").operation.state.is_over)  # type: ignore[union-attr]
    cluster = again.snapshot.find("harbour")
    assert cluster is not None
    assert cluster.operation is not None
    assert cluster.operation.state is OperationState.COMPLETED
    assert len(bench.azure.asked("begin")) == 2
    assert bench.azure.lease is not None


async def test_an_old_operation_left_in_the_middle_waits_for_a_person(slow: LifeBench) -> None:
    bench = slow
    await bench.deploy_paused(PLAN)
    task = asyncio.ensure_future(bench.clusters.resume("harbour"))
    await bench.until(lambda: bool(bench.azure.asked("start")))
    await bench.clusters.stop()
    with pytest.raises(Canceled):
        await task
    record = bench.journal.records()[0]
    bench.journal.keep(dataclasses.replace(record, began=record.began - timedelta(hours=2)))
    again = bench.again()
    again.start()
    await bench.until(lambda: (found := again.snapshot.find("harbour")) is not None and found.operation is not None)
    operation = again.snapshot.find("harbour").operation  # type: ignore[union-attr]
    assert operation is not None
    assert operation.is_interrupted
    assert operation.kind is OperationKind.RESUME
    ended = await again.retry("harbour")
    assert ended.state is OperationState.COMPLETED


async def test_a_pause_left_in_the_middle_does_not_end_what_others_run_since(slow: LifeBench) -> None:
    bench = slow
    await bench.have(small())
    bench.azure.busy = {"node-01"}
    task = asyncio.ensure_future(bench.clusters.pause("harbour"))
    await bench.until(lambda: bool(bench.azure.drained))
    await bench.clusters.stop()
    with pytest.raises(Canceled):
        await task
    bench.azure.lease = Lease("max on LAPTOP", bench.clock() + timedelta(hours=2), 30)
    bench.azure.calls.clear()
    again = bench.again()
    again.start()
    await bench.until(lambda: (found := again.snapshot.find("harbour")) is not None and found.operation is not None)
    operation = again.snapshot.find("harbour").operation  # type: ignore[union-attr]
    assert operation is not None
    assert operation.is_interrupted
    assert bench.azure.asked("deallocate") == []


async def test_a_deployment_begun_elsewhere_is_followed(slow: LifeBench) -> None:
    bench = slow
    other = bench.again("max on LAPTOP")
    task = asyncio.ensure_future(other.deploy(PLAN))
    await bench.until(lambda: len(bench.azure.asked("begin")) == 2)
    bench.journal.kept.clear()
    bench.clusters.start()
    await bench.until(lambda: (found := bench.clusters.snapshot.find("harbour")) is not None and bool(found.operation))
    cluster = bench.clusters.snapshot.find("harbour")
    assert cluster is not None
    assert cluster.state is ClusterState.DEPLOYING
    await task
    await bench.until(lambda: bench.clusters.snapshot.find("harbour").state is ClusterState.RUNNING)  # type: ignore[union-attr]


async def test_a_node_without_capacity_is_tried_again_in_another_zone(bench: LifeBench) -> None:
    bench.azure.no_capacity["node-03"] = 1
    seen: list[str] = []

    def look(what: str) -> None:
        cluster = bench.clusters.snapshot.find("harbour")
        lines = cluster.operation.lines if what == "begin" and cluster and cluster.operation else ()
        seen.extend(line.note for line in lines if line.state is LineState.RETRYING and line.name == "node-03")

    bench.azure.on_call = look
    ended = await bench.clusters.deploy(PLAN)
    assert ended.state is OperationState.COMPLETED
    assert "no capacity; zone 2 next, try 2 of 3" in seen
    assert bench.azure.groups["rg-harbour"].tags["tiepoint-zones"] == "node-03=2"


async def test_in_a_region_without_zones_a_node_is_tried_again_later(bench: LifeBench) -> None:
    bench.zones = ()
    bench.azure.no_capacity["node-03"] = 2
    assert (await bench.clusters.deploy(PLAN)).state is OperationState.COMPLETED
    assert "tiepoint-zones" not in bench.azure.groups["rg-harbour"].tags


async def test_a_scheduler_that_does_not_start_lets_the_nodes_go_again(bench: LifeBench) -> None:
    await bench.deploy_paused(small())
    bench.azure.no_capacity["scheduler"] = 9
    with pytest.raises(NoCapacity):
        await bench.clusters.resume("harbour")
    assert sorted(call[1] for call in bench.azure.asked("deallocate")) == ["node-01", "node-02"]


async def test_a_program_that_ends_in_a_resume_lets_no_node_go(slow: LifeBench) -> None:
    await slow.deploy_paused(small())
    task = asyncio.ensure_future(slow.clusters.resume("harbour"))
    await slow.until(lambda: len(slow.azure.asked("start")) == 3)
    await slow.clusters.stop()
    with pytest.raises(Canceled):
        await task
    assert slow.azure.asked("deallocate") == []


async def test_nodes_that_never_find_capacity_are_left_out_and_said(bench: LifeBench) -> None:
    bench.azure.no_capacity["node-03"] = 9
    with pytest.raises(NoCapacity, match="node-03") as caught:
        await bench.clusters.deploy(PLAN)
    assert caught.value.remedy
    cluster = bench.clusters.snapshot.find("harbour")
    assert cluster is not None
    assert cluster.operation is not None
    assert cluster.operation.state is OperationState.FAILED
    assert bench.azure.power("node-05") is Power.RUNNING


async def test_a_right_that_spreads_is_waited_for(bench: LifeBench) -> None:
    bench.azure.errors["has"] = [NotPermitted("Not yet."), NotPermitted("Not yet.")]
    assert (await bench.clusters.deploy(small())).state is OperationState.COMPLETED


async def test_a_claims_challenge_waits_for_the_person_and_goes_on(bench: LifeBench) -> None:
    bench.azure.errors["begin"] = [ConfirmationNeeded("Azure wants you to confirm.")]
    task = asyncio.ensure_future(bench.clusters.deploy(small()))
    await bench.until(lambda: bench.sign_in.snapshot.needs_confirmation)
    operation = bench.clusters.snapshot.find("harbour").operation  # type: ignore[union-attr]
    assert operation is not None
    assert operation.needs_confirmation
    bench.sign_in.put(needs_confirmation=False)
    ended = await task
    assert not ended.needs_confirmation


async def test_a_lost_answer_and_a_running_one_of_the_same_name_are_the_same(bench: LifeBench) -> None:
    bench.azure.errors["begin"] = [ConnectionLost("The line broke.", retryable=True)]
    bench.azure.errors["machines"] = [ConnectionLost("The line broke.", retryable=True)]
    bench.azure.errors["steps"] = [ConnectionLost("The line broke.", retryable=True)]
    assert (await bench.clusters.deploy(small())).state is OperationState.COMPLETED


async def test_cancelling_a_deployment_cancels_it_in_azure_and_lets_nodes_go(slow: LifeBench) -> None:
    bench = slow
    task = asyncio.ensure_future(bench.clusters.deploy(small()))
    await bench.until(lambda: len(bench.azure.asked("begin")) == 2)
    await bench.clusters.cancel("harbour")
    with pytest.raises(Canceled):
        await task
    assert len(bench.azure.asked("cancel")) == 1
    operation = bench.clusters.snapshot.find("harbour").operation  # type: ignore[union-attr]
    assert operation is not None
    assert operation.state is OperationState.CANCELED
    again = await bench.clusters.retry("harbour")
    assert again.state is OperationState.COMPLETED


async def test_resumes_in_order_and_waits_for_answers(bench: LifeBench) -> None:
    await bench.deploy_paused(PLAN)
    bench.azure.drained = {"node-01"}
    ended = await bench.clusters.resume("harbour")
    assert ended.state is OperationState.COMPLETED
    started = [call[1] for call in bench.azure.asked("start")]
    assert started[0] == "scheduler"
    assert sorted(started[1:]) == [f"node-0{each}" for each in range(1, 6)]
    assert bench.azure.drained == set()
    assert bench.clusters.snapshot.find("harbour").state is ClusterState.RUNNING  # type: ignore[union-attr]


async def test_a_node_that_is_started_again_begins_no_new_run(bench: LifeBench) -> None:
    await bench.have(small())
    lost = bench.azure.machine("node-02")
    lost.power = lost.goal = Power.DEALLOCATED
    lost.booted = None
    await bench.clusters.resume("harbour")
    assert bench.azure.asked("write_lease")
    assert bench.azure.asked("reset_meter") == []


async def test_a_machine_that_runs_and_does_not_answer_is_no_success(
    bench: LifeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiepoint.services.cluster_life.starting.MOST_LOOKS", 10)
    await bench.deploy_paused(small())
    bench.azure.mute.add("node-02")
    with pytest.raises(Exception, match="node-02"):
        await bench.clusters.resume("harbour")


async def test_what_a_failed_deployment_leaves_without_a_guard_is_released_and_made_ready_later(
    bench: LifeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiepoint.services.cluster_life.health.MOST_LOOKS", 10)
    bench.azure.mute |= {"scheduler", "node-01", "node-02"}
    with pytest.raises(PartialResult):
        await bench.clusters.deploy(small())
    released = {call[1] for call in bench.azure.asked("deallocate")}
    assert released == {"scheduler", "node-01", "node-02"}
    bench.azure.mute.clear()
    assert (await bench.clusters.retry("harbour")).state is OperationState.COMPLETED
    assert bench.azure.power("scheduler") is Power.RUNNING


async def test_where_the_schedulers_guard_is_there_nothing_is_released_after_a_failure(
    bench: LifeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiepoint.services.cluster_life.health.MOST_LOOKS", 10)
    bench.azure.mute |= {"node-01"}
    with pytest.raises(PartialResult):
        await bench.clusters.deploy(small())
    assert bench.azure.asked("deallocate") == []


async def test_a_full_disk_here_keeps_no_cluster_running(bench: LifeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(record: object) -> None:
        raise NoSpace("The disk is full.")

    await bench.have(small())
    monkeypatch.setattr(bench.journal, "keep", refuse)
    assert (await bench.clusters.pause("harbour")).state is OperationState.COMPLETED
    assert bench.azure.power("node-01") is Power.DEALLOCATED


async def test_a_refused_deployment_stops_nothing_that_ran_before(bench: LifeBench) -> None:
    await bench.have(small())
    await bench.clusters.refresh()
    bench.azure.mute.add("scheduler")
    fewer = dataclasses.replace(small(), nodes=dataclasses.replace(small().nodes, count=1))
    with pytest.raises(UsageError, match="deploying deletes none"):
        await bench.clusters.deploy(fewer)
    assert bench.azure.asked("deallocate") == []


async def test_machines_that_somebody_else_stops_meanwhile_are_not_waited_for(bench: LifeBench) -> None:
    bench.azure.mute |= {"scheduler", "node-01", "node-02"}
    task = asyncio.ensure_future(bench.clusters.deploy(small()))

    def waits() -> bool:
        found = bench.clusters.snapshot.find("harbour")
        lines = found.operation.lines if found and found.operation else ()
        return any(line.note == "runs; waits for its guard" for line in lines)

    await bench.until(waits)
    for name in ("scheduler", "node-01", "node-02"):
        made = bench.azure.machine(name)
        made.power = made.goal = Power.DEALLOCATED
        made.booted = None
    looks = len(bench.azure.asked("machines"))
    with pytest.raises(PartialResult, match="these machines meanwhile: node-01, node-02, scheduler"):
        await task
    assert len(bench.azure.asked("machines")) - looks < 30  # by looks, not by time: a busy machine is slow


async def test_a_cluster_that_is_deleted_while_it_resumes_is_not_waited_for(bench: LifeBench) -> None:
    await bench.deploy_paused(small())
    bench.azure.mute |= {"scheduler", "node-01", "node-02"}
    task = asyncio.ensure_future(bench.clusters.resume("harbour"))
    await bench.until(lambda: bench.azure.power("scheduler") is Power.RUNNING)
    bench.azure.groups.clear()
    bench.azure.made.clear()
    with pytest.raises(PartialResult, match="is gone: somebody has deleted it"):
        await task


async def test_a_start_without_capacity_is_asked_again(bench: LifeBench) -> None:
    await bench.deploy_paused(small())
    bench.azure.no_capacity["node-02"] = 1
    bench.azure.errors["start"] = [Conflict("It is at something else.")]
    assert (await bench.clusters.resume("harbour")).state is OperationState.COMPLETED
    assert [call[1] for call in bench.azure.asked("start")].count("node-02") == 2


async def test_a_hundred_nodes_cost_one_request_an_interval() -> None:
    bench = LifeBench(scale=60.0)
    try:
        plan = dataclasses.replace(PLAN, nodes=dataclasses.replace(PLAN.nodes, count=100))
        await bench.deploy_paused(plan)
        bench.azure.start_s = {f"node-{each:02d}": 60.0 + each for each in range(1, 101)}
        slowest = max(bench.azure.start_s.values())
        await bench.clusters.refresh()
        bench.azure.calls.clear()
        began, watch = bench.clock(), Watch()
        ended = await bench.clusters.resume("harbour")
        took, lost = (bench.clock() - began).total_seconds(), watch.lost_s() * 60.0
    finally:
        await bench.close()
    looks = len(bench.azure.asked("machines"))
    assert ended.count(LineState.DONE) >= 101
    assert looks <= took / 10 + 3  # one at the begin, one at the end
    assert len(bench.azure.asked("heartbeats")) <= looks
    assert took <= 1.2 * slowest + lost, (took, slowest, lost)


async def test_pauses_after_draining_and_the_scheduler_goes_last(bench: LifeBench) -> None:
    await bench.have(PLAN)
    bench.azure.busy = {"node-01"}
    task = asyncio.ensure_future(bench.clusters.pause("harbour"))
    await bench.until(lambda: bool(bench.azure.asked("drain")))
    await asyncio.sleep(0.05)
    assert bench.azure.asked("deallocate") == []
    bench.azure.busy = set()
    ended = await task
    assert ended.state is OperationState.COMPLETED
    assert [call[1] for call in bench.azure.asked("deallocate")][-1] == "scheduler"
    cluster = bench.clusters.snapshot.find("harbour")
    assert cluster is not None
    await bench.until(lambda: bench.clusters.snapshot.find("harbour").state is ClusterState.PAUSED)  # type: ignore[union-attr]
    assert bench.clusters.snapshot.find("harbour").stops_at is None  # type: ignore[union-attr]


async def test_a_pause_that_is_cancelled_lets_nodes_take_tasks_again(slow: LifeBench) -> None:
    await slow.have(small())
    slow.azure.busy = {"node-01"}
    task = asyncio.ensure_future(slow.clusters.pause("harbour"))
    await slow.until(lambda: bool(slow.azure.drained))
    await slow.clusters.cancel("harbour")
    with pytest.raises(Canceled):
        await task
    assert slow.azure.drained == set()
    await slow.until(lambda: slow.azure.lease is not None and slow.azure.lease.until > slow.clock())


async def test_two_clusters_of_one_name_are_told_apart(bench: LifeBench) -> None:
    await bench.have(small())
    tags = bench.azure.groups["rg-harbour"].tags
    bench.azure.groups["rg-copy"] = dataclasses.replace(bench.azure.groups["rg-harbour"], name="rg-copy", tags=tags)
    with pytest.raises(UsageError, match="rg-copy, rg-harbour"):
        await bench.clusters.delete("harbour", typed_name="harbour")


async def test_a_pause_does_not_wait_for_ever_for_idle_nodes_that_hear_nothing(bench: LifeBench) -> None:
    await bench.have(small())
    task = asyncio.ensure_future(bench.clusters.pause("harbour"))
    await bench.until(lambda: bool(bench.azure.drained))
    bench.azure.drained = set()  # somebody else resumes the cluster
    assert (await asyncio.wait_for(task, PATIENCE_S)).state is OperationState.COMPLETED
    assert bench.azure.power("scheduler") is Power.DEALLOCATED


async def test_pausing_at_once_does_not_drain(bench: LifeBench) -> None:
    await bench.have(small())
    bench.azure.busy = {"node-01"}
    await bench.clusters.pause("harbour", drains=False)
    assert bench.azure.asked("drain") == []


async def test_goes_cold_and_comes_back(bench: LifeBench) -> None:
    await bench.have(PLAN)
    ended = await bench.clusters.cool("harbour")
    assert ended.state is OperationState.COMPLETED
    left = {each.resource.type.rsplit("/", 1)[-1] for each in bench.azure.made.values()}
    assert not left & {"amlFilesystems", "bastionHosts", "natGateways"}
    assert bench.azure.asked("post")[0][2] == "archive"
    await bench.until(lambda: bench.clusters.snapshot.find("harbour").state is ClusterState.COLD)  # type: ignore[union-attr]
    ended = await bench.clusters.resume("harbour")
    assert ended.state is OperationState.COMPLETED
    back = {each.resource.type.rsplit("/", 1)[-1] for each in bench.azure.made.values()}
    assert {"amlFilesystems", "bastionHosts", "natGateways"} <= back


async def test_scales_up_and_down(bench: LifeBench) -> None:
    await bench.have(small(2, engine=Engine.METASHAPE))
    await bench.clusters.scale("harbour", 4)
    assert bench.azure.power("node-04") is Power.RUNNING
    assert bench.clusters.snapshot.find("harbour").state is ClusterState.RUNNING  # type: ignore[union-attr]
    await bench.clusters.scale("harbour", 1)
    names = sorted(each.resource.name for each in bench.azure.made.values() if each.role is not None)
    assert names == ["node-01", "scheduler"]
    assert sorted(call[1] for call in bench.azure.asked("script")) == ["node-02", "node-03", "node-04"]
    with pytest.raises(UsageError):
        await bench.clusters.scale("harbour", 0)


async def test_nodes_made_again_after_scaling_down_take_tasks(bench: LifeBench) -> None:
    await bench.have(small(3))
    await bench.clusters.scale("harbour", 1)
    assert bench.azure.asked("drain") != []
    assert bench.azure.drained == set()
    bench.azure.drained = {"node-02"}
    await bench.clusters.scale("harbour", 2)
    assert bench.azure.drained == set()


async def test_lustre_is_kept_until_an_archive_of_its_own_has_ended(bench: LifeBench) -> None:
    await bench.have(PLAN)
    bench.azure.errors["post"] = [Conflict("Another one is under way.")]
    seen: list[str] = []

    def look(what: str) -> None:
        if what == "delete" and not seen:
            begun = bench.azure.archived
            seen.append("early" if begun is None or bench.clock() - begun < timedelta(seconds=120) else "late")

    bench.azure.on_call = look
    await bench.clusters.cool("harbour")
    assert seen == ["late"]
    assert len(bench.azure.asked("post")) == 2


async def test_an_archive_that_never_begins_leaves_lustre_there(
    bench: LifeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiepoint.services.cluster_life.removing._MOST_LOOKS", 5)
    await bench.have(PLAN)
    bench.azure.archive_begins_s = 1e9
    with pytest.raises(CloudError, match="nothing is lost"):
        await bench.clusters.cool("harbour")
    assert any(each.resource.type.endswith("amlFilesystems") for each in bench.azure.made.values())


async def test_what_going_cold_left_half_done_is_brought_back(bench: LifeBench) -> None:
    await bench.deploy_paused(PLAN)
    bench.azure.made = {key: each for key, each in bench.azure.made.items() if "amlfilesystems" not in key}
    await bench.clusters.resume("harbour")
    assert any(each.resource.type.endswith("amlFilesystems") for each in bench.azure.made.values())


async def test_the_key_on_the_machines_fits_the_one_in_the_vault(bench: LifeBench) -> None:
    await bench.clusters.deploy(small())
    private = serialization.load_ssh_private_key(bench.azure.secrets["sshPrivateKey"].encode(), password=None)
    public = private.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    assert public.decode() in bench.azure.keys[-1]


async def test_a_new_address_is_let_in_before_secrets_are_put(bench: LifeBench) -> None:
    await bench.have(small())
    moved = dataclasses.replace(small(), access=dataclasses.replace(PLAN.access, sources=("198.51.100.7",)))
    await bench.clusters.deploy(moved)
    order = [call[:2] for call in bench.azure.calls if call[0] in ("begin", "has")]
    assert "-foundation-" in order[0][1]
    bench.azure.calls.clear()
    await bench.clusters.deploy(small())
    assert not any("-foundation-" in call[1] for call in bench.azure.asked("begin"))


async def test_nodes_that_a_plan_no_longer_has_are_not_forgotten(bench: LifeBench) -> None:
    await bench.have(small(4))
    with pytest.raises(UsageError, match="has 4 nodes, its plan 2") as caught:
        await bench.clusters.deploy(small(2))
    assert "Scale it to 2" in caught.value.remedy
    assert bench.azure.asked("make_group") == []


async def test_a_group_that_is_no_clusters_is_left_alone(bench: LifeBench) -> None:
    await bench.have(small())
    bench.azure.groups["rg-harbour"] = dataclasses.replace(bench.azure.groups["rg-harbour"], tags={"team": "web"})
    with pytest.raises(UsageError, match="no cluster's"):
        await bench.clusters.deploy(small())
    assert bench.azure.asked("make_group") == []


async def test_cancelling_a_deployment_onto_a_running_cluster_lets_its_nodes_work(slow: LifeBench) -> None:
    await slow.have(small())
    task = asyncio.ensure_future(slow.clusters.deploy(small(4)))
    await slow.until(lambda: bool(slow.azure.asked("begin")))
    await slow.clusters.cancel("harbour")
    with pytest.raises(Canceled):
        await task
    assert not {call[1] for call in slow.azure.asked("deallocate")} & {"node-01", "node-02"}


async def test_deletes_all_but_the_data(bench: LifeBench) -> None:
    await bench.have(small())
    with pytest.raises(UsageError, match="not the name"):
        await bench.clusters.delete("harbour", typed_name="harbor")
    ended = await bench.clusters.delete("harbour", typed_name="harbour")
    assert ended.state is OperationState.COMPLETED
    assert [each.resource.type for each in bench.azure.made.values()] == ["Microsoft.Storage/storageAccounts"]
    vault = next(line for line in ended.lines if line.type == "Microsoft.KeyVault/vaults")
    assert "90 days" in vault.note
    await bench.until(lambda: bench.clusters.snapshot.find("harbour").state is ClusterState.DATA_KEPT)  # type: ignore[union-attr]
    await bench.clusters.resume("harbour")
    assert bench.clusters.snapshot.find("harbour").state is ClusterState.RUNNING  # type: ignore[union-attr]


async def test_nobody_writes_to_lustre_while_it_is_archived_for_good(bench: LifeBench) -> None:
    await bench.have(PLAN)
    await bench.clusters.delete("harbour", typed_name="harbour")
    order = [call[0] for call in bench.azure.calls if call[0] in ("deallocate", "post")]
    assert order == ["deallocate"] * 6 + ["post"]
    assert [each.resource.type for each in bench.azure.made.values()] == ["Microsoft.Storage/storageAccounts"]


async def test_deletes_everything_when_told(bench: LifeBench) -> None:
    await bench.have(small())
    ended = await bench.clusters.delete("harbour", typed_name="harbour", keeps_data=False)
    assert ended.state is OperationState.COMPLETED
    assert bench.azure.groups == {}
    await bench.until(lambda: bench.clusters.snapshot.find("harbour") is None)
    assert bench.journal.records() == ()
    assert bench.azure.asked("rights") == []


async def test_rights_in_a_vault_of_the_studios_own_go_with_the_cluster(bench: LifeBench) -> None:
    await bench.have(small(secrets=SecretsPlan(vault=bench.azure.vault_elsewhere)))
    bench.azure.errors["delete"] = [NotPermitted("You may not delete role assignments.")]
    ended = await bench.clusters.delete("harbour", typed_name="harbour", keeps_data=False)
    assert ended.state is OperationState.COMPLETED
    dropped = {call[1] for call in bench.azure.asked("delete")}
    assert {name.rsplit("/", 1)[-1] for name in dropped} == {"scheduler", "node-01", "node-02"}
    assert all(name.startswith(bench.azure.vault_elsewhere) for name in dropped)


async def test_one_operation_a_cluster(slow: LifeBench) -> None:
    bench = slow
    await bench.deploy_paused(small())
    task = asyncio.ensure_future(bench.clusters.resume("harbour"))
    await bench.until(lambda: bool(bench.azure.asked("start")))
    joined = asyncio.ensure_future(bench.clusters.resume("harbour"))
    with pytest.raises(UsageError, match="something else"):
        await bench.clusters.pause("harbour")
    assert await task == await joined


async def test_keeps_and_releases(bench: LifeBench) -> None:
    await bench.have(small())
    await bench.clusters.refresh()
    await bench.clusters.keep("harbour", 2)
    assert bench.azure.lease is not None
    assert bench.azure.lease.until > bench.clock() + timedelta(hours=1, minutes=50)
    await bench.clusters.keep("harbour", 2)
    assert bench.azure.lease.until > bench.clock() + timedelta(hours=3, minutes=40)
    await bench.clusters.release("harbour")
    assert bench.azure.lease.until <= bench.clock()


async def test_snapshots_are_told_at_most_ten_times_a_second(bench: LifeBench) -> None:
    told: list[float] = []
    loop = asyncio.get_running_loop()
    bench.clusters.changed.subscribe(lambda _: told.append(loop.time()))
    await bench.clusters.deploy(small())
    gaps = [later - earlier for earlier, later in zip(told, told[1:], strict=False)]
    assert all(gap > 0.09 for gap in gaps)
