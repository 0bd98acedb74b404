"""All rules applied to the photos of a set for a person who looks at it: issues by photo, findings, common facts.

The rules are those of a job (`findings`, `copies`) and of positions (`domain.photo_positions`); the words for single
photos, with their numbers, are made here. Pure; any thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from tiepoint.domain.photo import SetFinding
from tiepoint.domain.photo_issue import IssueKind, IssueSeverity, PhotoIssue, by_weight
from tiepoint.domain.photo_mapping import map_of
from tiepoint.domain.photo_positions import position_issues
from tiepoint.domain.photo_reading import SHOWN_SHARPNESS, PhotoHead, PhotoQuality
from tiepoint.domain.photo_set import SetFacts
from tiepoint.engine.photos import findings
from tiepoint.engine.photos.copies import exact_copies, near_copies
from tiepoint.engine.photos.photo_set import judged_set
from tiepoint.engine.photos.record import PhotoRecord

# The least sharp good photo of the captures tried has 0.54 of the median sharpness.
_SOFT_SHARE: Final = 0.54


# Everything else is said of the single photos.
_ABOUT_THE_SET: Final = frozenset(
    {"few-photos", "mixed-cameras", "mixed-orientation", "focal-length-estimated", "gps-same", "gps-partly"}
)


@dataclass(frozen=True, slots=True)
class JudgedPhoto:
    """A photo to be judged.

    Attributes:
        path: Its name in the set.
        size: Bytes.
        is_wanted: Nobody has left it out.
        head: What it says; None when it cannot be read.
        quality: What its pixels say; None until checked.
        problem: Kind of the problem that makes it unreadable; empty without.
    """

    path: str
    size: int
    is_wanted: bool
    head: PhotoHead | None
    quality: PhotoQuality | None
    problem: str = ""


@dataclass
class Verdict:
    """What came of it: issues of each photo that has any, findings, facts."""

    issues: dict[str, list[PhotoIssue]] = field(default_factory=dict)
    findings: list[SetFinding] = field(default_factory=list)
    facts: SetFacts = SetFacts()

    def say(self, path: str, issue: PhotoIssue) -> None:
        """Add an issue of a photo."""
        self.issues.setdefault(path, []).append(issue)

    def sorted_issues(self) -> Iterator[tuple[str, tuple[PhotoIssue, ...]]]:
        """Return the issues of each photo, the gravest first."""
        return ((path, by_weight(tuple(issues))) for path, issues in self.issues.items())


def verdict_on(photos: Sequence[JudgedPhoto]) -> Verdict:
    """Judge the photos of a set.

    Args:
        photos: All of them, in the order of the set.
    """
    verdict = Verdict()
    readable = [photo for photo in photos if photo.head is not None and not photo.problem]
    records = {photo.path: _record(photo, photo.head) for photo in readable if photo.head is not None}
    heads = {photo.path: photo.head for photo in readable if photo.head is not None}
    copies = _copies(verdict, readable, records)
    used = [records[photo.path] for photo in readable if photo.path not in copies]
    _near_copies(verdict, used)
    usual = _sharpness(verdict, used, heads)
    _exposure(verdict, used)
    _cameras(verdict, heads)
    for path, issues in position_issues(heads).items():
        for issue in issues:
            verdict.say(path, issue)
    included = [photo for photo in readable if photo.is_wanted and photo.path not in copies]
    verdict.findings = _findings([records[photo.path] for photo in included], photos)
    verdict.facts = _facts(heads, frozenset(photo.path for photo in included), usual)
    return verdict


def _copies(verdict: Verdict, readable: Sequence[JudgedPhoto], records: dict[str, PhotoRecord]) -> dict[str, str]:
    """Name the copies of each photo; the first that nobody has left out counts as the original."""
    order = sorted(readable, key=lambda photo: not photo.is_wanted)
    copies = exact_copies([records[photo.path] for photo in order])
    for path, first in copies.items():
        summary, remedy = f"The file is an exact copy of {first}.", "Nothing needs to be done; the first copy is used."
        verdict.say(path, PhotoIssue(IssueKind.DUPLICATE, summary, remedy))
    return copies


def _near_copies(verdict: Verdict, records: Sequence[PhotoRecord]) -> None:
    sharpness = {record.path: record.sharpness or 0.0 for record in records}
    for group in near_copies(records):
        best = max(group, key=lambda path: sharpness[path])
        for path in group:
            if path != best:
                summary = f"It shows nearly the same picture as {best}, which is the sharper one."
                remedy = "Leave it out: it costs time and adds nothing."
                verdict.say(path, PhotoIssue(IssueKind.NEAR_DUPLICATE, summary, remedy))


def _sharpness(verdict: Verdict, records: Sequence[PhotoRecord], heads: Mapping[str, PhotoHead]) -> int | None:
    """Name the photos that are much less sharp than usual for their camera; return what is usual for all."""
    by_optics: dict[tuple[str, int, int], dict[str, float]] = {}
    for record in records:
        if record.sharpness is not None:
            by_optics.setdefault(_optics(heads[record.path]), {})[record.path] = record.sharpness
    for known in by_optics.values():
        if len(known) >= findings.LEAST_PHOTOS:
            _say_blurred(verdict, known, median(known.values()))
    every = [value for known in by_optics.values() for value in known.values()]
    return round(median(every) * SHOWN_SHARPNESS) if every else None


def _say_blurred(verdict: Verdict, known: Mapping[str, float], usual: float) -> None:
    for path, value in known.items():
        numbers = f"Sharpness {_shown(value)}, usual {_shown(usual)}."
        if value < findings.BLURRED_SHARE * usual:
            remedy = "Leave it out, or take it again with a shorter exposure."
            verdict.say(path, PhotoIssue(IssueKind.BLURRED, numbers, remedy))
        elif value < _SOFT_SHARE * usual:
            verdict.say(path, PhotoIssue(IssueKind.SOFT, numbers, "It can be used.", IssueSeverity.INFO))


def _exposure(verdict: Verdict, records: Sequence[PhotoRecord]) -> None:
    for rule, kind, numbers in (
        (findings.underexposed, IssueKind.UNDEREXPOSED, "Nearly all of it is darker than {0.luma_high:.0f} of 255."),
        (findings.overexposed, IssueKind.OVEREXPOSED, "Nearly all of it is brighter than {0.luma_low:.0f} of 255."),
    ):
        for record in records:
            for finding in rule([record]):
                verdict.say(record.path, PhotoIssue(kind, numbers.format(record), finding.remedy))


def _cameras(verdict: Verdict, heads: dict[str, PhotoHead]) -> None:
    optics = Counter(_optics(head) for head in heads.values())
    main = optics.most_common(1)[0][0] if optics else None
    remedy = "Use one camera at one zoom setting for the best accuracy."
    for path, head in heads.items():
        if _optics(head) != main:
            summary = f"{_named(head)}; most photos are from {_named_optics(main)}."
            verdict.say(path, PhotoIssue(IssueKind.OTHER_CAMERA, summary, remedy, IssueSeverity.INFO))
        if head.focal_source == "estimated":
            verdict.say(path, _NO_FOCAL_LENGTH)
        for note in head.notes:
            if note in _ODD:
                verdict.say(path, PhotoIssue(IssueKind.ODD_FILE, *_ODD[note], IssueSeverity.INFO))


_NO_FOCAL_LENGTH: Final = PhotoIssue(
    IssueKind.NO_FOCAL_LENGTH,
    "It does not say its focal length, so that is estimated.",
    "Use the files as the camera wrote them; other programs often remove this information.",
    IssueSeverity.INFO,
)
_ODD: Final = {
    "exif-broken": (
        "What it says about how it was taken is damaged.",
        "Use the files as the camera wrote them.",
    ),
    "transparency": ("It has transparent parts, which become black.", "Use photos without transparency."),
}


def _optics(head: PhotoHead) -> tuple[str, int, int]:
    """Tell cameras apart as a job does: a photo held upright is from the same one."""
    return (head.camera or "").rpartition("@")[0], max(head.width, head.height), min(head.width, head.height)


def _named(head: PhotoHead) -> str:
    return _named_optics(_optics(head))


def _named_optics(optics: tuple[str, int, int] | None) -> str:
    if optics is None:
        return "an unknown camera"
    return f"{optics[0] or 'an unknown camera'} at {optics[1]} x {optics[2]} pixels"


def _findings(used: Sequence[PhotoRecord], photos: Sequence[JudgedPhoto]) -> list[SetFinding]:
    broken = [{"path": photo.path, "kind": photo.problem, "summary": "", "remedy": ""} for photo in photos]
    judged = judged_set([record.to_dict() for record in used], [each for each in broken if each["kind"]])
    found = [judged.failure] if judged.failure else []
    found += [finding for finding in judged.warnings if finding.kind in _ABOUT_THE_SET]
    return [SetFinding(each.kind, each.summary, each.remedy, each.severity, each.photos) for each in found]


def _facts(heads: dict[str, PhotoHead], included: frozenset[str], usual: int | None) -> SetFacts:
    bodies = Counter(head.body for head in heads.values() if head.body)
    taken = sorted(head.taken_utc for head in heads.values() if head.taken_utc)
    first, last = (taken[0], taken[-1]) if taken else (None, None)
    return SetFacts(tuple(bodies.most_common()), first, last, usual, map_of(heads, included))


def _shown(sharpness: float) -> str:
    return f"{round(sharpness * SHOWN_SHARPNESS):,}"


def _record(photo: JudgedPhoto, head: PhotoHead) -> PhotoRecord:
    quality = photo.quality
    return PhotoRecord(
        path=photo.path,
        size=photo.size,
        format=head.format,
        width=head.width,
        height=head.height,
        orientation=head.orientation,
        camera=head.camera,
        focal_px=head.focal_px,
        focal_source=head.focal_source,
        taken_utc=head.taken_utc,
        lat=head.lat,
        lon=head.lon,
        alt=head.alt_m,
        notes=head.notes,
        md5=quality.md5 if quality else None,
        phash=quality.phash if quality else None,
        sharpness=quality.sharpness if quality else None,
        mean_luma=quality.mean_luma if quality else None,
        luma_low=quality.luma_low if quality else None,
        luma_high=quality.luma_high if quality else None,
    )
