"""What may be wrong with a photo of a set: kind, weight, the word for its badge, a sentence with numbers, a remedy.

Must not find issues; the rules do (`domain.photo_positions`, and the engine's). Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tiepoint.domain.failure import Failure


class IssueKind(StrEnum):
    """The kinds of issues, in the order of their weight."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    TRUNCATED = "truncated"
    DUPLICATE = "duplicate"
    BLURRED = "blurred"
    NEAR_DUPLICATE = "near-duplicate"
    FAR_POSITION = "far-position"
    ZERO_POSITION = "zero-position"
    OVEREXPOSED = "overexposed"
    UNDEREXPOSED = "underexposed"
    OTHER_CAMERA = "other-camera"
    NO_FOCAL_LENGTH = "no-focal-length"
    NO_POSITION = "no-position"
    ODD_FILE = "odd-file"
    SOFT = "soft"


class IssueSeverity(StrEnum):
    """How much an issue weighs."""

    ERROR = "error"
    """The photo cannot be used, whatever a person wants."""
    WARNING = "warning"
    """It may harm the model."""
    INFO = "info"
    """Worth knowing."""


_UNUSABLE: Final = frozenset({IssueKind.MISSING, IssueKind.UNREADABLE, IssueKind.TRUNCATED})
_LEFT_OUT: Final = _UNUSABLE | {IssueKind.DUPLICATE}
_SUGGESTED: Final = frozenset({IssueKind.BLURRED, IssueKind.NEAR_DUPLICATE, IssueKind.FAR_POSITION})

ISSUE_WORDS: Final = MappingProxyType(
    {
        IssueKind.MISSING: "Missing",
        IssueKind.UNREADABLE: "Unreadable",
        IssueKind.TRUNCATED: "Cut short",
        IssueKind.DUPLICATE: "Duplicate",
        IssueKind.BLURRED: "Blurred",
        IssueKind.NEAR_DUPLICATE: "Near duplicate",
        IssueKind.FAR_POSITION: "Far away",
        IssueKind.ZERO_POSITION: "No GPS fix",
        IssueKind.OVEREXPOSED: "Too bright",
        IssueKind.UNDEREXPOSED: "Too dark",
        IssueKind.OTHER_CAMERA: "Other camera",
        IssueKind.NO_FOCAL_LENGTH: "No focal length",
        IssueKind.NO_POSITION: "No position",
        IssueKind.ODD_FILE: "Odd file",
        IssueKind.SOFT: "Soft",
    }
)


@dataclass(frozen=True, slots=True)
class PhotoIssue:
    """One thing that is wrong with one photo.

    Args:
        kind: Which.
        summary: A plain sentence with the numbers.
        remedy: What to do, one plain sentence; may be empty.
        severity: How much it weighs.
    """

    kind: IssueKind
    summary: str
    remedy: str = ""
    severity: IssueSeverity = IssueSeverity.WARNING

    @property
    def word(self) -> str:
        """The word for its badge, in English."""
        return ISSUE_WORDS[self.kind]

    @property
    def is_unusable(self) -> bool:
        """Whether the photo cannot be used, whatever a person wants."""
        return self.kind in _UNUSABLE

    @property
    def leaves_out(self) -> bool:
        """Whether the checks leave the photo out by themselves."""
        return self.kind in _LEFT_OUT

    @property
    def suggests_leaving_out(self) -> bool:
        """Whether leaving the photo out is a good idea that a person decides."""
        return self.kind in _SUGGESTED


def issue_of_problem(problem: Failure) -> PhotoIssue:
    """Return the issue of a photo that cannot be read; the engine's kind of problem decides which it is."""
    kind = {"missing": IssueKind.MISSING, "truncated": IssueKind.TRUNCATED}.get(problem.kind, IssueKind.UNREADABLE)
    return PhotoIssue(kind, problem.summary, problem.remedy, IssueSeverity.ERROR)


def by_weight(issues: tuple[PhotoIssue, ...]) -> tuple[PhotoIssue, ...]:
    """Return the issues with the gravest first."""
    return issues if len(issues) < 2 else tuple(sorted(issues, key=lambda issue: _ORDER[issue.kind]))


_ORDER: Final = {kind: place for place, kind in enumerate(IssueKind)}
