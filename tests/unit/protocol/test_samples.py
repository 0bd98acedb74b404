"""Every sample message reads, writes back the same, and tolerates fields of a newer version."""

from __future__ import annotations

from typing import Any

import pytest

from tiepoint.domain.failure import Failure
from tiepoint.protocol.codec import from_json, to_json
from tiepoint.protocol.envelope import Notification, Request, Response, parse_envelope
from tiepoint.protocol.errors import ErrorCode, error_object, read_error
from tiepoint.protocol.events import SNAPSHOT, Snapshot, parse_event
from tiepoint.protocol.framing import LineBuffer, encode_message
from tiepoint.protocol.methods import METHODS
from tiepoint.protocol.samples import load_errors, load_events, load_requests, load_stream


def _with_unknown_fields(value: Any) -> Any:
    if isinstance(value, dict):
        return {"from_the_future": 1} | {key: _with_unknown_fields(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_unknown_fields(item) for item in value]
    return value


def test_every_method_has_a_sample() -> None:
    assert set(load_requests()) == set(METHODS)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_params_and_results_round_trip(name: str) -> None:
    sample, method = load_requests()[name], METHODS[name]
    assert to_json(from_json(method.params, sample["params"])) == sample["params"]
    assert to_json(from_json(method.result, sample["result"])) == sample["result"]


@pytest.mark.parametrize(
    "name", sorted(set(METHODS) - {"jobs.submit", "agent.diagnostics", "subscribe", "timings.list"})
)
def test_unknown_fields_are_ignored(name: str) -> None:
    sample, method = load_requests()[name], METHODS[name]
    newer = from_json(method.result, _with_unknown_fields(sample["result"]))
    assert newer == from_json(method.result, sample["result"])


@pytest.mark.parametrize("sample", load_events(), ids=lambda sample: sample["kind"])
def test_events_round_trip(sample: dict[str, Any]) -> None:
    assert parse_event(sample).params() == sample


def test_an_event_of_an_unknown_kind_keeps_its_number() -> None:
    event = parse_event({"seq": 7, "time": "2026-11-22T10:00:00Z", "kind": "weather.changed"})
    assert (event.seq, event.body) == (7, None)
    with pytest.raises(ValueError, match="without a body"):
        event.params()


@pytest.mark.parametrize("sample", load_errors(), ids=lambda sample: str(sample["code"]))
def test_errors_round_trip(sample: dict[str, Any]) -> None:
    code, failure = read_error(sample)
    assert error_object(ErrorCode(code), failure) == sample


@pytest.mark.parametrize("error", [None, {"code": 5, "message": "no"}, {"data": {"kind": 3}}])
def test_a_foreign_error_still_says_something(error: object) -> None:
    _, failure = read_error(error)
    assert isinstance(failure, Failure)
    assert failure.summary


def test_a_conversation_reads_and_writes_back_byte_for_byte() -> None:
    messages = list(LineBuffer().feed(load_stream()))
    envelopes = [parse_envelope(message) for message in messages]
    assert b"".join(encode_message(envelope.message()) for envelope in envelopes) == load_stream()
    assert [type(envelope) for envelope in envelopes[:2]] == [Request, Response]
    snapshot = next(e for e in envelopes if isinstance(e, Notification) and e.method == SNAPSHOT)
    assert from_json(Snapshot, snapshot.params).seq == 48
