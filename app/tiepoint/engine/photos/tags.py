"""Values of EXIF tags made safe: whatever a file holds, text is printable and numbers are finite. Pure; any thread."""

from __future__ import annotations

import math
import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# Everything Pillow was seen to raise on broken EXIF blocks: a broken tag is a note, never a crash.
BROKEN_TAG_ERRORS: Final = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
_LONGEST_TEXT: Final = 80
EXIF_IFD: Final = 0x8769
GPS_IFD: Final = 0x8825


@dataclass(frozen=True, slots=True)
class ExifTags:
    """The three directories of a photo's EXIF block, by tag number.

    Attributes:
        main: Make, model, orientation.
        photo: Exposure, times, focal length.
        gps: Position.
        is_broken: True when a directory could not be read.
    """

    main: Mapping[int, Any] = field(default_factory=dict)
    photo: Mapping[int, Any] = field(default_factory=dict)
    gps: Mapping[int, Any] = field(default_factory=dict)
    is_broken: bool = False


def tags_of(exif: Any) -> ExifTags:
    """Return the tags of a Pillow Exif object.

    Args:
        exif: `PIL.Image.Exif`.
    """
    broken = False

    def directory(pointer: int | None) -> Mapping[int, Any]:
        nonlocal broken
        try:
            return dict(exif) if pointer is None else dict(exif.get_ifd(pointer))
        except BROKEN_TAG_ERRORS:
            broken = True
            return {}

    main, photo, gps = directory(None), directory(EXIF_IFD), directory(GPS_IFD)
    return ExifTags(main, photo, gps, is_broken=broken)


def text(value: Any) -> str:
    """Return a tag as printable text: cut at the first NUL, control characters dropped, spaces collapsed."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    head = value.split("\0", 1)[0]
    if head.isascii() and head.isprintable():  # nearly always, and many times as fast
        return " ".join(head.split())[:_LONGEST_TEXT].strip()
    printable = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in head)
    return " ".join(printable.split())[:_LONGEST_TEXT].strip()


def number(value: Any) -> float | None:
    """Return a tag as a finite number, or None."""
    if isinstance(value, tuple | list):
        value = value[0] if len(value) == 1 else None
    if value is None or isinstance(value, str | bytes):
        return None
    try:
        found = float(value)
    except BROKEN_TAG_ERRORS:
        return None
    return found if math.isfinite(found) else None


def positive(value: Any) -> float | None:
    """Return a tag as a number above zero, or None."""
    found = number(value)
    return found if found is not None and found > 0 else None


def numbers(value: Any, count: int) -> tuple[float, ...] | None:
    """Return a tag of several numbers, or None unless it holds exactly `count` finite ones."""
    if not isinstance(value, tuple | list) or len(value) != count:
        return None
    found = [number(part) for part in value]
    return tuple(part for part in found if part is not None) if None not in found else None


def orientation_of(tags: ExifTags) -> int:
    """Return the EXIF orientation, 1 to 8; anything else counts as upright."""
    found = number(tags.main.get(0x0112))
    return int(found) if found in {1, 2, 3, 4, 5, 6, 7, 8} else 1
