"""Cameras' raw files through LibRaw. Any thread; rawpy is imported on first use because most captures need none."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image

from tiepoint.engine.photos.problems import PhotoProblem, problem_from_os_error
from tiepoint.engine.photos.tags import BROKEN_TAG_ERRORS, ExifTags, tags_of


def raw_size_px(path: Path) -> tuple[int, int]:
    """Return width and height of a raw photo, upright.

    Raises:
        PhotoProblem: LibRaw does not know it.
    """
    with _opened(path) as raw:
        sizes = raw.sizes
        is_turned = sizes.flip in {5, 6}
        width, height = int(sizes.iwidth), int(sizes.iheight)
        return (height, width) if is_turned else (width, height)


def develop_raw(path: Path, *, half_size: bool) -> Image.Image:
    """Return the raw photo developed to 8-bit sRGB, upright, with the camera's white balance.

    Brightness is not stretched per photo: neighbouring photos must look alike.

    Args:
        path: The raw file.
        half_size: Give half the width and height, in a quarter of the time.

    Raises:
        PhotoProblem: It is cut short, damaged or unknown to LibRaw.
    """
    rawpy = _library()
    with _opened(path) as raw:
        try:
            pixels = raw.postprocess(use_camera_wb=True, no_auto_bright=True, half_size=half_size, output_bps=8)
        except rawpy.LibRawFileUnsupportedError as error:
            raise PhotoProblem("unsupported-raw", str(error)) from error
        except rawpy.LibRawIOError as error:
            raise PhotoProblem("truncated", str(error)) from error
        except rawpy.LibRawError as error:
            raise PhotoProblem("damaged", str(error)) from error
    return Image.fromarray(pixels)


def raw_tags(path: Path) -> ExifTags:
    """Return the EXIF tags of a raw file: of its TIFF structure, else of the preview inside; never raises."""
    return _tiff_tags(path) or _preview_tags(path) or ExifTags()


def _tiff_tags(path: Path) -> ExifTags | None:
    exif = Image.Exif()
    try:
        with path.open("rb") as file:
            exif.load_from_fp(file)
            tags = tags_of(exif)
    except BROKEN_TAG_ERRORS:
        return None
    return tags if tags.main else None


def _preview_tags(path: Path) -> ExifTags | None:
    rawpy = _library()
    try:
        with _opened(path) as raw:
            preview = raw.extract_thumb()
        if preview.format != rawpy.ThumbFormat.JPEG:
            return None
        with Image.open(io.BytesIO(preview.data), formats=("JPEG",)) as image:
            return tags_of(image.getexif())
    except (PhotoProblem, rawpy.LibRawError, *BROKEN_TAG_ERRORS):
        return None


def _opened(path: Path) -> Any:
    rawpy = _library()
    try:
        path.open("rb").close()  # LibRaw says only "I/O error" for a file that is missing or not ours to read
    except OSError as error:
        raise problem_from_os_error(error) from error
    try:
        return rawpy.imread(str(path))
    except rawpy.LibRawError as error:
        raise PhotoProblem("unsupported-raw", str(error)) from error


def _library() -> Any:
    try:
        import rawpy
    except ImportError as error:
        raise PhotoProblem("unsupported-raw", str(error)) from error
    return rawpy
