"""A picture of a photo, small enough to show: plain pixels. Pure data; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

THUMBNAIL_PX: Final = 256
LARGE_THUMBNAIL_PX: Final = 512
PREVIEW_PX: Final = 1600


@dataclass(frozen=True, slots=True)
class PhotoPicture:
    """A photo's picture, upright.

    Args:
        path: Of which photo of the set.
        width: Pixels across.
        height: Pixels down.
        rgb: `width` x `height` x 3 bytes, rows without padding; empty when there is none.
        longest_px: What was asked for; the picture may be smaller, when the photo is.
        is_rough: True when it came from the camera's own small picture and a finer one follows.
        problem: Why there is no picture, a plain sentence; None when there is one.
    """

    path: str
    width: int = 0
    height: int = 0
    rgb: bytes = b""
    longest_px: int = THUMBNAIL_PX
    is_rough: bool = False
    problem: str | None = None
