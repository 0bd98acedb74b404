"""The flight recorder in a folder: one of tapes a site, written by a thread, limited in space and days.

What is heard is put in a list and written a second later, compressed; a full disk or a slow one costs a gap, never a
pause. `begin`, `heard` and `lost` on the loop's thread; the rest there, too, with files read in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import threading
import time as clock
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from tiepoint.adapters.files.flight_export import export_lines
from tiepoint.adapters.files.flight_reading import Cursor, end_of, spans_of
from tiepoint.adapters.files.flight_segments import Segment, segments
from tiepoint.adapters.files.flight_writing import Begin, Lost, Track, write_track
from tiepoint.ports.flight_recorder import TapeMoment, TapeSpan
from tiepoint.protocol.events import State

MOST_BYTES: Final = 512 * 1024 * 1024
MOST_DAYS: Final = 14
_WRITE_EVERY_S: Final = 1.0
_SEGMENT_BYTES: Final = 48 * 1024 * 1024
_SEGMENT_S: Final = 3600.0
_log = logging.getLogger(__name__)


class FolderFlightRecorder:
    """Implements `ports.flight_recorder.FlightRecorder`.

    Args:
        folder: Where the tapes are.
        now: The clock.
        most_bytes: All tapes together; the oldest pieces go first.
        most_days: Older pieces go.
        segment_bytes: A piece is ended after so many bytes of events.
    """

    def __init__(
        self,
        folder: Path,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        most_bytes: int = MOST_BYTES,
        most_days: float = MOST_DAYS,
        segment_bytes: int = _SEGMENT_BYTES,
    ) -> None:
        self._folder, self._now = folder, now
        self._most_bytes, self._most_days, self._segment_bytes = most_bytes, most_days, segment_bytes
        self._tracks: dict[str, Track] = {}
        self._writing = threading.Lock()
        self._reading = asyncio.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_on = self._is_ended = False
        self._cursors: dict[str, Cursor] = {}
        self._ends: dict[tuple[Path, int], tuple[datetime, int]] = {}

    @property
    def is_on(self) -> bool:
        """Whether it was started."""
        return self._is_on

    def start(self) -> None:
        """Record from now on."""
        self._is_on = True

    def begin(self, site: str, state: State, time: datetime) -> None:
        """Begin a piece with a whole state."""
        if not self._is_on:
            return
        track = self._tracks.get(site)
        if track is None:
            track = self._tracks[site] = Track(self._folder / _name(site))
        if not track.is_broken:
            track.put(Begin(state, time), clock.monotonic())
            self._run()

    def heard(self, site: str, line: bytes) -> None:
        """Keep an event."""
        track = self._tracks.get(site)
        if track is not None and track.is_running:
            track.put_line(line)

    def wants_state(self, site: str) -> bool:
        """Whether the piece is long enough, or none was begun."""
        if not self._is_on:
            return False
        track = self._tracks.get(site)
        if track is None:
            return True
        if not track.is_running:
            return not track.is_broken
        return track.bytes >= self._segment_bytes or clock.monotonic() - track.began >= _SEGMENT_S

    def lost(self, site: str, time: datetime) -> None:
        """End the piece."""
        track = self._tracks.get(site)
        if track is not None and track.is_running:
            track.put(Lost(time), clock.monotonic())

    async def spans(self, site: str) -> tuple[TapeSpan, ...]:
        """What there is."""
        async with self._reading:
            return await asyncio.to_thread(self._spans, site)

    async def at(self, site: str, time: datetime) -> TapeMoment | None:
        """The state at a moment."""
        async with self._reading:
            return await asyncio.to_thread(self._at, site, time)

    async def play(self, site: str, start: datetime, end: datetime, step_s: float) -> AsyncGenerator[TapeMoment, None]:
        """One moment after the other; gaps are jumped over."""
        time, step = start, timedelta(seconds=max(step_s, 0.001))
        while time <= end:
            moment = await self.at(site, time)
            if moment is None:
                after = [span.start for span in await self.spans(site) if span.start > time]
                if not after:
                    return
                time = min(after)
                continue
            yield moment
            time += step

    async def sites(self) -> tuple[str, ...]:
        """Sites with a tape."""

        def found() -> tuple[str, ...]:
            self._write()
            folders = self._folder.iterdir() if self._folder.is_dir() else ()
            return tuple(sorted(unquote(each.name) for each in folders if segments(each)))

        return await asyncio.to_thread(found)

    async def export(
        self, site: str, file: Path, redacted: Callable[[str], str], *, most_bytes: int = 64 * 1024 * 1024
    ) -> int:
        """Write the newest part of a tape as JSON lines."""
        async with self._reading:
            await asyncio.to_thread(self._write)
            return await asyncio.to_thread(export_lines, segments(self._place(site)), file, redacted, most_bytes)

    async def close(self) -> None:
        """Write what is left."""
        self._is_on, self._is_ended = False, True
        self._wake.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.to_thread(thread.join)
        for site in tuple(self._tracks):
            self.lost(site, self._now())
        await asyncio.to_thread(self._write)

    def _place(self, site: str) -> Path:
        return self._folder / _name(site)

    def _run(self) -> None:
        if self._thread is None:
            self._is_ended = False
            self._wake.clear()
            self._thread = threading.Thread(target=self._write_on, name="flight recorder", daemon=True)
            self._thread.start()

    def _write_on(self) -> None:
        while not self._is_ended:
            self._wake.wait(_WRITE_EVERY_S)
            self._write()

    def _write(self) -> None:
        with self._writing:
            for site, track in tuple(self._tracks.items()):
                try:
                    if write_track(track):
                        self._forget_old()
                except OSError as error:
                    track.break_off()
                    _log.warning("the flight recorder of %s cannot write: %s", site, error)

    def _forget_old(self) -> None:
        """Remove what is too old, and the oldest while all together is too much; never what is being written."""
        pieces = sorted(
            (piece for folder in self._folder.iterdir() for piece in segments(folder)), key=lambda each: each.start
        )
        written = {track.path for track in self._tracks.values()}
        sizes = {piece.path: _size(piece.path) for piece in pieces}
        total, oldest = sum(sizes.values()), self._now() - timedelta(days=self._most_days)
        for piece in pieces:
            if piece.path not in written and (total > self._most_bytes or (piece.end or piece.start) < oldest):
                with contextlib.suppress(OSError):
                    piece.path.unlink()
                    total -= sizes[piece.path]
        for folder in self._folder.iterdir():
            if folder.is_dir() and not any(folder.iterdir()):
                shutil.rmtree(folder, ignore_errors=True)

    def _spans(self, site: str) -> tuple[TapeSpan, ...]:
        pieces = self._pieces(site)
        return spans_of(pieces, {piece.path: self._end(site, piece) for piece in pieces if piece.end is None})

    def _pieces(self, site: str) -> list[Segment]:
        self._write()
        return segments(self._place(site))

    def _end(self, site: str, piece: Segment) -> tuple[datetime, int]:
        track = self._tracks.get(site)
        if track is not None and track.path == piece.path:
            return max(track.last, piece.start), track.events
        key = piece.path, _size(piece.path)
        if key not in self._ends:
            self._ends[key] = end_of(piece.path, piece.start)
        return self._ends[key]

    def _at(self, site: str, time: datetime) -> TapeMoment | None:
        piece = next((each for each in reversed(self._pieces(site)) if each.start <= time), None)
        if piece is None:
            return None
        end = piece.end or self._end(site, piece)[0]
        if time > end + timedelta(seconds=1):
            return None
        cursor = self._cursors.get(site)
        is_behind = cursor is not None and cursor.is_at_end and piece.end is None
        if cursor is None or cursor.piece != piece or cursor.time > time or is_behind:
            cursor = self._cursors[site] = Cursor(piece)
        return cursor.at(time)


def _name(site: str) -> str:
    return quote(site, safe="")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
