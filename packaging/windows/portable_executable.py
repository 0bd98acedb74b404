"""Reads as much of a Windows program file as signing needs: whether it is one, and whether somebody has signed it.

Format: https://learn.microsoft.com/windows/win32/debug/pe-format. Standard library only.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

_PE32_PLUS: Final = 0x20B
_SECURITY_DIRECTORY: Final = 4
_HEAD_BYTES: Final = 4096


def is_program(path: Path) -> bool:
    """Say whether a file is a program or library for Windows."""
    return _optional_header(path) is not None


def is_signed(path: Path) -> bool:
    """Say whether a program file carries a signature; whose, and whether it holds, is the signing tools' to say."""
    header = _optional_header(path)
    if header is None:
        return False
    directories = 112 if struct.unpack_from("<H", header)[0] == _PE32_PLUS else 96
    place = directories + 8 * _SECURITY_DIRECTORY
    if len(header) < place + 8:
        return False
    _offset, size = struct.unpack_from("<II", header, place)
    return bool(size)


def _optional_header(path: Path) -> bytes | None:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if len(head) < 0x40 or head[:2] != b"MZ":
        return None
    (start,) = struct.unpack_from("<I", head, 0x3C)
    if head[start : start + 4] != b"PE\0\0":
        return None
    (size,) = struct.unpack_from("<H", head, start + 20)
    return head[start + 24 : start + 24 + size]
