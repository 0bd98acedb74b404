"""What a set of photos means for the model: pure rules over records. Standard library only; any thread.

A rule returns findings; it never looks at a file. The words of a finding are for the person who took the photos.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from tiepoint.engine.photos.copies import near_copies
from tiepoint.engine.photos.problems import problem_sentences
from tiepoint.engine.photos.record import PhotoRecord

LEAST_PHOTOS: Final = 3
FEW_PHOTOS: Final = 6
# With 20 px of motion added, photos keep 0.35 (brighton) and 0.57 (banana) of their sharpness, out of focus by 8 px
# less; the least sharp good photo of those captures has 0.54 of the median.
BLURRED_SHARE: Final = 0.45
_DARK_LUMA: Final = 60.0
_BRIGHT_LUMA: Final = 200.0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the photos that a person should know.

    Attributes:
        kind: A short name for programs.
        summary: One sentence.
        remedy: One sentence.
        photos: The photos it concerns; empty for all.
        severity: "error" (no model is possible), "warning" or "info".
    """

    kind: str
    summary: str
    remedy: str
    photos: tuple[str, ...] = ()
    severity: str = "warning"

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON values."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "summary": self.summary,
            "remedy": self.remedy,
            "photos": list(self.photos),
        }


def failure(usable: Sequence[PhotoRecord], excluded: Mapping[str, str]) -> Finding | None:
    """Return why no model can come of these photos, or None.

    Args:
        usable: The photos that are left.
        excluded: Kind of problem by path, exact copies included.
    """
    total = len(usable) + len(excluded)
    if not total:
        return _error("no-photos", "There are no photos.", "Add at least 3 photos that overlap.")
    if not usable:
        return _nothing_readable(total, excluded)
    if _show_one_picture(usable, excluded):
        return _error(
            "no-baseline",
            f"The {total} photos show one and the same picture: there is no baseline between photos.",
            "Take each photo from another place, moving the camera and not only turning it.",
        )
    if len(usable) < LEAST_PHOTOS:
        return _error(
            "too-few-photos",
            f"Only {len(usable)} of {counted(total)} can be used, and a model needs at least {LEAST_PHOTOS}.",
            "Add photos from other places around the subject, each overlapping the next by about two thirds.",
        )
    return None


def warnings_of(photos: Sequence[PhotoRecord]) -> list[Finding]:
    """Return what all rules find about the photos that will be used."""
    return [finding for rule in RULES for finding in rule(photos)]


def few_photos(photos: Sequence[PhotoRecord]) -> list[Finding]:
    """Say that a handful of photos gives a poor model."""
    if not LEAST_PHOTOS <= len(photos) < FEW_PHOTOS:
        return []
    summary = f"{counted(len(photos))} give only a small part of the subject."
    return [Finding("few-photos", summary, "Add more photos around the subject for a complete model.")]


def near_duplicates(photos: Sequence[PhotoRecord]) -> list[Finding]:
    """Say which photos show the same picture as another."""
    groups = near_copies(photos)
    extra = sum(len(group) - 1 for group in groups)
    return _about(
        "near-duplicate",
        tuple(path for group in groups for path in group),
        f"{counted(extra)} {_verb(extra, 'shows', 'show')} nearly the same picture as another one.",
        "Leave such copies out: they cost time and add nothing.",
    )


def blurred(photos: Sequence[PhotoRecord]) -> list[Finding]:
    """Say which photos are much less sharp than the others."""
    known = [photo.sharpness for photo in photos if photo.sharpness is not None]
    if len(known) < LEAST_PHOTOS:
        return []
    limit = BLURRED_SHARE * median(known)
    return _about_photos(
        "blurred",
        [photo for photo in photos if photo.sharpness is not None and photo.sharpness < limit],
        ("is much less sharp than the others", "are much less sharp than the others"),
        "Take them again with a shorter exposure, or leave them out.",
    )


def underexposed(photos: Sequence[PhotoRecord]) -> list[Finding]:
    """Say in which photos nothing is bright; a dark background alone is no fault."""
    return _about_photos(
        "underexposed",
        [photo for photo in photos if photo.luma_high is not None and photo.luma_high < _DARK_LUMA],
        ("is very dark", "are very dark"),
        "Use more light or a longer exposure.",
    )


def overexposed(photos: Sequence[PhotoRecord]) -> list[Finding]:
    """Say in which photos nothing is dark; a bright background alone is no fault."""
    return _about_photos(
        "overexposed",
        [photo for photo in photos if photo.luma_low is not None and photo.luma_low > _BRIGHT_LUMA],
        ("is very bright", "are very bright"),
        "Use a shorter exposure.",
    )


def mixed_cameras(photos: Sequence[PhotoRecord]) -> list[Finding]:
    """Say that photos come from several cameras, lenses, zooms or sizes."""
    cameras = Counter(_without_orientation(photo) for photo in photos)
    if len(cameras) < 2:
        return []
    main = cameras.most_common(1)[0][0]
    return [
        Finding(
            "mixed-cameras",
            f"The photos come from {len(cameras)} cameras, zoom settings or sizes; each is calibrated by itself.",
            "Use one camera at one zoom setting for the best accuracy.",
            tuple(photo.path for photo in photos if _without_orientation(photo) != main),
        )
    ]


def mixed_orientation(photos: Sequence[PhotoRecord]) -> list[Finding]:
    """Say that some photos are upright and others are not: harmless, but worth knowing."""
    portrait = tuple(photo.path for photo in photos if photo.height > photo.width)
    if not portrait or len(portrait) == len(photos):
        return []
    return [
        Finding(
            "mixed-orientation",
            f"{len(portrait)} of {counted(len(photos))} are in portrait format, the others in landscape format.",
            "Nothing needs to be done; switching off the camera's automatic rotation helps calibration.",
            portrait,
            severity="info",
        )
    ]


def estimated_focal_length(photos: Sequence[PhotoRecord]) -> list[Finding]:
    """Say for which photos the focal length had to be estimated."""
    return _about_photos(
        "focal-length-estimated",
        [photo for photo in photos if photo.focal_source == "estimated"],
        (
            "does not say its focal length: focal length estimated",
            "do not say their focal length: focal length estimated",
        ),
        "Use the files as the camera wrote them; other programs often remove this information.",
    )


_NOTES: Final[Mapping[str, tuple[str, str, str]]] = {
    "changed": (
        "has changed since it was added",
        "have changed since they were added",
        "Add them again if this was not meant.",
    ),
    "exif-broken": (
        "has damaged information about how it was taken",
        "have damaged information about how they were taken",
        "Use the files as the camera wrote them.",
    ),
    "transparency": (
        "has transparent parts, which become black",
        "have transparent parts, which become black",
        "Use photos without transparency.",
    ),
}


def oddities(photos: Sequence[PhotoRecord]) -> list[Finding]:
    """Say what was odd about single files."""
    found: list[Finding] = []
    for note, (one, several, remedy) in _NOTES.items():
        found += _about_photos(note, [photo for photo in photos if note in photo.notes], (one, several), remedy)
    return found


RULES: Final[tuple[Callable[[Sequence[PhotoRecord]], list[Finding]], ...]] = (
    few_photos,
    near_duplicates,
    blurred,
    underexposed,
    overexposed,
    mixed_cameras,
    mixed_orientation,
    estimated_focal_length,
    oddities,
)


def counted(number: int) -> str:
    """Return "1 photo" or "7 photos"."""
    return f"{number} photo" if number == 1 else f"{number} photos"


def _verb(number: int, one: str, several: str) -> str:
    return one if number == 1 else several


def _show_one_picture(usable: Sequence[PhotoRecord], excluded: Mapping[str, str]) -> bool:
    if len(usable) == 1:
        return "duplicate" in excluded.values()
    groups = near_copies(usable)
    return bool(groups) and len(groups[0]) == len(usable)


def _nothing_readable(total: int, excluded: Mapping[str, str]) -> Finding:
    kind = Counter(excluded.values()).most_common(1)[0][0]
    summary, remedy = problem_sentences(kind)
    lead = "The only photo cannot be used." if total == 1 else f"None of the {total} photos can be used."
    return _error("no-usable-photo", f"{lead} {summary}", remedy)


def _error(kind: str, summary: str, remedy: str) -> Finding:
    return Finding(kind, summary, remedy, severity="error")


def _about(kind: str, paths: Iterable[str], summary: str, remedy: str) -> list[Finding]:
    concerned = tuple(paths)
    return [Finding(kind, summary, remedy, concerned)] if concerned else []


def _about_photos(kind: str, photos: Sequence[PhotoRecord], verbs: tuple[str, str], remedy: str) -> list[Finding]:
    summary = f"{counted(len(photos))} {_verb(len(photos), *verbs)}."
    return _about(kind, (photo.path for photo in photos), summary, remedy)


def _without_orientation(photo: PhotoRecord) -> tuple[str, int, int]:
    body = (photo.camera or "").rpartition("@")[0]
    return body, max(photo.width, photo.height), min(photo.width, photo.height)
