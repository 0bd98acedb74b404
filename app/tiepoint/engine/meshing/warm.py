"""Compile the kernels of meshing on tiny data, so that no job waits for the compiler. Any thread."""

from __future__ import annotations

from tiepoint.engine.meshing import support, views


def warm() -> None:
    """Compile what is not in the cache yet."""
    views.warm()
    support.warm()
