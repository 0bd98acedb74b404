"""Azure's time and what happens in it."""

from __future__ import annotations

from datetime import timedelta

from azure_double.clock import Clock, Timeline


def test_events_happen_in_order_and_exactly_when_they_are_due() -> None:
    clock = Clock(scale=0.0)
    line = Timeline(clock)
    seen: list[tuple[str, float]] = []

    def first() -> None:
        seen.append(("first", line.now))
        line.after(10, lambda: seen.append(("follow-up", line.now)))

    line.after(30, lambda: seen.append(("last", line.now)))
    line.after(5, first)
    line.run()
    assert seen == []
    clock.skip(20)
    line.run()
    assert seen == [("first", 5.0), ("follow-up", 15.0)]
    clock.skip(100)
    line.run()
    assert seen[-1] == ("last", 30.0)


def test_the_scale_may_change_on_the_way() -> None:
    clock = Clock(scale=0.0)
    clock.skip(50)
    clock.scale = 100.0
    assert 50 <= clock.seconds() < 60
    assert clock.wall() - clock.wall(50) < timedelta(seconds=0.5)
