"""Compile every kernel of the engine once, so that no job waits for the compiler.

A child role: set-up runs it, and the panel where no set-up did.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tiepoint import __version__

_PARTS: Final = ("dense", "meshing", "texturing", "rendering")


def main(args: Sequence[str]) -> int:
    """Compile what is not in the cache yet.

    Args:
        args: Unused.

    Returns:
        0.
    """
    for part in _PARTS:
        importlib.import_module(f"tiepoint.engine.{part}.warm").warm()
    mark = mark_of_cache(os.environ.get("NUMBA_CACHE_DIR", ""))
    if mark is not None:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    return 0


def mark_of_cache(cache: str) -> Path | None:
    """Return the file that is there once everything of this version has been compiled; None without a cache.

    Args:
        cache: numba's folder.
    """
    return Path(cache) / f"tiepoint-{__version__}.complete" if os.path.isabs(cache) else None
