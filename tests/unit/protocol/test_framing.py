"""Lines: any cut of the stream gives the same messages; what is too long or no message is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.protocol.codec import MalformedMessage
from tiepoint.protocol.envelope import Notification, Request, parse_envelope
from tiepoint.protocol.framing import (
    MESSAGE_LIMIT_BYTES,
    LineBuffer,
    MessageTooLong,
    decode_message,
    decode_messages,
    encode_message,
)
from tiepoint.protocol.samples import load_stream


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30))
def test_the_stream_may_be_cut_anywhere(cuts: list[int]) -> None:
    whole, messages, buffer, at = load_stream(), [], LineBuffer(), 0
    while at < len(whole):
        length = cuts[at % len(cuts)]
        messages.extend(buffer.feed(whole[at : at + length]))
        at += length
    assert messages == list(LineBuffer().feed(whole))


@given(st.dictionaries(st.text(), st.text(st.characters(codec="utf-8")) | st.integers(), max_size=5))
def test_a_message_survives_its_line(message: dict[str, Any]) -> None:
    line = encode_message(message)
    assert line.count(b"\n") == 1
    assert decode_message(line) == message


def test_a_name_that_is_no_utf_8_can_travel() -> None:
    assert decode_message(encode_message({"path": "caf\udce9.jpg"})) == {"path": "caf?.jpg"}


def test_half_a_pair_among_many_lines_becomes_a_question_mark() -> None:
    lines = [b'{"a":"\\n"}', b'{"a":"caf\\udce9"}', b'{"a":["\\uD83D\\uDE00"]}']
    assert decode_messages(lines) == [{"a": "\n"}, {"a": "caf?"}, {"a": ["\N{GRINNING FACE}"]}]


def test_the_limit_holds_both_ways() -> None:
    fits = {"a": "x" * (MESSAGE_LIMIT_BYTES - 9)}
    assert len(encode_message(fits)) == MESSAGE_LIMIT_BYTES
    assert list(LineBuffer().feed(encode_message(fits))) == [fits]
    with pytest.raises(MessageTooLong):
        encode_message({"a": "x" * (MESSAGE_LIMIT_BYTES - 8)})
    with pytest.raises(MessageTooLong):
        list(LineBuffer().feed(b"x" * (MESSAGE_LIMIT_BYTES + 1)))
    with pytest.raises(MessageTooLong):
        decode_message(b" " * (MESSAGE_LIMIT_BYTES + 1))


def test_not_a_number_never_travels() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode_message({"a": float("nan")})


def test_blank_lines_are_passed_over() -> None:
    assert list(LineBuffer().feed(b"\n  \n{}\n\n")) == [{}]


@pytest.mark.parametrize("line", [b"no\n", b"5\n", b"\xff\n", b'"a"\n', b"[" * 100_000 + b"\n"])
def test_what_is_no_message_is_refused(line: bytes) -> None:
    with pytest.raises(MalformedMessage):
        list(LineBuffer().feed(line))


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"jsonrpc": "2.0"},
        {"jsonrpc": "2.0", "id": "a", "result": 1},
        {"jsonrpc": "2.0", "id": True, "method": "jobs.list"},
        {"jsonrpc": "2.0", "id": 1, "method": 5},
        {"jsonrpc": "2.0", "id": 1, "method": "jobs.list", "params": []},
        {"jsonrpc": "2.0", "id": 1, "error": "no"},
    ],
)
def test_what_is_no_envelope_is_refused(message: dict[str, Any]) -> None:
    with pytest.raises(MalformedMessage):
        parse_envelope(message)


def test_an_id_tells_a_request_from_a_notification() -> None:
    assert isinstance(parse_envelope({"jsonrpc": "2.0", "id": 0, "method": "jobs.list"}), Request)
    assert isinstance(parse_envelope({"jsonrpc": "2.0", "method": "event"}), Notification)
