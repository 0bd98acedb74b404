"""Bytes to messages and back: UTF-8 JSON, one object a line, at most 1 MiB a line.

Must not do input or output: feed it what was read, write what it returns. One `LineBuffer` per stream, not shared
between threads.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from tiepoint.protocol.codec import MalformedMessage

MESSAGE_LIMIT_BYTES = 1024 * 1024


class MessageTooLong(MalformedMessage):
    """A line is longer than the protocol allows; the stream cannot be trusted any further."""


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")


# Made once: `json.loads` with an option makes one for every message.
_DECODER = json.JSONDecoder(parse_constant=_refused)


def encode_message(message: Mapping[str, Any]) -> bytes:
    """Write one message as its line, newline included.

    Raises:
        MessageTooLong: It would be longer than the limit; page it instead.
        ValueError: It holds NaN or an infinity, which JSON has not.
    """
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # A file name with bytes that are no UTF-8 arrives as lone surrogates; the wire shows them as question marks.
    line = text.encode("utf-8", "replace") + b"\n"
    if len(line) > MESSAGE_LIMIT_BYTES:
        raise MessageTooLong(f"a message of {len(line)} bytes; the limit is {MESSAGE_LIMIT_BYTES}")
    return line


def decode_message(line: bytes) -> dict[str, Any]:
    """Read one line as a message.

    Raises:
        MessageTooLong: The line is longer than the limit.
        MalformedMessage: It is no UTF-8, no JSON or no object.
    """
    if len(line) > MESSAGE_LIMIT_BYTES:
        raise MessageTooLong(f"a message of {len(line)} bytes; the limit is {MESSAGE_LIMIT_BYTES}")
    try:
        message = _DECODER.decode(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise MalformedMessage(f"not a line of JSON: {error}") from error
    if not isinstance(message, dict):
        raise MalformedMessage("a message must be an object")
    return cast("dict[str, Any]", _whole_text(message)) if _has_escaped(line) else message


def decode_messages(lines: Sequence[bytes]) -> list[dict[str, Any]]:
    """Read many short lines as messages, in one go, which takes half as long as one by one.

    Raises:
        MalformedMessage: One of them is no message.
    """
    joined = b",".join(lines)
    try:
        messages = _DECODER.decode(f"[{joined.decode('utf-8')}]")
    except (ValueError, RecursionError) as error:
        raise MalformedMessage(f"not lines of JSON: {error}") from error
    if len(messages) != len(lines) or not all(isinstance(message, dict) for message in messages):
        raise MalformedMessage("every message must be an object")
    return cast("list[dict[str, Any]]", [_whole_text(each) for each in messages] if _has_escaped(joined) else messages)


def _has_escaped(line: bytes) -> bool:
    """Whether surrogates may be written out in a line, the only way by which half a pair can come."""
    return b"\\" in line and (b"\\ud" in line or b"\\uD" in line)


def _whole_text(value: Any) -> Any:
    """Return a message whose texts any file, database and window takes: half a pair becomes a question mark."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_whole_text(name): _whole_text(each) for name, each in value.items()}
    return [_whole_text(each) for each in value] if isinstance(value, list) else value


class LineBuffer:
    """Collects what arrives and gives back whole messages."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, data: bytes) -> Iterator[dict[str, Any]]:
        """Take bytes as they arrived and yield every message they complete; blank lines are passed over.

        Args:
            data: Any piece of the stream, of any length.

        Yields:
            Messages in order.

        Raises:
            MessageTooLong: A line went past the limit; close the stream.
            MalformedMessage: A line is no message; close the stream.
        """
        for line in self.lines(data):
            yield decode_message(line)

    def lines(self, data: bytes) -> Iterator[bytes]:
        """As `feed`, with lines that nobody has read yet.

        Raises:
            MessageTooLong: A line went past the limit; close the stream.
        """
        *whole, rest = data.split(b"\n")
        if whole and self._pending:
            whole[0] = bytes(self._pending) + whole[0]
            self._pending.clear()
        for line in whole:
            if len(line) >= MESSAGE_LIMIT_BYTES:
                raise MessageTooLong(f"a line longer than {MESSAGE_LIMIT_BYTES} bytes")
            if line and not line.isspace():
                yield line
        self._pending += rest
        if len(self._pending) > MESSAGE_LIMIT_BYTES:
            raise MessageTooLong(f"a line longer than {MESSAGE_LIMIT_BYTES} bytes")
