"""The guard's documents and the panel's: two programs that share no line agree on every shape.

Each document is written by one side and read by the other, and strange ones are taken the same way by both.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard_script import guard
from tiepoint.domain.cluster import Lease, Meter, MeterSegment
from tiepoint.domain.control_document import (
    UnreadableDocument,
    drain_document,
    heartbeat_metadata,
    lease_document,
    meter_document,
    new_meter,
    read_drain,
    read_heartbeat,
    read_lease,
    read_meter,
)
from tiepoint.domain.meter import cost_between, counted_until, current_meter

T0 = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda m: m.replace(microsecond=0, tzinfo=UTC))
names = st.sampled_from(["scheduler", "node-01", "node-02", "*", "dc-01"])
leases = st.builds(
    Lease,
    holder=st.text(max_size=20).map(lambda text: " ".join(text.split())),
    until=moments,
    idle_minutes=st.integers(5, 1440),
    budget=st.none() | st.floats(0.01, 1e6),
    currency=st.sampled_from(["USD", "EUR"]),
    prices=st.dictionaries(names, st.floats(0, 100)).map(lambda prices: tuple(prices.items())),
)
anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
times = moments.map(lambda moment: moment.isoformat()) | st.sampled_from(
    ["2026-11-26T02:00:00Z", "2026-11-26T02:00:00.123Z", "2026-11-26 02:00:00", "2026-11-26T02:00:00+05:30", "soon", ""]
)


def sent(content: Any) -> Any:
    return json.loads(json.dumps(content))


def seconds(moment: datetime) -> float:
    return moment.timestamp()


@given(leases)
def test_the_panels_lease_is_read_by_the_guard(lease: Lease) -> None:
    found = guard.read_lease(sent(lease_document(lease)))
    assert (found.until, found.idle_minutes, found.budget) == (seconds(lease.until), lease.idle_minutes, lease.budget)
    assert (found.currency, found.prices) == (lease.currency, dict(lease.prices))


@given(st.dictionaries(st.sampled_from(["idle_minutes", "budget", "prices", "currency"]), anything), times)
def test_strange_leases_are_taken_alike(more: dict[str, Any], until: str) -> None:
    content = {"until": until, **more}
    found = guard.read_lease(content)
    try:
        panels = read_lease(content)
    except UnreadableDocument:
        assert found is None
        return
    assert found.until == pytest.approx(seconds(panels.until), abs=1e-3)
    if not isinstance(more.get("budget"), str) and (found.budget or 0) <= 1e9:
        assert found.budget == panels.budget


@pytest.mark.parametrize("content", [None, [], "x", 1, {}, {"until": None}, {"until": 12}, {"until": "2026"}])
def test_what_is_no_lease_is_none_for_both(content: Any) -> None:
    assert guard.read_lease(content) is None
    with pytest.raises(UnreadableDocument):
        read_lease(content)


@given(moments, st.integers(0, 10**6), st.booleans(), st.booleans(), st.text(max_size=80))
def test_the_guards_heartbeat_is_read_by_the_panel(
    now: datetime, uptime_s: int, busy: bool, draining: bool, message: str
) -> None:
    document = guard.heartbeat_document("node-01", seconds(now), uptime_s, busy, draining, 12.5, message)
    metadata = guard.heartbeat_metadata(sent(document))
    assert all(value.isascii() and value.isprintable() for value in metadata.values())
    booted = now - timedelta(seconds=uptime_s)
    assert read_heartbeat(metadata)[:4] == (now, booted, busy, draining)


@given(moments, st.booleans(), st.floats(0, 1e4))
def test_heartbeats_as_the_panels_tests_write_them_are_read_by_the_guard(
    now: datetime, busy: bool, idle: float
) -> None:
    told = heartbeat_metadata(
        time=now, booted=now, is_busy=busy, is_draining=False, idle_minutes=idle, message="Grüße 3 %"
    )
    found = guard.read_heartbeat(told)
    assert (found.time, found.is_busy, found.message) == (seconds(now), busy, "Grüße 3 %")
    assert found.idle_minutes == pytest.approx(idle, abs=0.051)


def test_the_panels_new_run_is_counted_by_the_guard() -> None:
    begun = sent(meter_document(new_meter(T0)))
    document = guard.counted(begun, seconds(T0) + 360, 20.0, 2.0, "EUR")
    meter = read_meter(sent(document))
    assert (meter.since, meter.per_hour, meter.currency) == (T0, 20.0, "EUR")
    assert meter.spent == pytest.approx(2.0)
    assert meter.segments == (MeterSegment(T0, T0 + timedelta(minutes=6), 20.0),)
    assert counted_until(meter) == T0 + timedelta(minutes=6)


def test_the_panels_meter_goes_through_the_guard_unchanged() -> None:
    segments = (MeterSegment(T0, T0 + timedelta(hours=1), 5.0),)
    document = sent(meter_document(Meter(T0, 5.0, 5.0, "USD", segments)))
    again = guard.counted(document, seconds(T0) + 3600, 5.0, 1.0, "USD")
    assert read_meter(again) == Meter(T0, 5.0, 5.0, "USD", segments)


@given(st.lists(st.tuples(st.integers(20, 400), st.sampled_from([0.5, 3.0, 18.4])), min_size=1, max_size=30))
def test_what_the_guard_counts_adds_up_for_the_panel(rounds: list[tuple[int, float]]) -> None:
    document, now = sent(meter_document(new_meter(T0))), seconds(T0)
    expected = 0.0
    for step, rate in rounds:
        now += step
        expected += rate * step / 3600
        document = sent(guard.counted(document, now, rate, 0.1, "USD"))
    meter = read_meter(document)
    end = T0 + timedelta(seconds=now - seconds(T0))
    assert meter.spent == pytest.approx(expected)
    assert cost_between(meter.segments, T0, end) == pytest.approx(expected)
    assert current_meter(meter, end, 9.0).spent == pytest.approx(expected)


def test_before_the_scheduler_started_machines_rested() -> None:
    document = guard.counted(sent(meter_document(new_meter(T0))), seconds(T0) + 60, 20.0, 2.0, "USD")
    now = seconds(T0) + 60 + 36_000 + 180
    document = guard.counted(document, now, 20.0, 2.0, "USD", now - 180)
    assert document["spent"] == pytest.approx(20 / 60 + 20.0 + 1.0)
    assert [each["per_hour"] for each in document["segments"]] == [20.0, 2.0, 20.0]


def test_what_a_hung_guard_did_not_count_ran_all_the_same() -> None:
    document = guard.counted(sent(meter_document(new_meter(T0))), seconds(T0) + 60, 20.0, 2.0, "USD")
    document = guard.counted(document, seconds(T0) + 7260, 20.0, 2.0, "USD", seconds(T0) - 5)
    assert document["spent"] == pytest.approx(20 / 60 + 40.0)
    assert len(document["segments"]) == 1


def test_a_meter_of_many_stretches_stays_small_and_right() -> None:
    document, now = sent(meter_document(new_meter(T0))), seconds(T0)
    for number in range(1000):
        now += 60
        document = guard.counted(document, now, 1.0 + number % 2, 0.0, "USD")
    assert len(document["segments"]) <= guard.MOST_SEGMENTS
    meter = read_meter(sent(document))
    end = T0 + timedelta(minutes=1000)
    assert cost_between(meter.segments, T0, end) == pytest.approx(meter.spent, rel=1e-6)


@given(st.dictionaries(st.sampled_from(["since", "counted", "spent", "per_hour", "segments"]), anything | times))
def test_a_broken_meter_is_begun_anew_or_counted_on(content: dict[str, Any]) -> None:
    document = guard.counted(content, seconds(T0), 3.0, 1.0, "USD")
    assert read_meter(sent(document)).since is not None
    assert guard.spent_now(content, seconds(T0)) >= 0


def test_what_nobody_has_counted_lately_is_added_for_an_hour_at_most() -> None:
    document = {"since": "2026-11-26T02:00:00Z", "counted": "2026-11-26T03:00:00Z", "spent": 5.0, "per_hour": 12.0}
    at_three = seconds(T0) + 3600
    assert guard.spent_now(document, at_three) == 5.0
    assert guard.spent_now(document, at_three + 600) == pytest.approx(7.0)
    assert guard.spent_now(document, at_three + 86_400) == pytest.approx(17.0)
    assert guard.spent_now(None, at_three) == 0.0


@given(st.lists(names))
def test_who_is_to_drain_is_read_alike(wanted: list[str]) -> None:
    content = sent(drain_document(wanted))
    assert set(guard.read_drain(content)) == read_drain(content) == set(wanted)


@given(anything)
def test_a_broken_drain_asks_nobody(content: Any) -> None:
    assert set(guard.read_drain(content)) == read_drain(content)


def test_the_guard_reads_its_own_configuration_only(tmp_path: Any) -> None:
    path = tmp_path / "guard.json"
    good = {"schema_version": 1, "role": "node", "name": "node-01", "blob_endpoint": "https://x", "cluster": "c"}
    path.write_text(json.dumps(good))
    assert guard.read_configuration(str(path)).lapse_minutes == 60
    path.write_text(json.dumps({**good, "idle_minutes": "20", "machine_id": None}))
    assert guard.read_configuration(str(path)).idle_minutes == 20.0
    for broken in ({"role": "king"}, {"name": ""}, {"blob_endpoint": 7}, {"idle_minutes": "soon"}, {"ca_file": []}):
        path.write_text(json.dumps({**good, **broken}))
        with pytest.raises(guard.UnusableConfiguration):
            guard.read_configuration(str(path))


def test_a_dropped_lease_lapses_at_once() -> None:
    ended = replace(Lease("mila", T0 + timedelta(hours=1), 30), until=T0)
    found = guard.read_lease(sent(lease_document(ended)))
    assert not guard.verdict(found, 0.0, seconds(T0), 0, 60).is_wanted
