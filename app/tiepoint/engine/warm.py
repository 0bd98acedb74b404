"""Compile every kernel of the engine once, so that no job waits for the compiler.

A child role: set-up runs it, and the panel where no set-up did.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Final

from tiepoint.runtime.compiled_code import mark_of_cache

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
    mark = mark_of_cache()
    if mark is not None:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
    return 0
