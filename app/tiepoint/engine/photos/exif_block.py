"""A well-formed EXIF block read many times as fast as by the general reader; whatever is odd is left to that one.

Thousands of photos are listed while somebody waits, and most of that time went into their tags. Pure; any thread.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Final

from tiepoint.engine.photos.tags import EXIF_IFD, GPS_IFD, ExifTags

_HEAD: Final = b"Exif\0\0"
_MOST_FIELDS: Final = 200
_ORIENTATION: Final = 0x0112
# Field types: TIFF 6.0, section 2. Bytes of each, and its letter for struct; rationals are two numbers.
_BYTES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 8: 2, 9: 4, 10: 8}
_WIDTHS: Final = {3: 2, 4: 4, 5: 4, 8: 2, 9: 4, 10: 4}
_LETTERS: Final = {3: "H", 4: "I", 5: "I", 8: "h", 9: "i", 10: "i"}


def quick_tags(info: Mapping[Any, Any]) -> ExifTags | None:
    """Return the tags of a photo; None when its block is missing or in any way unusual.

    Args:
        info: What Pillow keeps of an opened photo beside its pixels.
    """
    exif = info.get("exif")
    if not isinstance(exif, bytes) or not exif.startswith(_HEAD):
        return None
    block = exif[len(_HEAD) :]
    try:
        tags = _tags(block)
    except (LookupError, struct.error, ValueError, UnicodeDecodeError):
        return None
    # Some programs write the orientation into the XMP packet alone, which the general reader knows about.
    is_whole = _ORIENTATION in tags.main or not ("xmp" in info or "XML:com.adobe.xmp" in info)
    return tags if is_whole else None


def _tags(block: bytes) -> ExifTags:
    order = {b"II*\0": "<", b"MM\0*": ">"}[block[:4]]
    main = _directory(block, order, struct.unpack_from(order + "I", block, 4)[0])
    photo, gps = (_directory(block, order, main[tag]) if tag in main else {} for tag in (EXIF_IFD, GPS_IFD))
    return ExifTags(main, photo, gps)


def _directory(block: bytes, order: str, start: int) -> dict[int, Any]:
    count = struct.unpack_from(order + "H", block, start)[0]
    if count > _MOST_FIELDS or not isinstance(start, int) or start < 8:
        raise ValueError("an unusual directory")
    row = struct.Struct(order + "HHI").unpack_from
    return {
        tag: _value(block, order, kind, length, start + 10 + 12 * index)
        for index in range(count)
        for tag, kind, length in (row(block, start + 2 + 12 * index),)
    }


def _value(block: bytes, order: str, kind: int, count: int, place: int) -> Any:
    size = count * _BYTES[kind]
    if size > 4:
        place = struct.unpack_from(order + "I", block, place)[0]
    if not count or place + size > len(block):
        raise ValueError("a value outside of the block")
    if kind in {1, 2, 7}:
        content = block[place : place + size]
        return content.rstrip(b"\0").decode("latin-1") if kind == 2 else content
    numbers = struct.unpack_from(f"{order}{size // _WIDTHS[kind]}{_LETTERS[kind]}", block, place)
    if kind in {5, 10}:
        numbers = tuple(_ratio(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True))
    return numbers[0] if count == 1 else numbers


def _ratio(over: int, under: int) -> float:
    return over / under if under else float("nan")
