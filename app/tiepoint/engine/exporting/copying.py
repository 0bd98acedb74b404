"""Products that have the wanted format already: copied, or put together in a zip file or a folder. Any thread."""

from __future__ import annotations

import errno
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from tiepoint.domain.errors import EngineFailure, NoSpace
from tiepoint.engine.exporting.progress import Tell

_BLOCK_BYTES: Final = 1 << 20
_PACKED_ALREADY: Final = (".jpg", ".jpeg", ".png", ".webp")
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


def copied(files: Sequence[Path], target: Path, tell: Tell) -> None:
    """Copy the first file; others belong to another format and are not needed."""
    with writing(target), target.open("xb") as out:
        _Copy([files[0]], tell).add(files[0], out)


def placed(files: Sequence[Path], target: Path, tell: Tell) -> None:
    """Copy all files into a new folder, at the same places relative to the first."""
    copy = _Copy(files, tell)
    with writing(target):
        target.mkdir()
        for file in files:
            place = target / _relative(file, files[0])
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as out:
                copy.add(file, out)


def packed(files: Sequence[Path], target: Path, tell: Tell) -> None:
    """Put all files into one new zip file."""
    copy = _Copy(files, tell)
    with writing(target), zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in files:
            entry = zipfile.ZipInfo.from_file(file, _relative(file, files[0]).as_posix(), strict_timestamps=False)
            is_packed = file.suffix.lower() in _PACKED_ALREADY
            entry.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as out:
                copy.add(file, out)


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn what the system says while an export is written into a sentence with a remedy.

    Raises:
        NoSpace: The disk is full.
        EngineFailure: Anything else.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoSpace(
                f"The disk of {target.parent} is full.",
                remedy="Free some space, or choose another disk.",
                retryable=True,
                detail=str(error),
            ) from error
        raise EngineFailure(
            f"The export cannot be written: {(error.strerror or str(error)).lower()}.",
            remedy="Choose another folder, and check that the model is still there.",
            retryable=True,
            detail=str(error),
        ) from error


class _Copy:
    """Copies files one after the other and tells how many of all bytes are done."""

    def __init__(self, files: Sequence[Path], tell: Tell) -> None:
        self._total = sum(file.stat().st_size for file in files)
        self._done = 0
        self._tell = tell

    def add(self, file: Path, out: IO[bytes]) -> None:
        """Copy one file."""
        with file.open("rb") as source:
            while block := source.read(_BLOCK_BYTES):
                out.write(block)
                self._done += len(block)
                self._tell("write", self._done, self._total, "bytes")


def _relative(file: Path, first: Path) -> Path:
    return file.relative_to(first.parent)
