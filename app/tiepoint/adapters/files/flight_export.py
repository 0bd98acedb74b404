"""The newest part of a tape as JSON lines for somebody else's eyes. Files only; any thread."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from tiepoint.adapters.files.flight_segments import Segment, read_lines


def export_lines(pieces: Sequence[Segment], file: Path, redacted: Callable[[str], str], most_bytes: int) -> int:
    """Write as many of the newest pieces as fit, oldest first; return how many bytes that are.

    Raises:
        OSError: The file cannot be written.
    """
    chosen: list[Segment] = []
    room = most_bytes
    for piece in reversed(pieces):
        room -= 8 * piece.path.stat().st_size  # events shrink to an eighth or less
        if room < 0 and chosen:
            break
        chosen.insert(0, piece)
    written = 0
    with file.open("w", encoding="utf-8", errors="backslashreplace") as out:
        for piece in chosen:
            for line in read_lines(piece.path):
                written += out.write(redacted(json.dumps(line, separators=(",", ":"), ensure_ascii=False)) + "\n")
                if written > most_bytes:
                    return written
    return written
