"""What cannot be known before a deployment runs: the outcome of `reference()` and all that is made of it."""

from __future__ import annotations

from typing import Any


class Unknown:
    """A value that is not known yet.

    Args:
        text: What it comes from.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"Unknown({self.text!r})"


def holds_unknown(value: Any) -> bool:
    """Whether a value, or a part of it, is not known yet."""
    if isinstance(value, dict):
        return any(holds_unknown(each) for each in value.values())
    if isinstance(value, list):
        return any(holds_unknown(each) for each in value)
    return isinstance(value, Unknown)


def as_expressions(value: Any) -> Any:
    """Return a value with everything unknown as an expression, which schemas accept anywhere."""
    if isinstance(value, dict):
        return {key: as_expressions(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_expressions(each) for each in value]
    return f"[{value.text}]" if isinstance(value, Unknown) else value
