"""Lengths with their uncertainty, and how they are written: `2.221 m ± 9 mm`.

A value is rounded to the place of its uncertainty's last digit, and the uncertainty to one digit, or two when it begins
with 1 or 2 (so that rounding never moves it by more than a sixth). Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_PLUS_MINUS: Final = " \N{PLUS-MINUS SIGN} "
_MINUS: Final = "\N{MINUS SIGN}"
_FINEST_M: Final = 1e-5
_DIGITS_WHEN_UNKNOWN: Final = 4


class LengthUnit(StrEnum):
    """A unit to show lengths in; `AUTO` picks one by size."""

    AUTO = "auto"
    MILLIMETRE = "mm"
    CENTIMETRE = "cm"
    METRE = "m"
    KILOMETRE = "km"

    @property
    def metres(self) -> float:
        """How many metres one is; 1 for `AUTO`."""
        return _METRES.get(self, 1.0)


_METRES: Final = {
    LengthUnit.MILLIMETRE: 1e-3,
    LengthUnit.CENTIMETRE: 1e-2,
    LengthUnit.METRE: 1.0,
    LengthUnit.KILOMETRE: 1e3,
}


@dataclass(frozen=True, slots=True)
class Length:
    """A length in metres, and half the width of its 95 % interval; None = the uncertainty is not known."""

    value_m: float
    uncertainty_m: float | None = None

    def text(self, unit: LengthUnit = LengthUnit.AUTO) -> str:
        """Write it for people: `2.221 m ± 9 mm`, or `2.221 m` when the uncertainty is not known."""
        return " ".join(part for part in self.parts(unit) if part)

    def parts(self, unit: LengthUnit = LengthUnit.AUTO) -> tuple[str, str]:
        """Return value and uncertainty apart: `2.221 m` and `± 9 mm` (empty when not known)."""
        raise NotImplementedError
