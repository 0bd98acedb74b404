"""Times learned from earlier runs: ranges that hold what was, shrink as work goes on, and need history."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.estimate import (
    PastRun,
    TimeRange,
    Workload,
    basis_text,
    changes_text,
    expected,
    memory_needed,
    remaining,
)
from tiepoint.domain.presets import PRESETS

STAGES = ("check", "features", "mesh")
T0 = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
RUN = PastRun("job", "draft", 20, 9.0, {"check": 2.0, "features": 10.0, "mesh": 8.0}, finished=T0)
SAME = Workload("draft", 20, 9.0)

seconds = st.floats(0.01, 1e5)
runs = st.builds(
    PastRun,
    job=st.uuids().map(str),
    preset=st.just("draft"),
    photos=st.integers(3, 5000),
    megapixels=st.one_of(st.just(0.0), st.floats(0.3, 150)),
    stages=st.fixed_dictionaries({}, optional=dict.fromkeys(STAGES, seconds)),
    finished=st.one_of(st.none(), st.integers(0, 10**6).map(lambda s: T0 + timedelta(seconds=s))),
    memory_bytes=st.one_of(st.just(0), st.integers(10**6, 10**12)),
    is_complete=st.booleans(),
)
workloads = st.builds(
    Workload,
    preset=st.just("draft"),
    photos=st.integers(3, 5000),
    megapixels=st.one_of(st.just(0.0), st.floats(0.3, 150)),
)


def _is_range(found: TimeRange | None) -> bool:
    return found is None or 0 <= found.low_s <= found.high_s


@given(workloads, st.lists(runs, max_size=12))
def test_ranges_are_ranges(workload: Workload, history: list[PastRun]) -> None:
    found = expected(workload, STAGES, history)
    assert _is_range(found.total)
    assert all(_is_range(stage.time) for stage in found.stages)
    assert [stage.stage for stage in found.stages] == list(STAGES)
    assert (found.total is None) == any(stage.time is None for stage in found.stages)
    memory = memory_needed(workload, PRESETS["draft"], history)
    assert 0 < memory.low_bytes <= memory.high_bytes


@given(workloads, st.lists(runs, max_size=12))
def test_the_order_of_history_means_nothing(workload: Workload, history: list[PastRun]) -> None:
    told = [replace(run, finished=T0 + timedelta(seconds=number)) for number, run in enumerate(history)]
    assert expected(workload, STAGES, told) == expected(workload, STAGES, told[::-1])


@given(
    workloads,
    st.lists(runs, max_size=8),
    st.floats(0, 1),
    st.floats(0, 1),
    st.one_of(st.none(), st.floats(0, 1e5)),
)
def test_what_remains_is_a_range_and_shrinks(
    workload: Workload, history: list[PastRun], one: float, other: float, elapsed_s: float | None
) -> None:
    found = remaining(workload, STAGES, history, share_done=one, elapsed_s=elapsed_s)
    assert _is_range(found.total)
    assert all(_is_range(stage.time) for stage in found.stages)
    less, more = sorted((one, other))
    earlier = remaining(workload, STAGES, history, share_done=less).total
    later = remaining(workload, STAGES, history, share_done=more).total
    assert earlier is None or later is None or later.high_s <= earlier.high_s + 1e-6


@given(workloads.filter(lambda work: work.megapixels > 0), st.lists(seconds, min_size=1, max_size=4))
def test_equal_runs_are_inside_their_own_range(workload: Workload, times: list[float]) -> None:
    history = [
        PastRun(str(number), "draft", workload.photos, workload.megapixels, dict.fromkeys(STAGES, each), finished=T0)
        for number, each in enumerate(times)
    ]
    total = expected(workload, STAGES, history).total
    assert total is not None
    assert all(total.low_s <= 3 * each <= total.high_s for each in times)


@given(st.integers(3, 300), st.integers(1, 8))
def test_more_photos_never_take_less(photos: int, factor: int) -> None:
    run = replace(RUN, photos=photos)
    few = expected(Workload("draft", photos, 9.0), STAGES, [run]).total
    many = expected(Workload("draft", photos * factor, 9.0), STAGES, [run]).total
    assert few is not None
    assert many is not None
    assert few.high_s <= many.high_s


def test_what_cannot_be_compared_is_no_history() -> None:
    others = [
        replace(RUN, preset="high"),
        replace(RUN, changes=changes_text({"faces": 10})),
        replace(RUN, photos=500),
        replace(RUN, is_complete=False),
        replace(RUN, photos=0),
    ]
    found = expected(SAME, STAGES, others)
    assert (found.total, found.runs) == (None, 0)
    assert expected(SAME, STAGES, []).total is None
    assert expected(SAME, (*STAGES, "texture"), [RUN]).total is None


def test_more_runs_narrow_the_range_and_one_odd_run_does_not_widen_it() -> None:
    def width(history: list[PastRun]) -> float:
        total = expected(SAME, STAGES, history).total
        assert total is not None
        return total.high_s / total.low_s

    alike = [replace(RUN, job=str(number)) for number in range(5)]
    odd = replace(RUN, job="odd", stages={stage: 20 * each for stage, each in RUN.stages.items()})
    assert width(alike) < width(alike[:1])
    assert width([*alike, odd]) == pytest.approx(width(alike))


def test_a_stage_without_progress_gets_nearer_to_its_end() -> None:
    lows = []
    for elapsed_s in (0.0, 4.0, 30.0):
        total = remaining(SAME, ["mesh"], [RUN], share_done=0.0, elapsed_s=elapsed_s).total
        assert total is not None
        lows.append((total.low_s, total.high_s))
    assert lows[0] > lows[1] > lows[2]
    assert lows[2][1] > 0


def test_the_own_pace_counts_more_and_more() -> None:
    slow = remaining(SAME, ["features"], [RUN], share_done=0.9, elapsed_s=90.0).total
    assert slow is not None
    assert slow.low_s <= 10.0 <= slow.high_s
    unknown = remaining(SAME, ["features"], [], share_done=0.5, elapsed_s=30.0)
    assert unknown.total is None
    assert unknown.stages[0].time is not None


def test_nothing_left_is_nothing_left() -> None:
    assert remaining(SAME, [], [], share_done=1.0).total == TimeRange(0.0, 0.0)


def test_where_it_comes_from_is_said_in_words() -> None:
    assert basis_text(3) == "from 3 earlier runs on this computer"
    assert basis_text(1) == "from 1 earlier run on this computer"
    assert basis_text(0) == "not enough history on this computer"
    assert changes_text({"b": 1, "a": 2}) == changes_text({"a": 2, "b": 1}) != ""


def test_memory_is_learned_or_from_the_sizes() -> None:
    by_size = memory_needed(SAME, PRESETS["draft"], [RUN])
    assert by_size.runs == 0
    assert by_size.low_bytes < 1_100_000_000 < by_size.high_bytes
    learned = memory_needed(SAME, PRESETS["draft"], [replace(RUN, memory_bytes=2 * 10**9)])
    assert learned.runs == 1
    assert learned.low_bytes < 2 * 10**9 < learned.high_bytes
