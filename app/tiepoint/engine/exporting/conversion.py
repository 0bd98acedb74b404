"""Models in a format that no product has: PLY and STL from a textured mesh, GLB and OBJ from one another.

Reads a whole model into memory; any thread. PLY, STL and OBJ come out with z up, GLB with y up, in the model's unit.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint import __version__
from tiepoint.domain.errors import EngineFailure, InputError
from tiepoint.engine.exporting.copying import writing
from tiepoint.engine.exporting.progress import Tell
from tiepoint.engine.rendering.scene import Part, load_scene

_ROWS: Final = 1 << 18
_GREY: Final = 200
_STEPS: Final = 2


def converted(source: Path, target: Path, kind: str, *, is_metric: bool, tell: Tell) -> list[str]:
    """Convert a model.

    Args:
        source: A GLB, OBJ, PLY or STL file with triangles.
        target: The file to make (the folder, for "obj-folder").
        kind: "ply", "stl", "glb", "obj-zip" or "obj-folder".
        is_metric: Whether the model's unit is the metre, for the comment in the file.
        tell: Hears of progress.

    Returns:
        What the person should know of the outcome.

    Raises:
        InputError: The model cannot be read or has no triangles.
        NoSpace: The disk is full.
        EngineFailure: The file cannot be written, or is too large for its format.
    """
    tell("read", 0, 1)
    if kind in {"glb", "obj-zip", "obj-folder"}:
        return _by_trimesh(source, target, kind, tell)
    parts = [part for part in load_scene(source) if not part.is_cloud]
    if not parts:
        raise InputError(f"{source.name} holds points only, no surface.", remedy="Choose a mesh.")
    tell("read", 1, 1)
    unit = "metres" if is_metric else "arbitrary, the scale is not known"
    return _ply(parts, target, unit, tell) if kind == "ply" else _stl(parts, target, unit, tell)


def _ply(parts: Sequence[Part], target: Path, unit: str, tell: Tell) -> list[str]:
    tell("convert", 0, _STEPS)
    vertices, faces = joined(parts)
    tell("convert", 1, _STEPS)
    has_colour = any(_has_colour(part) for part in parts)
    colours = np.concatenate([vertex_colours(part) for part in parts]) if has_colour else None
    tell("convert", _STEPS, _STEPS)
    fields = [*((axis, "<f4") for axis in "xyz"), *((name, "u1") for name in ("red", "green", "blue") if has_colour)]
    points = np.empty(len(vertices), fields)
    for column, axis in enumerate("xyz"):
        points[axis] = vertices[:, column]
    if colours is not None:
        for column, name in enumerate(("red", "green", "blue")):
            points[name] = colours[:, column]
    triangles = np.empty(len(faces), [("count", "u1"), ("corners", "<i4", (3,))])
    triangles["count"], triangles["corners"] = 3, faces
    types = {"<f4": "float", "u1": "uchar"}
    head = "\n".join(
        [
            "ply",
            "format binary_little_endian 1.0",
            f"comment Tiepoint {__version__}",
            f"comment axes: z up; unit: {unit}",
            f"element vertex {len(points)}",
            *(f"property {types[kind]} {name}" for name, kind in fields),
            f"element face {len(triangles)}",
            "property list uchar int vertex_indices",
            "end_header",
            "",
        ]
    )
    _write(target, head.encode("ascii"), [points, triangles], tell)
    return [] if has_colour else ["The model has no colours, so the PLY file has none."]


def _stl(parts: Sequence[Part], target: Path, unit: str, tell: Tell) -> list[str]:
    tell("convert", 0, _STEPS)
    vertices, faces = joined(parts)
    if len(faces) >= 2**32:
        raise EngineFailure("The model has too many triangles for STL.", remedy="Choose PLY.")
    corners = vertices[faces]
    tell("convert", 1, _STEPS)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    triangles = np.zeros(len(faces), [("normal", "<f4", (3,)), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    triangles["normal"], triangles["corners"] = normals / np.where(length > 0, length, 1), corners
    tell("convert", _STEPS, _STEPS)
    head = f"Tiepoint {__version__}, z up, unit: {unit}".encode("ascii")[:80].ljust(80)
    _write(target, head + np.array([len(faces)], "<u4").tobytes(), [triangles], tell)
    return []


def joined(parts: Sequence[Part]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return the vertices (V, 3) and triangles (F, 3) of all parts as one mesh.

    Raises:
        InputError: A triangle names a vertex that is not there.
    """
    first = np.cumsum([0, *(len(part.vertices) for part in parts)])
    for part in parts:
        if part.faces.min(initial=0) < 0 or part.faces.max(initial=0) >= len(part.vertices):
            raise InputError("The model is broken: a triangle has no corner.", remedy="Make the model again.")
    faces = [part.faces + start for part, start in zip(parts, first, strict=False)]
    return np.concatenate([part.vertices for part in parts]), np.concatenate(faces).astype(np.int32)


def vertex_colours(part: Part) -> NDArray[np.uint8]:
    """Return (V, 3) uint8 RGB at the vertices: the part's own, or its texture between the four nearest texels."""
    if part.colours is not None:
        return part.colours
    if part.uv is None or part.texture is None:
        return np.full((len(part.vertices), 3), _GREY, np.uint8)
    height, width = part.texture.shape[:2]
    uv = np.nan_to_num(part.uv.astype(np.float64), posinf=0, neginf=0)
    # Whole turns repeat the texture (glTF's and OBJ's usual wrapping); rows count from the top.
    x = np.clip((uv[:, 0] - np.floor(np.where(uv[:, 0] == 1, 0, uv[:, 0]))) * width - 0.5, 0, width - 1)
    y = np.clip((1 - (uv[:, 1] - np.floor(np.where(uv[:, 1] == 1, 0, uv[:, 1])))) * height - 0.5, 0, height - 1)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    across, down = (x - left)[:, None], (y - top)[:, None]
    upper = part.texture[top, left] * (1 - across) + part.texture[top, right] * across
    lower = part.texture[bottom, left] * (1 - across) + part.texture[bottom, right] * across
    mixed: NDArray[np.uint8] = np.rint(upper * (1 - down) + lower * down).astype(np.uint8)
    return mixed


def _has_colour(part: Part) -> bool:
    return part.colours is not None or (part.uv is not None and part.texture is not None)


def _write(target: Path, head: bytes, arrays: Sequence[NDArray[Any]], tell: Tell) -> None:
    total, done = len(head) + sum(array.nbytes for array in arrays), len(head)
    with writing(target), target.open("xb") as file:
        file.write(head)
        for array in arrays:
            for start in range(0, len(array), _ROWS):
                block = array[start : start + _ROWS]
                file.write(block.tobytes())
                done += block.nbytes
                tell("write", done, total, "bytes")


def _by_trimesh(source: Path, target: Path, kind: str, tell: Tell) -> list[str]:
    """Convert between GLB and OBJ with the texture as it is."""
    files = _exported(source, is_glb=kind == "glb")
    tell("read", 1, 1)
    total = sum(len(data) for data in files.values())
    with writing(target):
        if kind == "glb":
            target.write_bytes(next(iter(files.values())))
        elif kind == "obj-folder":
            target.mkdir()
            for name, data in files.items():
                (target / name).write_bytes(data)
        else:
            with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as archive:
                for name, data in files.items():
                    archive.writestr(name, data)
    tell("write", total, total, "bytes")
    return []


def _exported(source: Path, *, is_glb: bool) -> dict[str, bytes]:
    import trimesh
    from trimesh.exchange.obj import export_obj

    from tiepoint.engine.rendering.scene import has_y_up

    try:
        scene = trimesh.load_scene(source, process=False)
        if has_y_up(source) != is_glb:
            turn = [[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]]  # z up to y up
            scene.apply_transform(np.array(turn if is_glb else np.transpose(turn), float))
        if is_glb:
            return {"model.glb": bytes(scene.export(file_type="glb"))}
        mesh = scene.to_geometry()
        text, others = export_obj(mesh, return_texture=True, mtl_name="model.mtl", header=_HEADER)
    except Exception as error:  # noqa: BLE001 - trimesh raises whatever the broken file makes its readers raise
        raise InputError(
            f"{source.name} cannot be converted.", remedy="Check that the file is whole.", detail=repr(error)
        ) from error
    files = {"model.obj": text.encode("utf-8")}
    return files | {Path(name).name: bytes(data) for name, data in others.items()}


_HEADER: Final = f"Tiepoint {__version__}; z up"
