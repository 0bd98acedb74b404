"""Messages to JSON and back: types, defaults, and the places where a message is wrong."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.job import JobState, TaskCounts
from tiepoint.protocol.codec import MalformedMessage, from_json, parse_time, time_text, to_json
from tiepoint.protocol.methods import LogsParams, SubmitParams


@dataclass(frozen=True)
class _Everything:
    number: float
    words: tuple[str, ...]
    state: JobState
    choice: Literal["one", "many"] = "one"
    counts: TaskCounts | None = None
    table: dict[str, int] | None = None
    at: datetime | None = None
    either: int | str = 0


WHOLE: dict[str, Any] = {"number": 1, "words": ["a"], "state": "running"}


def test_numbers_and_defaults() -> None:
    read = from_json(_Everything, WHOLE)
    assert isinstance(read.number, float)
    assert (read.words, read.state, read.choice, read.counts) == (("a",), JobState.RUNNING, "one", None)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"number": "1"}, "message.number"),
        ({"number": True}, "message.number"),
        ({"words": "a"}, "message.words"),
        ({"words": ["a", 5]}, r"message.words\[1\]"),
        ({"state": "flying"}, "message.state"),
        ({"choice": "few"}, "message.choice"),
        ({"counts": {"running": "two"}}, "message.counts.running"),
        ({"counts": []}, "message.counts"),
        ({"table": {"a": "b"}}, "message.table.a"),
        ({"table": []}, "message.table"),
        ({"at": "yesterday"}, "not a time"),
        ({"at": "2026-11-22T10:00:00"}, "without offset"),
        ({"at": 5}, "message.at"),
        ({"either": None}, "message.either"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(MalformedMessage, match=where):
        from_json(_Everything, WHOLE | changes)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(MalformedMessage, match="words is missing"):
        from_json(_Everything, {"number": 1, "state": "running"})
    with pytest.raises(MalformedMessage, match="expected an object"):
        from_json(_Everything, [])


def test_what_has_no_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="no JSON form"):
        to_json({"a": object()})
    with pytest.raises(ValueError, match="time zone"):
        time_text(datetime(2026, 1, 1))  # noqa: DTZ001


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_times_keep_their_moment(naive: datetime, offset_minutes: int) -> None:
    moment = naive.replace(
        microsecond=naive.microsecond // 1000 * 1000, tzinfo=timezone(timedelta(minutes=offset_minutes))
    )
    assert parse_time(time_text(moment)) == moment
    assert time_text(moment).endswith("Z")
    assert parse_time(time_text(moment)).tzinfo is UTC


@given(st.builds(TaskCounts, *(st.integers(0, 10**6) for _ in range(4))))
def test_counts_round_trip(counts: TaskCounts) -> None:
    assert from_json(TaskCounts, to_json(counts)) == counts


@given(
    st.builds(
        SubmitParams,
        capture=st.text(),
        preset=st.text(),
        key=st.text(),
        parameters=st.dictionaries(st.text(), st.integers() | st.text() | st.booleans()),
        products=st.lists(st.text()).map(tuple),
        output=st.none() | st.text(),
    )
)
def test_submit_params_round_trip(params: SubmitParams) -> None:
    assert from_json(SubmitParams, to_json(params)) == params


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["job", "node", "lines", "before"]), _JSON))
def test_any_json_is_read_or_refused(value: dict[str, Any]) -> None:
    with contextlib.suppress(MalformedMessage):
        from_json(LogsParams, value)
