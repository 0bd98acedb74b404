"""A generated scene with exact truth: a bumpy blob on a ground plane, photographed on rings around it.

Everything is made here, at test time, by numpy and the engine's z-buffer: no asset, no licence, no display.
The blob's radius is about 1; the job's model is compared after a similarity fit on the camera centres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import trimesh
from numba import njit
from numpy.typing import NDArray
from PIL import Image

from tiepoint.engine.raster import draw_triangles, empty_buffers

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]

GROUND = -0.82
GROUND_HALF = 2.5
FLATTENING = 0.8
RADIUS = 1.0
AIM = np.array([0.0, 0.0, -0.1])
CAMERA_DISTANCE = 3.6
FOCAL_35_MM = 34
_SUPERSAMPLING = 2
_TILE = 128
_TILE_SIZE = 0.7
_SKY = (200, 190, 180)


@dataclass(frozen=True)
class Ring:
    """Photos at one elevation.

    Attributes:
        elevation_deg: Above the horizon.
        photos: How many.
        arc_deg: Over which angle they spread; 360 closes the ring.
        start_deg: Direction of the first.
    """

    elevation_deg: float
    photos: int
    arc_deg: float = 360.0
    start_deg: float = 0.0


FULL_RINGS = (Ring(20, 24), Ring(48, 14, start_deg=9))
SMALL_ARC = (Ring(25, 5, arc_deg=56), Ring(42, 3, arc_deg=35, start_deg=10))


@dataclass(frozen=True)
class Pose:
    """Where a photo was taken.

    Attributes:
        name: File name.
        centre: (3,) float64, scene units.
        rotation: (3, 3) float64, camera from scene.
    """

    name: str
    centre: Doubles
    rotation: Doubles


@dataclass(frozen=True)
class Scene:
    """The truth of a generated scene.

    Attributes:
        vertices: (V, 3) float64, scene units; the blob's first.
        faces: (F, 3) int32.
        blob_vertices: How many of the vertices are the blob's.
        poses: One per photo.
        focal_px: Focal length of all photos.
        width, height: Size of all photos, pixels.
    """

    vertices: Doubles
    faces: NDArray[np.int32]
    blob_vertices: int
    poses: list[Pose]
    focal_px: float
    width: int
    height: int

    def nearness(self, pose: Pose, scale: int = 1) -> tuple[Floats, NDArray[np.int32]]:
        """Return (h, w) inverse depth, 0 for the sky, and the face each pixel sees, at a multiple of the size."""
        pixels, depth = self._projected(pose, self.vertices, scale)
        buffers = empty_buffers(self.width * scale, self.height * scale)
        draw_triangles(pixels.astype(np.float32), depth.astype(np.float32), self.faces, *buffers)
        return buffers

    def _projected(self, pose: Pose, points: Doubles, scale: int) -> tuple[Doubles, Doubles]:
        seen = (points - pose.centre) @ pose.rotation.T
        middle = np.array([self.width, self.height]) * scale / 2 - 0.5
        depth = seen[:, 2]
        return seen[:, :2] / np.where(depth > 0, depth, np.inf)[:, None] * self.focal_px * scale + middle, depth

    def sights(self, pose: Pose, points: Doubles) -> tuple[Doubles, NDArray[np.bool_]]:
        """Return where points lie in a photo, (N, 2) pixels, and which of them it sees."""
        nearness, _ = self.nearness(pose)
        pixels, depth = self._projected(pose, points, 1)
        column, row = np.rint(pixels).astype(np.int64).T
        inside = (column > 2) & (row > 2) & (column < self.width - 3) & (row < self.height - 3) & (depth > 0)
        seen = inside.copy()
        seen[inside] = 1 / depth[inside] > nearness[row[inside], column[inside]] / 1.005
        return pixels, seen

    def visible_blob_points(self, least_photos: int = 3) -> Doubles:
        """Return the blob's vertices above the ground that enough photos see, (N, 3) float64."""
        points = self.vertices[: self.blob_vertices]
        seen = np.sum([self.sights(pose, points)[1] for pose in self.poses], axis=0)
        return points[(seen >= least_photos) & (points[:, 2] > GROUND + 0.03)]

    def distances(self, points: Doubles) -> Doubles:
        """Return how far points are from the true surface, (N,) float64, first order."""
        to_ground = np.abs(points[:, 2] - GROUND)
        return np.minimum(np.abs(_signed_distance(points)), to_ground)


def make_scene(
    folder: Path, *, rings: Sequence[Ring] = FULL_RINGS, size: tuple[int, int] = (1280, 960), detail: int = 7
) -> Scene:
    """Photograph the scene into a folder and return its truth.

    Args:
        folder: Gets 000.jpg, 001.jpg, ...
        rings: Where the photos are taken.
        size: Width and height of the photos, pixels.
        detail: Subdivisions of the blob; 7 gives 164 k vertices, 6 a quarter of that.
    """
    folder.mkdir(parents=True, exist_ok=True)
    vertices, faces, blob_vertices = _surface(detail)
    poses = _poses(rings)
    scene = Scene(vertices, faces, blob_vertices, poses, size[0] * FOCAL_35_MM / 36, *size)
    paint, light = _solid_texture(), _light(vertices, faces)
    generator = np.random.default_rng(7)
    for pose in poses:
        picture = _photograph(scene, pose, paint, light)
        noisy = np.clip(picture + generator.normal(0, 1.5, picture.shape), 0, 255).astype(np.uint8)
        _save(folder / pose.name, noisy)
    return scene


def similarity(own: Doubles, true: Doubles) -> tuple[float, Doubles, Doubles]:
    """Return scale, rotation and shift that bring points onto others best (Umeyama 1991), both (N, 3)."""
    own_mean, true_mean = own.mean(axis=0), true.mean(axis=0)
    u, spread, vt = np.linalg.svd((true - true_mean).T @ (own - own_mean))
    flip = np.diag([1, 1, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ flip @ vt
    scale = float(np.trace(np.diag(spread) @ flip) / ((own - own_mean) ** 2).sum())
    return scale, rotation, true_mean - scale * rotation @ own_mean


def _waves(directions: Doubles, octaves: int, frequency: float, seed: int) -> Doubles:
    """Return smooth noise at points: a sum of plane waves."""
    generator = np.random.default_rng(seed)
    total, amplitude = np.zeros(len(directions)), 1.0
    for _ in range(octaves):
        for _ in range(6):
            along = generator.normal(size=3)
            along /= np.linalg.norm(along)
            total += amplitude * np.sin(frequency * (directions @ along) * 2 * np.pi + generator.uniform(0, 6.28))
        amplitude, frequency = amplitude * 0.55, frequency * 2.03
    return total


def _reach(directions: Doubles) -> Doubles:
    """Return the blob's radius in some unit directions, before flattening."""
    return RADIUS * (1 + 0.045 * _waves(directions, 4, 0.7, 1))


def _signed_distance(points: Doubles) -> Doubles:
    """Return the first order distance to the blob's surface."""

    def excess(at: Doubles) -> Doubles:
        round_ = at / [1, 1, FLATTENING]
        length = np.linalg.norm(round_, axis=1)
        return length - _reach(round_ / np.maximum(length, 1e-9)[:, None])

    step, value = 1e-4, excess(points)
    slopes = [(excess(points + step * axis) - value) / step for axis in np.eye(3)]
    distance: Doubles = value / np.maximum(np.linalg.norm(slopes, axis=0), 1e-3)
    return distance


def _surface(detail: int) -> tuple[Doubles, NDArray[np.int32], int]:
    ball = trimesh.creation.icosphere(detail, RADIUS)
    directions = np.asarray(ball.vertices) / RADIUS
    blob = directions * _reach(directions)[:, None] * [1, 1, FLATTENING]
    corner = GROUND_HALF
    ground = np.array([[-corner, -corner], [corner, -corner], [corner, corner], [-corner, corner]])
    floor = np.column_stack([ground, np.full(4, GROUND)])
    faces = np.vstack([ball.faces, len(blob) + np.array([[0, 1, 2], [0, 2, 3]])])
    return np.vstack([blob, floor]), faces.astype(np.int32), len(blob)


def _poses(rings: Sequence[Ring]) -> list[Pose]:
    poses: list[Pose] = []
    for ring in rings:
        step = ring.arc_deg / (ring.photos if ring.arc_deg >= 360 else max(1, ring.photos - 1))
        for index in range(ring.photos):
            azimuth, elevation = np.radians(ring.start_deg + step * index), np.radians(ring.elevation_deg)
            flat = np.cos(elevation)
            centre = np.array([np.cos(azimuth) * flat, np.sin(azimuth) * flat, np.sin(elevation)]) * CAMERA_DISTANCE
            poses.append(Pose(f"{len(poses):03d}.jpg", centre, _looking(centre)))
    return poses


def _looking(centre: Doubles) -> Doubles:
    forward = (AIM - centre) / np.linalg.norm(AIM - centre)
    right = np.cross(forward, [0, 0, 1])
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(forward, right), forward])


def _light(vertices: Doubles, faces: NDArray[np.int32]) -> Floats:
    """Return the brightness factor of every face."""
    corners = vertices[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    sun = np.array([0.4, 0.3, 0.87])
    return (0.62 + 0.42 * np.maximum(normals @ sun, 0)).astype(np.float32)


def _solid_texture() -> Floats:
    """Return (3, n, n, n) float32: periodic noise with the spectrum of stone, deviation 1."""
    generator = np.random.default_rng(11)
    steps = np.fft.fftfreq(_TILE)
    radius = np.sqrt(steps[:, None, None] ** 2 + steps[None, :, None] ** 2 + np.fft.rfftfreq(_TILE)[None, None] ** 2)
    falloff = 1 / np.maximum(radius, 1.5 / _TILE) ** 1.6
    falloff[0, 0, 0] = 0
    tiles = []
    for _ in range(3):
        noise = np.fft.irfftn(
            np.fft.rfftn(generator.normal(size=(_TILE,) * 3)) * falloff, s=(_TILE,) * 3, axes=(0, 1, 2)
        )
        tiles.append((noise / noise.std()).astype(np.float32))
    return np.stack(tiles)


@njit(cache=True)
def _sample(tile: Any, x: float, y: float, z: float) -> float:
    size = tile.shape[0]
    fx, fy, fz = np.floor(x), np.floor(y), np.floor(z)
    ix, iy, iz = int(fx) & (size - 1), int(fy) & (size - 1), int(fz) & (size - 1)
    jx, jy, jz = (ix + 1) & (size - 1), (iy + 1) & (size - 1), (iz + 1) & (size - 1)
    ax, ay, az = x - fx, y - fy, z - fz
    low = (tile[ix, iy, iz] * (1 - ax) + tile[jx, iy, iz] * ax) * (1 - ay)
    low += (tile[ix, jy, iz] * (1 - ax) + tile[jx, jy, iz] * ax) * ay
    high = (tile[ix, iy, jz] * (1 - ax) + tile[jx, iy, jz] * ax) * (1 - ay)
    high += (tile[ix, jy, jz] * (1 - ax) + tile[jx, jy, jz] * ax) * ay
    return low * (1 - az) + high * az


@njit(cache=True)
def _shade(nearness: Any, owner: Any, light: Any, tiles: Any, camera: Any, back: Any, centre: Any, out: Any) -> None:
    """Colour every pixel by where its ray meets the surface."""
    fine, coarse = tiles.shape[1] / _TILE_SIZE, tiles.shape[1] / _TILE_SIZE * 0.237
    for v in range(nearness.shape[0]):
        for u in range(nearness.shape[1]):
            if owner[v, u] < 0:
                continue
            depth = 1 / nearness[v, u]
            ray_x, ray_y = (u - camera[1]) / camera[0] * depth, (v - camera[2]) / camera[0] * depth
            x = back[0, 0] * ray_x + back[0, 1] * ray_y + back[0, 2] * depth + centre[0]
            y = back[1, 0] * ray_x + back[1, 1] * ray_y + back[1, 2] * depth + centre[1]
            z = back[2, 0] * ray_x + back[2, 1] * ray_y + back[2, 2] * depth + centre[2]
            # A turned second sampling, so that the tile's repetition never shows.
            p, q, r = 0.8 * x - 0.6 * y, 0.6 * x + 0.8 * y, 0.96 * z + 0.28 * x
            for channel in range(3):
                value = 24 * _sample(tiles[channel], x * fine, y * fine, z * fine)
                value += 20 * _sample(tiles[channel], p * coarse, q * coarse, r * coarse)
                out[v, u, channel] = (125 - 8 * channel + value) * light[owner[v, u]]


def _photograph(scene: Scene, pose: Pose, tiles: Floats, light: Floats) -> Floats:
    """Return (h, w, 3) float32, red, green, blue, 0..255."""
    scale = _SUPERSAMPLING
    nearness, owner = scene.nearness(pose, scale)
    picture = np.empty((*nearness.shape, 3), np.float32)
    picture[:] = _SKY
    middle = [scene.width * scale / 2 - 0.5, scene.height * scale / 2 - 0.5]
    camera = np.array([scene.focal_px * scale, *middle])
    _shade(nearness, owner, light, tiles, camera, np.ascontiguousarray(pose.rotation.T), pose.centre, picture)
    small = cv2.resize(picture, (scene.width, scene.height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _save(path: Path, picture: NDArray[np.uint8]) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Tiepoint", "Generated"
    exif.get_ifd(0x8769)[0xA405] = FOCAL_35_MM
    Image.fromarray(picture).save(path, quality=93, exif=exif)
