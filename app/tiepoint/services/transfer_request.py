"""From a drop of photos to what the worker is told of it. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tiepoint.domain.capture import Drop
from tiepoint.domain.errors import InputError
from tiepoint.domain.photo import PhotoEntry

if TYPE_CHECKING:
    from tiepoint.protocol.transfers import UploadFile

_MOST_FOLDERS: Final = 3


def upload_files(drop: Drop, entries: Mapping[str, PhotoEntry]) -> list[UploadFile]:
    """Say what is to be sent.

    Args:
        drop: The photos.
        entries: What is known about them, by path; may lack any. Of a file that has another size it is not used.

    Raises:
        InputError: There is no photo, or a name cannot be told or would not be taken.
    """
    from tiepoint.domain.blob_names import check_names_up
    from tiepoint.protocol.transfers import UploadFile

    if not drop.photos:
        raise InputError("There is no photo to send.", remedy="Give photos, or a folder that holds some.")
    for photo in drop.photos:
        _require_text(str(photo.source))
    check_names_up([photo.path for photo in drop.photos])
    return [
        UploadFile(str(photo.source), photo.path, photo.size, photo.mtime_ns, _entry(entries, photo.path, photo.size))
        for photo in drop.photos
    ]


def folder_text(drop: Drop) -> str:
    """Say where the photos of a drop come from, for people."""
    folders = list(dict.fromkeys(str(_root(photo.source, photo.path)) for photo in drop.photos))
    return ", ".join(folders[:_MOST_FOLDERS]) + (", …" if len(folders) > _MOST_FOLDERS else "")


def _entry(entries: Mapping[str, PhotoEntry], path: str, size: int) -> PhotoEntry | None:
    entry = entries.get(path)
    return entry if entry is not None and entry.size == size else None


def _require_text(path: str) -> None:
    """Refuse a path with bytes that are no text: no message can hold it."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        shown = path.encode("utf-8", "replace").decode()
        raise InputError(
            f"{shown} cannot be sent: its name holds bytes that are no text.", remedy="Rename it, then try again."
        ) from None


def _root(source: Path, path: str) -> Path:
    """Return the folder in which a photo's path begins."""
    depth = path.count("/")
    return source.parents[depth] if len(source.parents) > depth else source.parent
