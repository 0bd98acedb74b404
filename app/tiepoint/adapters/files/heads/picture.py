"""Width and height of a picture from its first bytes. Pure; any thread."""

from __future__ import annotations

import struct


def picture_size_px(data: bytes) -> tuple[int, int] | None:
    """Return width and height of a JPEG or PNG; None when the bytes do not tell."""
    try:
        if data[:8] == b"\x89PNG\r\n\x1a\n":
            width, height = struct.unpack(">II", data[16:24])
            return (int(width), int(height))
        return _jpeg_size_px(data) if data[:2] == b"\xff\xd8" else None
    except struct.error:
        return None


def _jpeg_size_px(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        kind = data[at + 1]
        # Frame headers are C0 to CF without DHT, JPG and DAC (ITU T.81, table B.1).
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return (int(width), int(height))
        at += 2 + max(int(struct.unpack(">H", data[at + 2 : at + 4])[0]), 2)
    return None
