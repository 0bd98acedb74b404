"""The texture stage from files to files: mesh and photos in, mesh with UVs and atlas out. In a killable child."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.domain.errors import EngineFailure
from tiepoint.engine.meshing import cleaning, ply
from tiepoint.engine.meshing.topology import face_normals, shared_edges
from tiepoint.engine.meshing.views import View, load_views
from tiepoint.engine.texturing import blending, exposure, painting
from tiepoint.engine.texturing.candidates import Candidates, add_view, distrust_odd_views
from tiepoint.engine.texturing.charts import Charts, Layout, atlas_pixels, cut, scaled
from tiepoint.engine.texturing.labelling import choose_views
from tiepoint.engine.texturing.levelling import corrections
from tiepoint.engine.texturing.packing import pack
from tiepoint.engine.texturing.photos import PhotoShelf

_log = logging.getLogger("tiepoint.engine.texturing")
_JPEG_QUALITY: Final = 92
_LEVELLING_BLUR_PX: Final = 2.0
_ISLAND_FACES: Final = 30
_ISLAND_SHARE: Final = 0.005


@dataclass(frozen=True, slots=True)
class Sources:
    """What texturing reads.

    Attributes:
        mesh: The clean mesh, PLY.
        sparse: Folder of the sparse model of the prepared photos.
        photos: Folder of the prepared photos.
        longest_side_px: Longest side of the photos the texture is taken from; 0 keeps theirs.
        atlas_px: Longest side of the atlas.
    """

    mesh: Path
    sparse: Path
    photos: Path
    longest_side_px: int
    atlas_px: int


def bake(sources: Sources, folder: Path, progress: Callable[[int, int | None], None]) -> dict[str, Any]:
    """Texture the mesh and write mesh.npz and atlas.jpg.

    Args:
        sources: What to read.
        folder: Where mesh.npz and atlas.jpg go.
        progress: Called with passes over photos done, and all.

    Returns:
        What texture.json holds.

    Raises:
        EngineFailure: No photo sees the mesh, or a file is broken.
    """
    vertices, faces = ply.read_mesh(sources.mesh)
    views = load_views(sources.sparse, sources.longest_side_px)
    steps = 3 * len(views)
    total = len(faces)
    shelf = PhotoShelf(sources.photos)
    found = _candidates(vertices, faces, views, shelf, lambda done: progress(done, steps))
    gains = exposure.gains(found, len(views))
    distrust_odd_views(found, gains)
    shelf.gains = dict(zip((view.name for view in views), gains, strict=True))
    vertices, faces, found = _seen_part(vertices, faces, found)
    charts = cut(vertices, faces, choose_views(found, shared_edges(faces)[0]), views)
    layout = pack(charts, sources.atlas_px)
    _log.info("%d faces in %d charts, atlas %d x %d, scale %.3f", len(faces), len(charts.view), layout.width,
              layout.height, layout.scale)  # fmt: skip
    colours = _vertex_colours(charts, views, shelf, lambda done: progress(len(views) + done, steps))
    shares = blending.shares(charts, found, corrections(charts, colours), layout.scale, len(views))
    atlas = _painted(charts, layout, shares, vertices, faces, views, shelf,
                     lambda done: progress(2 * len(views) + done, steps))  # fmt: skip
    _write(folder, vertices, charts, layout, atlas)
    return {
        "faces": len(faces),
        "vertices": len(vertices),
        "texture_px": [layout.width, layout.height],
        "charts": len(charts.view),
        "scale": round(layout.scale, 4),
        "gains_by_photo": {name: [round(float(value), 3) for value in gain] for name, gain in shelf.gains.items()},
        "dropped_faces": total - len(faces),
        "dropped_share": round(1 - len(faces) / total, 4),
        "faces_by_photo": {
            view.name: int(count)
            for view, count in zip(views, np.bincount(charts.face_view, minlength=len(views)), strict=True)
        },
    }


def _candidates(
    vertices: NDArray[np.float32],
    faces: NDArray[np.int32],
    views: list[View],
    shelf: PhotoShelf,
    progress: Callable[[int], None],
) -> Candidates:
    normals = face_normals(vertices, faces)[0]
    found = Candidates.none(len(faces))
    for index, view in enumerate(views):
        add_view(found, index, view, (vertices, faces, normals), shelf.read(view))
        progress(index + 1)
    return found


def _seen_part(
    vertices: NDArray[np.float32], faces: NDArray[np.int32], found: Candidates
) -> tuple[NDArray[np.float32], NDArray[np.int32], Candidates]:
    """Leave out faces no photo sees and the crumbs that leaves."""
    seen = found.seen.copy()
    if seen.any():
        seen[seen] = cleaning.without_islands(
            vertices, faces[seen], least_share=_ISLAND_SHARE, least_faces=_ISLAND_FACES
        )
    if not seen.any():
        raise EngineFailure(
            "No photo sees the mesh, so it cannot be textured.", remedy="Take more photos that overlap by two thirds."
        )
    return *cleaning.compact(vertices, faces[seen]), found.of(seen)


def _vertex_colours(
    charts: Charts, views: list[View], shelf: PhotoShelf, progress: Callable[[int], None]
) -> NDArray[np.float32]:
    import cv2

    colours = np.zeros((len(charts.source), 3), np.float32)
    for index, view in enumerate(views):
        mine = charts.vertex_view == index
        if mine.any():
            smooth = cv2.GaussianBlur(shelf.read_levelled(view), (0, 0), _LEVELLING_BLUR_PX)
            columns, rows = charts.pixels[mine].T
            colours[mine] = _sampled(smooth, columns, rows)
        progress(index + 1)
    return colours


def _sampled(photo: NDArray[np.uint8], columns: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.uint8]:
    height, width = photo.shape[:2]
    x, y = np.clip(np.rint(columns).astype(int), 0, width - 1), np.clip(np.rint(rows).astype(int), 0, height - 1)
    found: NDArray[np.uint8] = photo[y, x]
    return found


def _painted(
    charts: Charts,
    layout: Layout,
    shares: blending.Shares,
    vertices: NDArray[np.float32],
    faces: NDArray[np.int32],
    views: list[View],
    shelf: PhotoShelf,
    progress: Callable[[int], None],
) -> NDArray[np.uint8]:
    places = atlas_pixels(charts, layout)
    owner = np.full((layout.height, layout.width), -1, np.int32)
    painting.claim_pixels(places, charts.faces, owner)
    atlas = np.zeros((layout.height, layout.width, 3), np.uint8)
    for index, view in enumerate(views):
        mine = slice(shares.starts[index], shares.starts[index + 1])
        if mine.start < mine.stop:
            pixels = scaled(view.project(vertices)[0], layout.scale)[faces[shares.face[mine]]]
            photo = _resized(shelf.read_levelled(view), layout.scale)
            painting.paint_photo(photo, shares.face[mine], shares.weight[mine], shares.gain[mine], pixels, places,
                                 charts.faces, owner, atlas)  # fmt: skip
        progress(index + 1)
    painting.fill_gaps(atlas, owner >= 0)
    return atlas


def _resized(photo: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    import cv2

    if scale >= 1.0:
        return photo
    size = (max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale)))
    found: NDArray[np.uint8] = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    return found


def _write(
    folder: Path, vertices: NDArray[np.float32], charts: Charts, layout: Layout, atlas: NDArray[np.uint8]
) -> None:
    import cv2

    places = atlas_pixels(charts, layout) + np.float32(0.5)
    uv = np.stack([places[:, 0] / layout.width, 1 - places[:, 1] / layout.height], axis=1).astype(np.float32)
    done, data = cv2.imencode(".jpg", atlas, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise EngineFailure("The texture could not be compressed.")
    for name in ("mesh.npz", "atlas.jpg"):
        temporary = folder / f".{name}.part"
        with temporary.open("wb") as file:
            if name == "atlas.jpg":
                file.write(data.tobytes())
            else:
                np.savez(file, vertices=vertices[charts.source], faces=charts.faces, uv=uv)
        os.replace(temporary, folder / name)
