"""`tiepoint cluster preflight`: all that can be checked before any money is spent. On the loop's thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tiepoint.console.outcomes import EXIT_FAILED, EXIT_OK
from tiepoint.console.outlet import Outlet
from tiepoint.console.prices import tell_findings
from tiepoint.console.sign_in import signed_in, with_confirmation
from tiepoint.console.tables import table_text
from tiepoint.console.text import duration_text, plain
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.errors import ConfirmationNeeded
from tiepoint.domain.node_sizes import size_label
from tiepoint.domain.preflight import Alternative, Check, CheckState, Fix, PreflightReport, Remedy
from tiepoint.services.program import Program

_WORDS: Final = {
    CheckState.RUNNING: "…",
    CheckState.OK: "ok",
    CheckState.WARNING: "warning",
    CheckState.BLOCKED: "BLOCKED",
    CheckState.NOT_NEEDED: "not needed",
    CheckState.UNKNOWN: "unknown",
}


async def preflight(program: Program, outlet: Outlet, path: Path) -> int:
    """Check a plan and tell what came out; 1 when something forbids to deploy.

    Raises:
        InputError: The plan cannot be read.
        SignInNeeded: Nobody is signed in, or no subscription is chosen.
        ConfirmationNeeded: Azure wants MFA first.
    """
    plan, findings = await program.azure.plans.read(path)
    tell_findings(outlet, findings)
    await signed_in(program)

    def tell(report: PreflightReport) -> None:
        ended = len(report.checks) - report.count(CheckState.RUNNING)
        outlet.advance("preflight", ended, len(report.checks), "checks")

    report = await with_confirmation(program, outlet, _checked(program, plan, tell))
    code = EXIT_FAILED if report.is_blocked else EXIT_OK
    state = "blocked" if report.is_blocked else "ok"
    facts = {"state": state, "exit_code": code, "cluster": plan.name, "preflight": report}
    outlet.result(facts, _text(report))
    return code


async def _checked(program: Program, plan: ClusterPlan, tell: Callable[[PreflightReport], None]) -> PreflightReport:
    """Run the checks, from the beginning when Azure wanted the person to confirm in the middle of them."""
    while True:
        try:
            return await program.azure.preflight.run(plan, tell)
        except ConfirmationNeeded:
            program.azure.sign_in.ask_to_confirm()
            await program.azure.sign_in.confirmed()


def _text(report: PreflightReport) -> str:
    rows = [(_WORDS[check.state], plain(check.title), _short(check)) for check in report.checks]
    parts = [table_text(("STATE", "CHECK", ""), rows)]
    parts += [_trouble(check) for check in report.checks if check.state in (CheckState.BLOCKED, CheckState.WARNING)]
    if report.alternatives:
        elsewhere = [_alternative(each) for each in report.alternatives]
        parts.append("What would fit:\n" + table_text(("REGION", "NODES", "FREE vCPU", "PER HOUR"), elsewhere))
    parts.append(_summary(report))
    return "\n\n".join(parts)


def _short(check: Check) -> str:
    """The detail where one line says all; troubles have a paragraph of their own."""
    return "" if check.state in (CheckState.BLOCKED, CheckState.WARNING) else plain(check.detail)


def _trouble(check: Check) -> str:
    lines = [f"{_WORDS[check.state]}: {plain(check.title)}", f"  {plain(check.detail)}"]
    lines += [f"  missing: {plain(name)}" for name in check.missing]
    lines += [f"  - {_fix(fix)}" for fix in check.fixes]
    return "\n".join(lines)


def _fix(fix: Fix) -> str:
    label = plain(fix.label)
    return f"{label}: {plain(fix.value)}" if fix.remedy is Remedy.OPEN_LINK else label


def _alternative(found: Alternative) -> tuple[str, str, str, str]:
    nodes = f"{found.count} x {size_label(found.size)}" if found.count else size_label(found.size)
    free = "not offered" if found.free_vcpu is None else str(found.free_vcpu)
    return found.region, nodes, free, "–" if found.running is None else f"{found.running:.2f}"


def _summary(report: PreflightReport) -> str:
    count = {state: report.count(state) for state in CheckState}
    parts = [
        f"{count[CheckState.BLOCKED]} blocked",
        f"{count[CheckState.WARNING]} warnings",
        f"{count[CheckState.OK]} ok",
    ]
    parts += [f"{count[CheckState.UNKNOWN]} unknown"] if count[CheckState.UNKNOWN] else []
    verdict = "Not ready to deploy" if report.is_blocked else "Ready to deploy"
    return f"{verdict}: {', '.join(parts)}, in {duration_text(report.took_s)}. Nothing was created, nothing bills."
