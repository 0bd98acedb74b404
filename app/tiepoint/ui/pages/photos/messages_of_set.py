"""What is wrong with a photo set as a whole, and the ways on: the banners above the photos. The GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tiepoint.domain.photo_issue import IssueKind
from tiepoint.domain.photo_set import PhotoSet
from tiepoint.ui.pages.photos.banner import Way
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.viewmodels.photos import PhotosViewModel
from tiepoint.ui.viewmodels.photos_order import SUGGESTED

_MOST: Final = 6
_NAMED_BY_OTHERS: Final = frozenset(kind.value for kind in IssueKind)
Said = tuple[str, str, str, Sequence[Way]]


@dataclass(frozen=True, slots=True)
class WaysOn:
    """What the buttons of the banners do."""

    look_again: Callable[[], object]
    locate: Callable[[], object]
    resume: Callable[[], object]
    leave_out: Callable[[], object]


def messages_of(photos: PhotosViewModel, ways: WaysOn) -> list[Said]:
    """Return what is to be said about the current set, the gravest first."""
    photo_set = photos.photo_set
    if photo_set is None:
        return []
    said: list[Said] = [*_missing(photos, ways), *_trouble(photo_set, ways)]
    if not photo_set.is_working:
        said += [*_suggested(photos, photo_set, ways), *_findings(photos, photo_set)]
    return said[:_MOST]


def _missing(photos: PhotosViewModel, ways: WaysOn) -> list[Said]:
    missing = photos.missing()
    if not missing:
        return []
    title = tr_count(
        "Photos", "1 photo is no longer where it was", "{count} photos are no longer where they were", len(missing)
    )
    folder = plain(str(missing[0].source.parent), limit=200)
    text = tr(
        "Photos", "It was in {folder}. Plug the card or disk in again, or say where the photos are now.", folder=folder
    )
    if len(missing) > 1:
        text = tr(
            "Photos",
            "They were in {folder}. Plug the card or disk in again, or say where the photos are now.",
            folder=folder,
        )
    return [
        (
            "error",
            title,
            text,
            ((tr("Photos", "Look again"), ways.look_again), (tr("Photos", "Locate"), ways.locate)),
        )
    ]


def _trouble(photo_set: PhotoSet, ways: WaysOn) -> list[Said]:
    trouble = photo_set.trouble
    if trouble is None:
        return []
    return [("error", trouble.summary, trouble.remedy, ((tr("Photos", "Try again"), ways.resume),))]


def _suggested(photos: PhotosViewModel, photo_set: PhotoSet, ways: WaysOn) -> list[Said]:
    count = photo_set.counts.suggested
    if not count:
        return []
    title = tr_count("Photos", "1 photo may harm the model", "{count} photos may harm the model", count)
    show: Way = (tr("Photos", "Show"), lambda: photos.show_group(SUGGESTED))
    return [
        (
            "warning",
            title,
            tr("Photos", "Blurred, nearly the same as another, or far from the rest. You decide."),
            (show, (tr("Photos", "Leave out"), ways.leave_out)),
        )
    ]


def _findings(photos: PhotosViewModel, photo_set: PhotoSet) -> list[Said]:
    said: list[Said] = []
    for finding in photo_set.findings:
        if finding.severity == "info" or finding.kind in _NAMED_BY_OTHERS:
            continue
        show: list[Way] = []
        if finding.photos:
            paths = finding.photos
            show = [(tr("Photos", "Select"), lambda paths=paths: photos.select(paths, current=paths[0]))]  # type: ignore[misc]
        said.append(("error" if finding.severity == "error" else "warning", finding.summary, finding.remedy, show))
    return said
