"""One photo from its file to its record, and to its prepared form. Any thread; one decode per photo."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from tiepoint.engine.photos import pixels
from tiepoint.engine.photos.cameras import camera_of
from tiepoint.engine.photos.capture_time import taken_utc_of
from tiepoint.engine.photos.fingerprints import perceptual_hash
from tiepoint.engine.photos.focal_length import focal_length_of
from tiepoint.engine.photos.jpeg_segments import without_metadata
from tiepoint.engine.photos.picture_quality import picture_quality
from tiepoint.engine.photos.positions import position_of
from tiepoint.engine.photos.problems import problem_from_os_error
from tiepoint.engine.photos.reading import PhotoHead, content_of, read_head, read_photo, upright
from tiepoint.engine.photos.record import PhotoRecord

# Enough to judge sharpness; a JPEG may be decoded at half or quarter size for it.
_JUDGED_SIDE_PX: Final = 1200
_JPEG_QUALITY: Final = 95


@dataclass(frozen=True, slots=True)
class PreparedPhoto:
    """A photo ready for the stages.

    Attributes:
        record: What is known of the original.
        width: Of the prepared photo.
        height: Of the prepared photo.
        size: Bytes of the prepared photo.
    """

    record: PhotoRecord
    width: int
    height: int
    size: int


def head_record(source: Path, name: str) -> PhotoRecord:
    """Return what the head of a file says; fast enough for thousands of photos.

    Args:
        source: The file.
        name: How the caller names the photo.

    Raises:
        PhotoProblem: It is no readable photo.
    """
    return record_of(read_head(source), name, _size(source))


def full_record(source: Path, name: str) -> PhotoRecord:
    """Return all that is known of a photo, after decoding it to its end.

    Raises:
        PhotoProblem: It is no readable photo.
    """
    return full_reading(source, name)[0]


def full_reading(source: Path, name: str) -> tuple[PhotoRecord, PhotoHead, Image.Image]:
    """Return all that is known of a photo, its head, and its picture upright and scaled as it was judged.

    Raises:
        PhotoProblem: It is no readable photo.
    """
    content = content_of(source)
    head, image = read_photo(source, content, at_least_px=_JUDGED_SIDE_PX)
    picture = upright(_fitted(image, head, 2 * _JUDGED_SIDE_PX), head.orientation)
    return _full(head, picture, name, source, content), head, picture


def prepare_photo(source: Path, name: str, target: Path, *, work_size_px: int) -> PreparedPhoto:
    """Write the prepared photo and return what is known of the original.

    An upright sRGB JPEG that is small enough is copied without its metadata, losslessly; everything else is turned,
    scaled by area, converted to sRGB and written as JPEG.

    Args:
        source: The photo.
        name: How the caller names it.
        target: The JPEG to write; its folder is made.
        work_size_px: Longest side of the prepared photo; 0 keeps the photo's own size.

    Raises:
        PhotoProblem: It is no readable photo.
        OSError: The target cannot be written.
    """
    content = content_of(source)
    if content is not None and _can_stay(head := read_head(source, content), work_size_px):
        head, judged = read_photo(source, content, at_least_px=_JUDGED_SIDE_PX)
        written = _write(target, without_metadata(content))
        return PreparedPhoto(_full(head, judged, name, source, content), head.width, head.height, written)
    head, image = read_photo(source, content, at_least_px=work_size_px)
    profile = image.info.get("icc_profile")
    picture = upright(pixels.to_srgb(_fitted(image, head, work_size_px), profile), head.orientation)
    written = _write(target, _encoded(picture))
    return PreparedPhoto(_full(head, picture, name, source, content), *picture.size, size=written)


def _full(head: PhotoHead, picture: Image.Image, name: str, source: Path, content: bytes | None) -> PhotoRecord:
    return _judged(record_of(head, name, _size(source)), picture.convert("L"), _md5(source, content))


def _can_stay(head: PhotoHead, work_size_px: int) -> bool:
    """Return whether a JPEG's pixels need no change."""
    fits = not work_size_px or max(head.width, head.height) <= work_size_px
    return fits and head.is_plain_srgb and head.orientation == 1


def _encoded(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.info = {}  # Pillow would write profile and comments back
    picture.save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling="4:2:0")
    return buffer.getvalue()


def record_of(head: PhotoHead, name: str, size: int) -> PhotoRecord:
    """Return what the engine makes of a photo's head.

    Args:
        head: Its head.
        name: How the caller names the photo.
        size: Bytes of the file.
    """
    width, height = head.upright_size
    focal_px, focal_source = focal_length_of(head.tags, head.width, head.height)
    position = position_of(head.tags.gps)
    notes = (position.note, "exif-broken" * head.tags.is_broken, "transparency" * head.has_transparency)
    return PhotoRecord(
        path=name,
        size=size,
        format=head.format,
        width=width,
        height=height,
        orientation=head.orientation,
        camera=camera_of(head.tags, width, height),
        focal_px=focal_px,
        focal_source=focal_source,
        taken_utc=taken_utc_of(head.tags),
        lat=position.lat,
        lon=position.lon,
        alt=position.alt,
        notes=tuple(note for note in notes if note),
    )


def _judged(record: PhotoRecord, grey: Image.Image, md5: str) -> PhotoRecord:
    quality = picture_quality(grey)
    return dataclasses.replace(
        record,
        md5=md5,
        phash=perceptual_hash(grey),
        sharpness=quality.sharpness,
        mean_luma=quality.mean_luma,
        luma_low=quality.luma_low,
        luma_high=quality.luma_high,
    )


def _fitted(image: Image.Image, head: PhotoHead, longest_px: int) -> Image.Image:
    """Return the picture with the original's longest side scaled to at most `longest_px`, by area; 0 keeps it.

    Args:
        image: As decoded, maybe already smaller than the original.
        head: Says the size of the original, which sets the shape.
        longest_px: The limit.
    """
    scale = longest_px / max(head.width, head.height)
    if not longest_px or scale >= 1:
        return image
    size = (max(1, round(head.width * scale)), max(1, round(head.height * scale)))
    if size[0] > image.width or size[1] > image.height:  # full_record asks for more than it had decoded
        return image
    return image if size == image.size else image.resize(size, Image.Resampling.BOX)


def _write(target: Path, encoded: bytes) -> int:
    """Write in one step, so that a kill never leaves half a photo under its final name; return the bytes written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".photo-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(encoded)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return len(encoded)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise problem_from_os_error(error) from error


def _md5(path: Path, content: bytes | None) -> str:
    if content is not None:
        return hashlib.md5(content, usedforsecurity=False).hexdigest()
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    except OSError as error:
        raise problem_from_os_error(error) from error
