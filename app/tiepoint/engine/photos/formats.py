"""Which files count as photos, by name. Standard library only; pure; any thread."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

JPEG_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".jpe", ".jfif"})
HEIF_SUFFIXES: Final = frozenset({".heic", ".heif", ".hif", ".avif"})
RAW_SUFFIXES: Final = frozenset(
    """
    .3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .fff .iiq .k25 .kdc .mef .mos .mrw .nef .nrw .orf .pef .raf .raw .rw2
    .rwl .sr2 .srf .srw .x3f
    """.split()  # noqa: SIM905 - one long line a suffix reads worse
)
OTHER_SUFFIXES: Final = frozenset({".png", ".tif", ".tiff", ".webp", ".bmp", ".jp2", ".j2k", ".mpo"})
PHOTO_SUFFIXES: Final = JPEG_SUFFIXES | HEIF_SUFFIXES | RAW_SUFFIXES | OTHER_SUFFIXES

# What Pillow may try: never PostScript, which runs a program, nor formats no camera writes.
PILLOW_FORMATS: Final = ("JPEG", "MPO", "PNG", "TIFF", "WEBP", "BMP", "JPEG2000", "AVIF", "HEIF")


def is_photo_name(name: str) -> bool:
    """Return whether a file found in a folder is taken for a photo; hidden files are not."""
    path = PurePath(name)
    return path.suffix.lower() in PHOTO_SUFFIXES and not path.name.startswith(".")


def is_raw_name(name: str) -> bool:
    """Return whether the name is that of a camera's raw file."""
    return PurePath(name).suffix.lower() in RAW_SUFFIXES


def is_heif_name(name: str) -> bool:
    """Return whether the name is that of a HEIC or AVIF file."""
    return PurePath(name).suffix.lower() in HEIF_SUFFIXES
