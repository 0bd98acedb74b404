"""The log of a job or a node: one line a record, appended by the agent, paged from its end. Blocks on the disk."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from tiepoint.protocol.codec import MalformedMessage, parse_time, time_text
from tiepoint.protocol.events import LogLine
from tiepoint.protocol.methods import LogsResult
from tiepoint.runtime.logs import masked

_MOST_LINES: Final = 1000
_MOST_LINE_CHARACTERS: Final = 4000
_BLOCK_BYTES: Final = 64 * 1024


def log_line(level: str, source: str, text: str) -> LogLine:
    """Return a record of now: one line, masked, not endless."""
    told = masked(" ".join(text.splitlines()))[:_MOST_LINE_CHARACTERS]
    return LogLine(datetime.now(UTC), told, level, source)


def line_text(line: LogLine) -> str:
    """Return a record as it stands in a file."""
    return f"{time_text(line.time)} {line.level.upper()} {line.source or '-'}: {line.text}\n"


def append(path: Path, text: str) -> None:
    """Append whole lines to a log, made with its folder; a full disk loses them, not the job."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)


def tail(path: Path, lines: int, before: str | None, after: str | None = None) -> LogsResult:
    """Return the last lines of a log, or those before or after a cursor.

    Args:
        path: The file; a missing one has no lines.
        lines: At most so many.
        before: `LogsResult.before` of an earlier answer.
        after: `LogsResult.end` of an earlier answer.
    """
    wanted = max(1, min(lines, _MOST_LINES))
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if after and after.isdigit():
                return _following(file, min(int(after), size), wanted)
            end = min(int(before), size) if before and before.isdigit() else size
            return _page(file.fileno(), end, wanted)
    except OSError:
        return LogsResult((), end="0")


def _following(file: BinaryIO, start: int, wanted: int) -> LogsResult:
    """Return whole lines from a place on; one that is being written is left for the next time."""
    file.seek(start)
    found: list[bytes] = []
    end = start
    for line in file:
        if len(found) == wanted or not line.endswith(b"\n"):
            break
        found.append(line)
        end += len(line)
    return LogsResult(_all_parsed(found), str(start) if start > 0 else None, str(end))


def _page(handle: int, end: int, wanted: int) -> LogsResult:
    start, data = end, b""
    while start > 0 and data.count(b"\n") <= wanted:
        step = min(_BLOCK_BYTES, start)
        start -= step
        data = os.pread(handle, step, start) + data if hasattr(os, "pread") else _read(handle, start, step) + data
    found = data.splitlines(keepends=True)
    if start > 0:
        found = found[1:]
    found = found[-wanted:]
    first = end - sum(len(line) for line in found)
    return LogsResult(_all_parsed(found), str(first) if first > 0 else None, str(end))


def _all_parsed(lines: Iterable[bytes]) -> tuple[LogLine, ...]:
    texts: list[LogLine] = []
    for line in lines:
        texts.append(_parsed(line.decode("utf-8", "replace").rstrip("\n"), texts[-1].time if texts else None))
    return tuple(texts)


def _read(handle: int, start: int, length: int) -> bytes:
    os.lseek(handle, start, os.SEEK_SET)
    return os.read(handle, length)


def _parsed(text: str, earlier: datetime | None) -> LogLine:
    """Read a line of ours; anything else (a library's own words) is passed on with the time of the line before it."""
    moment, _, rest = text.partition(" ")
    level, _, rest = rest.partition(" ")
    source, separator, message = rest.partition(": ")
    try:
        time = parse_time(moment) if separator else None
    except MalformedMessage:
        time = None
    if time is None:
        return LogLine(earlier or datetime.now(UTC), text[:_MOST_LINE_CHARACTERS])
    return LogLine(time, message, level.lower(), source)
