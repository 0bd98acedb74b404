"""Times on the wire, and the error of whatever cannot be read there. Pure functions, any thread."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

# Local times of years at the very edge of what Python knows cannot be told.
FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 9000
LARGEST_INT: Final = 2**63
MOST_TOLD: Final = 80


class MalformedMessage(ValueError):
    """A message does not have the shape its kind must have; the text names the field."""


def time_text(moment: datetime) -> str:
    """Write an aware moment as RFC 3339 in UTC with milliseconds, such as `2026-11-22T10:00:00.000Z`.

    Raises:
        ValueError: The moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time on the wire needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 time into an aware moment in UTC.

    Raises:
        MalformedMessage: It is no RFC 3339 time, has no offset, or lies where clocks of no computer stand.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and moment.tzinfo is not UTC:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedMessage(f"not a time: {brief(text)}") from error
    if moment.tzinfo is None:
        raise MalformedMessage(f"a time without offset: {brief(text)}")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise MalformedMessage(f"no time of ours: {brief(text)}")
    return moment


def brief(value: object) -> str:
    """Show a value in an error text, which must not become as long as the message."""
    shown = repr(value) if not isinstance(value, int) or abs(value) < LARGEST_INT else "a huge number"
    return shown if len(shown) <= MOST_TOLD else shown[: MOST_TOLD - 3] + "..."
