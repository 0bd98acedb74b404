"""Reading a flight recorder's tape: which stretches there are, and everything as it was at a moment.

Files only; one thread at a time, never the loop's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tiepoint.adapters.files.flight_segments import Segment, read_lines
from tiepoint.adapters.scheduler.doubts import Doubts
from tiepoint.adapters.scheduler.mirror import Mirror
from tiepoint.ports.flight_recorder import TapeMoment, TapeSpan
from tiepoint.protocol.codec import MalformedMessage, parse_time
from tiepoint.protocol.events import State

_SAME = timedelta(milliseconds=1)


def spans_of(pieces: Sequence[Segment], ends: Mapping[Path, tuple[datetime, int]]) -> tuple[TapeSpan, ...]:
    """Join pieces that follow each other without a gap.

    Args:
        pieces: Oldest first.
        ends: End and number of events of those that were not closed.
    """
    spans: list[TapeSpan] = []
    for piece in pieces:
        end, events = ends.get(piece.path, (piece.end or piece.start, piece.events))
        if spans and abs(piece.start - spans[-1].end) <= _SAME:
            spans[-1] = TapeSpan(spans[-1].start, max(end, spans[-1].end), spans[-1].events + events)
        else:
            spans.append(TapeSpan(piece.start, max(end, piece.start), events))
    return tuple(spans)


def end_of(path: Path, start: datetime) -> tuple[datetime, int]:
    """Look where a piece that was not closed ends, and how many events are in it."""
    end, count = start, 0
    for event in _events(read_lines(path)):
        end, count = max(end, event.time), count + 1
    return end, count


@dataclass(frozen=True, slots=True)
class _Event:
    time: datetime
    params: dict[str, Any]


def _events(lines: Iterator[dict[str, Any]]) -> Iterator[_Event]:
    for line in lines:
        params = line.get("params")
        if isinstance(params, dict) and isinstance(params.get("time"), str):
            try:
                yield _Event(parse_time(params["time"]), params)
            except MalformedMessage:
                continue


class Cursor:
    """Walks through one piece, forwards only.

    Args:
        piece: The piece.

    Raises:
        OSError: It cannot be read.
    """

    def __init__(self, piece: Segment) -> None:
        self.piece, self.time = piece, piece.start
        self._mirror = Mirror("", -1, Doubts("tape"))
        self._lines = read_lines(piece.path)
        self._next: _Event | None = None
        self._shown = TapeMoment(piece.start, State())
        self._begin()

    @property
    def is_at_end(self) -> bool:
        """Whether everything that the file held when it was opened is in."""
        return self._next is None

    def at(self, time: datetime) -> TapeMoment:
        """Walk to a moment that is not before `self.time`; return everything as it was there."""
        is_other = self._shown.time != self.time or not self._shown.state.nodes
        while self._next is not None and self._next.time <= time:
            self._mirror.take(self._next.params, 0, self._next.time)
            self.time, is_other = self._next.time, True
            self._next = next(self._rest, None)
        if is_other:
            state = State(tuple(self._mirror.jobs().values()), tuple(self._mirror.nodes().values()))
            self._shown = TapeMoment(self.time, state)
        return self._shown

    def _begin(self) -> None:
        jobs: list[Any] = []
        nodes: list[Any] = []
        first: dict[str, Any] | None = None
        for line in self._lines:
            if "params" in line:
                first = line
                break
            if "job" in line:
                jobs.append(line["job"])
            elif "node" in line:
                nodes.append(line["node"])
        self._mirror.put_state({"jobs": jobs, "nodes": nodes}, 0)
        self._rest = _events(_again(first, self._lines))
        self._next = next(self._rest, None)


def _again(first: dict[str, Any] | None, rest: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    if first is not None:
        yield first
    yield from rest
