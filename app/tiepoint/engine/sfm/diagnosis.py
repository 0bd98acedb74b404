"""Why photos stay out, as sentences with remedies. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from tiepoint.domain.errors import InputError
from tiepoint.engine.sfm.assembly import MatchCounts
from tiepoint.engine.sfm.tie_points import TiePoints

# Identical frames match in place; a real step moves even far things by more, and noise by less.
_STILL_PX: Final = 1.5
_MOSTLY: Final = 0.8
_LEAST_BASELINE: Final = 0.005

NO_BASELINE: Final = "The photos have no baseline between photos: all were taken from the same spot."
_MOVE: Final = "Walk around the subject and take each photo from another place, a step or two apart."
_OVERLAP: Final = "Take photos that overlap by 60 to 80 %, in focus, of a subject with visible texture."


def require_movement(counts: MatchCounts) -> None:
    """Refuse photos that show the same picture again and again.

    Raises:
        InputError: Nearly all that match have not moved.
    """
    shifts = list(counts.shifts_px.values())
    if shifts and sum(shift < _STILL_PX for shift in shifts) >= _MOSTLY * len(shifts):
        raise InputError(NO_BASELINE, remedy=_MOVE)


def require_baseline(tie_points: TiePoints) -> None:
    """Refuse a model whose cameras, seen from the scene, all stand in one place.

    Raises:
        InputError: They do.
    """
    apart = float(np.linalg.norm(np.ptp(tie_points.centers, axis=0)))
    ahead = tie_points.depths[tie_points.depths > 0]
    if not len(ahead) or apart <= _LEAST_BASELINE * float(np.median(ahead)):
        raise InputError(NO_BASELINE, remedy=_MOVE)


def require_alignment(alignment: Mapping[str, Any]) -> None:
    """Refuse to go on without an aligned photo.

    Raises:
        InputError: No photo could be aligned.
    """
    if alignment["aligned"]:
        return
    if not any(entry["matches"] for entry in alignment["unaligned"]):
        raise InputError("No two of the photos show the same details, so nothing can be aligned.", remedy=_OVERLAP)
    raise InputError("The photos match too loosely to place three of them in one scene.", remedy=_OVERLAP)


def reason_of(image: str, groups: Sequence[Sequence[str]], unsupported: Mapping[str, int], partners: int) -> str:
    """Return why a photo was not aligned, as one sentence.

    Args:
        image: Its image name.
        groups: Photos that were aligned apart.
        unsupported: Tie points of photos that were taken out for having too few.
        partners: How many photos it matches.
    """
    for group in groups:
        if image in group:
            return f"It belongs to a group of {len(group)} photos that nothing links to the others."
    if image in unsupported:
        return f"Only {unsupported[image]} tie points hold it, too few to trust its place."
    if not partners:
        return "No other photo shows enough of the same details."
    return f"It matches {partners} other photo{'s' if partners > 1 else ''}, but not firmly enough to be placed."


def warnings_of(
    unaligned: Sequence[Mapping[str, Any]], groups: Sequence[Sequence[str]], problem: str, strays: Sequence[str]
) -> list[dict[str, Any]]:
    """Return what the user should know, each with a remedy.

    Args:
        unaligned: Photos that stay out alone, as in alignment.json.
        groups: Paths of photos that were aligned apart.
        problem: Why positions were not used, or an empty text.
        strays: Paths of photos whose position was not used.
    """
    found: list[dict[str, Any]] = []
    if unaligned:
        count = len(unaligned)
        found.append(
            {
                "kind": "unaligned",
                "summary": f"{count} photo{'s' if count > 1 else ''} could not be aligned and will not be used.",
                "remedy": "Add photos between these and the others, so that neighbours overlap by 60 to 80 %.",
                "photos": [entry["path"] for entry in unaligned],
            }
        )
    for group in groups:
        found.append(
            {
                "kind": "other-model",
                "summary": f"{len(group)} photos show a place that nothing links to the largest group.",
                "remedy": "Reconstruct them on their own, or add photos that show both places.",
                "photos": list(group),
            }
        )
    if problem:
        found.append(
            {
                "kind": "positions",
                "summary": f"{problem} The model has no scale and no place on the earth.",
                "remedy": "Measure a known distance in the model to scale it.",
                "photos": [],
            }
        )
    if strays:
        found.append(
            {
                "kind": "position-ignored",
                "summary": f"The position of {len(strays)} photo{'s' if len(strays) > 1 else ''} was not used: "
                "it is zero or far from where the photos show it to be.",
                "remedy": "Check the camera's GPS; the model itself is not harmed.",
                "photos": list(strays),
            }
        )
    return found
