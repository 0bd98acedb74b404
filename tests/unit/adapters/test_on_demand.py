"""An adapter made when it is used first."""

from __future__ import annotations

from typing import Any

from tiepoint.adapters.on_demand import OnDemand


class Clock:
    def now(self) -> int:
        return 5


def test_it_is_made_once_and_not_before_its_use() -> None:
    made = []

    def make() -> Clock:
        made.append(Clock())
        return made[-1]

    clock: Any = OnDemand(make)
    assert clock.made is None
    assert (clock.now(), clock.now()) == (5, 5)
    assert made == [clock.made]
