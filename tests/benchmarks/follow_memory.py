"""How the panel's memory goes on while it follows a busy cluster: minute by minute, on two pages in turn.

A mode of `bench_scheduler_stream`, for an hour or more. Resident memory alone tells too little: what Python and the C
library hold in use must stay level between like minutes of one page; what malloc keeps free is the mark of a peak.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import psutil

from panel_hand import PanelHand

PAGES = ("Nodes", "Jobs")
_STAY = 10
"""Minutes on a page, of which the first two are let be: pages are made, rows laid out."""
_WARM = 2
_MB = 1e6


@dataclass(frozen=True)
class Minute:
    """One look: minutes since the begin, the page, and bytes and counts (see `heap_facts`)."""

    at: float
    page: str
    visit: int
    resident: int
    used: int
    free: int
    objects: int
    blocks: int


def watch_memory(hand: PanelHand, minutes: float, told: Callable[[], int]) -> list[Minute]:
    """Look once a minute, changing the page every ten; print what is seen.

    Args:
        hand: At the panel.
        minutes: How long.
        told: How many events the agent told so far.
    """
    panel, begun, seen = psutil.Process(hand.process.pid), time.monotonic(), list[Minute]()
    count, since = told(), begun
    while time.monotonic() - begun < minutes * 60:
        number = len(seen)
        visit = number // _STAY
        page = PAGES[visit % len(PAGES)]
        if number % _STAY == 0:
            hand.click(page)
        time.sleep(max(0.0, begun + (number + 1) * 60 - time.monotonic()))
        hand.lag()  # or the watchdog's own list grows
        heap, now, at = hand.heap(), told(), time.monotonic()
        rate, count, since = (now - count) / (at - since), now, at
        seen.append(Minute((at - begun) / 60, page, visit, panel.memory_info().rss, **heap))
        print(_line(seen[-1], rate), flush=True)
    return seen


def summary(seen: Sequence[Minute]) -> str:
    """Compare visits of a page, and tell the slope of resident memory over the second half."""
    half = seen[len(seen) // 2 :]
    lines = [f"resident {_hourly(half, 'resident'):+.1f} MB an hour over the second half of {seen[-1].at:.0f} minutes"]
    for page in PAGES:
        visits = [list(group) for _, group in groupby((each for each in seen if each.page == page), lambda m: m.visit)]
        means = [statistics.mean(each.used for each in visit[_WARM:]) / _MB for visit in visits if len(visit) > _WARM]
        lines.append(f"{page}: in use by malloc, visit by visit, MB: {', '.join(f'{mean:.1f}' for mean in means)}")
    return "\n".join(lines)


def _line(minute: Minute, rate: float) -> str:
    return (
        f"{minute.at:5.1f} min {minute.page:6} {rate:5.0f} events/s  resident {minute.resident / _MB:6.1f} MB, malloc "
        f"lends {minute.used / _MB:5.1f} and keeps {minute.free / _MB:5.1f}; {minute.objects} objects, "
        f"{minute.blocks} blocks of Python"
    )


def _hourly(seen: Sequence[Minute], name: str) -> float:
    if len(seen) < 2:
        return 0.0
    line = statistics.linear_regression([each.at for each in seen], [getattr(each, name) / _MB for each in seen])
    return line.slope * 60
