"""Rates and the time left."""

from __future__ import annotations

import pytest

from tiepoint.transfer.meter import Meter


def measured(rates: list[float]) -> Meter:
    meter, total = Meter(), 0.0
    for step, rate in enumerate([0.0, *rates]):
        total += rate / 4
        meter.look(step / 4, int(total))
    return meter


def test_an_even_rate_is_that_rate() -> None:
    meter = measured([1000.0] * 40)
    assert meter.rate_bytes_per_s == pytest.approx(1000, rel=0.02)
    left = meter.left_s(10_000)
    assert left is not None
    assert left[0] < 10 < left[1]
    assert left[1] - left[0] < 3


def test_nothing_is_said_of_the_time_left_too_early_or_while_nothing_moves() -> None:
    assert measured([1000.0] * 4).left_s(10_000) is None
    assert measured([0.0] * 40).left_s(10_000) is None


def test_a_standstill_is_not_said_to_last_for_ages() -> None:
    for quarters in range(8, 2000, 40):
        left = measured([100_000.0] * 40 + [0.0] * quarters).left_s(3_000_000)
        assert left is None or left[1] < 3600


def test_an_uneven_rate_makes_a_wide_range() -> None:
    meter = measured([4000.0] * 60 + [500.0] * 12)
    left = meter.left_s(10_000)
    assert left is not None
    assert left[1] > 2 * left[0]


def test_bytes_lost_on_the_way_are_no_negative_rate() -> None:
    meter = Meter()
    meter.look(0.0, 1000)
    meter.look(1.0, 500)
    assert meter.rate_bytes_per_s == 0.0
