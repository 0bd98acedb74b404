"""The flight recorder's tape: what schedulers told, as they told it, kept for days in a limited space."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from tiepoint.protocol.events import State


@dataclass(frozen=True, slots=True)
class TapeSpan:
    """A stretch of tape without a gap. Times are of the scheduler's clock, as those of jobs and nodes are.

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

    @property
    def is_on(self) -> bool:
        """Whether anything is recorded."""

    def begin(self, site: str, state: State, time: datetime) -> None:
        """A whole state is known, at a time of the scheduler's clock: recording starts from here, or goes on."""

    def heard(self, site: str, line: bytes) -> None:
        """An event was heard; the line of its notification, as it came. Returns at once."""

    def wants_state(self, site: str) -> bool:
        """Whether a new piece of tape is due: `begin` is then called with the present state."""

    def start(self) -> None:
        """Record from now on: one program of a user does, the panel."""

    def lost(self, site: str, time: datetime) -> None:
        """The link broke, at a time of the scheduler's clock: a gap begins."""

    async def spans(self, site: str) -> tuple[TapeSpan, ...]:
        """What there is, oldest first. Idempotent."""

    async def at(self, site: str, time: datetime) -> TapeMoment | None:
        """The state at a moment; None when the tape does not reach it. Idempotent; ms for near moments."""

    def play(self, site: str, start: datetime, end: datetime, step_s: float) -> AsyncGenerator[TapeMoment, None]:
        """Moments one after the other, for a scrubber that plays."""

    async def sites(self) -> tuple[str, ...]:
        """Sites of which there is a tape. Idempotent."""

    async def export(
        self, site: str, file: Path, redacted: Callable[[str], str], *, most_bytes: int = 64 * 1024 * 1024
    ) -> int:
        """Write the newest part of a tape as JSON lines, each line as `redacted` returns it; returns its bytes.

        Raises:
            OSError: The file cannot be written.
        """

    async def close(self) -> None:
        """Write what is left."""
