"""The small picture that a camera puts into a photo's EXIF block, and the preview inside a raw file. Any thread.

A block is never trusted: whatever is wrong with it means that there is no small picture.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any, Final

from PIL import Image

from tiepoint.engine.photos.formats import is_raw_name
from tiepoint.engine.photos.tags import BROKEN_TAG_ERRORS

_EXIF_HEAD: Final = b"Exif\0\0"
# The second directory describes the thumbnail: EXIF 2.32, section 4.5.7.
_OFFSET, _LENGTH = 0x0201, 0x0202
_MOST_FIELDS: Final = 512
# Cameras fill a 4:3 thumbnail with black above and below a wider photo; less is a rounded size.
_BARS_FROM: Final = 1.02


def embedded_jpeg(exif: object) -> bytes | None:
    """Return the thumbnail's bytes out of an EXIF block, or None.

    Args:
        exif: The block, with or without its head.
    """
    if not isinstance(exif, bytes):
        return None
    block = exif[len(_EXIF_HEAD) :] if exif.startswith(_EXIF_HEAD) else exif
    try:
        order = {b"II": "<", b"MM": ">"}[block[:2]]
        second = _next_directory(block, order, struct.unpack_from(order + "I", block, 4)[0])
        fields = _fields(block, order, second) if second else {}
    except (KeyError, struct.error, ValueError):
        return None
    offset, length = fields.get(_OFFSET, 0), fields.get(_LENGTH, 0)
    found = block[offset : offset + length]
    return found if offset and found[:2] == b"\xff\xd8" else None


def embedded_picture(path: Path, image: Image.Image | None) -> Image.Image | None:
    """Return the camera's own small picture as stored, without the black bars that some add; None without one.

    Args:
        path: The photo.
        image: Opened, for formats that Pillow reads; None for raw files.
    """
    content = raw_preview(path) if is_raw_name(path.name) else embedded_jpeg(image.info.get("exif") if image else None)
    if content is None:
        return None
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG",)) as small:
            small.load()
            picture = small.convert("RGB")
    except BROKEN_TAG_ERRORS:
        return None
    return without_bars(picture, image.width / image.height) if image else picture


def raw_preview(path: Path) -> bytes | None:
    """Return the JPEG inside a raw file, which may be as large as the photo; None without one."""
    try:
        import rawpy

        with rawpy.imread(str(path)) as raw:
            preview: Any = raw.extract_thumb()
            return bytes(preview.data) if preview.format == rawpy.ThumbFormat.JPEG else None
    except (ImportError, rawpy.LibRawError, *BROKEN_TAG_ERRORS):
        return None


def without_bars(picture: Image.Image, shape: float) -> Image.Image:
    """Cut a picture to the shape of its photo, around the middle.

    Args:
        picture: The camera's small picture.
        shape: Width over height of the photo, both as stored.
    """
    found = picture.width / picture.height
    if found < shape / _BARS_FROM:
        height = max(1, round(picture.width / shape))
        top = (picture.height - height) // 2
        return picture.crop((0, top, picture.width, top + height))
    if found > shape * _BARS_FROM:
        width = max(1, round(picture.height * shape))
        left = (picture.width - width) // 2
        return picture.crop((left, 0, left + width, picture.height))
    return picture


def _next_directory(block: bytes, order: str, start: int) -> int:
    count = struct.unpack_from(order + "H", block, start)[0]
    return int(struct.unpack_from(order + "I", block, start + 2 + 12 * min(count, _MOST_FIELDS))[0])


def _fields(block: bytes, order: str, start: int) -> dict[int, int]:
    """Return the directory's fields of one LONG each."""
    count = min(struct.unpack_from(order + "H", block, start)[0], _MOST_FIELDS)
    rows = (struct.unpack_from(order + "HHII", block, start + 2 + 12 * row) for row in range(count))
    return {tag: value for tag, kind, _, value in rows if kind == 4}
