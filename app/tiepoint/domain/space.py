"""How much disk a job will need, said before it starts.

An estimate on the safe side, from the sizes of what each stage writes. Must not look at the disk. Pure; any thread.
"""

from __future__ import annotations

from typing import Final

from tiepoint.domain.presets import Parameters

_PHOTO_SIZE_PX: Final = 6000
"""Longest side assumed for a photo when a size is "full" (24 megapixels, today's usual camera)."""
_PREPARED_BYTES_PER_PX: Final = 0.5
"""JPEG at quality 95, a generous figure for foliage."""
_FEATURE_BYTES: Final = 2 * (128 + 24) + 32
"""Descriptor and keypoint in COLMAP's database (132 to 152 bytes), once in a shard and once merged, and matches."""
_DEPTH_BYTES_PER_PX: Final = 4 + 3 * 4 + 3
"""Depth and normal as float32 in COLMAP's dense format, and the undistorted photo."""
_FACE_BYTES: Final = 700
"""A face in all meshes and exports together; Poisson makes several times more before it is simplified."""
_FIXED_BYTES: Final = 300_000_000
_OUTPUT_SHARE: Final = 0.35


def work_bytes(photos: int, photo_bytes: int, parameters: Parameters) -> int:
    """Estimate what a job's folder will hold at its fullest, products included.

    Args:
        photos: How many photos.
        photo_bytes: Bytes of all photos.
        parameters: What the job runs with.
    """
    prepared = min(_pixels(parameters.work_size_px) * _PREPARED_BYTES_PER_PX * photos, max(photo_bytes, 1) * 3)
    features = parameters.max_features * _FEATURE_BYTES * photos
    depth = _pixels(parameters.depth_size_px) * _DEPTH_BYTES_PER_PX * photos
    texture = _pixels(parameters.atlas_px) * 3
    mesh = (parameters.faces or 5_000_000) * _FACE_BYTES
    return int(prepared + features + depth + texture + mesh) + _FIXED_BYTES


def output_bytes(photos: int, photo_bytes: int, parameters: Parameters) -> int:
    """Estimate what the products alone will take."""
    return int(work_bytes(photos, photo_bytes, parameters) * _OUTPUT_SHARE)


def _pixels(longest_px: int) -> float:
    return (longest_px or _PHOTO_SIZE_PX) ** 2 * 0.75


def size_text(size_bytes: float) -> str:
    """Write a size for people, in powers of 1000 as disks are sold: `1.2 GB`, `340 MB`."""
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= factor:
            value = size_bytes / factor
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    return f"{size_bytes:.0f} bytes"
