"""Money added up from stretches of time, whoever counted them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.cluster import Meter, MeterSegment
from tiepoint.domain.meter import cost_between, counted_by_us, counted_until, current_meter, extended

T0 = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


RUN = (MeterSegment(at(0), at(30), 4.0), MeterSegment(at(30), at(90), 18.0), MeterSegment(at(90), None, 2.0))


@pytest.mark.parametrize(
    ("start", "end", "spent"),
    [
        (0, 30, 2.0),
        (0, 90, 20.0),
        (30, 60, 9.0),
        (15, 45, 1.0 + 4.5),
        (90, 150, 2.0),
        (-60, 0, 0.0),
        (60, 30, 0.0),
    ],
)
def test_a_job_costs_what_ran_meanwhile(start: float, end: float, spent: float) -> None:
    assert cost_between(RUN, at(start), at(end)) == pytest.approx(spent)


@given(st.floats(0, 200), st.floats(0, 200), st.floats(0, 200))
def test_costs_of_parts_add_up(first: float, second: float, third: float) -> None:
    a, b, c = sorted((first, second, third))
    whole = cost_between(RUN, at(a), at(c))
    assert cost_between(RUN, at(a), at(b)) + cost_between(RUN, at(b), at(c)) == pytest.approx(whole, abs=1e-6)


def test_what_a_guard_counted_is_carried_on_to_now() -> None:
    counted = Meter(at(0), 18.0, 9.0, "EUR", (MeterSegment(at(0), at(30), 18.0),))
    now = current_meter(counted, at(60), 18.0)
    assert (now.since, now.per_hour, now.spent, now.currency) == (at(0), 18.0, pytest.approx(18.0), "EUR")
    assert now.segments == (MeterSegment(at(0), None, 18.0),)


def test_what_is_paused_goes_on_at_its_own_price() -> None:
    counted = Meter(at(0), 18.0, 9.0, segments=(MeterSegment(at(0), at(30), 18.0),))
    now = current_meter(counted, at(150), 2.0)
    assert (now.per_hour, now.spent) == (2.0, pytest.approx(13.0))
    assert now.segments == (MeterSegment(at(0), at(30), 18.0), MeterSegment(at(30), None, 2.0))


def test_a_run_that_has_just_begun_has_cost_nothing() -> None:
    assert current_meter(Meter(at(0), 0.0, 0.0), at(0), 5.0).spent == 0.0
    assert current_meter(Meter(at(0), 0.0, 0.0), at(12), 5.0).spent == pytest.approx(1.0)
    assert current_meter(Meter(None, 0.0, 0.0), at(12), 5.0).spent == 0.0


def test_a_guard_whose_clock_is_ahead_takes_nothing_back() -> None:
    counted = Meter(at(0), 6.0, 3.0, segments=(MeterSegment(at(0), at(30), 6.0),))
    assert current_meter(counted, at(25), 6.0).spent == 3.0
    assert counted_until(counted) == at(30)


def test_without_a_guard_it_is_counted_here() -> None:
    meter = counted_by_us(None, at(0), 6.0)
    assert (meter.since, meter.spent) == (at(0), 0.0)
    meter = counted_by_us(meter, at(30), 6.0)
    assert (meter.spent, len(meter.segments)) == (pytest.approx(3.0), 1)
    meter = counted_by_us(meter, at(60), 2.0)
    assert (meter.spent, meter.per_hour, len(meter.segments)) == (pytest.approx(6.0), 2.0, 2)
    assert counted_by_us(meter, at(90), 2.0).spent == pytest.approx(7.0)


def test_a_price_that_stays_makes_no_new_stretch() -> None:
    assert len(extended(RUN[:2], at(90), at(91), 18.0)) == 2
    assert len(extended(RUN[:2], at(91), at(92), 18.0)) == 3
