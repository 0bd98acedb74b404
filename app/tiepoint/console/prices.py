"""`tiepoint cluster price`: what a plan costs, resource by resource. Needs no sign-in. On the loop's thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tiepoint.console.outcomes import EXIT_OK
from tiepoint.console.outlet import Outlet
from tiepoint.console.tables import table_text
from tiepoint.console.text import plain
from tiepoint.domain.cluster_plan import ClusterPlan, PlanFinding
from tiepoint.domain.errors import UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.price import HOURS_PER_WEEK, PriceEstimate, PriceLine
from tiepoint.services.program import Program

HOURS_PER_WEEK_SHOWN: Final = 40.0


async def price(program: Program, outlet: Outlet, path: Path, *, hours_per_week: float = HOURS_PER_WEEK_SHOWN) -> int:
    """Tell what a plan costs per hour running, paused and cold, and per month.

    Raises:
        UsageError: A week has no such number of hours.
        InputError: The plan cannot be read.
        ConnectionLost: There is no price list, neither here nor there.
    """
    if not 0 <= hours_per_week <= HOURS_PER_WEEK:
        raise UsageError(f"A week does not have {hours_per_week:g} hours.", remedy="Give 0 to 168 hours.")
    plan, findings = await program.azure.plans.read(path)
    tell_findings(outlet, findings)
    estimate = await program.azure.prices.estimate(plan)
    facts = {"state": "ok", "exit_code": EXIT_OK, "cluster": plan.name, "price": price_facts(estimate, hours_per_week)}
    outlet.result(facts, _text(plan, estimate, hours_per_week))
    return EXIT_OK


def tell_findings(outlet: Outlet, findings: Sequence[PlanFinding]) -> None:
    """Tell what is wrong with a plan file; the command goes on."""
    for finding in findings:
        told = Failure("plan", f"{finding.key}: {finding.summary}" if finding.key else finding.summary, finding.remedy)
        outlet.warning(told, key=finding.key, is_blocking=finding.is_blocking, replacement=finding.replacement)


def price_facts(estimate: PriceEstimate, hours_per_week: float) -> dict[str, Any]:
    """Return an estimate for programs."""
    return {
        "currency": estimate.currency,
        "region": estimate.region,
        "read": estimate.read,
        "is_old": estimate.is_old,
        "running_per_hour": round(estimate.running, 4),
        "paused_per_hour": round(estimate.paused, 4),
        "cold_per_hour": round(estimate.cold, 4),
        "hours_per_week": hours_per_week,
        "per_month_paused_between": round(estimate.per_month(hours_per_week), 2),
        "per_month_cold_between": round(estimate.per_month(hours_per_week, is_cold_between=True), 2),
        "lines": [_line_facts(line) for line in estimate.lines],
    }


def _line_facts(line: PriceLine) -> dict[str, Any]:
    return {
        "part": line.part,
        "label": line.label,
        "detail": line.detail,
        "running_per_hour": round(line.running, 6),
        "paused_per_hour": round(line.paused, 6),
        "cold_per_hour": round(line.cold, 6),
        "machines": list(line.machines),
        "is_known": line.is_known,
    }


def _text(plan: ClusterPlan, estimate: PriceEstimate, hours: float) -> str:
    rows = [(line.label, line.detail, *_figures(line)) for line in estimate.lines]
    total = (f"{estimate.running:.2f}", f"{estimate.paused:.2f}", f"{estimate.cold:.2f}")
    rows.append(("All", "", *total))
    table = table_text((f"{estimate.currency} PER HOUR", "", "RUNNING", "PAUSED", "COLD"), rows)
    between = f"{estimate.per_month(hours):,.0f}".replace(",", " ")
    cold = f"{estimate.per_month(hours, is_cold_between=True):,.0f}".replace(",", " ")
    month = f"A month at {hours:g} h a week: {between} {estimate.currency} paused in between, {cold} cold in between."
    age = "; no newer one can be had" if estimate.is_old else ""
    source = (
        f"List price in {estimate.region}, before discounts, read {estimate.read.astimezone():%Y-%m-%d %H:%M}{age}."
    )
    lacking = [line.label for line in estimate.unknown]
    unknown = [f"Not counted, for want of a price: {', '.join(lacking)}."] if lacking else []
    return "\n".join([plain(plan.name), table, month, source, *unknown])


def _figures(line: PriceLine) -> tuple[str, str, str]:
    if not line.is_known:
        return "?", "?", "?"
    return f"{line.running:.2f}", f"{line.paused:.2f}", f"{line.cold:.2f}"
