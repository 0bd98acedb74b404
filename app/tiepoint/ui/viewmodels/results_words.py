"""Words and figures of a result as the Results page writes them. Pure: no widgets, no services; any thread."""

from __future__ import annotations

from datetime import datetime

from tiepoint.domain.model_facts import ModelFacts, ModelFormat, Origin, ScaleSource
from tiepoint.domain.quantity import Length
from tiepoint.domain.space import size_text
from tiepoint.ui.text import grouped, tr

_CONTEXT = "Results"
_NO_BREAK = "\N{NO-BREAK SPACE}"


def bytes_text(size: int) -> str:
    """Write a size: `3.7 MB`."""
    return size_text(size).replace(" ", _NO_BREAK)


def when_text(moment: datetime | None, now: datetime) -> str:
    """Write a moment in this computer's time: `14:06` today, `yesterday 14:06`, `2026-11-03` before."""
    if moment is None:
        return ""
    local, today = moment.astimezone(), now.astimezone().date()
    days = (today - local.date()).days
    if days == 0:
        return f"{local:%H:%M}"
    return tr(_CONTEXT, "yesterday {time}", time=f"{local:%H:%M}") if days == 1 else f"{local:%Y-%m-%d}"


def gsd_text(gsd_m: float) -> str:
    """Write a ground sampling distance: `2.8 mm/px`."""
    value = gsd_m * 1000
    if value < 10:
        return f"{value:.1f}{_NO_BREAK}mm/px"
    return f"{value:.0f}{_NO_BREAK}mm/px" if value < 30 else f"{value / 10:.1f}{_NO_BREAK}cm/px"


def length_short(value_m: float) -> str:
    """Write a residual: `6 mm`, `2.4 m`."""
    for limit, factor, unit in ((0.01, 1000.0, "mm"), (1.0, 100.0, "cm"), (10_000.0, 1.0, "m")):
        if abs(value_m) < limit:
            return f"{value_m * factor:.1f}{_NO_BREAK}{unit}"
    return Length(value_m).text()


def origin_text(origin: Origin) -> str:
    """Write where the frame's zero lies: `46.84261°, −91.99456°`."""
    return f"{origin.lat_deg:.5f}°, {origin.lon_deg:.5f}°".replace("-", "\N{MINUS SIGN}")


def height_text(origin: Origin) -> str:
    """Write the height of the frame's zero: `198 m`; empty when the photos told none."""
    return "" if origin.height_m is None else f"{origin.height_m:.1f}{_NO_BREAK}m"


def scale_text(facts: ModelFacts) -> str:
    """Say where a model's size comes from."""
    words = {
        ScaleSource.GPS: tr(_CONTEXT, "photo positions (GPS)"),
        ScaleSource.OTHER: tr(_CONTEXT, "the file's own unit"),
        ScaleSource.NONE: tr(_CONTEXT, "none: sizes are relative"),
        ScaleSource.UNKNOWN: tr(_CONTEXT, "not told by the file"),
    }
    return words[facts.scale.source]


def scale_short(facts: ModelFacts) -> str:
    """Say in one word whether lengths are metres."""
    if facts.scale.is_metric:
        return tr(_CONTEXT, "metric")
    return tr(_CONTEXT, "none") if facts.scale.source is ScaleSource.NONE else tr(_CONTEXT, "not known")


def frame_text(facts: ModelFacts) -> str:
    """Name the frame: `East, north, up`, `local, z up`."""
    if facts.frame == "ENU":
        return tr(_CONTEXT, "east, north, up")
    return tr(_CONTEXT, "local, z up") if facts.frame in ("", "local") else facts.frame


def crs_text(facts: ModelFacts) -> str:
    """Name the frame and where its zero lies, in a few words."""
    if facts.frame == "ENU" and facts.epsg:
        return tr(_CONTEXT, "local ENU, origin {epsg}", epsg=facts.epsg)
    return frame_text(facts) if not facts.epsg else facts.epsg


def kind_text(facts: ModelFacts) -> str:
    """Say what the model is: textured mesh, mesh, point cloud."""
    if facts.model.format is ModelFormat.PLY_CLOUD:
        return tr(_CONTEXT, "point cloud")
    if facts.texture_px or facts.model.texture_px:
        return tr(_CONTEXT, "textured mesh")
    return tr(_CONTEXT, "mesh")


def preset_text(preset: str) -> str:
    """Write a preset's name."""
    return tr("Preset", preset.capitalize()) if preset else ""


def subtitle_text(facts: ModelFacts, now: datetime) -> str:
    """Say in one line what a result is: `18 photos · Draft preset · finished 14:06`."""
    parts = []
    if facts.cameras_total:
        parts.append(tr(_CONTEXT, "{count} photos", count=grouped(facts.cameras_total)))
    if facts.preset:
        parts.append(tr(_CONTEXT, "{preset} preset", preset=preset_text(facts.preset)))
    if facts.finished is not None:
        parts.append(tr(_CONTEXT, "finished {when}", when=when_text(facts.finished, now)))
    if not parts:
        parts = [kind_text(facts).capitalize(), facts.model.path.name]
    return " · ".join(parts)
