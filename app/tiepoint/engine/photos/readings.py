"""One photo read for a person who looks at it: its head, or all of it. Never raises. Any thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tiepoint.domain.failure import Failure
from tiepoint.domain.photo_reading import PhotoFile, PhotoQuality, PhotoReading
from tiepoint.engine.photos.details import details_of
from tiepoint.engine.photos.histograms import histogram_of
from tiepoint.engine.photos.inspection import full_reading, record_of
from tiepoint.engine.photos.problems import PhotoProblem, problem_from_os_error
from tiepoint.engine.photos.reading import read_head


def head_reading(file: PhotoFile, *, known: bool = False) -> PhotoReading:
    """Read what a photo says of itself.

    Args:
        file: The photo.
        known: Read only when the file is not as it was; a reading without head or problem means that it is.
    """
    return _reading(file, lambda size: PhotoReading(file.path) if known and size is None else _head(file, size))


def checked_reading(file: PhotoFile) -> PhotoReading:
    """Decode a photo to its end and measure it."""
    return _reading(file, lambda size: _whole(file))


def _head(file: PhotoFile, size: int | None) -> PhotoReading:
    head = read_head(file.source)
    return PhotoReading(file.path, details_of(head, record_of(head, file.path, size or file.size)))


def _whole(file: PhotoFile) -> PhotoReading:
    record, head, picture = full_reading(file.source, file.path)
    numbers = (record.sharpness, record.mean_luma, record.luma_low, record.luma_high)
    sharpness, mean, low, high = (number or 0.0 for number in numbers)
    quality = PhotoQuality(record.md5 or "", record.phash or "", sharpness, mean, low, high, histogram_of(picture))
    return PhotoReading(file.path, details_of(head, record), quality)


def _reading(file: PhotoFile, read: Callable[[int | None], PhotoReading]) -> PhotoReading:
    """Read a file and add its state; `read` is handed its bytes, None when it is as it was."""
    size, mtime_ns = file.size, file.mtime_ns
    try:
        size, mtime_ns = _state(file.source)
        found = read(None if (size, mtime_ns) == (file.size, file.mtime_ns) else size)
    except PhotoProblem as problem:
        found = PhotoReading(file.path, problem=_failure(problem))
    except MemoryError:
        found = PhotoReading(file.path, problem=_failure(PhotoProblem("memory")))
    return PhotoReading(file.path, found.head, found.quality, found.problem, size, mtime_ns)


def _state(source: Path) -> tuple[int, int]:
    try:
        found = source.stat()
    except (OSError, ValueError) as error:
        raise problem_from_os_error(error if isinstance(error, OSError) else OSError(str(error))) from error
    return found.st_size, found.st_mtime_ns


def _failure(problem: PhotoProblem) -> Failure:
    return Failure(problem.kind, problem.summary, problem.remedy, detail=problem.detail)
