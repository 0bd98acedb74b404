"""Which way a photo file is read, by its name. Standard library only; pure; any thread.

Whether a name is a photo's at all is said by `domain.photo`.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

_HEIF_SUFFIXES: Final = frozenset({".heic", ".heif", ".hif", ".avif"})
_RAW_SUFFIXES: Final = frozenset(
    f".{kind}"
    for kind in (
        *("3fr", "arw", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "iiq", "kdc", "mef", "mos", "mrw", "nef"),
        *("nrw", "orf", "pef", "raf", "rw2", "rwl", "sr2", "srf", "srw", "x3f"),
    )
)

# What Pillow may try: never PostScript, which runs a program, nor formats no camera writes.
PILLOW_FORMATS: Final = ("JPEG", "MPO", "PNG", "TIFF", "WEBP", "BMP", "JPEG2000", "AVIF", "HEIF")


def is_raw_name(name: str) -> bool:
    """Return whether the name is that of a camera's raw file."""
    return PurePath(name).suffix.lower() in _RAW_SUFFIXES


def is_heif_name(name: str) -> bool:
    """Return whether the name is that of a HEIC or AVIF file."""
    return PurePath(name).suffix.lower() in _HEIF_SUFFIXES
