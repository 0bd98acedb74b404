"""The facts of a result as rows, its verdict and its notes: what the Facts card shows. Pure: no widgets; any thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tiepoint.domain.model_facts import Light, ModelFacts, PositionFit
from tiepoint.ui.text import grouped, plain, tr, tr_count
from tiepoint.ui.viewmodels.jobs_words import duration_text
from tiepoint.ui.viewmodels.results_words import (
    bytes_text,
    frame_text,
    gsd_text,
    height_text,
    length_short,
    origin_text,
    preset_text,
    scale_text,
)

_CONTEXT: Final = "Results"
_STATES: Final = {"good": "ok", "fair": "warning", "poor": "error"}


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact.

    Args:
        name: Short words at the left.
        value: At the right.
        state: `ok`, `warning` or `error` for an icon before the value; empty = none.
        tip: More about it.
    """

    name: str
    value: str
    state: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something to mind about a result.

    Args:
        state: `ok`, `info`, `warning` or `error`.
        title: What it is about, one line.
        value: Its figure; may be empty.
        text: What it means.
        remedy: What to do about it; may be empty.
        photos: Photos it is about.
    """

    state: str
    title: str
    value: str = ""
    text: str = ""
    remedy: str = ""
    photos: tuple[str, ...] = ()

    @property
    def weighs(self) -> bool:
        """Whether it counts as a note rather than as good news."""
        return self.state != "ok"


def main_rows(facts: ModelFacts) -> tuple[FactRow, ...]:
    """Return the facts that everybody asks for first."""
    return tuple(
        _present(
            (
                _count("Faces", facts.faces),
                _count("Points", facts.points if facts.faces is None else None),
                _texture(facts),
                _measure("Ground sampling", None if facts.gsd_m is None else gsd_text(facts.gsd_m)),
                _reprojection(facts),
                _aligned(facts),
                _residuals(facts.position_fit),
                _unseen(facts),
                FactRow(
                    tr(_CONTEXT, "Scale from"), scale_text(facts), state="" if facts.scale.is_metric else "warning"
                ),
            )
        )
    )


def more_rows(facts: ModelFacts) -> tuple[FactRow, ...]:
    """Return everything else that is known."""
    took = facts.timing.took_s
    return tuple(
        _present(
            (
                _count("Vertices", facts.vertices),
                _count("Points of the cloud", facts.points if facts.faces is not None else None),
                _count("Tie points", facts.tie_points),
                FactRow(tr(_CONTEXT, "Frame"), frame_text(facts)),
                _measure("Coordinate system", facts.epsg),
                _measure("Origin", None if facts.origin is None else origin_text(facts.origin)),
                _measure("Origin's height", None if facts.origin is None else height_text(facts.origin)),
                _measure("Preset", preset_text(facts.preset)),
                _measure("Took", None if took is None else duration_text(took), _times(facts)),
                _measure(
                    "Finished", None if facts.finished is None else f"{facts.finished.astimezone():%Y-%m-%d %H:%M}"
                ),
                _measure("Engine", plain(facts.engine_version)),
                _measure("Size", bytes_text(facts.size_bytes), _sizes(facts)),
                _measure("Shown file", plain(facts.model.path.name)),
            )
        )
    )


def notes(facts: ModelFacts) -> tuple[Note, ...]:
    """Return what to mind: what could not be read, warnings, photos left out, then the traffic lights, worst first."""
    found = [Note("warning", plain(each.summary), text=plain(each.remedy)) for each in facts.problems]
    found += [
        Note("warning", plain(each.summary), remedy=plain(each.remedy), photos=each.photos) for each in facts.warnings
    ]
    if facts.excluded:
        found.append(_excluded(facts))
    lights = sorted(facts.lights, key=lambda light: ("poor", "fair", "unknown", "good").index(_level(light)))
    return (*found, *(_of_light(light) for light in lights))


def verdict(facts: ModelFacts) -> tuple[str, str]:
    """Return the state and the words of the verdict's pill: `Good, 1 note`. No state without a verdict."""
    weighing = sum(note.weighs for note in notes(facts))
    words = {"good": tr(_CONTEXT, "Good"), "fair": tr(_CONTEXT, "Fair"), "poor": tr(_CONTEXT, "Poor")}
    if facts.verdict not in words:
        return ("info", _note_count(weighing)) if weighing else ("", "")
    text = words[facts.verdict]
    return _STATES[facts.verdict], f"{text}, {_note_count(weighing)}" if weighing else text


def _note_count(count: int) -> str:
    return tr_count(_CONTEXT, "{count} note", "{count} notes", count)


def _present(rows: Iterable[FactRow | None]) -> Iterable[FactRow]:
    return (row for row in rows if row is not None)


def _count(name: str, number: int | None) -> FactRow | None:
    return None if number is None else FactRow(tr(_CONTEXT, name), grouped(number))


def _measure(name: str, text: str | None, tip: str = "") -> FactRow | None:
    return FactRow(tr(_CONTEXT, name), text, tip=tip) if text else None


def _texture(facts: ModelFacts) -> FactRow | None:
    size = facts.texture_px or facts.model.texture_px
    if size is None:
        return FactRow(tr(_CONTEXT, "Texture"), tr(_CONTEXT, "none")) if facts.faces is not None else None
    return FactRow(tr(_CONTEXT, "Texture"), f"{size[0]} × {size[1]} px")


def _reprojection(facts: ModelFacts) -> FactRow | None:
    error = facts.reprojection
    if error is None:
        return None
    tip = tr(
        _CONTEXT, "Root mean square {rms} px, mean {mean} px", rms=f"{error.rms_px:.2f}", mean=f"{error.mean_px:.2f}"
    )
    return FactRow(tr(_CONTEXT, "Reprojection error"), f"{error.mean_px:.2f} px", _light_state(facts, "error"), tip)


def _aligned(facts: ModelFacts) -> FactRow | None:
    if facts.cameras_aligned is None:
        return None
    value = grouped(facts.cameras_aligned)
    if facts.cameras_total is not None:
        value = tr(_CONTEXT, "{aligned} of {total}", aligned=value, total=grouped(facts.cameras_total))
    return FactRow(tr(_CONTEXT, "Cameras aligned"), value, _light_state(facts, "aligned"))


def _residuals(fit: PositionFit | None) -> FactRow | None:
    if fit is None:
        return None
    value = length_short(fit.rms_m)
    vertical = "" if fit.rms_vertical_m is None else length_short(fit.rms_vertical_m)
    tip = tr(
        _CONTEXT,
        "Root mean square over {count} photos: horizontal {horizontal}, vertical {vertical}",
        count=fit.photos,
        horizontal=length_short(fit.rms_horizontal_m),
        vertical=vertical or tr(_CONTEXT, "not known"),
    )
    return FactRow(tr(_CONTEXT, "Position residuals"), value, tip=tip)


def _unseen(facts: ModelFacts) -> FactRow | None:
    if facts.unseen_share is None:
        return None
    state = "warning" if facts.unseen_share > 0.05 else ""
    text = tr(_CONTEXT, "{share} %, left open", share=f"{100 * facts.unseen_share:.1f}")
    return FactRow(tr(_CONTEXT, "Surface no photo sees"), text, state)


def _times(facts: ModelFacts) -> str:
    return "\n".join(f"{plain(stage.name)}: {duration_text(stage.wall_s)}" for stage in facts.timing.stages)


def _sizes(facts: ModelFacts) -> str:
    return "\n".join(f"{plain(product.name)}: {bytes_text(product.size_bytes)}" for product in facts.products)


def _light_state(facts: ModelFacts, key: str) -> str:
    return next((_STATES.get(light.level, "") for light in facts.lights if light.key == key), "")


def _level(light: Light) -> str:
    return light.level if light.level in _STATES else "unknown"


def _of_light(light: Light) -> Note:
    state = _STATES.get(light.level, "info")
    return Note(state, plain(light.title), plain(light.value), plain(light.meaning), plain(light.remedy))


def _excluded(facts: ModelFacts) -> Note:
    photos = tuple(plain(each.summary) for each in facts.excluded)
    title = tr_count(_CONTEXT, "{count} photo was left out", "{count} photos were left out", len(photos))
    return Note("info", title, text=tr(_CONTEXT, "The check refused them before the job began."), photos=photos)
