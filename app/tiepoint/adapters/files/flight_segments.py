"""Pieces of a flight recorder's tape as files: named by their times, compressed, readable up to a torn end.

A piece is JSON lines, gzip: jobs and nodes as they were at its begin (`{"job": ...}`, `{"node": ...}`), then the lines
of events as they came. While it is written its name tells its begin alone; closed, its end and its number of events,
too. Files only; any thread.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tiepoint.protocol.codec import to_json
from tiepoint.protocol.events import State

SUFFIX: Final = ".tape"
_TIME: Final = "%Y%m%dT%H%M%S.%fZ"
_GZIP: Final = 31
_FASTEST: Final = 1
_READ_BYTES: Final = 256 * 1024
_LONGEST_LINE: Final = 4 * 1024 * 1024
_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of tape.

    Args:
        path: The file.
        start: When it begins.
        end: When it ends; None = it was not closed, because it is being written or its writer was killed.
        events: How many are in it, if it was closed.
    """

    path: Path
    start: datetime
    end: datetime | None = None
    events: int = 0

    @classmethod
    def of(cls, path: Path) -> Segment | None:
        """Read a file's name; None when it is no piece of tape."""
        parts = path.name.removesuffix(SUFFIX).split("_")
        try:
            start = _time(parts[0])
            if len(parts) == 3:
                return cls(path, start, _time(parts[1]), int(parts[2]))
        except ValueError:
            return None
        return cls(path, start) if path.name.endswith(SUFFIX) else None


def segments(folder: Path) -> list[Segment]:
    """Return the pieces in a folder, oldest first."""
    found = [Segment.of(path) for path in folder.glob(f"*{SUFFIX}")] if folder.is_dir() else []
    return sorted((each for each in found if each is not None), key=lambda each: (each.start, each.path.name))


class SegmentWriter:
    """Writes one piece; what was flushed survives a kill.

    Args:
        folder: Where; it is made.
        state: What is known at its begin.
        start: When that is.

    Raises:
        OSError: It cannot be written.
    """

    def __init__(self, folder: Path, start: datetime) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.start, self.last, self.events = start, start, 0
        self._packer = zlib.compressobj(_FASTEST, zlib.DEFLATED, _GZIP)
        self.path = folder / f"{start.strftime(_TIME)}{SUFFIX}"
        self._file = self.path.open("wb")

    def write(self, lines: Iterable[bytes]) -> None:
        """Write lines of events, and let them reach the disk's cache.

        Some at a time: a busy second as one text leaves its room with the allocator of each thread that ever wrote.
        """
        rest, has_any = iter(lines), False
        while some := list(itertools.islice(rest, _AT_ONCE)):
            self._file.write(self._packer.compress(b"\n".join(some) + b"\n"))
            has_any = True
        if has_any:
            self._file.write(self._packer.flush(zlib.Z_SYNC_FLUSH))
            self._file.flush()

    def drop(self) -> None:
        """Let go of it where it cannot be written: what reached the disk stays readable."""
        with contextlib.suppress(OSError):
            self._file.close()

    def close(self, end: datetime) -> None:
        """Close it and name its end."""
        try:
            self._file.write(self._packer.flush(zlib.Z_FINISH))
        finally:
            self._file.close()
        end = max(end, self.start)
        name = f"{self.start.strftime(_TIME)}_{end.strftime(_TIME)}_{self.events}{SUFFIX}"
        self.path.rename(self.path.with_name(name))


def state_lines(state: State) -> Iterator[bytes]:
    """Return a state as the first lines of a piece."""
    for job in state.jobs:
        yield json.dumps({"job": to_json(job)}, separators=(",", ":")).encode()
    for node in state.nodes:
        yield json.dumps({"node": to_json(node)}, separators=(",", ":")).encode()


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Return a piece's lines; a torn end, and whatever is no JSON, is passed over.

    Raises:
        OSError: It cannot be read.
    """
    unpacker, pending = zlib.decompressobj(_GZIP), b""
    with path.open("rb") as file:
        while data := file.read(_READ_BYTES):
            try:
                while data:
                    pending += unpacker.decompress(data, _LONGEST_LINE)
                    data = unpacker.unconsumed_tail
                    *whole, pending = pending.split(b"\n")
                    yield from _read(whole)
            except zlib.error:
                return
            if len(pending) > _LONGEST_LINE:
                return


def _read(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            yield value


def _time(text: str) -> datetime:
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)
