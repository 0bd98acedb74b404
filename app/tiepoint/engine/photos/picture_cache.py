"""Small pictures kept on disk: named by path, size and time of the photo, and never more than a limit. Any thread.

A picture that cannot be kept or read is only made again: nothing here raises.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image

from tiepoint.engine.photos.tags import BROKEN_TAG_ERRORS

_QUALITY: Final = 85
# Looking through the folder costs milliseconds, so it is done once for so many pictures; what is freed is a tenth.
_PRUNE_EVERY: Final = 500
_KEPT_SHARE: Final = 0.9


class PictureCache:
    """Pictures in a folder.

    Args:
        folder: Made when the first picture is kept.
        most_bytes: The oldest are removed when there is more.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._kept = 0

    def get(self, photo: Path, stamp: tuple[int, int], longest_px: int) -> Image.Image | None:
        """Return the picture kept of a photo in this state; None when there is none.

        Args:
            photo: Where the photo lies.
            stamp: Its bytes and the time of its last change.
            longest_px: What was asked for.
        """
        file = self._file(photo, stamp, longest_px)
        try:
            content = file.read_bytes()
            with Image.open(io.BytesIO(content), formats=("JPEG",)) as image:
                image.load()
                picture = image.convert("RGB")
        except BROKEN_TAG_ERRORS:
            return None
        with contextlib.suppress(OSError):
            os.utime(file)
        return picture

    def put(self, photo: Path, stamp: tuple[int, int], longest_px: int, picture: Image.Image) -> None:
        """Keep a picture."""
        file = self._file(photo, stamp, longest_px)
        buffer = io.BytesIO()
        picture.info = {}
        picture.save(buffer, "JPEG", quality=_QUALITY)
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            _write(file, buffer.getvalue())
        if self._kept % _PRUNE_EVERY == 0:
            self.prune()
        self._kept += 1

    def prune(self) -> None:
        """Remove the pictures longest unused until the rest is well below the limit."""
        found = sorted(self._all())
        total = sum(size for _, size, _ in found)
        if total <= self._most_bytes:
            return
        for _, size, file in found:
            with contextlib.suppress(OSError):
                file.unlink()
            total -= size
            if total <= _KEPT_SHARE * self._most_bytes:
                return

    def _all(self) -> list[tuple[float, int, Path]]:
        found = []
        for file in self._folder.glob("??/*.jpg"):
            with contextlib.suppress(OSError):
                stat = file.stat()
                found.append((stat.st_mtime, stat.st_size, file))
        return found

    def _file(self, photo: Path, stamp: tuple[int, int], longest_px: int) -> Path:
        key = f"{stamp[0]} {stamp[1]} {longest_px} ".encode() + os.fsencode(photo)
        name = hashlib.sha256(key).hexdigest()[:40]
        return self._folder / name[:2] / f"{name[2:]}.jpg"


def _write(file: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as part:
            part.write(content)
        Path(temporary).replace(file)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
