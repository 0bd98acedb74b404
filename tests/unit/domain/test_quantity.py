"""How lengths and their uncertainties are written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.quantity import Length, LengthUnit, last_place, length_text, rounded_text

_IN_METRES = {"mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3}


def _spaced(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def _number(text: str) -> float:
    found = re.fullmatch(r"(?:± )?(−?)([\d.]+) (mm|cm|m|km)", _spaced(text))
    assert found is not None, text
    return float(found[2]) * _IN_METRES[found[3]] * (-1 if found[1] else 1)


@pytest.mark.parametrize(
    ("value_m", "uncertainty_m", "shown"),
    [
        (2.22113, 0.00912, "2.221 m ± 9 mm"),
        (2.22113, 0.0123, "2.221 m ± 12 mm"),
        (2.2, 0.26, "2.20 m ± 26 cm"),
        (2.2, 0.36, "2.2 m ± 40 cm"),
        (84.43, 0.98, "84.4 m ± 1.0 m"),
        (0.4503, 0.0031, "45.0 cm ± 3 mm"),
        (0.0042, 0.0015, "4.2 mm ± 1.5 mm"),
        (1234.0, 33.0, "1230 m ± 30 m"),
        (12345.0, 12.0, "12.345 km ± 12 m"),
        (-0.5, 0.02, "−50.0 cm ± 20 mm"),
        (0.0, 0.009, "0 mm ± 9 mm"),
        (9.9999, 0.0996, "10.00 m ± 10 cm"),
        (2.2, 0.0, "2.200000 m ± 0.010 mm"),
        (2.22113, None, "2.221 m"),
        (0.0, None, "0.00 mm"),
        (float("nan"), 0.1, "out of range"),
        (float("inf"), None, "out of range"),
        (2.2, float("inf"), "2.200 m"),
    ],
)
def test_length_is_written_to_the_place_of_its_uncertainty(
    value_m: float, uncertainty_m: float | None, shown: str
) -> None:
    assert _spaced(Length(value_m, uncertainty_m).text()) == shown


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        (LengthUnit.MILLIMETRE, "2221 mm ± 9 mm"),
        (LengthUnit.CENTIMETRE, "222.1 cm ± 0.9 cm"),
        (LengthUnit.METRE, "2.221 m ± 0.009 m"),
        (LengthUnit.KILOMETRE, "0.002221 km ± 0.000009 km"),
    ],
)
def test_a_chosen_unit_holds_for_both(unit: LengthUnit, shown: str) -> None:
    assert _spaced(Length(2.22113, 0.00912).text(unit)) == shown


@given(st.floats(-1e6, 1e6), st.floats(1e-5, 1e5), st.sampled_from(LengthUnit))
def test_rounding_never_moves_a_value_by_more_than_half_a_last_digit(
    value_m: float, uncertainty_m: float, unit: LengthUnit
) -> None:
    value, uncertainty = Length(value_m, uncertainty_m).parts(unit)
    place = 10.0 ** last_place(uncertainty_m)
    assert abs(_number(value) - value_m) <= 0.5001 * place + 1e-9
    assert abs(_number(uncertainty) - uncertainty_m) <= uncertainty_m / 5.9 + 1e-9
    digits = re.sub(r"[^\d]", "", uncertainty).strip("0")
    assert len(digits) <= 2


@given(st.floats(allow_nan=True, allow_infinity=True), st.none() | st.floats(allow_nan=True, allow_infinity=True))
def test_any_number_can_be_written(value_m: float, uncertainty_m: float | None) -> None:
    assert Length(value_m, None if uncertainty_m is None else abs(uncertainty_m)).text()


def test_short_forms() -> None:
    assert _spaced(length_text(0.00281)) == "2.8 mm"
    assert _spaced(length_text(0.0521)) == "5.2 cm"
    assert rounded_text(1234.5, 1) == "1230"
    assert rounded_text(-0.00001, -3) == "0.000"
