"""Calls of pycolmap's mesh functions, which have no cancellation: run them in a killable child."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tiepoint.domain.errors import EngineFailure

_POINT_WEIGHT: Final = 1.0


def poisson(cloud: Path, mesh: Path, depth: int) -> None:
    """Write the closed surface through an oriented cloud.

    One thread on purpose: the library's threads wait for each other by spinning. Measured on fountain-P11 at depth 9:
    2.6 CPU s with one thread, 35 CPU s with two on a busy computer.

    Args:
        cloud: PLY with normals.
        mesh: PLY to write.
        depth: Depth of the octree.

    Raises:
        EngineFailure: No surface came out.
    """
    import pycolmap

    pycolmap.logging.minloglevel = 2
    options = pycolmap.PoissonMeshingOptions()
    options.depth, options.num_threads, options.trim = depth, 1, 0.0
    options.color, options.point_weight = False, _POINT_WEIGHT
    pycolmap.poisson_meshing(str(cloud), str(mesh), options)
    _require(mesh, "No surface could be laid through the point cloud.")


def simplify(source: Path, target: Path, ratio: float) -> None:
    """Write the mesh with a share of its faces, by quadric error.

    Args:
        source: PLY of triangles.
        target: PLY to write.
        ratio: Faces to keep, 0 to 1.

    Raises:
        EngineFailure: Nothing came out.
    """
    import pycolmap

    pycolmap.logging.minloglevel = 2
    options = pycolmap.MeshSimplificationOptions()
    options.target_face_ratio, options.num_threads, options.interpolate_colors = ratio, 1, False
    pycolmap.simplify_mesh(str(source), str(target), options)
    _require(target, "The mesh could not be simplified.")


def _require(path: Path, summary: str) -> None:
    if not path.exists() or path.stat().st_size == 0:
        raise EngineFailure(summary, remedy="Take more photos that overlap, or choose a higher preset.")
