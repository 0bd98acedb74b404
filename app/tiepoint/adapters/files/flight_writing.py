"""What waits to be written of one site's tape, and writing it. The loop's thread puts, the writer's thread takes."""

from __future__ import annotations

import itertools
import time as clock
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

from tiepoint.adapters.files.flight_segments import SegmentWriter, state_lines
from tiepoint.protocol.codec import MalformedMessage, parse_time
from tiepoint.protocol.events import State

_MOST_WAITING_BYTES: Final = 64 * 1024 * 1024
_BROKEN_S: Final = 60.0
_BREATH_S: Final = 0.002
_AT_ONCE: Final = 25
"""Lines of a state between two breaths: turning objects into text holds the interpreter that the window needs, too."""


@dataclass(frozen=True, slots=True)
class Begin:
    """A piece begins."""

    state: State
    time: datetime


@dataclass(frozen=True, slots=True)
class Lost:
    """The piece ends."""

    time: datetime


_Item: TypeAlias = bytes | Begin | Lost


class Track:
    """One site's tape as it is being written.

    Args:
        folder: Of its pieces.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_running = False
        self.bytes = self.events = 0
        self.began = 0.0
        self.last = datetime.min.replace(tzinfo=UTC)
        self.items: deque[_Item] = deque()
        self.writer: SegmentWriter | None = None
        self._put_bytes = self._written_bytes = 0  # one counted by the loop's thread, the other by the writer's
        self._broken_until = 0.0

    @property
    def path(self) -> Path | None:
        """The piece that is being written."""
        return None if self.writer is None else self.writer.path

    @property
    def is_broken(self) -> bool:
        """Whether writing failed a moment ago."""
        return clock.monotonic() < self._broken_until

    def put(self, item: Begin | Lost, now: float) -> None:
        """Begin or end a piece."""
        self.is_running, self.bytes, self.began = isinstance(item, Begin), 0, now
        self.items.append(item)

    def put_line(self, line: bytes) -> None:
        """Keep an event; one that the disk is too slow for begins a gap."""
        if self._put_bytes - self._written_bytes > _MOST_WAITING_BYTES:
            self.is_running = False
            return
        self.bytes += len(line)
        self._put_bytes += len(line)
        self.items.append(line)

    def break_off(self) -> None:
        """Write no more for a while."""
        self.is_running, self._broken_until = False, clock.monotonic() + _BROKEN_S
        self.items.clear()
        if self.writer is not None:
            self.writer.drop()
        self._written_bytes, self.writer = self._put_bytes, None

    def written(self, lines: list[bytes]) -> None:
        """Count what is off our hands."""
        self._written_bytes += sum(len(line) for line in lines)
        self.events += len(lines)
        if lines:
            self.last = _time_of(lines[-1]) or self.last


def write_track(track: Track) -> bool:
    """Write what waits; return whether a piece was begun.

    Raises:
        OSError: It cannot be written.
    """
    has_begun = False
    lines: list[bytes] = []
    while track.items:
        item = track.items.popleft()
        if isinstance(item, bytes):
            lines.append(item)
            continue
        _put_lines(track, lines)
        lines = []
        _close(track, item.time)
        if isinstance(item, Begin):
            track.events, track.last = 0, item.time
            track.writer = SegmentWriter(track.folder, item.time)
            has_begun = True
            _write_state(track.writer, item.state)
    _put_lines(track, lines)
    return has_begun


def _write_state(writer: SegmentWriter, state: State) -> None:
    lines = state_lines(state)
    while some := list(itertools.islice(lines, _AT_ONCE)):
        writer.write(some)
        clock.sleep(_BREATH_S)


def _put_lines(track: Track, lines: list[bytes]) -> None:
    if track.writer is not None:
        track.writer.events += len(lines)
        track.writer.write(lines)
    track.written(lines)


def _close(track: Track, end: datetime) -> None:
    if track.writer is not None:
        writer, track.writer = track.writer, None
        writer.close(end)


def _time_of(line: bytes) -> datetime | None:
    """Find the time of an event without reading all of it."""
    _, found, after = line.partition(b'"time":"')
    try:
        return parse_time(after[:40].split(b'"')[0].decode()) if found else None
    except (MalformedMessage, UnicodeDecodeError):
        return None
