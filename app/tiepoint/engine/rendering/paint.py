"""From parts and a view to a picture: bands of rows in threads, supersampling, light from the eye, background.

Keeps no state; memory is 24 bytes for each supersampled pixel. Any thread.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.engine.rendering import kernels
from tiepoint.engine.rendering.scene import PLAIN_COLOUR, Bytes, Floats, Part, mip_levels, vertex_normals
from tiepoint.engine.rendering.view import View

Band = Callable[[int, int], None]

# The viewer's light gradient (design tokens), which every object photographed stands out from.
BACKGROUND: Final = ((238, 241, 245), (203, 211, 221))
# Photos carry their own light; a little from the eye lets the shape read.
TEXTURED_LIGHT: Final = (0.80, 0.22, 0.0)
PLAIN_LIGHT: Final = (0.22, 0.22, 0.62)
KEY_DIRECTION: Final = (-0.52, -0.58, -0.63)  # right, down, forward: over the left shoulder
BACK_GAIN: Final = 0.55
CLOUD_STRENGTH: Final = 22.0


@dataclass(slots=True)
class Canvas:
    """The buffers of a picture in work, each (H, W) or (H, W, 3), supersampled."""

    near: Floats
    ids: NDArray[np.int32]
    picture: Floats


def painted(parts: Sequence[Part], view: View, *, supersampling: int = 2, threads: int = 2) -> Bytes:
    """Return the picture of a scene as (H, W, 3) uint8 RGB.

    Args:
        parts: What to draw; all in the view's frame.
        view: Where from, and the picture's size.
        supersampling: Samples per pixel along each side.
        threads: Threads that share the rows.
    """
    return _averaged(_drawn(parts, view.scaled(supersampling), threads).picture, view, supersampling)


def cut_out(parts: Sequence[Part], view: View, *, supersampling: int = 2, threads: int = 2) -> Bytes:
    """Return the picture as (H, W, 4) uint8 RGBA, straight alpha, clear where nothing is; arguments as `painted`."""
    canvas = _drawn(parts, view.scaled(supersampling), threads)
    mask = np.where(canvas.near > 0, np.float32(255), np.float32(0))
    canvas.picture[canvas.near <= 0] = 0
    colours = _averaged(canvas.picture, view, supersampling)
    alpha = _averaged(np.broadcast_to(mask[:, :, None], canvas.picture.shape), view, supersampling)[:, :, :1]
    straight = np.minimum(colours.astype(np.float32) * 255 / np.maximum(alpha, 1), 255).astype(np.uint8)
    return np.ascontiguousarray(np.concatenate([straight, alpha], axis=2))


def on_background(picture: Bytes) -> Bytes:
    """Return a cut-out (H, W, 4) picture on the usual background as (H, W, 3) uint8 RGB."""
    alpha = picture[:, :, 3:].astype(np.float32) / 255
    height, width = picture.shape[:2]
    blank = _blank((width, height)).picture
    return (picture[:, :, :3] * alpha + blank * (1 - alpha) + np.float32(0.5)).astype(np.uint8)


def coverage(part: Part, view: View) -> NDArray[np.bool_]:
    """Return (H, W) bool: where the part covers the view's pixels, without supersampling."""
    canvas = _blank(view.size_px)
    screen = view.project(part.vertices)
    if part.is_cloud:
        radius = np.full(len(screen), 0.71, np.float32)
        kernels.splat_points(screen, radius, 0, view.size_px[1], canvas.near, canvas.ids)
    else:
        kernels.rasterise_triangles(screen, part.faces, 0, view.size_px[1], canvas.near, canvas.ids)
    return canvas.ids >= 0


def _drawn(parts: Sequence[Part], view: View, threads: int) -> Canvas:
    canvas = _blank(view.size_px)
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        for part in parts:
            _draw(part, view, canvas, pool, max(threads, 1))
    return canvas


def _averaged(picture: Floats, view: View, factor: int) -> Bytes:
    width, height = view.size_px
    averaged = np.empty((height, width, 3), np.uint8)
    kernels.average_blocks(np.ascontiguousarray(picture), factor, 0, height, averaged)
    return averaged


def _blank(size_px: tuple[int, int]) -> Canvas:
    width, height = size_px
    ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    top, bottom = (np.array(colour, np.float32) for colour in BACKGROUND)
    rows = top + (bottom - top) * ramp
    picture = np.ascontiguousarray(np.broadcast_to(rows, (height, width, 3)), np.float32)
    near = np.zeros((height, width), np.float32)
    return Canvas(near, np.full((height, width), kernels.EMPTY, np.int32), picture)


def _in_bands(work: Band, rows: int, pool: ThreadPoolExecutor, threads: int) -> None:
    # More bands than threads, because a model seldom fills the rows evenly.
    edges = np.linspace(0, rows, 4 * threads + 1).astype(int)
    for _ in pool.map(work, edges[:-1].tolist(), edges[1:].tolist()):
        pass


def _draw(part: Part, view: View, canvas: Canvas, pool: ThreadPoolExecutor, threads: int) -> None:
    canvas.ids.fill(kernels.EMPTY)
    screen = view.project(part.vertices)
    work = _cloud_band(part, view, screen, canvas) if part.is_cloud else _mesh_band(part, view, screen, canvas)
    _in_bands(work, view.size_px[1], pool, threads)
    if part.is_cloud:
        reach = max(1, round(view.size_px[1] / 1200))

        def darken(first: int, last: int) -> None:
            kernels.darken_steps(canvas.near, reach, CLOUD_STRENGTH, first, last, canvas.picture)

        _in_bands(darken, view.size_px[1], pool, threads)


def _mesh_band(part: Part, view: View, screen: Floats, canvas: Canvas) -> Band:
    near, ids, picture, faces = canvas.near, canvas.ids, canvas.picture, part.faces
    if part.uv is not None and part.texture is not None:
        uv, light = part.uv, _light(part, view, TEXTURED_LIGHT)
        texels, levels = mip_levels(part.texture)

        def textured(first: int, last: int) -> None:
            kernels.rasterise_triangles(screen, faces, first, last, near, ids)
            kernels.shade_textured(screen, faces, uv, light, texels, levels, first, last, ids, picture)

        return textured
    colours = part.colours if part.colours is not None else np.full((len(screen), 3), PLAIN_COLOUR, np.uint8)
    light = _light(part, view, PLAIN_LIGHT if part.colours is None else TEXTURED_LIGHT)

    def coloured(first: int, last: int) -> None:
        kernels.rasterise_triangles(screen, faces, first, last, near, ids)
        kernels.shade_coloured(screen, faces, colours, light, first, last, ids, picture)

    return coloured


def _cloud_band(part: Part, view: View, screen: Floats, canvas: Canvas) -> Band:
    near, ids, picture = canvas.near, canvas.ids, canvas.picture
    colours = part.colours if part.colours is not None else np.full((len(screen), 3), PLAIN_COLOUR, np.uint8)
    radius = _radii(part, view, screen)

    def band(first: int, last: int) -> None:
        kernels.splat_points(screen, radius, first, last, near, ids)
        kernels.shade_points(colours, first, last, ids, picture)

    return band


def _light(part: Part, view: View, gain: tuple[float, float, float]) -> Floats:
    """Return (V,) float32 brightness; back sides are darker, so that holes read as holes.

    Args:
        part: The mesh.
        view: The eye.
        gain: Light from everywhere, from the eye, and over the shoulder.
    """
    normals = part.normals if part.normals is not None else vertex_normals(part.vertices, part.faces)
    if view.is_flat:
        facing = -(normals @ view.forward.astype(np.float32))
    else:
        rays = view.position.astype(np.float32) - part.vertices
        facing = (normals * rays).sum(1) / np.maximum(np.linalg.norm(rays, axis=1), 1e-12)
    light = gain[0] + gain[1] * np.abs(facing)
    if gain[2] > 0:
        key = np.stack([view.right, view.down, view.forward]).T @ np.array(KEY_DIRECTION)
        light += gain[2] * np.maximum(np.sign(facing) * (normals @ key.astype(np.float32)), 0)
    return np.ascontiguousarray(np.where(facing >= -0.1, light, light * BACK_GAIN), np.float32)


def _radii(part: Part, view: View, screen: Floats) -> Floats:
    """Return (N,) float32 disc radii in pixels that just close the gaps between neighbouring points."""
    covered_px = float(coverage(part, view.scaled(1 / 16)).sum()) * 256
    usual = min(max(0.9 * math.sqrt(covered_px / max(len(screen), 1)), 0.8), 14.0)
    if view.is_flat:
        return np.full(len(screen), usual, np.float32)
    seen = screen[screen[:, 2] > 0, 2]
    middle = float(np.median(seen)) if len(seen) else 1.0
    radii: Floats = np.clip(usual * screen[:, 2] / middle, 0.8, 40.0).astype(np.float32)
    return radii
