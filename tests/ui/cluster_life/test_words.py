"""What clusters bill and cost in words and figures, in every state; nobody is asked anything."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from fakes.azure_scenes import an_estimate
from fakes.life_scenes import (
    NOW,
    cold,
    data_kept,
    deploying,
    deployment,
    hundred,
    partial,
    paused,
    retrying,
    running,
    unknown,
)
from tiepoint.domain.cluster import ClusterState, Machine, MachineRole, Meter, MeterSegment, Power
from tiepoint.domain.cluster_operation import LineState, OperationKind, ResourceGroupKind, ResourceLine
from tiepoint.domain.cluster_plan import StorageKind, StoragePlan
from tiepoint.domain.failure import Failure
from tiepoint.domain.operation import OperationState
from tiepoint.domain.price import PriceLine
from tiepoint.ui.pages.cluster.life.cold_dialog import cold_points
from tiepoint.ui.viewmodels.cluster_bills import bills_now, rest_bills
from tiepoint.ui.viewmodels.cluster_life_failure import PLAN, RETRY, failure_view
from tiepoint.ui.viewmodels.cluster_life_machines import machine_look
from tiepoint.ui.viewmodels.cluster_life_meter import meter_view, spent_now
from tiepoint.ui.viewmodels.cluster_life_notes import budget_note, state_note, trouble_note
from tiepoint.ui.viewmodels.cluster_life_operation import overall_of, steps_of, ways_out
from tiepoint.ui.viewmodels.cluster_life_words import line_look


@pytest.mark.parametrize(
    ("make", "per_hour"),
    [
        (running, 18.45),
        (paused, 2.07),
        (cold, 0.11),
        (data_kept, 0.03),
        (partial, 18.45 - 2 * 3.2),
        (unknown, None),
    ],
)
def test_what_is_billed_without_a_meter_follows_from_the_prices(make: Any, per_hour: float | None) -> None:
    found = bills_now(dataclasses.replace(make(), meter=None))
    assert found == (None if per_hour is None else pytest.approx(per_hour))


def test_while_it_is_made_only_what_is_there_bills() -> None:
    cluster = dataclasses.replace(deploying(), meter=None)
    assert bills_now(cluster) == pytest.approx(2.07)  # the parts of which something is made


def test_netapp_stays_when_cold_and_lustre_does_not() -> None:
    netapp = PriceLine(ResourceGroupKind.STORAGE, "NetApp 4 TiB", "", 1.0, 1.0, 1.0)
    price = dataclasses.replace(an_estimate(), lines=(netapp,))
    [bill] = rest_bills(price, is_cold=False)
    assert bill.why == "Cannot be switched off, and stays when the cluster is cold."
    plan = dataclasses.replace(paused().plan, storage=StoragePlan(StorageKind.NETAPP))  # type: ignore[type-var]
    said = [text for _, _, text in cold_points(dataclasses.replace(paused(), plan=plan))]
    assert any("stays, and bills on" in each for each in said)
    assert not any("archived" in each for each in said)


def test_the_meter_goes_on_between_two_looks_but_not_for_ever() -> None:
    began = NOW - timedelta(hours=1)
    meter = Meter(began, 18.0, 18.0, segments=(MeterSegment(began, None, 18.0),))
    cluster = running(meter=meter, updated=NOW)
    assert spent_now(cluster, NOW + timedelta(minutes=1)) == pytest.approx(18.3)
    assert spent_now(cluster, NOW + timedelta(hours=5)) == pytest.approx(18.9)


def test_a_budget_is_a_share_and_none_is_none() -> None:
    assert meter_view(running(), NOW).budget_share == pytest.approx(89.2 / 120)
    lease = dataclasses.replace(running().lease, budget=None)  # type: ignore[type-var]
    plan = dataclasses.replace(running().plan, guard=dataclasses.replace(running().plan.guard, budget=None))  # type: ignore[type-var, union-attr]
    assert meter_view(running(lease=lease, plan=plan), NOW).budget_share is None


def test_a_budget_that_cannot_be_watched_is_said() -> None:
    assert budget_note(running()) is None
    lines = running().price.lines  # type: ignore[union-attr]
    unknown = dataclasses.replace(lines[0], is_known=False, running=0.0)
    half = dataclasses.replace(running().price, lines=(unknown, *lines[1:]))  # type: ignore[type-var]
    note = budget_note(running(price=half))
    assert note is not None
    assert "in part" in note.title
    assert "120" in note.text
    note = budget_note(running(price=None))
    assert note is not None
    assert note.title == "The budget cannot be watched"
    priced = dataclasses.replace(running().lease, prices=(("*", 1.0),))  # type: ignore[type-var]
    assert budget_note(running(price=None, lease=priced)) is None
    off = tuple(dataclasses.replace(each, power=Power.DEALLOCATED) for each in running().machines)
    assert budget_note(running(price=None, machines=off)) is None


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"power": Power.RUNNING, "is_healthy": True, "is_busy": True}, "busy"),
        ({"power": Power.RUNNING, "is_healthy": True, "is_busy": False}, "ready"),
        ({"power": Power.RUNNING, "is_healthy": False}, "starting"),
        ({"power": Power.RUNNING, "is_healthy": False, "last_heard": NOW - timedelta(hours=1)}, "silent"),
        ({"power": Power.RUNNING}, "ok"),
        ({"power": Power.STOPPED}, "warning"),
        ({"power": Power.DEALLOCATED}, "offline"),
        ({"power": Power.DEALLOCATED, "failure": Failure("capacity", "No machine.")}, "failed"),
        ({"power": Power.STARTING}, "starting"),
        ({"power": Power.RUNNING, "provisioning": "failed"}, "failed"),
    ],
)
def test_what_a_machine_does(changes: dict[str, Any], state: str) -> None:
    machine = Machine("/m/node-01", "node-01", MachineRole.NODE, "Standard_NV36ads_A10_v5", **changes)
    assert machine_look(machine, NOW)[0] == state


def test_every_state_of_a_line_has_words_for_what_is_done() -> None:
    assert line_look(LineState.DONE, "deallocate") == ("completed", "Switched off")
    assert line_look(LineState.WORKING, "archive") == ("working", "Archiving")
    assert line_look(LineState.SKIPPED, "create") == ("skipped", "There already")
    assert line_look(LineState.DONE, "something new") == ("completed", "Done")


def test_an_operation_is_summed_up() -> None:
    cluster = retrying()
    assert cluster.operation is not None
    overall = overall_of(cluster, cluster.operation, NOW)
    assert (overall.done, overall.total) == (15, 25)
    assert [(each.count, each.word) for each in overall.counts] == [
        (15, "done"), (4, "under way"), (1, "retrying"), (5, "waiting"),
    ]  # fmt: skip
    assert dict(overall.facts)["Longest"].startswith("lustre-harbour")
    assert dict(overall.facts)["When ready"] == "18.45\u202f$/h"


def test_steps_stand_in_the_order_in_which_they_are_begun() -> None:
    cluster = hundred()
    assert cluster.operation is not None
    assert [step.title for step in steps_of(cluster.operation, NOW)] == ["Scheduler", "Nodes"]
    assert [step.state for step in steps_of(cluster.operation, NOW)] == ["completed", "running"]


@pytest.mark.parametrize("kind", list(OperationKind))
def test_leaving_is_said_for_every_operation(kind: OperationKind) -> None:
    ways = ways_out(running(), deployment(kind=kind))
    assert ways[0].title == "Closing Tiepoint is fine"
    assert len(ways) == (3 if kind is OperationKind.DEPLOY else 2)


@pytest.mark.parametrize(
    ("kind", "is_retryable", "first"),
    [("capacity", True, RETRY), ("quota", False, PLAN), ("size", False, PLAN), ("connection", True, RETRY)],
)
def test_the_best_way_on_depends_on_why_it_failed(kind: str, is_retryable: bool, first: str) -> None:
    failure = Failure(kind, "It failed.", retryable=is_retryable)
    operation = deployment(state=OperationState.FAILED, ended=NOW, failure=failure)
    view = failure_view(deploying(), operation, NOW, portal="")
    assert view is not None
    assert (view.ways[0].key, view.ways[0].is_primary) == (first, True)
    assert sum(way.is_primary for way in view.ways) == 1


def test_a_stopped_operation_is_no_alarm() -> None:
    view = failure_view(deploying(), deployment(state=OperationState.CANCELED, ended=NOW), NOW, portal="")
    assert view is not None
    assert not view.is_alarm
    assert view.reason == "16 of 25 resources were done."
    assert failure_view(deploying(), deployment(), NOW, portal="") is None


def test_trouble_is_said_while_it_goes_on_and_by_the_card_afterwards() -> None:
    lines = (
        ResourceLine("a", ResourceGroupKind.NODES, "node-01", "create", LineState.FAILED, failure=Failure("x", "Why")),
        ResourceLine("b", ResourceGroupKind.NODES, "node-02", "create", LineState.FAILED),
    )
    note = trouble_note(deployment(lines=lines))
    assert note is not None
    assert (note.title, note.text) == ("node-01 failed, and one more", "Why. The rest goes on meanwhile.")
    assert trouble_note(deployment(lines=lines, state=OperationState.FAILED)) is None
    assert trouble_note(deployment()) is None


def test_a_cluster_without_its_scheduler_says_so() -> None:
    machines = tuple(
        dataclasses.replace(each, power=Power.DEALLOCATED) if each.role is MachineRole.SCHEDULER else each
        for each in running().machines
    )
    note = state_note(running(machines=machines, state=ClusterState.PARTIAL))
    assert note is not None
    assert "Without the scheduler no job runs." in note.text
