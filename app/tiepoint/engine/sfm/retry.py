"""Which photos get another try, with stronger settings. Pure, standard library only; any thread."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from tiepoint.engine.sfm.rounds import FeatureSettings, retry_request, stronger_settings

# Wide-baseline features cost several times the ordinary ones: the last round stays small beside the first.
_MOST_PHOTOS: Final = 60
_BEST_MATCHES: Final = 3
_IN_ORDER: Final = 2
# Of a group that was aligned apart, so many photos are tried as bridges, each with its likeliest partners.
_BRIDGES, _BRIDGE_ENDS = 3, 2


def retry_of(
    images: Sequence[str],
    aligned: Collection[str],
    groups: Sequence[Sequence[str]],
    matches: Mapping[tuple[str, str], int],
    settings: FeatureSettings,
) -> dict[str, Any] | None:
    """Return the request for round 1, or None when nothing is left to try.

    Args:
        images: All photos by image name, sorted.
        aligned: Those of the best model.
        groups: Photos that were aligned apart from it.
        matches: Features that look alike, by pair of image names.
        settings: Those of round 0.
    """
    stronger = stronger_settings(settings)
    if stronger == settings or len(aligned) == len(images):
        return None
    likeness = _likeness(matches)
    grouped = {image for group in groups for image in group}
    chosen: dict[str, None] = {}
    for image in images:
        if image not in aligned and image not in grouped:
            chosen.update(dict.fromkeys([image, *_neighbours(image, images, likeness)]))
    for group in groups:
        chosen.update(dict.fromkeys(_bridges(group, aligned, likeness)))
    return retry_request(1, stronger, list(chosen)[:_MOST_PHOTOS])


def _likeness(matches: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (first, second), count in matches.items():
        found.setdefault(first, {})[second] = count
        found.setdefault(second, {})[first] = count
    return found


def _bridges(group: Sequence[str], aligned: Collection[str], likeness: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Return photos of a group that look most like aligned ones, and those aligned ones."""

    def ends(image: str) -> list[tuple[str, int]]:
        alike = [(other, count) for other, count in likeness.get(image, {}).items() if other in aligned]
        return sorted(alike, key=lambda item: (-item[1], item[0]))[:_BRIDGE_ENDS]

    ranked = sorted(group, key=lambda image: (-sum(count for _, count in ends(image)), image))[:_BRIDGES]
    return [name for image in ranked for name in (image, *(other for other, _ in ends(image)))]


def _neighbours(image: str, images: Sequence[str], likeness: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Return the photos next to one in order, and those that look most like it."""
    place = images.index(image)
    in_order = [*images[max(0, place - _IN_ORDER) : place], *images[place + 1 : place + 1 + _IN_ORDER]]
    alike = sorted(likeness.get(image, {}).items(), key=lambda item: (-item[1], item[0]))
    return [*in_order, *(other for other, _ in alike[:_BEST_MATCHES])]
