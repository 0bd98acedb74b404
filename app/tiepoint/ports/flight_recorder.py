"""The flight recorder's tape: what schedulers told, as they told it, kept for days in a limited space."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from tiepoint.protocol.events import State


@dataclass(frozen=True, slots=True)
class TapeSpan:
    """A stretch of tape without a gap.

    Args:
        start: UTC.
        end: UTC.
        events: How many were recorded in it.
    """

    start: datetime
    end: datetime
    events: int


@dataclass(frozen=True, slots=True)
class TapeMoment:
    """Everything a scheduler's mirror held at one moment.

    Args:
        time: UTC, of the last event that is in it.
        state: Jobs and nodes.
    """

    time: datetime
    state: State


class FlightRecorder(Protocol):
    """Records one site a tape. Recording never blocks or raises; what cannot be written is counted."""

    def begin(self, site: str, state: State, seq: int, epoch: str) -> None:
        """A whole state was heard: recording starts from here."""

    def heard(self, site: str, line: bytes) -> None:
        """An event was heard; the line of its notification, as it came. Returns at once."""

    def wants_state(self, site: str) -> bool:
        """Whether a new piece of tape is due: `begin` is then called with the present state."""

    def start(self) -> None:
        """Record from now on: one program of a user does, the panel."""

    def lost(self, site: str) -> None:
        """The link broke: a gap begins."""

    async def spans(self, site: str) -> tuple[TapeSpan, ...]:
        """What there is, oldest first. Idempotent."""

    async def at(self, site: str, time: datetime) -> TapeMoment | None:
        """The state at a moment; None when the tape does not reach it. Idempotent; ms for near moments."""

    def play(self, site: str, start: datetime, end: datetime, step_s: float) -> AsyncGenerator[TapeMoment, None]:
        """Moments one after the other, for a scrubber that plays."""

    async def export(self, site: str, file: Path, start: datetime | None = None) -> int:
        """Write a tape as JSON lines, names of people and paths of homes replaced; returns its bytes."""

    async def close(self) -> None:
        """Write what is left."""
