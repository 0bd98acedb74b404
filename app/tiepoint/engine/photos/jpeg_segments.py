"""The segments of a JPEG file: whether it was written to its end, and a copy without metadata. Pure; any thread.

A decoder alone does not notice every cut: a tail of zeros, as an interrupted download leaves it, decodes to grey
without a word. The end-of-image marker is missing then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Marker codes: ITU-T T.81, table B.1.
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_JFIF, _ADOBE = 0xE0, 0xEE
_METADATA: Final = frozenset({*range(0xE0, 0xF0), 0xFE}) - {_JFIF, _ADOBE}


@dataclass(frozen=True, slots=True)
class Segment:
    """One marker segment, `content[start:end]` with its marker and length."""

    marker: int
    start: int
    end: int


def is_jpeg(head: bytes) -> bool:
    """Return whether a file that starts like this is a JPEG."""
    return head[:3] == b"\xff\xd8\xff"


def reaches_its_end(content: bytes) -> bool:
    """Return whether the main picture's end-of-image marker is there.

    Args:
        content: The whole file; embedded thumbnails and pictures that follow the main one do not count.
    """
    scan = next((segment for segment in _segments(content) if segment.marker == _SCAN), None)
    return scan is not None and content.find(bytes((0xFF, _END)), scan.end) >= 0


def without_metadata(content: bytes) -> bytes:
    """Return the same picture without EXIF, XMP, colour profile, comments and anything after its end.

    The pixels are not touched. JFIF and Adobe segments stay: they say how colours are coded.

    Args:
        content: A whole JPEG file for which `reaches_its_end` holds.
    """
    kept = [content[:2]]
    for segment in _segments(content):
        if segment.marker == _SCAN:
            kept.append(content[segment.start : _end_of_picture(content, segment.end)])
            break
        if segment.marker not in _METADATA:
            kept.append(content[segment.start : segment.end])
    return b"".join(kept)


def _end_of_picture(content: bytes, position: int) -> int:
    """Walk from the first scan's data over all later scans and tables to the end-of-image marker."""
    while (position := content.find(b"\xff", position)) >= 0:
        marker = content[position + 1] if position + 1 < len(content) else _END
        if marker == _END:
            return position + 2
        if marker == 0xFF:
            position += 1
        elif marker == 0 or marker in _STANDALONE:
            position += 2
        else:
            position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
    return len(content)


def _segments(content: bytes) -> Iterator[Segment]:
    """Yield the segments up to and with the header of the first scan."""
    position = 2
    while position + 4 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker in _STANDALONE:
            position += 2
            continue
        end = position + 2 + int.from_bytes(content[position + 2 : position + 4], "big")
        yield Segment(marker, position, end)
        if marker in {_SCAN, _END}:
            return
        position = end
