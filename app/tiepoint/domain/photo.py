"""Photos: what a file name says, what an inspection found, and when two names would be one.

Must not read files: facts come from `ports.photo_inspector`. Positions are WGS 84 degrees and metres. Pure; any thread.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final

from tiepoint.domain.failure import Failure

_DEVELOPED: Final = ("jpg", "jpeg", "jpe", "png", "tif", "tiff", "webp", "bmp", "jp2", "heic", "heif", "hif", "avif")
_RAW: Final = (
    *("3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "iiq", "kdc", "mrw"),
    *("nef", "nrw", "orf", "pef", "raf", "rw2", "sr2", "srf", "srw", "x3f"),
)
PHOTO_SUFFIXES: Final = frozenset(f".{kind}" for kind in (*_DEVELOPED, *_RAW))
_SYSTEM_NAMES: Final = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "$recycle.bin", "__macosx"})


@dataclass(frozen=True, slots=True)
class PhotoEntry:
    """A photo of a capture, as `capture.json` lists it.

    Args:
        path: Relative path as dropped, with forward slashes.
        size: Bytes of the file.
        md5: Hexadecimal digest of its content (what Blob storage checks uploads with); of a photo that was sent in
            blocks it may be the composite of their digests, see `domain.digest`.
        width: Pixels across as shown, orientation applied; None when unknown.
        height: Pixels down as shown; None when unknown.
        camera: Make, model and lens as one text; None when the photo does not say.
        taken_utc: When it was taken; None when the photo does not say.
        lat: Latitude in degrees, north positive; None without GPS.
        lon: Longitude in degrees, east positive; None without GPS.
        alt: Height in metres as the camera wrote it; None without.
        orientation: EXIF orientation 1 to 8.
        mtime_ns: When the dropped file was last changed; tells an unchanged drop without reading it again.
    """

    path: str
    size: int
    md5: str
    width: int | None = None
    height: int | None = None
    camera: str | None = None
    taken_utc: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    alt: float | None = None
    orientation: int = 1
    mtime_ns: int = 0


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What an inspection found out about one photo.

    Args:
        path: The path it was asked for by.
        width: Pixels across as shown; None when unreadable.
        height: Pixels down as shown; None when unreadable.
        camera: Make, model and lens as one text.
        taken_utc: When it was taken.
        lat: Latitude in degrees.
        lon: Longitude in degrees.
        alt: Height in metres.
        orientation: EXIF orientation 1 to 8.
        focal_px: Focal length in pixels of the photo as shown; None when unknown.
        problem: Why it cannot be used; None when it can.
        warnings: What to know about it though it can be used.
    """

    path: str
    width: int | None = None
    height: int | None = None
    camera: str | None = None
    taken_utc: datetime | None = None
    lat: float | None = None
    lon: float | None = None
    alt: float | None = None
    orientation: int = 1
    focal_px: float | None = None
    problem: Failure | None = None
    warnings: tuple[Failure, ...] = ()

    def entry(self, *, path: str, size: int, md5: str, mtime_ns: int) -> PhotoEntry:
        """Return what a manifest says of the photo.

        Args:
            path: Path inside the capture.
            size: Bytes.
            md5: Digest of its content.
            mtime_ns: When the file was last changed.
        """
        return PhotoEntry(
            path=path,
            size=size,
            md5=md5,
            width=self.width,
            height=self.height,
            camera=self.camera,
            taken_utc=self.taken_utc,
            lat=self.lat,
            lon=self.lon,
            alt=self.alt,
            orientation=self.orientation,
            mtime_ns=mtime_ns,
        )


@dataclass(frozen=True, slots=True)
class SetFinding:
    """Something about a set of photos that a person should know.

    Args:
        kind: Short machine-readable name, such as `near-duplicate`.
        summary: What it is, one plain sentence.
        remedy: What to do, one plain sentence.
        severity: `error` (no model is possible), `warning` or `info`.
        photos: Paths of the photos it is about; empty = all.
    """

    kind: str
    summary: str
    remedy: str = ""
    severity: str = "warning"
    photos: tuple[str, ...] = ()


def is_photo_name(name: str) -> bool:
    """Say whether a file of this name is taken as a photo; its content is judged later."""
    return PurePosixPath(name.lower()).suffix in PHOTO_SUFFIXES


def is_system_name(name: str) -> bool:
    """Say whether a file or folder of this name is a system's own business and never the user's photo."""
    return name.startswith(".") or name.lower() in _SYSTEM_NAMES


def colliding_pair(paths: Iterable[str]) -> tuple[str, str] | None:
    """Find two paths that some file system takes for one: they differ in case or in Unicode form only.

    Windows and macOS ignore case, macOS also the form (https://unicode.org/reports/tr15/).

    Args:
        paths: Relative paths with forward slashes.

    Returns:
        The first two that collide, None when all can live side by side everywhere.
    """
    seen: dict[str, str] = {}
    for path in paths:
        folded = folded_path(path)
        if folded in seen:
            return seen[folded], path
        seen[folded] = path
    return None


def folded_path(path: str) -> str:
    """Return what `colliding_pair` compares: paths that differ in case or in Unicode form only give the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
