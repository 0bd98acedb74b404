"""Which regions to look at first when a plan has to move. Pure; any thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

_LIKELY: Final = (
    "eastus",
    "eastus2",
    "southcentralus",
    "westus3",
    "westeurope",
    "swedencentral",
    "northeurope",
    "westus2",
    "centralus",
    "uksouth",
    "japaneast",
    "australiaeast",
)
"""Regions that mostly have sizes with graphics cards; what they really have is asked."""
_AREAS: Final = {
    "US": (" US", "Canada"),
    "Europe": ("Europe", "UK ", "Sweden", "France", "Germany", "Norway", "Switzerland", "Italy", "Poland", "Spain"),
    "Asia": ("Asia", "Japan", "Korea", "India", "Australia"),
}


def by_nearness(region: str, labels: Mapping[str, str], others: Iterable[str]) -> list[str]:
    """Sort regions: the same part of the world first, in it those that mostly have graphics cards.

    Args:
        region: From where.
        labels: What regions are called, by short name.
        others: To be sorted; `region` itself is left out.
    """
    here = _area(labels.get(region, ""))

    def distance(other: str) -> tuple[bool, int, str]:
        place = _LIKELY.index(other) if other in _LIKELY else len(_LIKELY)
        return _area(labels.get(other, "")) != here, place, other

    return sorted((other for other in others if other != region), key=distance)


def _area(label: str) -> str:
    return next((name for name, words in _AREAS.items() if any(word in label for word in words)), "")
