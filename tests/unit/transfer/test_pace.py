"""How many connections are used."""

from __future__ import annotations

from tiepoint.transfer.pace import FEWEST, MOST, Pace


def drive(pace: Pace, seconds: int, rate: float, *, start_s: float = 0.0, done: int = 0, in_use: int = 99) -> int:
    for step in range(seconds * 4):
        done += int(rate / 4)
        pace.tick(start_s + step / 4, done, in_use)
    return done


def test_it_begins_with_the_fewest() -> None:
    assert Pace().allowed == FEWEST


def test_more_while_that_brings_more() -> None:
    pace, done, rate = Pace(), 0, 1e6
    for second in range(0, 80, 2):
        done = drive(pace, 2, rate, start_s=second, done=done)
        rate *= 1.1
    assert pace.allowed == MOST


def test_no_more_when_it_brings_nothing() -> None:
    pace = Pace()
    drive(pace, 25, 1e6)
    assert FEWEST < pace.allowed <= FEWEST + 3


def test_without_enough_to_do_nothing_is_learnt() -> None:
    pace = Pace()
    drive(pace, 60, 1e6, in_use=1)
    assert pace.allowed == FEWEST


def test_trouble_halves_once_per_window_and_never_below_two() -> None:
    pace = Pace()
    pace.note_trouble(10.0)
    pace.note_trouble(10.1)
    assert pace.allowed == FEWEST // 2
    for second in range(20, 60, 4):
        pace.note_trouble(float(second))
    assert pace.allowed == 2


def test_it_recovers_to_the_fewest_by_itself() -> None:
    pace = Pace()
    pace.note_trouble(0.0)
    drive(pace, 30, 1e6, start_s=1.0)
    assert pace.allowed >= FEWEST


def test_far_away_servers_get_many_soon() -> None:
    pace, done = Pace(), 0
    for second in range(0, 14, 2):
        done = drive(pace, 2, pace.allowed * 1e6, start_s=second, done=done)
    assert pace.allowed >= 24
