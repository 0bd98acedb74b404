"""What a Wavefront OBJ file holds: it has no head, so its lines are counted. Blocking; any thread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final

from tiepoint.adapters.files.heads.head import BrokenModel, Head, frame_of_comment
from tiepoint.domain.model_facts import ModelFormat

_BLOCK_BYTES: Final = 1 << 20
_HEAD_BYTES: Final = 65_536
_LIBRARY: Final = re.compile(rb"^mtllib[ \t]+(.+?)\s*$", re.MULTILINE)
_TEXTURE: Final = re.compile(rb"^\s*map_Kd[ \t]+(?:-\S+[ \t]+\S+[ \t]+)*(.+?)\s*$", re.MULTILINE)


def obj_head(file: IO[bytes], path: Path) -> Head:
    """Count what the file holds.

    Args:
        file: The file, at its start.
        path: Where it lies; its material file is looked into.

    Raises:
        BrokenModel: It holds neither triangles nor points.
    """
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    vertices = faces = 0
    last = b"\n"
    while block := file.read(_BLOCK_BYTES):
        text = last + block
        vertices += text.count(b"\nv ") + text.count(b"\nv\t")
        faces += text.count(b"\nf ") + text.count(b"\nf\t")
        last = block[-2:]  # a mark has three bytes and may lie across two blocks
    if vertices == 0:
        raise BrokenModel("it holds no triangles and no points" if head else "it is empty")
    return Head(
        ModelFormat.OBJ,
        faces,
        vertices,
        companions=tuple(_companions(head, path.parent)),
        has_y_up=b"z up" not in head,
        frame=frame_of_comment(head),
    )


def _companions(head: bytes, folder: Path) -> Iterator[str]:
    for name in _names(_LIBRARY, head):
        yield name
        try:
            if (folder / name).is_file():
                with (folder / name).open("rb") as file:
                    yield from _names(_TEXTURE, file.read(_HEAD_BYTES))
        except OSError:
            continue


def _names(pattern: re.Pattern[bytes], text: bytes) -> Iterator[str]:
    """Return names that stay inside the folder."""
    for found in pattern.findall(text):
        name = found.decode("utf-8", "replace").replace("\\", "/")
        parts = PurePosixPath(name).parts
        if parts and ".." not in parts and not PurePosixPath(name).is_absolute() and "\0" not in name:
            yield name
