"""Wavefront OBJ with its MTL and textures. Worker threads.

Text is converted in small pieces, which keeps other threads going; every different pair of point and texture
coordinate becomes a point of its own, as the graphics card needs it. The frame is taken as it is: our engine writes
the job frame, z up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewer.loading.arrays import checked_points, counted_numbers, numbers
from tiepoint.ui.viewer.loading.source import Source, settle
from tiepoint.ui.viewer.loading.textures import beside, read_texture
from tiepoint.ui.viewer.surface import Floats, Model, Part, Texture


@dataclass(slots=True)
class _Contents:
    """What the lines said so far."""

    points: list[NDArray[np.float64]] = field(default_factory=list)
    uv: list[NDArray[np.float64]] = field(default_factory=list)
    corners: list[NDArray[np.int64]] = field(default_factory=list)
    """(M, 3, 2): numbers of point and texture coordinate, from 0; -1 = none."""
    materials: list[tuple[int, str]] = field(default_factory=list)
    """(first face, name), in the order of the file."""
    libraries: list[str] = field(default_factory=list)
    is_cut: bool = False
    """The last line has no end."""
    point_count: int = 0
    uv_count: int = 0
    face_count: int = 0


def read_obj(source: Source) -> Model:
    """Return the model in an OBJ file.

    Raises:
        InputError: The file cannot be read; the message says why.
        Canceled: Nobody wants it any more.
    """
    data = source.read()
    contents = _Contents(is_cut=not data.endswith((b"\n", b"\r")))
    for piece in source.text_pieces(data, 0):
        try:
            _take(source, contents, piece)
        except (ValueError, IndexError) as error:
            raise source.refuse(tr("Viewer", "a line in it cannot be understood"), detail=str(error)) from error
    if not contents.points:
        raise source.refuse(tr("Viewer", "it has no points, or it is no OBJ file"))
    return _model(source, contents)


def _take(source: Source, contents: _Contents, piece: bytes) -> None:
    if not _take_block(source, contents, piece):
        _take_lines(source, contents, piece)


def _take_block(source: Source, contents: _Contents, piece: bytes) -> bool:
    """Take a piece whose lines are all of one kind and width, without touching them one by one."""
    word = piece[:3].split(b" ")[0]
    lines = piece.count(b"\n") + (not piece.endswith(b"\n"))
    if word not in {b"v", b"vt", b"vn", b"f"} or piece.count(b"\n" + word + b" ") != lines - 1 or b"#" in piece:
        return False
    if word == b"vn":
        return True
    width = len(piece[: piece.find(b"\n")].split()) - 1
    text = piece.replace(word + b" ", b" ")
    if word == b"f":
        slashes, rest = divmod(piece.count(b"/"), 3 * lines)
        if width != 3 or rest or slashes > 2 or b"//" in piece or b"-" in piece:
            return False
        found = counted_numbers(source, text.replace(b"/", b" "), lines * 3 * (slashes + 1)).astype(np.int64)
        numbered = found.reshape(lines * 3, slashes + 1)
        if slashes == 0:
            numbered = np.concatenate([numbered, np.zeros_like(numbered)], 1)
        _add_faces(contents, numbered[:, :2])
    elif word == b"v" and width >= 3:
        contents.points.append(counted_numbers(source, text, lines * width).reshape(lines, width))
        contents.point_count += lines
    elif word == b"vt" and width >= 2:
        contents.uv.append(counted_numbers(source, text, lines * width).reshape(lines, width)[:, :2])
        contents.uv_count += lines
    else:
        return False
    return True


def _take_lines(source: Source, contents: _Contents, piece: bytes) -> None:
    runs: list[tuple[bytes, list[bytes]]] = []
    for line in piece.splitlines():
        word, _, rest = line.strip().partition(b" ")
        if word in {b"v", b"vt", b"f", b"usemtl", b"mtllib"}:
            if not runs or runs[-1][0] != word or word in {b"usemtl", b"mtllib"}:
                runs.append((word, []))
            runs[-1][1].append(rest)
    for word, lines in runs:
        if word == b"v":
            contents.points.append(_rows(source, lines, 3))
            contents.point_count += len(lines)
        elif word == b"vt":
            contents.uv.append(_rows(source, lines, 2)[:, :2])
            contents.uv_count += len(lines)
        elif word == b"f":
            _take_faces(contents, lines)
        elif word == b"usemtl":
            contents.materials.append((contents.face_count, lines[0].decode("utf-8", "replace").strip()))
        else:
            contents.libraries.append(lines[0].decode("utf-8", "replace").strip())


def _rows(source: Source, lines: list[bytes], least: int) -> NDArray[np.float64]:
    values = numbers(source, b" ".join(lines))
    width = len(values) // len(lines)
    if width * len(lines) != len(values):
        rows = [numbers(source, line)[:least] for line in lines]
        return np.array(rows)
    if width < least:
        raise ValueError("a point has too few coordinates")
    return values.reshape(len(lines), width)


def _take_faces(contents: _Contents, lines: list[bytes]) -> None:
    words = [line.split() for line in lines]
    if any(len(each) < 3 for each in words):
        raise ValueError("a face has fewer than three corners")
    fans = [
        each
        if len(each) == 3
        else [corner for k in range(1, len(each) - 1) for corner in (each[0], each[k], each[k + 1])]
        for each in words
    ]
    flat = [corner for each in fans for corner in each]
    slashes = flat[0].count(b"/")
    if slashes == 0 or any(corner.count(b"/") != slashes for corner in flat):
        pairs = np.array([(*corner.split(b"/"), b"")[:2] for corner in flat])
        pairs[pairs == b""] = b"0"
        numbered = pairs.astype(np.int64)
    else:
        text = b" ".join(flat).replace(b"//", b"/0/").replace(b"/", b" ")
        numbered = np.array(text.split(), np.int64).reshape(len(flat), slashes + 1)[:, :2]
    _add_faces(contents, numbered)


def _add_faces(contents: _Contents, numbered: NDArray[np.int64]) -> None:
    """Add triangles; (3 M, 2) numbers of points and texture coordinates as the file counts them."""
    totals = np.array([contents.point_count, contents.uv_count])
    # Counted from 1; negative ones from the last that came before (OBJ specification); 0 stands for none here.
    corners = np.where(numbered > 0, numbered - 1, np.where(numbered < 0, numbered + totals, -1))
    if corners[:, 0].min() < 0:
        raise ValueError("a face names a point that does not exist")
    contents.corners.append(corners.reshape(-1, 3, 2))
    contents.face_count += len(numbered) // 3


def _model(source: Source, contents: _Contents) -> Model:
    width = min(each.shape[1] for each in contents.points)
    all_points = np.concatenate([each[:, :width] for each in contents.points])
    points, origin = settle(checked_points(source, all_points[:, :3]))
    colours = None
    if width >= 6:  # red, green and blue behind the coordinates: not in the specification, but widespread
        scale = 255 if float(all_points[:, 3:6].max()) <= 1 else 1
        colours = np.clip(np.nan_to_num(all_points[:, 3:6]) * scale, 0, 255).astype(np.uint8)
    if not contents.corners:
        cloud = Part(points, np.empty((0, 3), np.int32), colours=colours)
        return Model(source.path, (cloud,), origin, _doubts(contents, has_faces=False, has_spare_points=True))
    corners = np.concatenate(contents.corners)
    uv = np.concatenate(contents.uv).astype(np.float32) if contents.uv else np.empty((0, 2), np.float32)
    if corners[..., 0].max() >= len(points) or corners[..., 1].max() >= len(uv):
        raise source.refuse(tr("Viewer", "a face names a point that does not exist"))
    textures, notes = _textures(source, contents)
    used = np.zeros(len(points), bool)
    used[corners[..., 0].ravel()] = True
    notes += _doubts(contents, has_faces=True, has_spare_points=not used.all())
    parts = []
    for name, chosen in _groups(contents, len(corners)).items():
        source.check()
        texture = textures.get(name)
        parts.append(_part(points, np.nan_to_num(uv), colours, corners[chosen], texture))
    return Model(source.path, tuple(parts), origin, notes)


def _doubts(contents: _Contents, *, has_faces: bool, has_spare_points: bool) -> tuple[str, ...]:
    """Say what speaks for a file cut short; OBJ tells nowhere how much belongs to it."""
    if not has_faces and (contents.libraries or contents.uv or contents.is_cut):
        return (tr("Viewer", "The file has points and no faces: it may have been cut short. Copy it again."),)
    if contents.is_cut and has_spare_points:
        return (tr("Viewer", "The file ends in the middle of a line: faces may be missing. Copy it again."),)
    return ()


def _groups(contents: _Contents, face_count: int) -> dict[str, NDArray[np.bool_]]:
    starts = [*contents.materials, (face_count, "")]
    groups: dict[str, NDArray[np.bool_]] = {}
    if starts[0][0] > 0:
        groups[""] = np.arange(face_count) < starts[0][0]
    for (start, name), (end, _) in zip(starts, starts[1:], strict=False):
        if end > start:
            groups.setdefault(name, np.zeros(face_count, bool))[start:end] = True
    return groups


def _part(
    points: Floats, uv: Floats, colours: NDArray[np.uint8] | None, corners: NDArray[np.int64], texture: Texture | None
) -> Part:
    flat = corners.reshape(-1, 2)
    has_uv = texture is not None and bool(flat[:, 1].min() >= 0)
    if len(uv) == len(points) and has_uv and bool((flat[:, 0] == flat[:, 1]).all()) and len(flat) >= len(points):
        # Both are numbered alike, as our engine does it: nothing to sort.
        return Part(points, flat[:, 0].reshape(-1, 3).astype(np.int32), uv=uv, colours=colours, texture=texture)
    keys = flat[:, 0] * (len(uv) + 1) + flat[:, 1] + 1 if has_uv else flat[:, 0]
    unique, faces = np.unique(keys, return_inverse=True)
    chosen = unique // (len(uv) + 1) if has_uv else unique
    return Part(
        points[chosen],
        faces.reshape(-1, 3).astype(np.int32),
        uv=uv[unique % (len(uv) + 1) - 1] if has_uv else None,
        colours=None if colours is None else colours[chosen],
        texture=texture if has_uv else None,
    )


def _textures(source: Source, contents: _Contents) -> tuple[dict[str, Texture], tuple[str, ...]]:
    textures: dict[str, Texture] = {}
    notes: list[str] = []
    read: dict[Path, Texture | None] = {}
    for library in contents.libraries:
        path = beside(source.path, library)
        try:
            lines = path.read_text("utf-8", "replace").splitlines()
        except OSError:
            notes.append(tr("Viewer", "{name} is missing, so the model has no texture.", name=plain(library)))
            continue
        for material, picture in _maps(lines).items():
            found = beside(source.path, picture)
            if found not in read:
                read[found], more = read_texture(source, found)
                notes += more
            texture = read[found]
            if texture is not None:
                textures[material] = texture
    return textures, tuple(notes)


def _maps(lines: list[str]) -> dict[str, str]:
    """Return the picture of every material; options before its name are skipped."""
    maps: dict[str, str] = {}
    material = ""
    for line in lines:
        word, _, rest = line.strip().partition(" ")
        if word == "newmtl":
            material = rest.strip()
        elif word.lower() == "map_kd":
            name: Any = rest.strip()
            maps[material] = name.split()[-1] if name.startswith("-") else name
    return maps
