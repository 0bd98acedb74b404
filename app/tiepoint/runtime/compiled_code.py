"""Where numba keeps the engine's compiled code, and whether all of it is there. Standard library only; any thread."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tiepoint import __version__
from tiepoint.runtime import folders

_VARIABLE: Final = "NUMBA_CACHE_DIR"


def cache_of_code() -> Path:
    """Return numba's folder: what the variable says, else one in the user's cache, which frozen programs can write."""
    return Path(os.environ.get(_VARIABLE) or folders.cache_folder() / "numba")


def set_cache_of_code() -> None:
    """Let numba of this process and its children keep its code there."""
    os.environ.setdefault(_VARIABLE, str(cache_of_code()))


def mark_of_cache() -> Path | None:
    """Return the file that is there once everything of this version has been compiled; None without a cache."""
    cache = cache_of_code()
    return cache / f"tiepoint-{__version__}.complete" if cache.is_absolute() else None


def is_compiled() -> bool:
    """Whether everything of this version has been compiled; a moment's look."""
    mark = mark_of_cache()
    return mark is not None and mark.is_file()
