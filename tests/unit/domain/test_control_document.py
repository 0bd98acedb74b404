"""Lease, meter, heartbeat and drain as blobs: what is written is read back, what makes no sense does no harm."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.cluster import Lease, Meter, MeterSegment
from tiepoint.domain.control_document import (
    UnreadableDocument,
    drain_document,
    heartbeat_metadata,
    lease_document,
    machine_of,
    meter_document,
    new_meter,
    read_drain,
    read_heartbeat,
    read_lease,
    read_meter,
)

T0 = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
LEASE = Lease("mila on DESK-4", T0, 30, 40.0, "EUR", (("scheduler", 0.384), ("*", 2.2)))
METER = Meter(T0, 18.6, 12.5, "EUR", (MeterSegment(T0, T0 + timedelta(minutes=5), 18.6),))

moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda m: m.replace(microsecond=0, tzinfo=UTC))
anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


def through_json(content: dict[str, Any]) -> Any:
    return json.loads(json.dumps(content))


def test_a_lease_is_read_back() -> None:
    assert read_lease(through_json(lease_document(LEASE))) == LEASE


def test_a_meter_is_read_back() -> None:
    document = through_json(meter_document(METER))
    assert document["counted"] == "2026-11-26T02:05:00Z"
    assert read_meter(document) == METER
    assert read_meter(through_json(meter_document(new_meter(T0)))) == new_meter(T0)


def test_an_unlimited_budget_stays_one() -> None:
    assert read_lease({"until": "2026-11-26T02:00:00Z"}).budget is None


@given(moments, moments, st.booleans(), st.booleans(), st.text(max_size=60))
def test_a_heartbeat_is_read_back(time: datetime, booted: datetime, busy: bool, draining: bool, message: str) -> None:
    told = heartbeat_metadata(time=time, booted=booted, is_busy=busy, is_draining=draining, message=message)
    assert all(value.isascii() and value.isprintable() for value in told.values())
    assert read_heartbeat(told)[:4] == (time, booted, busy, draining)


def test_a_message_of_any_script_travels_as_metadata() -> None:
    told = heartbeat_metadata(time=T0, booted=T0, is_busy=True, is_draining=False, message="Grüße,\nfrei: 3 %")
    assert read_heartbeat(told)[4] == "Grüße, frei: 3 %"


@pytest.mark.parametrize("content", [None, [], "lease", 3, {}, {"until": 5}, {"until": "soon"}, {"since": None}])
def test_what_is_no_document_is_said_to_be_none(content: object) -> None:
    with pytest.raises(UnreadableDocument):
        read_lease(content)
    with pytest.raises(UnreadableDocument):
        read_meter(content)


@given(st.dictionaries(st.sampled_from(["holder", "idle_minutes", "budget", "currency", "prices"]), anything))
def test_strange_values_in_a_lease_count_as_absent(content: dict[str, Any]) -> None:
    lease = read_lease({"until": "2026-11-26T02:00:00+01:00", **content})
    assert lease.until == datetime(2026, 11, 26, 1, 0, tzinfo=UTC)
    assert lease.budget is None or lease.budget >= 0
    assert all(price >= 0 for _, price in lease.prices)


@given(st.dictionaries(st.sampled_from(["per_hour", "spent", "currency", "segments"]), anything))
def test_strange_values_in_a_meter_count_as_absent(content: dict[str, Any]) -> None:
    assert read_meter({"since": "2026-11-26T02:00:00Z", **content}).spent >= 0


def test_stretches_that_run_backwards_are_left_out() -> None:
    entries = [
        {"start": "2026-11-26T02:00:00Z", "end": "2026-11-26T01:00:00Z", "per_hour": 3},
        {"start": "2026-11-26T02:00:00Z", "end": None, "per_hour": 3},
        {"start": "2026-11-26T02:00:00Z", "per_hour": True},
        "three",
    ]
    assert len(read_meter({"since": "2026-11-26T02:00:00Z", "segments": entries}).segments) == 1


@given(anything)
def test_an_unreadable_drain_asks_nobody(content: object) -> None:
    assert read_drain(content) == frozenset() or isinstance(content, dict)


def test_a_drain_is_read_back() -> None:
    assert read_drain(through_json(drain_document(["node-02", "node-01", "node-02"]))) == {"node-01", "node-02"}


@pytest.mark.parametrize(
    ("blob", "machine"), [("nodes/node-01.json", "node-01"), ("nodes/", ""), ("lease.json", ""), ("nodes/a.txt", "")]
)
def test_a_blob_says_whose_heartbeat_it_is(blob: str, machine: str) -> None:
    assert machine_of(blob) == machine
