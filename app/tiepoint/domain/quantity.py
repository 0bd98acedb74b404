"""Lengths with their uncertainty, and how they are written: `2.221 m ± 9 mm`.

A value is rounded to the place of its uncertainty's last digit, and the uncertainty to one digit, or to two when it
begins with 1 or 2 (so that rounding never moves it by more than a sixth). Pure; any thread.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_PLUS_MINUS: Final = f"\N{PLUS-MINUS SIGN}{NO_BREAK}"
_FINEST_M: Final = 1e-5
"""No coordinate of a mesh in float32 is better than this at a few hundred metres, and no photo model at any size."""
_LARGEST_M: Final = 1e12
_DIGITS_WHEN_UNKNOWN: Final = 4


class LengthUnit(StrEnum):
    """A unit to show lengths in; `AUTO` picks one by size, for value and uncertainty apart."""

    AUTO = "auto"
    MILLIMETRE = "mm"
    CENTIMETRE = "cm"
    METRE = "m"
    KILOMETRE = "km"

    @property
    def exponent(self) -> int:
        """The power of ten that one is in metres; 0 for `AUTO`."""
        return {"mm": -3, "cm": -2, "km": 3}.get(self.value, 0)


_FINE_TO_COARSE: Final = (LengthUnit.MILLIMETRE, LengthUnit.CENTIMETRE, LengthUnit.METRE, LengthUnit.KILOMETRE)


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
        if not (math.isfinite(self.value_m) and abs(self.value_m) < _LARGEST_M):
            return "out of range", ""
        unit_of_value = _unit_by_size(self.value_m, (0.01, 1, 10_000)) if unit is LengthUnit.AUTO else unit
        spread = self.uncertainty_m
        if spread is None or not math.isfinite(spread) or spread >= _LARGEST_M:
            return _written(self.value_m, _place_when_unknown(self.value_m), unit_of_value), ""
        spread = max(spread, _FINEST_M)
        place = last_place(spread)
        unit_of_spread = _finer(unit_of_value, _unit_by_size(float(rounded_text(spread, place)), (0.1, 1, 10_000)))
        if unit is not LengthUnit.AUTO:
            unit_of_spread = unit
        return (
            _written(self.value_m, place, unit_of_value),
            _PLUS_MINUS + _written(spread, place, unit_of_spread),
        )


def length_text(value_m: float, digits: int = 2) -> str:
    """Write a length that has no uncertainty of its own, such as a pixel on the ground: `2.8 mm`.

    Args:
        value_m: The length; 0 to a million kilometres.
        digits: Significant digits.
    """
    return _written(value_m, _place_when_unknown(value_m, digits), _unit_by_size(value_m, (0.01, 1, 10_000)))


def last_place(uncertainty: float) -> int:
    """Return the power of ten of the last digit that an uncertainty is written with.

    Args:
        uncertainty: Above zero.
    """
    digits = f"{uncertainty:.1e}"
    exponent = int(digits.partition("e")[2])
    return exponent - 1 if digits[0] in "12" else exponent


def rounded_text(value: float, place: int) -> str:
    """Write a number rounded at a power of ten, without an exponent: (1.2345, -2) gives `1.23`, (1234, 1) `1230`."""
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(place))
    return f"{exact + 0:f}" if place <= 0 else f"{exact.quantize(Decimal(1)) + 0:f}"


def _written(value_m: float, place: int, unit: LengthUnit) -> str:
    exact = Decimal(repr(value_m)).quantize(Decimal(1).scaleb(place)).scaleb(-unit.exponent)
    decimals = max(unit.exponent - place, 0)
    number = f"{exact.quantize(Decimal(1).scaleb(-decimals)) + 0:f}"
    return f"{number}{NO_BREAK}{unit.value}".replace("-", "\N{MINUS SIGN}")


def _place_when_unknown(value_m: float, digits: int = _DIGITS_WHEN_UNKNOWN) -> int:
    if abs(value_m) < _FINEST_M:
        return -5
    return max(int(f"{value_m:e}".partition("e")[2]) - digits + 1, -6)


def _unit_by_size(value_m: float, bounds_m: tuple[float, float, float]) -> LengthUnit:
    above = sum(abs(value_m) >= bound for bound in bounds_m)
    return _FINE_TO_COARSE[above]


def _finer(one: LengthUnit, other: LengthUnit) -> LengthUnit:
    return min(one, other, key=_FINE_TO_COARSE.index)
