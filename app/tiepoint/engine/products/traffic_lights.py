"""How good an outcome is, as lights with a word, a reason and what to do. Pure; any thread.

Bounds for photos, matches and focal length are those PIX4D's quality report made usual; for the reprojection error the
rule of thumb of survey practice: below one pixel excellent, above three suspect.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final, Literal

Level = Literal["good", "fair", "poor", "unknown"]
WORDS: Final[dict[Level, str]] = {"good": "Good", "fair": "Fair", "poor": "Poor", "unknown": "Not rated"}
_ORDER: Final[tuple[Level, ...]] = ("unknown", "good", "fair", "poor")


@dataclass(frozen=True, slots=True)
class Light:
    """One traffic light.

    Attributes:
        key: Stable name for machines.
        title: What is judged.
        level: How good it is.
        value: The figure as people read it.
        meaning: One sentence on the figure.
        remedy: One sentence on what to do; empty when nothing needs doing.
    """

    key: str
    title: str
    level: Level
    value: str
    meaning: str
    remedy: str

    def to_dict(self) -> dict[str, Any]:
        """Return the light as plain JSON values, its word included."""
        return {**asdict(self), "word": WORDS[self.level]}


@dataclass(frozen=True, slots=True)
class FocalChange:
    """How far a camera's focal length moved from what the photos said.

    Attributes:
        camera: The camera's name.
        first_px: What the alignment started from, pixels of the original photo.
        refined_px: What it found.
        is_known: False when the start was a guess, which says nothing about quality.
    """

    camera: str
    first_px: float
    refined_px: float
    is_known: bool

    @property
    def share(self) -> float:
        """The change as a share of the start."""
        return abs(self.refined_px - self.first_px) / self.first_px


def aligned_light(aligned: int, total: int) -> Light:
    """Judge how many photos found their place; bounds 95 and 65 percent."""
    share = aligned / total if total else 0.0
    level: Level = "good" if share > 0.95 else "fair" if share >= 0.65 else "poor"
    meaning = {
        "good": "Nearly every photo found its place.",
        "fair": "Some photos did not find their place, so parts may be missing.",
        "poor": "Many photos did not find their place; the model shows only part of the scene.",
    }[level]
    remedy = {
        "good": "",
        "fair": "Look at the photos listed as not aligned; add photos between them and the others.",
        "poor": "Take photos that overlap by two thirds, or run it again with the preset high.",
    }[level]
    return Light("aligned", "Photos aligned", level, f"{aligned} of {total}", meaning, remedy)


def matches_light(observations: list[int]) -> Light:
    """Judge the tie points seen per aligned photo by their median; bounds 1000 and 100."""
    usual = int(median(observations)) if observations else 0
    level: Level = "good" if usual > 1000 else "fair" if usual >= 100 else "poor"
    meaning = {
        "good": "Photos are tied to each other firmly.",
        "fair": "Photos are tied to each other well enough for a model; little is left to average errors out.",
        "poor": "Photos hang together by few points, so positions are uncertain.",
    }[level]
    remedy = {
        "good": "",
        "fair": "For measuring, run it again with the preset standard or high, which look for more points.",
        "poor": "Take sharper photos with more overlap, and avoid bare or shiny surfaces.",
    }[level]
    return Light("matches", "Tie points per photo", level, grouped(usual), meaning, remedy)


def focal_light(changes: list[FocalChange]) -> Light:
    """Judge the largest change of a focal length the photos told; bounds 1 and 5 percent."""
    title = "Focal length change"
    known = [change.share for change in changes if change.is_known]
    if not known:
        return Light(
            "focal",
            title,
            "unknown",
            "estimated",
            "The photos do not say their focal length; it was estimated and then computed from the scene.",
            "Keep the EXIF data of the photos, so that it can be checked.",
        )
    worst = max(known)
    level: Level = "good" if worst < 0.01 else "fair" if worst < 0.05 else "poor"
    meaning = {
        "good": "The computed focal length agrees with what the photos say.",
        "fair": "The computed focal length differs a little from what the photos say, as is usual for small cameras.",
        "poor": "The computed focal length is far from what the photos say; the model may be bent.",
    }[level]
    remedy = {
        "good": "",
        "fair": "Measure a known distance in the model before you rely on its size.",
        "poor": "Use one zoom setting, take some photos turned by a quarter, and from different heights.",
    }[level]
    return Light("focal", title, level, f"{100 * worst:.1f} %", meaning, remedy)


def error_light(mean_px: float | None) -> Light:
    """Judge the mean reprojection error; bounds 1 and 3 pixels of the original photos."""
    title = "Reprojection error"
    if mean_px is None:
        return Light("error", title, "unknown", "unknown", "The alignment gave no figure.", "")
    level: Level = "good" if mean_px < 1 else "fair" if mean_px <= 3 else "poor"
    meaning = {
        "good": "Points land within a pixel of where the photos show them.",
        "fair": "Points land within a few pixels of where the photos show them.",
        "poor": "Points land far from where the photos show them.",
    }[level]
    remedy = {
        "good": "",
        "fair": "Fine for viewing; for measuring, use sharp photos in full size.",
        "poor": "Remove blurred photos and photos in which things moved, then run it again.",
    }[level]
    return Light("error", title, level, f"{mean_px:.2f} px", meaning, remedy)


def verdict(lights: list[Light]) -> Level:
    """Return the level of the whole: a poor light always counts, a fair one only if it costs the model something.

    A draft has few tie points by design, and a small camera's EXIF is seldom exact: neither spoils a model by itself.
    """
    counted = [light.level for light in lights if light.level == "poor" or light.key in {"aligned", "error"}]
    return max(counted, key=_ORDER.index, default="unknown")


def grouped(number: float) -> str:
    """Return a whole number with its digits in groups of three, as the field's reports do."""
    return f"{round(number):,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
