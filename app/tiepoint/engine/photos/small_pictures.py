"""Pictures of photos small enough to show, upright, in sRGB. Any thread; one at a time in a process.

A photo that is cut short gives as much of its picture as there is: whether it can be used is said elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PIL import Image, ImageFile

from tiepoint.engine.photos import pixels
from tiepoint.engine.photos.embedded_picture import embedded_picture, raw_preview
from tiepoint.engine.photos.formats import is_raw_name
from tiepoint.engine.photos.reading import opened_photo, read_photo, upright

# A JPEG is decoded at half, quarter or eighth size, but no smaller than this many times what is wanted.
_DECODE_FACTOR: Final = 1.4


def rough_picture(path: Path, longest_px: int) -> Image.Image | None:
    """Return the camera's own small picture, at most so large; None when the photo has none.

    Raises:
        PhotoProblem: It is no readable photo.
    """
    if is_raw_name(path.name):
        return _fitted(picture, longest_px) if (picture := embedded_picture(path, None)) else None
    with opened_photo(path) as (head, image):
        picture = embedded_picture(path, image)
        return _fitted(upright(picture, head.orientation), longest_px) if picture else None


def fine_picture(path: Path, longest_px: int) -> Image.Image:
    """Return the photo's own picture with its longest side at most so large.

    Raises:
        PhotoProblem: It is no readable photo.
    """
    if is_raw_name(path.name) and (preview := _large_preview(path, longest_px)):
        return _fitted(preview, longest_px)
    was, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
    try:
        head, image = read_photo(path, None, at_least_px=round(longest_px * _DECODE_FACTOR))
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = was
    profile = image.info.get("icc_profile")
    return upright(pixels.to_srgb(_fitted(image, longest_px), profile), head.orientation)


def _large_preview(path: Path, longest_px: int) -> Image.Image | None:
    """Return a raw file's preview where it is large enough: developing takes a hundred times as long."""
    if raw_preview(path) is None:
        return None
    preview = embedded_picture(path, None)
    return preview if preview and max(preview.size) >= longest_px else None


def _fitted(picture: Image.Image, longest_px: int) -> Image.Image:
    scale = longest_px / max(picture.size)
    if scale >= 1:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BOX if scale < 0.25 else Image.Resampling.BICUBIC, reducing_gap=2.0)
