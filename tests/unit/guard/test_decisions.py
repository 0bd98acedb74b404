"""What a guard decides, as tables: never while somebody wants the cluster or works, the scheduler last."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard_script import GUARD, guard

NOW = 1_800_000_000.0
WANTED = guard.Verdict(True, "Wanted.")
LAPSED = guard.Verdict(False, "Lapsed.")


def lease(ends_in_minutes: float = 10, budget: float | None = None) -> Any:
    return guard.Lease(NOW + ends_in_minutes * 60, 30, budget)


@pytest.mark.parametrize(
    ("lease", "spent", "unread", "was_wanted", "is_wanted"),
    [
        (lease(), 0, 0, True, True),
        (lease(0), 0, 0, True, False),
        (lease(-5), 0, 0, True, False),
        (lease(), 99, 0, True, True),
        (lease(budget=100), 99, 0, True, True),
        (lease(budget=100), 100, 0, True, False),
        (lease(-5, budget=100), 0, 0, True, False),
        (None, 0, 0, True, True),
        (None, 0, 59, True, True),
        (None, 0, 60, True, False),
        (None, 0, 5, False, False),
    ],
)
def test_whether_anybody_wants_the_cluster(
    lease: Any, spent: float, unread: float, was_wanted: bool, is_wanted: bool
) -> None:
    found = guard.verdict(lease, spent, NOW, unread, 60, was_wanted)
    assert (found.is_wanted, bool(found.why)) == (is_wanted, True)


@pytest.mark.parametrize(
    ("wanted", "is_busy", "idle", "asked", "stops"),
    [
        (WANTED, False, 500, None, False),
        (WANTED, True, 0, None, False),
        (LAPSED, True, 500, None, False),
        (LAPSED, False, 29, None, False),
        (LAPSED, False, 30, None, True),
        (LAPSED, False, 31, 0, False),
        (LAPSED, False, 31, 9, False),
        (LAPSED, False, 41, 10, True),
    ],
)
def test_when_a_node_stops(wanted: Any, is_busy: bool, idle: float, asked: float | None, stops: bool) -> None:
    found = guard.node_decision(wanted, is_busy, idle, 30, asked)
    assert (found.stops_itself, found.stop) == (stops, ())


@given(st.booleans(), st.booleans(), st.floats(0, 1e4), st.floats(5, 1440), st.none() | st.floats(0, 1e4))
def test_a_node_never_stops_while_it_works_or_is_wanted(
    wants: bool, is_busy: bool, idle: float, needed: float, asked: float | None
) -> None:
    found = guard.node_decision(guard.Verdict(wants, ""), is_busy, idle, needed, asked)
    assert not (found.stops_itself and (wants or is_busy or idle < needed))


def machine(name: str, role: str, power: str = "running", heard: tuple[float, bool, float] | None = None) -> Any:
    """`heard`: minutes ago, busy, idle minutes."""
    heartbeat = guard.Heartbeat(NOW - heard[0] * 60, heard[1], heard[2]) if heard else None
    return guard.Machine(name, f"/{name}", role, power, heartbeat)


def node(power: str = "running", heard: tuple[float, bool, float] | None = None) -> Any:
    return machine("node-01", guard.NODE, power, heard)


@pytest.mark.parametrize(
    ("node", "seen", "does_hang"),
    [
        (node(heard=(0, False, 5)), 100, False),
        (node(heard=(0, True, 0)), 10_000, False),
        (node(heard=(0, False, 39)), 100, False),
        (node(heard=(0, False, 40)), 100, True),
        (node(heard=(14, False, 5)), 100, False),
        (node(heard=(15, False, 5)), 100, True),
        (node(heard=(59, True, 0)), 100, False),
        (node(heard=(60, True, 0)), 100, True),
        (node(heard=(9000, False, 5)), 3, False),
        (node(), 14, False),
        (node(), 15, True),
        (node("starting"), 15, True),
        (node("stopped"), 0, True),
        (node("deallocating"), 100, False),
        (node("deallocated"), 100, False),
        (node(""), 100, False),
    ],
)
def test_which_nodes_hang(node: Any, seen: float, does_hang: bool) -> None:
    assert guard.hangs(node, NOW, seen, 30) is does_hang


def test_a_node_is_not_over_its_time_before_the_cluster_is_unwanted_for_long() -> None:
    idle_for_long = node(heard=(0, False, 500))
    assert not guard.hangs(idle_for_long, NOW, 500, 30, 9)
    assert guard.hangs(idle_for_long, NOW, 500, 30, 10)


GONE = machine("node-01", guard.NODE, "deallocated")
WORKS = machine("node-02", guard.NODE, heard=(0, True, 0))
HANGS = machine("node-03", guard.NODE, heard=(99, False, 0))
JUMP = machine("jump-windows", guard.JUMP_BOX)
JUMP_GOES = machine("jump-windows", guard.JUMP_BOX, "deallocating")
DC = machine("dc-01", guard.DIRECTORY)
ME = machine("scheduler", guard.SCHEDULER, heard=(0, False, 99))
SEEN = {"node-03": 500.0}


@pytest.mark.parametrize(
    ("wanted", "is_busy", "idle", "machines", "asked", "tried", "stops", "stops_itself"),
    [
        (WANTED, False, 99, [ME, HANGS, JUMP], {}, {}, [], False),
        (LAPSED, False, 99, [ME, WORKS], {}, {}, [], False),
        (LAPSED, False, 99, [ME, WORKS, HANGS, JUMP, DC], {}, {}, ["node-03"], False),
        (LAPSED, True, 0, [ME, HANGS], {}, {}, ["node-03"], False),
        (LAPSED, False, 99, [ME, HANGS], {"node-03": 3}, {"node-03": 3}, [], False),
        (LAPSED, False, 99, [ME, HANGS], {"node-03": 10}, {"node-03": 90}, ["node-03"], False),
        (LAPSED, False, 3, [ME, GONE, JUMP, DC], {}, {}, [], False),
        (LAPSED, True, 0, [ME, GONE, JUMP, DC], {}, {}, [], False),
        (LAPSED, False, 99, [ME, GONE, JUMP, DC], {}, {}, ["jump-windows"], False),
        (LAPSED, False, 99, [ME, GONE, JUMP, DC], {"jump-windows": 1}, {"jump-windows": 1}, [], False),
        (LAPSED, False, 99, [ME, GONE, JUMP_GOES, DC], {"jump-windows": 1}, {"jump-windows": 1}, ["dc-01"], False),
        (LAPSED, False, 99, [ME, GONE, JUMP, DC], {"jump-windows": 5}, {"jump-windows": 30}, ["dc-01"], False),
        (LAPSED, False, 99, [ME, GONE, JUMP_GOES], {}, {}, [], True),
        (LAPSED, False, 99, [ME, GONE], {}, {}, [], True),
        (LAPSED, False, 99, [ME, GONE], {"scheduler": 2}, {"scheduler": 2}, [], False),
        (LAPSED, False, 99, [], {}, {}, [], True),
    ],
)
def test_the_scheduler_goes_last(
    wanted: Any, is_busy: bool, idle: float, machines: list[Any], asked: dict[str, float], tried: dict[str, float],
    stops: list[str], stops_itself: bool,
) -> None:  # fmt: skip
    past = guard.Past(SEEN, asked, tried)
    found = guard.scheduler_decision(wanted, is_busy, idle, 30, machines, NOW, past)
    assert ([each.name for each in found.stop], found.stops_itself) == (stops, stops_itself)
    assert found.message


def test_without_azures_list_heartbeats_say_who_runs() -> None:
    heard = machine("node-01", guard.NODE, "", heard=(2, False, 1))
    long_ago = machine("node-02", guard.NODE, "", heard=(40, False, 1))
    past = guard.Past({}, {}, {})
    assert not guard.scheduler_decision(LAPSED, False, 99, 30, [heard, long_ago], NOW, past).stops_itself
    assert guard.scheduler_decision(LAPSED, False, 99, 30, [long_ago], NOW, past).stops_itself


@pytest.mark.parametrize(
    ("tasks", "load", "cores", "gpu", "is_busy"),
    [
        (0, 0.0, 0.0, None, False),
        (1, 0.0, 0.0, None, True),
        (0, 4.0, 3.8, None, True),
        (0, 4.0, 0.01, None, False),
        (0, 4.0, None, None, True),
        (0, 0.3, 0.3, 3.0, False),
        (0, 0.3, 0.3, 60.0, True),
        (0, None, None, None, False),
    ],
)
def test_what_counts_as_work(
    tasks: int, load: float | None, cores: float | None, gpu: float | None, is_busy: bool
) -> None:
    assert bool(guard.busy_reason(tasks, load, cores, gpu)) is is_busy


def test_everything_that_is_not_released_is_billed() -> None:
    prices = {"*": 2.0, "scheduler": 0.5, "node-01": 3.0, "node-02": 3.0, "node-03": 3.0}
    machines = [ME, GONE, WORKS, machine("node-03", guard.NODE, "stopped"), machine("other", guard.NODE)]
    assert guard.rate_of(prices, machines) == pytest.approx(2.0 + 0.5 + 3.0 + 3.0)


def test_it_runs_on_python_3_8() -> None:
    ast.parse(GUARD.read_text(encoding="utf-8"), feature_version=(3, 8))
    names = {each.name.split(".")[0] for each in ast.walk(ast.parse(GUARD.read_text())) if isinstance(each, ast.alias)}
    assert names & {"tiepoint", "azure", "requests", "psutil"} == set()
