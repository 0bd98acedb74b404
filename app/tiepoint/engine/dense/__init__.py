"""Depth maps and their fusion into a point cloud. Numerics only; knows arrays and files, no tasks."""

from __future__ import annotations


def warm() -> None:
    """Compile every kernel of the package, with the types a job uses, into numba's cache."""
    from tiepoint.engine.dense.rehearsal import rehearse

    rehearse()
