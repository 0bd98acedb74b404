"""Figures that say how far a model's size can be trusted: for result.json. Reads the work folder; any thread."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.domain.errors import EngineFailure
from tiepoint.domain.uncertainty import scale_error_of
from tiepoint.engine.sfm.georeference import tolerance_m
from tiepoint.engine.sfm.positions import positions_of

Floats = NDArray[np.float64]
_FEWEST: Final = 3


def position_fit(check: Mapping[str, Any], cameras: Mapping[str, Any], crs: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return how well the cameras' places agree with the positions the photos carry.

    Args:
        check: Content of check.json.
        cameras: Content of cameras.json.
        crs: The frame as alignment.json describes it.

    Returns:
        photos, left_out, rms_m, rms_horizontal_m, rms_vertical_m (None without heights), spread_m and scale_error (see
        `domain.uncertainty`); None when the frame does not come from positions, or too few fit.
    """
    positions = positions_of(check["photos"]) if crs.get("origin") else None
    if positions is None:
        return None
    images = {str(photo["path"]): str(photo["image"]) for photo in check["photos"]}
    centres = {images[camera["path"]]: camera["position"] for camera in cameras["cameras"] if camera["aligned"]}
    both = sorted(set(centres) & set(positions.enu))
    if len(both) < _FEWEST:
        return None
    axes = 3 if positions.has_height else 2
    told = np.array([positions.enu[image] for image in both])
    off = (np.array([centres[image] for image in both], np.float64) - told)[:, :axes]
    fits = np.linalg.norm(off, axis=1) <= tolerance_m(told)
    if fits.sum() < _FEWEST:
        return None
    left_out = len(both) - int(fits.sum()) + len(set(positions.ignored) & set(centres))
    return {"photos": int(fits.sum()), "left_out": left_out, **_figures(off[fits], told[fits, :axes])}


def edge_length(path: Path) -> float | None:
    """Return the median edge of texture/mesh.npz in units of the job frame; None for a mesh without faces.

    Raises:
        EngineFailure: The file is missing or broken.
    """
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            vertices, faces = arrays["vertices"], arrays["faces"]
        lengths = [np.linalg.norm(vertices[faces[:, i]] - vertices[faces[:, i - 1]], axis=1) for i in range(3)]
    except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile) as error:
        raise EngineFailure(
            "The textured mesh of the job is missing or broken.", retryable=True, detail=f"{path}: {error}"
        ) from error
    return float(np.median(lengths)) if len(faces) else None


def _figures(off: Floats, told: Floats) -> dict[str, Any]:
    """Return the figures of residuals (N, 2 or 3) and positions of the same shape, metres, in order of their names."""
    count, axes = off.shape
    spread_m = float(np.sqrt(np.mean(np.sum((told - told.mean(axis=0)) ** 2, axis=1))))
    # A similarity takes seven of the values in space; in the plane scale, turn and two shifts.
    free = axes * count - (7 if axes == 3 else 4)
    sigma_m = float(np.sqrt(np.sum(off**2) / free))
    return {
        "rms_m": _rms(off),
        "rms_horizontal_m": _rms(off[:, :2]),
        "rms_vertical_m": _rms(off[:, 2:]) if axes == 3 else None,
        "spread_m": spread_m,
        "scale_error": scale_error_of(sigma_m, spread_m, _independent(off)) if spread_m > 0 else None,
    }


def _independent(off: Floats) -> float:
    """Return how many residuals count as independent: a receiver's errors drift, so neighbours in time are alike.

    With a correlation r of neighbours, N values are worth N (1 - r) / (1 + r) (Bayley and Hammersley 1946, for a
    first-order autoregression); photos are neighbours by name.
    """
    centred = off - off.mean(axis=0)
    whole = float(np.sum(centred**2))
    alike = float(np.sum(centred[1:] * centred[:-1])) / whole if whole > 0 else 0.0
    alike = min(max(alike, 0.0), 0.99)
    return max(len(off) * (1 - alike) / (1 + alike), 1.0)


def _rms(off: Floats) -> float:
    return float(np.sqrt(np.mean(np.sum(off**2, axis=1))))
