"""Why a photo cannot be used, as a sentence and a remedy. Standard library only; pure; any thread.

A problem concerns one photo and never ends a job by itself: the check stage leaves the photo out and says so.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LARGEST_PHOTO_MP: Final = 400
SMALLEST_SIDE_PX: Final = 64

_SENTENCES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "missing": (
            "The photo is no longer where it was.",
            "Put it back, or add it again, and run the job once more.",
        ),
        "unreadable": (
            "The file cannot be opened: no permission, or the disk does not answer.",
            "Allow your account to read it, or copy it to another folder.",
        ),
        "empty": ("The file is empty (0 bytes).", "Copy it from the camera again."),
        "not-an-image": (
            "The file is not a photo that Tiepoint can read.",
            "Leave it out, or export it as JPEG first.",
        ),
        "truncated": (
            "The photo is cut short: its data ends before the picture does.",
            "Copy it from the camera again.",
        ),
        "damaged": ("The photo is damaged and cannot be decoded.", "Copy it from the camera again."),
        "too-large": (
            f"The photo has more than {LARGEST_PHOTO_MP} million pixels.",
            "Scale it down or cut it into parts.",
        ),
        "too-small": (
            f"The picture is smaller than {SMALLEST_SIDE_PX} pixels, too small to find anything in.",
            "Use the original instead of a thumbnail.",
        ),
        "unsupported-pixels": (
            "The picture holds values that are not a photo's colours (for example 32-bit or thermal data).",
            "Export it as 8 or 16 bit per channel.",
        ),
        "unsupported-heic": (
            "HEIC photos cannot be read by this installation.",
            "Export them as JPEG, or install pi-heif.",
        ),
        "unsupported-raw": (
            "This raw photo cannot be read: it is damaged, or its camera or compression is unknown.",
            "Export it as JPEG or TIFF with the camera maker's software.",
        ),
        "memory": (
            "There is not enough memory to decode the photo.",
            "Close other programs, or scale the photo down.",
        ),
        "bad-path": (
            "The photo's path leads out of the capture.",
            "Add the photo again from its folder.",
        ),
        "bad-name": (
            "The photo's name is not valid text in this system's encoding.",
            "Rename the file and add it again.",
        ),
        "duplicate": (
            "The file is an exact copy of another photo.",
            "Nothing needs to be done; the first copy is used.",
        ),
    }
)

PROBLEM_KINDS: Final[tuple[str, ...]] = tuple(_SENTENCES)


class PhotoProblem(Exception):  # noqa: N818 - a photo's state, named in the field's word
    """One photo cannot be used.

    Args:
        kind: One of PROBLEM_KINDS.
        detail: The raw text behind it; never shown first.
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind = kind
        self.detail = detail
        self.summary, self.remedy = _SENTENCES[kind]


def problem_sentences(kind: str) -> tuple[str, str]:
    """Return the summary and the remedy of a kind of problem."""
    return _SENTENCES[kind]


def problem_from_os_error(error: OSError) -> PhotoProblem:
    """Return what a failure of the file system means for the photo."""
    gone = {errno.ENOENT, errno.ENOTDIR, errno.ESTALE}
    kind = "missing" if error.errno in gone else "unreadable"
    return PhotoProblem(kind, str(error))
