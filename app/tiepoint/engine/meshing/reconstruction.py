"""The two steps of the mesh stage, from files to files. Runs in a killable child of a worker."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.domain.errors import EngineFailure
from tiepoint.engine.meshing import cleaning, cloud, ply, support, surface
from tiepoint.engine.meshing.views import load_views

_log = logging.getLogger("tiepoint.engine.meshing")
_LEAST_POINTS: Final = 100
_HOLE_SHARE: Final = 0.2
_CONTRADICTED_SHARE: Final = 0.06
_BORDER_ROUNDS: Final = 12
_ISLAND_SHARE: Final = 0.015
_ISLAND_FACES: Final = 50
_BOX_MARGIN: Final = 0.02

Box = Mapping[str, Sequence[float]] | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Depth maps that vertices are held against.

    Attributes:
        sparse: Folder of the undistorted model.
        depth_maps: COLMAP depth map by image name; empty if there are none.
    """

    sparse: Path
    depth_maps: Mapping[str, Path]


def lay_surface(points_path: Path, mesh_path: Path, *, box: Box, depth: int, faces: int, scratch: Path) -> None:
    """Crop the cloud to the box and write the Poisson surface through it.

    Args:
        points_path: Dense cloud, PLY with normals.
        mesh_path: PLY to write.
        box: The scene, job frame; None keeps all.
        depth: Deepest octree wanted.
        faces: Faces wanted of the final mesh; 0 for no limit.
        scratch: Folder for temporary files, on the same disk as mesh_path.

    Raises:
        EngineFailure: Too few points for a surface.
    """
    points, normals = _read_cloud(points_path)
    keep = cloud.inside_box(points, box)
    if int(keep.sum()) < _LEAST_POINTS:
        keep = np.ones(len(points), np.bool_)
    if len(points) < _LEAST_POINTS:
        raise EngineFailure(
            f"The point cloud has only {len(points)} points, too few for a mesh.",
            remedy="Take more photos that overlap by two thirds, of a surface with visible texture.",
        )
    cropped = scratch / "cropped.ply"
    ply.write_records(cropped, {"vertex": cloud.oriented_records(points, normals, keep)})
    useful = cloud.octree_depth(points[keep], depth, faces)
    _log.info("Poisson: %d of %d points, octree depth %d", keep.sum(), len(points), useful)
    surface.poisson(cropped, scratch / "surface.ply", useful)
    os.replace(scratch / "surface.ply", mesh_path)


def clean_surface(
    points_path: Path,
    surface_path: Path,
    mesh_path: Path,
    *,
    box: Box,
    evidence: Evidence,
    faces: int,
    scratch: Path,
) -> dict[str, Any]:
    """Drop what no photo supports, mend, simplify and write the mesh.

    Args:
        points_path: Dense cloud.
        surface_path: The Poisson surface.
        mesh_path: PLY to write.
        box: The scene, job frame; None keeps all.
        evidence: Depth maps to hold the surface against.
        faces: Most faces wanted; 0 keeps all.
        scratch: Folder for temporary files, on the same disk as mesh_path.

    Returns:
        Counts for mesh.json: faces, vertices, faces of the surface, and what was dropped.

    Raises:
        EngineFailure: Nothing is left.
    """
    points, _ = _read_cloud(points_path)
    vertices, triangles = ply.read_mesh(surface_path)
    total = len(triangles)
    kept = _supported_faces(vertices, triangles, points, box, evidence)
    vertices, triangles = cleaning.mended(vertices, triangles[kept])
    islands = cleaning.without_islands(vertices, triangles, least_share=_ISLAND_SHARE, least_faces=_ISLAND_FACES)
    vertices, triangles = cleaning.compact(vertices, triangles[islands])
    vertices = cleaning.with_smooth_border(vertices, triangles, _BORDER_ROUNDS)
    if not len(triangles):
        raise EngineFailure(
            "No part of the surface is seen by the photos.", remedy="Take more photos that overlap by two thirds."
        )
    dense = len(triangles)
    vertices, triangles = _simplified(vertices, triangles, faces, scratch)
    ply.write_mesh(mesh_path, vertices, triangles)
    return {
        "faces": len(triangles),
        "vertices": len(vertices),
        "faces_of_surface": total,
        "faces_supported": int(kept.sum()),
        "faces_before_simplification": dense,
    }


def _read_cloud(path: Path) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    records = ply.read_records(path, "vertex")
    points, normals = ply.columns(records, ("x", "y", "z")), ply.columns(records, ("nx", "ny", "nz"))
    sound = np.isfinite(points).all(axis=1) & np.isfinite(normals).all(axis=1)
    return points[sound], normals[sound]


def _supported_faces(
    vertices: NDArray[np.float32], faces: NDArray[np.int32], points: NDArray[np.float32], box: Box, evidence: Evidence
) -> NDArray[np.bool_]:
    """Return which faces stay: what the cloud and the depth maps support, and the small holes within."""
    spacing = cloud.spacing_m(points)
    distance = support.distance_in_spacings(vertices, points, spacing)
    counts = np.zeros((len(vertices), 2), np.int16)
    for view in load_views(evidence.sparse) if evidence.depth_maps else ():
        if view.name in evidence.depth_maps:
            support.depth_evidence(vertices, view, support.read_depth_map(evidence.depth_maps[view.name]), counts)
    invented, contradicted = support.verdicts(distance, counts, has_maps=bool(evidence.depth_maps))
    outside = _touching(faces, ~cloud.inside_box(vertices, _widened(box)))
    doubtful = _touching(faces, invented | contradicted) & ~outside
    low, high = np.percentile(points, (2, 98), axis=0)
    extent = float(np.linalg.norm(high - low))
    holes = cleaning.small_patches(vertices, faces, doubtful, _HOLE_SHARE * extent)
    gone_wrong = _touching(faces, contradicted)
    holes &= ~gone_wrong | cleaning.small_patches(vertices, faces, gone_wrong, _CONTRADICTED_SHARE * extent)
    kept = ~(outside | doubtful) | holes
    kept[kept] = cleaning.without_fringe(faces[kept], 3)
    return kept


def _touching(faces: NDArray[np.int32], chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(chosen[faces].any(axis=1), np.bool_)


def _widened(box: Box) -> Box:
    if box is None:
        return None
    low, high = np.asarray(box["min"]), np.asarray(box["max"])
    margin = _BOX_MARGIN * (high - low)
    return {"min": list(low - margin), "max": list(high + margin)}


def _simplified(vertices: NDArray[np.float32], faces: NDArray[np.int32], wanted: int, scratch: Path) -> cleaning.Mesh:
    if not 0 < wanted < len(faces):
        return vertices, faces
    ply.write_mesh(scratch / "dense.ply", vertices, faces)
    surface.simplify(scratch / "dense.ply", scratch / "simple.ply", wanted / len(faces))
    simple = ply.read_mesh(scratch / "simple.ply")
    return cleaning.mended(*simple)
