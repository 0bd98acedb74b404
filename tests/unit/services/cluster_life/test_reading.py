"""What a cluster is, from what Azure said of it: a table, and what the person reads beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fakes.azure_scenes import a_plan, an_estimate, an_operation
from fakes.region_facts import FakePriceList
from tiepoint.domain.cluster import (
    ActivityEntry,
    CloudResource,
    ClusterId,
    ClusterState,
    Lease,
    Machine,
    MachineRole,
    Meter,
    Power,
)
from tiepoint.domain.cluster_operation import OperationKind
from tiepoint.domain.failure import Failure
from tiepoint.domain.operation import OperationState
from tiepoint.ports.azure import GroupFacts, Heartbeat
from tiepoint.services.cluster_life.facts import ClusterFacts
from tiepoint.services.cluster_life.leases import lease_of
from tiepoint.services.cluster_life.metering import Meters, per_hour_now
from tiepoint.services.cluster_life.plan_tags import COLD, DATA_KEPT, STATE_TAG, plan_of, tags_of, zones_of, zones_tag
from tiepoint.services.cluster_life.reading import cluster_of, state_of
from tiepoint.services.cluster_life.versions import BASTION, DISK, NAT_GATEWAY
from tiepoint.services.prices import PriceService

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
PLAN = a_plan("harbour")
LUSTRE = CloudResource("/l", "Microsoft.StorageCache/amlFilesystems", "lustre")
ACCOUNT = CloudResource("/a", "Microsoft.Storage/storageAccounts", "tpa")


def machine(name: str, power: Power = Power.RUNNING, **changes: object) -> Machine:
    starts = {"sched": MachineRole.SCHEDULER, "node-": MachineRole.NODE, "jump-": MachineRole.JUMP_BOX}
    role = next((role for start, role in starts.items() if name.startswith(start)), MachineRole.DIRECTORY)
    return Machine(f"/{name}", name, role, "S", power, "succeeded", **changes)  # type: ignore[arg-type]


def facts(power: Power = Power.RUNNING, nodes: int = 5, **changes: object) -> ClusterFacts:
    machines = (machine("scheduler", power), *(machine(f"node-0{each}", power) for each in range(1, nodes + 1)))
    group = GroupFacts("rg-harbour", "eastus", tags_of(PLAN))
    made = ClusterFacts(ClusterId("s/rg-harbour"), "harbour", group, PLAN, machines, resources=(LUSTRE, ACCOUNT))
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (facts(), ClusterState.RUNNING),
        (facts(Power.DEALLOCATED), ClusterState.PAUSED),
        (facts(Power.DEALLOCATED, resources=(ACCOUNT,)), ClusterState.COLD),
        (facts(Power.STARTING), ClusterState.RESUMING),
        (facts(Power.DEALLOCATING), ClusterState.PAUSING),
        (facts(Power.STOPPED), ClusterState.PARTIAL),
        (facts(nodes=4), ClusterState.PARTIAL),
        (facts(machines=()), ClusterState.PARTIAL),
        (
            facts(machines=(), group=GroupFacts("rg-harbour", "eastus", {STATE_TAG: DATA_KEPT})),
            ClusterState.DATA_KEPT,
        ),
        (facts(machines=(machine("node-01"),)), ClusterState.PARTIAL),
        (
            facts(machines=(machine("scheduler"), machine("jump-linux", Power.DEALLOCATED)), plan=None),
            ClusterState.RUNNING,
        ),
        (facts(machines=(replace(machine("scheduler"), provisioning="creating"),)), ClusterState.DEPLOYING),
        (facts(deployments=("tiepoint-harbour-20261126-0216",)), ClusterState.DEPLOYING),
        (facts(group=GroupFacts("rg-harbour", "eastus", {}, "deleting")), ClusterState.DELETING),
        (
            facts(Power.DEALLOCATED, resources=None, group=GroupFacts("rg-harbour", "eastus", {STATE_TAG: COLD})),
            ClusterState.COLD,
        ),
    ],
)
def test_the_state_is_what_azure_says(seen: ClusterFacts, state: ClusterState) -> None:
    assert state_of(seen, None) is state


def test_what_is_under_way_here_names_the_state_and_what_failed_does_where_azure_leaves_it_open() -> None:
    for kind, state in ((OperationKind.COLD, ClusterState.COOLING), (OperationKind.SCALE, ClusterState.SCALING)):
        assert state_of(facts(), an_operation(kind)) is state
    failed = an_operation(OperationKind.DEPLOY, state=OperationState.FAILED)
    assert state_of(facts(nodes=2), failed) is ClusterState.FAILED
    assert state_of(facts(), failed) is ClusterState.RUNNING
    assert state_of(facts(nodes=2), replace(failed, is_interrupted=True)) is ClusterState.PARTIAL


def test_health_activity_and_the_moment_it_stops_are_put_together() -> None:
    beats = {
        "scheduler": Heartbeat("scheduler", NOW - timedelta(minutes=1), NOW, is_busy=False),
        "node-01": Heartbeat("node-01", NOW - timedelta(minutes=1), NOW, is_busy=True),
        "node-02": Heartbeat("node-02", NOW - timedelta(minutes=9), NOW, is_busy=True),
    }
    lease = Lease("ada", NOW + timedelta(minutes=10), 30)
    azure, ours = ActivityEntry(NOW, "node-01: started"), ActivityEntry(NOW + timedelta(seconds=1), "node-02: done")
    made = cluster_of(
        facts(heartbeats=beats, activity=(azure,)),
        subscription="s",
        lease=lease,
        failure=Failure("x", "The lease cannot be renewed."),
        activity=(ours,),
        now=NOW,
    )
    health = {each.name: each.is_healthy for each in made.machines}
    assert [health[name] for name in ("scheduler", "node-01", "node-02", "node-03")] == [True, True, False, False]
    assert made.stops_at == NOW + timedelta(minutes=40)
    assert [each.text for each in made.activity] == ["node-02: done", "node-01: started"]
    assert made.failure is not None
    assert made.machines[0].name == "scheduler"
    silent = cluster_of(facts(Power.DEALLOCATED), subscription="s", now=NOW)
    assert silent.stops_at is None
    assert all(each.is_healthy is None for each in silent.machines)


def test_the_price_now_follows_what_is_on() -> None:
    price = an_estimate(PLAN)
    running = cluster_of(facts(), subscription="s", price=price, now=NOW)
    paused = cluster_of(facts(Power.DEALLOCATED), subscription="s", price=price, now=NOW)
    cold = cluster_of(facts(Power.DEALLOCATED, resources=(ACCOUNT,)), subscription="s", price=price, now=NOW)
    assert per_hour_now(running, price) == pytest.approx(price.running)
    assert per_hour_now(paused, price) == pytest.approx(price.paused)
    group = GroupFacts("rg-harbour", "eastus", {STATE_TAG: DATA_KEPT})
    kept = cluster_of(facts(machines=(), group=group), subscription="s", price=price, now=NOW)
    assert 0 < per_hour_now(kept, price) < per_hour_now(cold, price)
    assert per_hour_now(cold, price) < per_hour_now(paused, price) < per_hour_now(running, price)


def test_nodes_that_the_plan_does_not_name_bill_too() -> None:
    price, more = an_estimate(PLAN), facts(nodes=7)
    node = next(line for line in price.lines if line.machines and "node-01" in line.machines).running / 5
    running = cluster_of(more, subscription="s", price=price, now=NOW)
    assert per_hour_now(running, price) == pytest.approx(price.running + 2 * node)
    guards = dict(lease_of(PLAN, price, "mila", NOW, more.machines).prices)
    assert guards["node-07"] == pytest.approx(node)
    assert sum(guards.values()) == pytest.approx(price.running + 2 * node)


async def test_of_a_cluster_that_is_there_by_half_only_that_half_bills() -> None:
    price = await PriceService(FakePriceList()).estimate(PLAN)
    assert {line.type for line in price.lines} == {"", DISK, LUSTRE.type, ACCOUNT.type, BASTION, NAT_GATEWAY}
    lustre = next(line.running for line in price.lines if line.type == LUSTRE.type)
    half = facts(nodes=2, resources=(LUSTRE,))
    made = cluster_of(half, subscription="s", price=price, now=NOW)
    machines = sum(
        line.running / len(line.machines)
        for line in price.lines
        for name in line.machines
        if name in ("scheduler", "node-01", "node-02")
    )
    disks = next(line.running for line in price.lines if line.type == DISK)
    assert made.state is ClusterState.PARTIAL
    assert per_hour_now(made, price, half) == pytest.approx(machines + lustre + disks)
    nothing = facts(machines=(), resources=())
    made = cluster_of(nothing, subscription="s", price=price, now=NOW)
    assert made.state is ClusterState.PARTIAL
    metered = Meters().metered(made, nothing, NOW).meter
    assert metered is not None
    assert metered.per_hour == 0.0
    assert per_hour_now(made, price) > 0  # what is there is not known: all that may bill is told


def test_a_guards_count_is_carried_on_and_without_one_it_is_counted_here() -> None:
    price, meters = an_estimate(PLAN), Meters()
    counted = Meter(NOW - timedelta(hours=1), 18.0, 18.0)
    running = cluster_of(facts(), subscription="s", price=price, now=NOW)
    with_guard = meters.metered(running, facts(meter=counted), NOW)
    assert with_guard.meter is not None
    assert with_guard.meter.spent >= 18.0
    first = meters.metered(running, facts(), NOW)
    later = meters.metered(running, facts(), NOW + timedelta(hours=2))
    assert first.meter is not None
    assert later.meter is not None
    assert later.meter.spent == pytest.approx(2 * price.running)
    assert meters.metered(replace(running, price=None), facts(), NOW).meter is None


def test_a_plan_travels_in_tags_without_its_addresses() -> None:
    tags = tags_of(PLAN)
    assert all(len(value) <= 256 for value in tags.values())
    assert "203.0.113" not in str(tags)
    back = plan_of(tags)
    assert back is not None
    assert back == replace(PLAN, access=replace(PLAN.access, sources=()))
    assert plan_of({**tags, "tiepoint-plan-9": "left over"}) == back
    assert plan_of({}) is None
    assert plan_of({"tiepoint-plan": '{"broken'}) is None
    assert plan_of({"tiepoint-plan": '{"nodes": 5}'}) is None
    assert plan_of({"tiepoint-plan": '{"schema_version": 1}'}) is None
    assert (
        plan_of({"tiepoint-plan": tags["tiepoint-plan"].replace('"schema_version":1', '"schema_version":99')}) is None
    )


def test_zones_travel_in_a_tag() -> None:
    tag = zones_tag({"node-03": "2", "node-07": "3"})
    assert zones_of(tag) == {"node-03": "2", "node-07": "3"}
    assert zones_of({"tiepoint-zones": "node-01 node-02=x ="}) == {}
    assert len(zones_tag({f"node-{each}": "1" for each in range(200)})["tiepoint-zones"]) <= 250
