"""Textures beside or inside a model file, decoded no larger than can be drawn. Worker threads; Pillow lets them run."""

from __future__ import annotations

import io
import warnings
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, Final

import numpy as np
from PIL import Image

from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewer.loading.source import Source
from tiepoint.ui.viewer.surface import Bytes, Texture
from tiepoint.ui.viewer.terms import Phase

_LARGEST_PIXELS: Final = 2**31
_STRIP_ROWS: Final = 128


def beside(model: Path, name: str) -> Path:
    """Return the path of a file that a model names: below the model's folder only, whatever the name says."""
    parts = PureWindowsPath(name).parts if "\\" in name else PurePosixPath(name).parts
    kept = [part for part in parts if part not in {"/", "\\", ".."} and ":" not in part]
    candidate = model.parent.joinpath(*kept)
    return candidate if candidate.is_file() else model.parent / (kept[-1] if kept else "")


def read_texture(source: Source, picture: Path | bytes | memoryview) -> tuple[Texture | None, tuple[str, ...]]:
    """Return a texture and what to tell about it; a missing or broken one costs the colours, not the model.

    Args:
        source: The model file.
        picture: A file, or the bytes of one.
    """
    source.tell(Phase.TEXTURE)
    name = plain(picture.name) if isinstance(picture, Path) else tr("Viewer", "the texture inside")
    try:
        if isinstance(picture, Path):
            with picture.open("rb") as file:
                return _decoded(file, source.texture_limit_px), ()
        return _decoded(io.BytesIO(picture), source.texture_limit_px), ()
    except FileNotFoundError:
        return None, (tr("Viewer", "{name} is missing, so the model has no texture.", name=name),)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError):
        return None, (tr("Viewer", "{name} cannot be read, so the model has no texture.", name=name),)


def _decoded(file: BinaryIO, limit_px: int) -> Texture:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image: Image.Image = Image.open(file)
    with image:
        size = image.size
        if size[0] * size[1] > _LARGEST_PIXELS:
            raise ValueError("too large")
        if max(size) > limit_px:
            image.draft("RGB", (limit_px // 2 + 1, limit_px // 2 + 1))  # a JPEG is halved while it is decoded
        pixels = image.convert("RGB")
        if max(pixels.size) > limit_px:
            share = limit_px / max(pixels.size)
            wanted = (max(1, int(pixels.size[0] * share)), max(1, int(pixels.size[1] * share)))
            pixels = pixels.resize(wanted, Image.Resampling.BOX)
        return Texture(_array(pixels), size)


def _array(image: Image.Image) -> Bytes:
    """Return pixels as an array, in strips: one copy of all would hold Python's lock too long."""
    width, height = image.size
    pixels = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _STRIP_ROWS):
        bottom = min(height, top + _STRIP_ROWS)
        pixels[top:bottom] = np.asarray(image.crop((0, top, width, bottom)))
    return pixels
