"""Compiled inner loops of the renderer: rasterising triangles, splatting points, shading, averaging.

Nothing here allocates per pixel or knows about files. Every kernel works on a horizontal band of rows, so that
threads can share one picture without locks, and releases the GIL. Screen arrays are (x, y, nearness), float32:
x and y in pixels with pixel centres at .5, nearness grows towards the eye (1 / distance in perspective) and is linear
on screen.
"""

from __future__ import annotations

import math

import numba
import numpy as np

EMPTY = -1

_compiled = numba.njit(cache=True, nogil=True, fastmath={"nsz", "arcp", "contract"}, error_model="numpy")


@_compiled
def rasterise_triangles(screen, faces, first_row, last_row, near, ids):  # type: ignore[no-untyped-def]
    """Draw triangles into a nearness buffer and note which one is in front.

    Args:
        screen: (V, 3) float32 screen array; a vertex with nearness <= 0 is behind the eye.
        faces: (F, 3) int32.
        first_row: First row of the band.
        last_row: Row after the band's last.
        near: (H, W) float32, changed in place.
        ids: (H, W) int32, changed in place to the face's index where it won.
    """
    width = near.shape[1]
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        na, nb, nc = screen[a, 2], screen[b, 2], screen[c, 2]
        if na <= 0.0 or nb <= 0.0 or nc <= 0.0:
            continue
        ya, yb, yc = screen[a, 1], screen[b, 1], screen[c, 1]
        top = max(int(math.ceil(min(ya, yb, yc) - 0.5)), first_row)
        bottom = min(int(math.floor(max(ya, yb, yc) - 0.5)), last_row - 1)
        if top > bottom:
            continue
        xa, xb, xc = screen[a, 0], screen[b, 0], screen[c, 0]
        left = max(int(math.ceil(min(xa, xb, xc) - 0.5)), 0)
        right = min(int(math.floor(max(xa, xb, xc) - 0.5)), width - 1)
        if left > right:
            continue
        area = (xb - xa) * (yc - ya) - (xc - xa) * (yb - ya)
        if abs(area) < 1e-12:
            continue
        over = np.float32(1.0) / area
        ub_dx, uc_dx = (yc - ya) * over, (ya - yb) * over
        ub_dy, uc_dy = (xa - xc) * over, (xb - xa) * over
        n_dx = ub_dx * (nb - na) + uc_dx * (nc - na)
        for y in range(top, bottom + 1):
            dx, dy = np.float32(left + 0.5) - xa, np.float32(y + 0.5) - ya
            ub = ub_dx * dx + ub_dy * dy
            uc = uc_dx * dx + uc_dy * dy
            n = na + ub * (nb - na) + uc * (nc - na)
            for x in range(left, right + 1):
                if ub >= -1e-6 and uc >= -1e-6 and ub + uc <= 1.000002 and n > near[y, x]:
                    near[y, x] = n
                    ids[y, x] = f
                ub += ub_dx
                uc += uc_dx
                n += n_dx


@_compiled
def splat_points(screen, radius, first_row, last_row, near, ids):  # type: ignore[no-untyped-def]
    """Draw points as round discs that face the eye.

    Args:
        screen: (N, 3) float32 screen array.
        radius: (N,) float32, pixels.
        first_row: First row of the band.
        last_row: Row after the band's last.
        near: (H, W) float32, changed in place.
        ids: (H, W) int32, changed in place to the point's index where it won.
    """
    width = near.shape[1]
    for p in range(screen.shape[0]):
        n = screen[p, 2]
        if n <= 0.0:
            continue
        x0, y0, r = screen[p, 0], screen[p, 1], radius[p]
        top = max(int(math.ceil(y0 - r - 0.5)), first_row)
        bottom = min(int(math.floor(y0 + r - 0.5)), last_row - 1)
        left = max(int(math.ceil(x0 - r - 0.5)), 0)
        right = min(int(math.floor(x0 + r - 0.5)), width - 1)
        for y in range(top, bottom + 1):
            dy = y + 0.5 - y0
            for x in range(left, right + 1):
                dx = x + 0.5 - x0
                if n > near[y, x] and dx * dx + dy * dy <= r * r:
                    near[y, x] = n
                    ids[y, x] = p


@_compiled
def weights_at(screen, a, b, c, x, y):  # type: ignore[no-untyped-def]
    """Return the perspective-correct weights of a triangle's corners at a pixel's centre."""
    xa, ya = screen[a, 0], screen[a, 1]
    bx, by, cx, cy = screen[b, 0] - xa, screen[b, 1] - ya, screen[c, 0] - xa, screen[c, 1] - ya
    dx, dy = np.float32(x + 0.5) - xa, np.float32(y + 0.5) - ya
    over = np.float32(1.0) / (bx * cy - cx * by)
    ub, uc = (dx * cy - cx * dy) * over, (bx * dy - dx * by) * over
    wa, wb, wc = (1 - ub - uc) * screen[a, 2], ub * screen[b, 2], uc * screen[c, 2]
    total = np.float32(1.0) / (wa + wb + wc)
    return wa * total, wb * total, wc * total


@_compiled
def sample_level(texels, start, width, height, u, v, out):  # type: ignore[no-untyped-def]
    """Sample one mip level with linear filtering into out (3,); u runs right, v down, both 0 to 1."""
    fx = min(max(u * width - 0.5, 0.0), width - 1.001)
    fy = min(max(v * height - 0.5, 0.0), height - 1.001)
    x0, y0 = int(fx), int(fy)
    x1, y1 = min(x0 + 1, width - 1), min(y0 + 1, height - 1)
    tx, ty = np.float32(fx - x0), np.float32(fy - y0)
    i00, i10 = start + 3 * (y0 * width + x0), start + 3 * (y0 * width + x1)
    i01, i11 = start + 3 * (y1 * width + x0), start + 3 * (y1 * width + x1)
    for k in range(3):
        top = texels[i00 + k] * (1 - tx) + texels[i10 + k] * tx
        bottom = texels[i01 + k] * (1 - tx) + texels[i11 + k] * tx
        out[k] = top * (1 - ty) + bottom * ty


@_compiled
def shade_textured(screen, faces, uv, light, texels, levels, first_row, last_row, ids, picture):  # type: ignore[no-untyped-def]
    """Colour the pixels of textured triangles.

    Args:
        screen: (V, 3) float32 screen array.
        faces: (F, 3) int32.
        uv: (V, 2) float32, bottom-left origin.
        light: (V,) float32 brightness at each vertex; negative says its back faces the eye.
        texels: Flat uint8 RGB of all mip levels, one behind the other, top row first.
        levels: (L, 3) int64: start in texels, width, height of each level.
        first_row: First row of the band.
        last_row: Row after the band's last.
        ids: (H, W) int32 face in front, or EMPTY.
        picture: (H, W, 3) float32, changed in place, 0 to 255.
    """
    near_sample = np.empty(3, np.float32)
    far_sample = np.empty(3, np.float32)
    texel_count = np.float32(levels[0, 1] * levels[0, 2])
    for y in range(first_row, last_row):
        last_face, level, blend = -1, 0, np.float32(0)
        for x in range(ids.shape[1]):
            f = ids[y, x]
            if f < 0:
                continue
            a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
            if f != last_face:
                last_face = f
                ux, uy = uv[b, 0] - uv[a, 0], uv[b, 1] - uv[a, 1]
                vx, vy = uv[c, 0] - uv[a, 0], uv[c, 1] - uv[a, 1]
                sx, sy = screen[b, 0] - screen[a, 0], screen[b, 1] - screen[a, 1]
                tx, ty = screen[c, 0] - screen[a, 0], screen[c, 1] - screen[a, 1]
                ratio = abs(ux * vy - vx * uy) * texel_count / max(abs(sx * ty - tx * sy), 1e-9)
                depth = min(max(0.5 * math.log2(max(ratio, 1e-9)), 0.0), levels.shape[0] - 1.0)
                level = min(int(depth), levels.shape[0] - 1)
                blend = np.float32(depth - level)
            wa, wb, wc = weights_at(screen, a, b, c, x, y)
            u = wa * uv[a, 0] + wb * uv[b, 0] + wc * uv[c, 0]
            v = 1 - (wa * uv[a, 1] + wb * uv[b, 1] + wc * uv[c, 1])
            gain = abs(wa * light[a] + wb * light[b] + wc * light[c])
            sample_level(texels, levels[level, 0], levels[level, 1], levels[level, 2], u, v, near_sample)
            if blend > 0.02:
                nxt = level + 1
                sample_level(texels, levels[nxt, 0], levels[nxt, 1], levels[nxt, 2], u, v, far_sample)
                for k in range(3):
                    near_sample[k] += blend * (far_sample[k] - near_sample[k])
            for k in range(3):
                picture[y, x, k] = near_sample[k] * gain


@_compiled
def shade_coloured(screen, faces, colours, light, first_row, last_row, ids, picture):  # type: ignore[no-untyped-def]
    """Colour the pixels of triangles with colours at their vertices.

    Args:
        screen: (V, 3) float32 screen array.
        faces: (F, 3) int32.
        colours: (V, 3) uint8 RGB.
        light: (V,) float32 brightness at each vertex.
        first_row: First row of the band.
        last_row: Row after the band's last.
        ids: (H, W) int32 face in front, or EMPTY.
        picture: (H, W, 3) float32, changed in place, 0 to 255.
    """
    for y in range(first_row, last_row):
        for x in range(ids.shape[1]):
            f = ids[y, x]
            if f < 0:
                continue
            a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
            wa, wb, wc = weights_at(screen, a, b, c, x, y)
            gain = abs(wa * light[a] + wb * light[b] + wc * light[c])
            for k in range(3):
                picture[y, x, k] = gain * (wa * colours[a, k] + wb * colours[b, k] + wc * colours[c, k])


@_compiled
def shade_points(colours, first_row, last_row, ids, picture):  # type: ignore[no-untyped-def]
    """Give each pixel the colour of the point in front of it; arrays as in `shade_coloured`, one colour per point."""
    for y in range(first_row, last_row):
        for x in range(ids.shape[1]):
            p = ids[y, x]
            if p >= 0:
                for k in range(3):
                    picture[y, x, k] = colours[p, k]


@_compiled
def darken_steps(near, reach, strength, first_row, last_row, picture):  # type: ignore[no-untyped-def]
    """Darken pixels that lie behind their neighbours, so that depth reads (Boucheny 2009, eye-dome lighting).

    Args:
        near: (H, W) float32 nearness, 0 where nothing is.
        reach: Distance of the eight neighbours looked at, pixels.
        strength: How much a step of the logarithm of distance darkens.
        first_row: First row of the band.
        last_row: Row after the band's last.
        picture: (H, W, 3) float32, changed in place.
    """
    height, width = near.shape
    for y in range(first_row, last_row):
        for x in range(width):
            here = near[y, x]
            if here <= 0:
                continue
            total = np.float32(0)
            for j in range(-1, 2):
                for i in range(-1, 2):
                    yy, xx = y + j * reach, x + i * reach
                    if 0 <= yy < height and 0 <= xx < width and near[yy, xx] > here:
                        total += min(np.float32(near[yy, xx] / here - 1), np.float32(0.12))
            gain = np.float32(math.exp(-strength * total / 8))
            for k in range(3):
                picture[y, x, k] *= gain


@_compiled
def average_blocks(picture, factor, first_row, last_row, out):  # type: ignore[no-untyped-def]
    """Average factor x factor pixels of a float picture into rows [first_row, last_row) of a uint8 one."""
    over = np.float32(1.0) / (factor * factor)
    for y in range(first_row, last_row):
        for x in range(out.shape[1]):
            for k in range(3):
                total = np.float32(0.5) * factor * factor
                for j in range(factor):
                    for i in range(factor):
                        total += picture[y * factor + j, x * factor + i, k]
                out[y, x, k] = np.uint8(min(max(total * over, np.float32(0)), np.float32(255)))


@_compiled
def add_face_normals(vertices, faces, out):  # type: ignore[no-untyped-def]
    """Add each triangle's normal, as long as twice its area, to its corners.

    Args:
        vertices: (V, 3) float32.
        faces: (F, 3) int32.
        out: (V, 3) float32, changed in place.
    """
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy, uz = vertices[b, 0] - vertices[a, 0], vertices[b, 1] - vertices[a, 1], vertices[b, 2] - vertices[a, 2]
        vx, vy, vz = vertices[c, 0] - vertices[a, 0], vertices[c, 1] - vertices[a, 1], vertices[c, 2] - vertices[a, 2]
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for v in (a, b, c):
            out[v, 0] += nx
            out[v, 1] += ny
            out[v, 2] += nz
