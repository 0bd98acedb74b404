"""Opening a photo file of any supported format: its head, and its pixels decoded to the very end. Any thread.

Nothing here trusts a file: whatever is wrong with it becomes a PhotoProblem.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Final

from PIL import Image, UnidentifiedImageError

from tiepoint.engine.photos import pixels
from tiepoint.engine.photos.exif_block import quick_tags
from tiepoint.engine.photos.formats import PILLOW_FORMATS, is_heif_name, is_raw_name
from tiepoint.engine.photos.jpeg_segments import is_jpeg, reaches_its_end
from tiepoint.engine.photos.problems import (
    LARGEST_PHOTO_MP,
    SMALLEST_SIDE_PX,
    PhotoProblem,
    problem_from_os_error,
)
from tiepoint.engine.photos.raw_files import develop_raw, raw_size_px, raw_tags
from tiepoint.engine.photos.tags import BROKEN_TAG_ERRORS, ExifTags, orientation_of, tags_of

# Our own limit, with a sentence, replaces Pillow's, which is a warning first and lower than large-format cameras.
Image.MAX_IMAGE_PIXELS = None

_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# libheif and Pillow's TIFF reader turn the picture themselves and give its upright size.
_TURNED_BY_READER: Final = frozenset({"HEIF", "TIFF"})
_DECODE_ERRORS: Final = (*BROKEN_TAG_ERRORS, EOFError, RuntimeError, UnidentifiedImageError)


@dataclass(frozen=True, slots=True)
class PhotoHead:
    """What the head of a file says.

    Attributes:
        format: "JPEG", "PNG", "TIFF", "HEIF", "RAW", …
        width: As stored.
        height: As stored.
        orientation: EXIF orientation that is still to be applied to the stored pixels.
        tags: The EXIF block.
        has_transparency: Parts of the picture may be transparent.
        is_plain_srgb: The pixels are 8-bit sRGB as they are.
        xmp: The XMP packet; empty without one.
    """

    format: str
    width: int
    height: int
    orientation: int
    tags: ExifTags
    has_transparency: bool = False
    is_plain_srgb: bool = True
    xmp: bytes = b""

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height after the orientation is applied."""
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)


def read_head(path: Path, content: bytes | None = None) -> PhotoHead:
    """Read size and EXIF without decoding; costs about a millisecond for most formats.

    Args:
        path: The file.
        content: Its bytes if they are at hand already.

    Raises:
        PhotoProblem: It is no readable photo.
    """
    with _translated():
        if is_raw_name(path.name):
            return _raw_head(path)
        with _stream(path, content) as file, _opened_image(file, path.name) as image:
            return _head_of(image)


@contextmanager
def opened_photo(path: Path) -> Iterator[tuple[PhotoHead, Image.Image]]:
    """Open a photo that Pillow reads, without decoding it.

    Raises:
        PhotoProblem: It is no readable photo.
    """
    with _translated(), _stream(path, None) as file, _opened_image(file, path.name) as image:
        yield _head_of(image), image


def read_photo(path: Path, content: bytes | None, *, at_least_px: int) -> tuple[PhotoHead, Image.Image]:
    """Decode a photo to its end.

    Args:
        path: The file.
        content: Its bytes if they are at hand already.
        at_least_px: A picture whose longest side is at least this may be returned instead of the full one where
            the format decodes that faster; 0 for the full one.

    Returns:
        The head, and the picture as stored (orientation not applied), mode RGB, 8 bit sRGB once `to_srgb` has
        applied the profile in its `info`.

    Raises:
        PhotoProblem: It is no readable photo, or it is cut short.
    """
    with _translated():
        if is_raw_name(path.name):
            head = _raw_head(path)
            half = bool(at_least_px) and max(head.width, head.height) >= 2 * at_least_px
            return head, develop_raw(path, half_size=half)
        with _stream(path, content) as file, _opened_image(file, path.name) as image:
            head = _head_of(image)
            if content is not None and is_jpeg(content) and not reaches_its_end(content):
                raise PhotoProblem("truncated", "no end-of-image marker")
            profile = image.info.get("icc_profile")
            _decode(image, head, at_least_px)
            rgb = pixels.to_rgb(image)
            rgb.info = {} if image.mode == "CMYK" else {"icc_profile": profile}
            return head, rgb


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Return the picture as it was seen, given its EXIF orientation."""
    turn = _TURNS.get(orientation)
    return image.transpose(turn) if turn is not None else image


def content_of(path: Path) -> bytes | None:
    """Return the bytes of a JPEG file, which are needed more than once; None for other formats.

    Raises:
        PhotoProblem: The file is missing, unreadable or empty.
    """
    try:
        with path.open("rb") as file:
            head = file.read(16)
            if not head:
                raise PhotoProblem("empty")
            return head + file.read() if is_jpeg(head) else None
    except OSError as error:
        raise problem_from_os_error(error) from error


def _raw_head(path: Path) -> PhotoHead:
    width, height = raw_size_px(path)
    _check_size(width, height)
    # LibRaw turns the picture itself, so nothing is left to be applied.
    return PhotoHead("RAW", width, height, 1, raw_tags(path), is_plain_srgb=False)


def _head_of(image: Image.Image) -> PhotoHead:
    _check_size(*image.size)
    tags = _tags(image)
    return PhotoHead(
        format="JPEG" if image.format == "MPO" else str(image.format),
        width=image.width,
        height=image.height,
        orientation=1 if image.format in _TURNED_BY_READER else orientation_of(tags),
        tags=tags,
        has_transparency=pixels.has_transparency(image),
        is_plain_srgb=pixels.is_plain_srgb(image),
        xmp=xmp if isinstance(xmp := image.info.get("xmp"), bytes) else b"",
    )


def _tags(image: Image.Image) -> ExifTags:
    if (quick := quick_tags(image.info)) is not None:
        return quick
    try:
        return tags_of(image.getexif())
    except BROKEN_TAG_ERRORS:
        return ExifTags(is_broken=True)


def _check_size(width: int, height: int) -> None:
    if width * height > LARGEST_PHOTO_MP * 1_000_000:
        raise PhotoProblem("too-large", f"{width} x {height}")
    if min(width, height) < SMALLEST_SIDE_PX:
        raise PhotoProblem("too-small", f"{width} x {height}")


def _decode(image: Image.Image, head: PhotoHead, at_least_px: int) -> None:
    """Decode in place; JPEG may be scaled by its transform, which still reads every byte."""
    if at_least_px and head.format == "JPEG":
        scale = at_least_px / max(head.width, head.height)
        if scale < 1:
            image.draft(None, (max(1, round(head.width * scale)), max(1, round(head.height * scale))))
    try:
        image.load()
    except _DECODE_ERRORS as error:
        is_cut = any(word in str(error).lower() for word in ("truncated", "end of", "unexpected end", "eof"))
        raise PhotoProblem("truncated" if is_cut else "damaged", str(error)) from error


@contextmanager
def _stream(path: Path, content: bytes | None) -> Iterator[IO[bytes]]:
    if content is not None:
        yield io.BytesIO(content)
        return
    with path.open("rb") as file:
        yield file


@contextmanager
def _opened_image(file: IO[bytes], name: str) -> Iterator[Image.Image]:
    if not file.read(1):
        raise PhotoProblem("empty")
    file.seek(0)
    has_heif = _register_heif()
    try:
        image = Image.open(file, formats=[name for name in PILLOW_FORMATS if name in Image.OPEN])
    except UnidentifiedImageError as error:
        kind = "unsupported-heic" if is_heif_name(name) and not has_heif else "not-an-image"
        raise PhotoProblem(kind, str(error)) from error
    except _DECODE_ERRORS as error:
        raise PhotoProblem("damaged", str(error)) from error
    with image:
        yield image


@contextmanager
def _translated() -> Iterator[None]:
    """Turn what the system raises into problems; Pillow's warnings of odd metadata are ours to judge."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except OSError as error:
        raise problem_from_os_error(error) from error
    except MemoryError as error:
        raise PhotoProblem("memory") from error


@cache
def _register_heif() -> bool:
    """Teach Pillow HEIC; False where pi-heif is not installed."""
    Image.init()
    try:
        import pi_heif
    except ImportError:
        return False
    pi_heif.register_heif_opener()
    return True
