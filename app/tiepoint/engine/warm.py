"""Compile every kernel of the engine once, so that no job waits for the compiler. A child role; set-up runs it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Final

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
    return 0
