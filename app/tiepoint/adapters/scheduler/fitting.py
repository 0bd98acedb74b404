"""Messages of a size that no honest scheduler sends, cut to what a screen can show. Pure; any thread."""

from __future__ import annotations

from typing import Any, Final

_LONGEST_TEXT: Final = 8_000
_MOST_LISTED: Final = 20_000
_DEEPEST: Final = 12


def is_fitting(line: bytes) -> bool:
    """Whether no text in a line of JSON is too long; quick, because every line is looked at."""
    return len(line) <= _LONGEST_TEXT or max(map(len, line.split(b'"'))) <= _LONGEST_TEXT


def fitting(value: Any, depth: int = 0) -> Any:
    """Return a JSON value with its longest texts and lists cut, and nothing below a depth that no message has."""
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else value[:_LONGEST_TEXT] + "\N{HORIZONTAL ELLIPSIS}"
    if isinstance(value, dict):
        return {} if depth >= _DEEPEST else {key: fitting(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [] if depth >= _DEEPEST else [fitting(each, depth + 1) for each in value[:_MOST_LISTED]]
    return value
