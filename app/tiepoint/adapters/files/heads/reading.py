"""Reading the head of any model file, with an error that names the file. Blocking; any thread."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from tiepoint.adapters.files.heads.glb import glb_head
from tiepoint.adapters.files.heads.head import BrokenModel, Head
from tiepoint.adapters.files.heads.obj import obj_head
from tiepoint.adapters.files.heads.picture import picture_size_px
from tiepoint.adapters.files.heads.ply import ply_head
from tiepoint.adapters.files.heads.stl import stl_head
from tiepoint.domain.errors import InputError
from tiepoint.domain.model_facts import ModelFile
from tiepoint.domain.plain_text import plain

MODEL_SUFFIXES: Final = (".glb", ".obj", ".ply", ".stl")
_PICTURE_HEAD_BYTES: Final = 1 << 18
_AGAIN: Final = "Copy the file again or make it again."


def model_file(path: Path) -> tuple[ModelFile, Head]:
    """Look into a model file.

    Returns:
        What it is, and the rest of what its head says.

    Raises:
        InputError: It is missing, of an unknown kind, broken or empty.
    """
    suffix = path.suffix.lower()
    name = plain(str(path))
    if suffix not in MODEL_SUFFIXES:
        kinds = ", ".join(MODEL_SUFFIXES)
        raise InputError(f"{name} is no model that can be shown.", remedy=f"Choose a file that ends in {kinds}.")
    try:
        size_bytes = _size_bytes(path)
        head = _head(path, suffix, size_bytes)
    except BrokenModel as error:
        raise InputError(f"{name} cannot be shown: {error}.", remedy=_AGAIN, detail=str(path)) from error
    except OSError as error:
        raise _unreadable(name, error) from error
    extra = sum(_size_or_zero(path.parent / companion) for companion in set(head.companions))
    texture_px = head.texture_px or _companion_px(path.parent, head)
    size_bytes += extra
    return ModelFile(path, head.format, size_bytes, head.faces, head.vertices, texture_px, head.has_y_up), head


def _head(path: Path, suffix: str, size_bytes: int) -> Head:
    with path.open("rb") as file:
        if suffix == ".glb":
            return glb_head(file, size_bytes)
        if suffix == ".obj":
            return obj_head(file, path)
        return ply_head(file, size_bytes) if suffix == ".ply" else stl_head(file, size_bytes)


def _size_bytes(path: Path) -> int:
    found = path.stat()
    if stat.S_ISDIR(found.st_mode) or not stat.S_ISREG(found.st_mode):
        raise BrokenModel("it is no file")
    if found.st_size == 0:
        raise BrokenModel("it is empty")
    return found.st_size


def _companion_px(folder: Path, head: Head) -> tuple[int, int] | None:
    """Return the size of the first picture among the files that belong to a model."""
    for name in head.companions:
        try:
            if (folder / name).is_file():
                with (folder / name).open("rb") as file:
                    size_px = picture_size_px(file.read(_PICTURE_HEAD_BYTES))
                    if size_px is not None:
                        return size_px
        except OSError:
            continue
    return None


def _size_or_zero(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _unreadable(name: str, error: OSError) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError(f"{name} is no longer there.", remedy="Put it back, or choose another file.", retryable=True)
    reason = (error.strerror or str(error)).lower()
    return InputError(
        f"{name} cannot be read: {reason}.", remedy="Give yourself the right to read it.", detail=str(error)
    )
