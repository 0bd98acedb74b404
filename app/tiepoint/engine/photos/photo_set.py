"""The photos of a capture judged together: copies out, positions believed or not, findings. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tiepoint.engine.photos.copies import exact_copies
from tiepoint.engine.photos.findings import (
    Finding,
    counted,
    estimated_focal_length,
    failure,
    oddities,
    overexposed,
    underexposed,
    warnings_of,
)
from tiepoint.engine.photos.position_rules import believed_positions, position_oddities
from tiepoint.engine.photos.problems import problem_sentences
from tiepoint.engine.photos.record import PhotoRecord


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """What came of judging.

    Attributes:
        photos: Entries of the photos to use; unbelievable positions are removed.
        excluded: Entries of the photos left out: path, kind, summary, remedy.
        warnings: What to say.
        failure: Why no model can come of them, or None.
    """

    photos: list[dict[str, Any]]
    excluded: list[dict[str, Any]]
    warnings: list[Finding]
    failure: Finding | None


def judged_set(photos: Sequence[Mapping[str, Any]], excluded: Sequence[Mapping[str, Any]]) -> JudgedSet:
    """Judge the photos of a capture.

    Args:
        photos: Entries that hold a PhotoRecord's fields, maybe among others, which are kept.
        excluded: Entries of photos with a problem of their own.
    """
    records = [PhotoRecord.from_dict(dict(photo)) for photo in photos]
    copies = exact_copies(records)
    left_out = [dict(entry) for entry in excluded] + [_copy_entry(path, first) for path, first in copies.items()]
    usable, position_findings = believed_positions([record for record in records if record.path not in copies])
    extras = {str(photo["path"]): photo for photo in photos}
    return JudgedSet(
        photos=[{**extras[record.path], **record.to_dict()} for record in usable],
        excluded=left_out,
        warnings=[*_left_out_finding(left_out), *warnings_of(usable), *position_findings],
        failure=failure(usable, {str(entry["path"]): str(entry["kind"]) for entry in left_out}),
    )


def photo_warnings(photo: PhotoRecord) -> list[Finding]:
    """Return what there is to say of one photo by itself."""
    rules = (underexposed, overexposed, estimated_focal_length, oddities, position_oddities)
    return [finding for rule in rules for finding in rule([photo])]


def _copy_entry(path: str, first: str) -> dict[str, Any]:
    _, remedy = problem_sentences("duplicate")
    return {"path": path, "kind": "duplicate", "summary": f"The file is an exact copy of {first}.", "remedy": remedy}


def _left_out_finding(excluded: Sequence[Mapping[str, Any]]) -> list[Finding]:
    if not excluded:
        return []
    is_one = len(excluded) == 1
    summary = f"{counted(len(excluded))} {'is' if is_one else 'are'} left out."
    if is_one:
        summary = f"{excluded[0]['path']} is left out. {excluded[0]['summary']}"
    remedy = str(excluded[0]["remedy"]) if is_one else "See for each of them why, and what to do."
    return [Finding("excluded", summary, remedy, tuple(str(entry["path"]) for entry in excluded))]
