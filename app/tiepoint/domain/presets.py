"""Presets and the parameters behind them, in the field's words. Pure; any thread."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tiepoint.domain.errors import UsageError


@dataclass(frozen=True, slots=True)
class Parameters:
    """Everything that changes a reconstruction's result.

    Sizes in pixels are the longest side; 0 means the photo's own size.

    Attributes:
        work_size_px: Longest side of the prepared photos all stages read.
        feature_size_px: Longest side at which features are found.
        max_features: Most features kept per photo.
        first_octave: First octave of the SIFT pyramid; -1 doubles the image first.
        affine_shape: Estimate the affine shape of features, which survives steep changes of view.
        mapper: "incremental" or "global".
        exhaustive_limit: Up to this many photos every pair is matched.
        pair_neighbours: Neighbours matched per photo above that.
        refine_principal_point: Let the last bundle adjustment move the principal point.
        retry_unaligned: Try photos that stay out again with stronger settings.
        depth_size_px: Longest side of the depth maps.
        depth_iterations_coarse: PatchMatch iterations at the coarse level.
        depth_iterations_fine: PatchMatch iterations at the finest level.
        depth_sources: Source photos per depth map.
        mesh_depth: Most depth of the Poisson octree; the cloud's density and the faces wanted may ask for less.
        faces: Most faces of the mesh; 0 keeps all.
        texture_size_px: Longest side of the photos the texture is taken from.
        atlas_px: Longest side of the texture atlas.
    """

    work_size_px: int = 2400
    feature_size_px: int = 1600
    max_features: int = 4096
    first_octave: int = 0
    affine_shape: bool = True
    mapper: str = "incremental"
    exhaustive_limit: int = 40
    pair_neighbours: int = 16
    refine_principal_point: bool = True
    retry_unaligned: bool = True
    depth_size_px: int = 1000
    depth_iterations_coarse: int = 3
    depth_iterations_fine: int = 2
    depth_sources: int = 6
    mesh_depth: int = 11
    faces: int = 300_000
    texture_size_px: int = 2400
    atlas_px: int = 8192

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters as plain JSON values."""
        return dataclasses.asdict(self)


PRESETS: Final[Mapping[str, Parameters]] = {
    "draft": Parameters(
        feature_size_px=1200,
        max_features=2048,
        depth_size_px=640,
        depth_iterations_fine=1,
        depth_sources=7,
        mesh_depth=10,
        faces=100_000,
        texture_size_px=1600,
        atlas_px=4096,
    ),
    "standard": Parameters(),
    "high": Parameters(
        work_size_px=0,
        feature_size_px=3200,
        max_features=8192,
        pair_neighbours=20,
        depth_size_px=1600,
        depth_iterations_coarse=4,
        depth_sources=8,
        mesh_depth=12,
        faces=1_000_000,
        texture_size_px=0,
    ),
}
PRESET_NAMES: Final[tuple[str, ...]] = (*PRESETS, "custom")

_LOWEST: Final[Mapping[str, int]] = {
    "work_size_px": 0,
    "first_octave": -1,
    "faces": 0,
    "texture_size_px": 0,
    "depth_sources": 1,
    "mesh_depth": 4,
}
_HIGHEST: Final[Mapping[str, int]] = {"first_octave": 2, "mesh_depth": 14, "depth_sources": 16}


def parameters_for(preset: str, changes: Mapping[str, Any] | None = None) -> Parameters:
    """Return a preset's parameters with changes applied.

    Args:
        preset: One of PRESET_NAMES; "custom" starts from standard.
        changes: Parameter names with values or their text ("640", "true").

    Raises:
        UsageError: Unknown preset or parameter, or a value out of its range.
    """
    if preset not in PRESET_NAMES:
        raise UsageError(f"There is no preset named “{preset}”.", remedy=f"Choose one of {', '.join(PRESET_NAMES)}.")
    base = PRESETS.get(preset, PRESETS["standard"])
    return dataclasses.replace(base, **{name: _parsed(name, value) for name, value in (changes or {}).items()})


def _parsed(name: str, value: Any) -> Any:
    types = typing.get_type_hints(Parameters)
    if name not in types:
        raise UsageError(f"There is no parameter named “{name}”.", remedy=f"Known ones are {', '.join(sorted(types))}.")
    try:
        parsed = _PARSERS[types[name]](value)
    except (TypeError, ValueError, KeyError):
        raise UsageError(f"“{value}” is no value for {name}.", remedy=f"It takes {_EXPECTED[types[name]]}.") from None
    return _in_range(name, parsed)


def _in_range(name: str, value: Any) -> Any:
    if name == "mapper" and value not in {"incremental", "global"}:
        raise UsageError(f"“{value}” is no mapper.", remedy="Choose incremental or global.")
    if type(value) is int:
        low, high = _LOWEST.get(name, 1), _HIGHEST.get(name, 10_000_000)
        if not low <= value <= high:
            raise UsageError(f"{name} = {value} is out of range.", remedy=f"Choose a value from {low} to {high}.")
    return value


def _flag(value: Any) -> bool:
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}[str(value).lower()]


_PARSERS: Final[Mapping[Any, Any]] = {int: lambda value: int(str(value)), bool: _flag, str: str}
_EXPECTED: Final[Mapping[Any, str]] = {int: "a whole number", bool: "true or false", str: "text"}
