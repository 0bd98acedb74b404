"""From the content of result.json to what `ModelFacts` holds of it. Pure; any thread."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, Final

from tiepoint.adapters.files.json_values import JsonObject
from tiepoint.domain.model_facts import (
    Light,
    ModelWarning,
    Origin,
    PositionFit,
    ReprojectionError,
    Scale,
    ScaleSource,
    StageTime,
    Timing,
)
from tiepoint.domain.plain_text import plain

_LEVELS: Final = ("good", "fair", "poor")
_MOST_ENTRIES: Final = 1000
_RMS_OF_MEAN: Final = 2 / math.sqrt(math.pi)
"""Mean and root mean square of a Rayleigh distribution: sigma * sqrt(pi / 2) and sigma * sqrt(2)."""


def facts_of(result: JsonObject) -> dict[str, Any]:
    """Return the fields of `ModelFacts` that result.json tells; what it tells badly is in `result.strange`."""
    return {
        "faces": result.count("faces"),
        "points": result.count("points"),
        "texture_px": _size_px(result),
        "edge_length": result.number("edge_length", 0),
        "gsd_m": result.number("gsd_m", 0),
        "reprojection": _reprojection(result.inner("reprojection_error_px")),
        "tie_points": result.count("tie_points"),
        "cameras_aligned": result.count("photos_aligned"),
        "cameras_total": result.count("photos_total"),
        "photos_excluded": result.count("photos_excluded"),
        "unseen_share": result.number("unseen_share", 0, 1),
        "position_fit": _position_fit(result.inner("position_fit")),
        "preset": result.text("preset"),
        "finished": _moment(result),
        "timing": _timing(result),
        "engine_version": result.inner("versions").text("tiepoint"),
        "verdict": result.text("verdict") if result.content.get("verdict") in _LEVELS else "unknown",
        "lights": tuple(_light(light) for light in result.inners("lights")[:_MOST_ENTRIES]),
        "warnings": tuple(_warning(entry) for entry in result.inners("warnings")[:_MOST_ENTRIES]),
        "excluded": tuple(_excluded(entry) for entry in result.inners("excluded")[:_MOST_ENTRIES]),
        **frame_facts(result),
    }


def frame_facts(holder: JsonObject) -> dict[str, Any]:
    """Return scale, frame, epsg and origin of an object that holds `scale` and `crs` as result.json does."""
    crs = holder.inner("crs")
    return {
        "scale": _scale(holder.inner("scale")),
        "frame": crs.text("frame"),
        "epsg": crs.text("epsg"),
        "origin": _origin(crs.inner("origin")),
    }


def _scale(scale: JsonObject) -> Scale:
    source = scale.content.get("source")
    if source == "none":
        return Scale(ScaleSource.NONE)
    # The job frame is in metres already when there is a scale at all; another factor would be a frame unknown here.
    if not isinstance(source, str) or scale.number("metres_per_unit") != 1.0:
        return Scale(ScaleSource.UNKNOWN)
    return Scale(ScaleSource.GPS if source == "gps" else ScaleSource.OTHER)


def _origin(origin: JsonObject) -> Origin | None:
    lat, lon = origin.number("lat", -90, 90), origin.number("lon", -180, 180)
    if lat is None or lon is None:
        return None
    return Origin(lat, lon, origin.number("alt", -20_000, 1e7))


def _reprojection(errors: JsonObject) -> ReprojectionError | None:
    mean, rms = errors.number("mean", 0), errors.number("rms", 0)
    if mean is None:
        return None
    return ReprojectionError(mean, mean * _RMS_OF_MEAN if rms is None else rms, errors.number("max", 0), rms is None)


def _position_fit(fit: JsonObject) -> PositionFit | None:
    photos, spread = fit.count("photos"), fit.number("spread_m", 0)
    rms, horizontal = fit.number("rms_m", 0), fit.number("rms_horizontal_m", 0)
    if photos is None or spread is None or rms is None or horizontal is None:
        return None
    return PositionFit(
        photos=photos,
        left_out=fit.count("left_out") or 0,
        rms_m=rms,
        rms_horizontal_m=horizontal,
        rms_vertical_m=fit.number("rms_vertical_m", 0),
        spread_m=spread,
        scale_error=fit.number("scale_error", 0),
    )


def _size_px(result: JsonObject) -> tuple[int, int] | None:
    value = result.content.get("texture_px")
    if isinstance(value, list) and len(value) == 2 and all(type(side) is int and 0 < side < 2**31 for side in value):
        return (value[0], value[1])
    if value is not None:
        result.strange.add("texture_px")
    return None


def _moment(result: JsonObject) -> datetime | None:
    text = result.text("finished_utc")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC) if text else None
    except ValueError:
        result.strange.add("finished_utc")
        return None


def _timing(result: JsonObject) -> Timing:
    stages = tuple(
        StageTime(
            stage.text("name"), stage.number("seconds", 0) or 0.0, stage.number("cpu_seconds", 0) or 0.0,
            stage.count("tasks") or 0,
        )
        for stage in result.inners("stages")[:_MOST_ENTRIES]
    )  # fmt: skip
    return Timing(busy_s=sum(stage.wall_s for stage in stages) if stages else None, stages=stages)


def _light(light: JsonObject) -> Light:
    level = light.content.get("level")
    return Light(
        key=light.text("key"),
        title=light.text("title"),
        level=level if level in _LEVELS else "unknown",
        value=light.text("value"),
        meaning=light.text("meaning"),
        remedy=light.text("remedy"),
    )


def _warning(entry: JsonObject) -> ModelWarning:
    photos = entry.content.get("photos")
    named = photos[:_MOST_ENTRIES] if isinstance(photos, list) else ()
    return ModelWarning(
        summary=entry.text("summary"),
        remedy=entry.text("remedy"),
        kind=entry.text("kind"),
        photos=tuple(plain(photo[:_MOST_ENTRIES]) for photo in named if isinstance(photo, str)),
    )


def _excluded(entry: JsonObject) -> ModelWarning:
    path = entry.text("path")
    return ModelWarning(entry.text("summary"), entry.text("remedy"), entry.text("kind"), (path,) if path else ())
