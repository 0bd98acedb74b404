"""What all parts came to: who took how long, what failed, and one closing line as of a single pytest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from whole.lanes import Outcome

_CLOSING: Final = re.compile(r"^=+ (.*) in [\d.]+s(?: \([\d:]+\))? =+$", re.MULTILINE)
_COUNT: Final = re.compile(r"(\d+) ([a-z]+)")
_NAMED: Final = re.compile(r"^(?:FAILED|ERROR) .*$", re.MULTILINE)
_ORDER: Final = ("failed", "passed", "skipped", "xfailed", "xpassed", "deselected", "warnings", "errors")
_WIDTH: Final = 100


def closing_lines(outcomes: Sequence[Outcome], took_s: float) -> Iterator[str]:
    """Tell how it ended, the most important last.

    Args:
        outcomes: Of all parts.
        took_s: All of it.
    """
    yield _rule("the parts")
    for outcome in outcomes:
        yield f"{outcome.name:10} {outcome.took_s:6.0f} s  {_told(outcome)}"
    named = [line for outcome in outcomes for line in _NAMED.findall(outcome.said)]
    broken = [outcome for outcome in outcomes if outcome.status]
    if named or broken:
        yield _rule("what failed")
        yield from named
        yield from (f"FAILED part {each.name}, whose words are in build/test/{each.name}.txt" for each in broken)
    counts: Counter[str] = sum((_counts(outcome) for outcome in outcomes), Counter())
    minutes, seconds = divmod(round(took_s), 60)
    told = ", ".join(f"{counts[kind]} {kind}" for kind in _ORDER if counts[kind]) or "no tests ran"
    yield _rule(f"{told} in {took_s:.2f}s ({minutes // 60}:{minutes % 60:02}:{seconds:02})")


def _told(outcome: Outcome) -> str:
    closing = _CLOSING.findall(outcome.said)
    if closing:
        return str(closing[-1])
    return "no fault" if outcome.status == 0 else f"ended with status {outcome.status}"


def _counts(outcome: Outcome) -> Counter[str]:
    counts: Counter[str] = Counter()
    for closing in _CLOSING.findall(outcome.said)[-1:]:
        for number, kind in _COUNT.findall(closing):
            counts[{"error": "errors", "warning": "warnings"}.get(kind, kind)] += int(number)
    return counts


def _rule(text: str) -> str:
    return f" {text} ".center(_WIDTH, "=")
