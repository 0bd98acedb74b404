"""The head of an STL file, binary or text. Blocking; any thread."""

from __future__ import annotations

import struct
from typing import IO, Final

from tiepoint.adapters.files.heads.head import BrokenModel, Head
from tiepoint.domain.model_facts import ModelFormat

_HEAD_BYTES: Final = 84
_FACE_BYTES: Final = 50
_BLOCK_BYTES: Final = 1 << 20
_MARK: Final = b"endfacet"


def stl_head(file: IO[bytes], size_bytes: int) -> Head:
    """Read the head.

    Args:
        file: The file, at its start.
        size_bytes: Its size.

    Raises:
        BrokenModel: It is no whole STL.
    """
    head = file.read(_HEAD_BYTES)
    if len(head) == _HEAD_BYTES:
        faces = int(struct.unpack("<80xI", head)[0])
        if faces > 0 and size_bytes >= _HEAD_BYTES + faces * _FACE_BYTES:
            return Head(ModelFormat.STL, faces)
    if not head.startswith(b"solid"):
        raise BrokenModel("it is cut short or no STL file")
    faces = _counted(file)
    if faces == 0:
        raise BrokenModel("it holds no triangles")
    return Head(ModelFormat.STL, faces)


def _counted(file: IO[bytes]) -> int:
    file.seek(0)
    count, last = 0, b""
    while block := file.read(_BLOCK_BYTES):
        count += (last + block).count(_MARK)
        last = block[-len(_MARK) + 1 :]
    return count
