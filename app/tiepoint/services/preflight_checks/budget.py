"""How long the budget of one run lasts at list price, and what the plan costs a month."""

from __future__ import annotations

from typing import Final

from tiepoint.domain.errors import ConnectionLost
from tiepoint.domain.preflight import Check, CheckKind, CheckState
from tiepoint.services.preflight_checks.phrases import listed, money
from tiepoint.services.preflight_checks.question import Question

HOURS_A_WEEK: Final = 40.0
_SHORT_H: Final = 2.0
"""A run shorter than this is hardly meant: starting the machines alone takes a quarter of an hour."""


async def check(question: Question) -> Check:
    """Compare budget and price."""
    budget = question.plan.guard.budget
    try:
        estimate = await question.estimate()
    except ConnectionLost as error:
        return Check(CheckKind.BUDGET, CheckState.UNKNOWN, "The price is not known", f"{error.summary} {error.remedy}")
    month = money(estimate.per_month(HOURS_A_WEEK), estimate.currency)
    rate = money(estimate.running, estimate.currency)
    if estimate.unknown:
        names = listed([line.label for line in estimate.unknown])
        detail = f"The price list has no price for {names}. The rest is {rate}/h."
        return Check(CheckKind.BUDGET, CheckState.UNKNOWN, "The price is not known in full", detail)
    monthly = f"{rate}/h running, {month} a month at {HOURS_A_WEEK:g} h a week."
    if budget is None:
        return Check(CheckKind.BUDGET, CheckState.NOT_NEEDED, "Budget", f"No budget is set. {monthly}")
    hours = budget / estimate.running if estimate.running else float("inf")
    allowed = money(budget, estimate.currency)
    if hours < _SHORT_H:
        title = f"The budget lasts only {_time(hours)}"
        detail = f"{allowed} a run at {monthly} Then the cluster stops itself."
        return Check(CheckKind.BUDGET, CheckState.WARNING, title, detail)
    detail = f"{allowed} a run last {_time(hours)}. {monthly}"
    return Check(CheckKind.BUDGET, CheckState.OK, "Budget", detail)


def _time(hours: float) -> str:
    return f"{hours * 60:.0f} min" if hours < 1.5 else f"{hours:.1f} h" if hours < 10 else f"{hours:.0f} h"
