"""`tiepoint cluster preflight`: all that can be checked before any money is spent. On the loop's thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

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

T = TypeVar("T")
_WORDS: Final = {
    CheckState.RUNNING: "…",
    CheckState.OK: "ok",
    CheckState.WARNING: "warning",
    CheckState.BLOCKED: "BLOCKED",
    CheckState.NOT_NEEDED: "not needed",
    CheckState.UNKNOWN: "unknown",
}


async def preflight(program: Program, outlet: Outlet, path: Path, *, repairs: bool = False) -> int:
    """Check a plan and tell what came out; 1 when something forbids to deploy.

    Args:
        program: The program.
        outlet: Takes what is said.
        path: The plan.
        repairs: Register providers and make roles where they are missing and the person may; then check again.

    Raises:
        InputError: The plan cannot be read.
        SignInNeeded: Nobody is signed in, or no subscription is chosen.
        ConfirmationNeeded: Azure wants MFA first, and there is no terminal to ask at.
    """
    plan, findings = await program.azure.plans.read(path)
    tell_findings(outlet, findings)
    await signed_in(program)
    return told(outlet, plan, await with_confirmation(program, outlet, checked(program, outlet, plan, repairs=repairs)))


def told(outlet: Outlet, plan: ClusterPlan, report: PreflightReport) -> int:
    """Tell what came out as the command's result, and return its exit code."""
    code = EXIT_FAILED if report.is_blocked else EXIT_OK
    state = "blocked" if report.is_blocked else "ok"
    facts = {"state": state, "exit_code": code, "cluster": plan.name, "preflight": report}
    outlet.result(facts, _text(report))
    return code


async def checked(program: Program, outlet: Outlet, plan: ClusterPlan, *, repairs: bool) -> PreflightReport:
    """Check a plan, and tell how far that is.

    Args:
        program: The program.
        outlet: Takes what is said.
        plan: The plan.
        repairs: See `preflight`.

    Raises:
        TiepointError: As `services.preflight`.
    """
    service = program.azure.preflight

    def tell(report: PreflightReport) -> None:
        ended = len(report.checks) - report.count(CheckState.RUNNING)
        outlet.advance("preflight", ended, len(report.checks), "checks")

    report = await _confirmed(program, lambda: service.run(plan, tell))
    fixes = {fix.remedy: fix for check in report.checks for fix in check.fixes} if repairs else {}
    registers, makes = fixes.get(Remedy.REGISTER_PROVIDERS), Remedy.MAKE_ROLES in fixes
    if registers is not None:
        names = tuple(registers.value.split())
        outlet.notice("repair", {"providers": list(names)}, f"Registering {', '.join(names)}; this takes some minutes.")
        await _confirmed(program, lambda: service.register_providers(names))
    if makes:
        outlet.notice("repair", {"roles": True}, "Making the roles that let machines stop themselves.")
        await _confirmed(program, lambda: service.make_roles(plan))
    return await _confirmed(program, lambda: service.run(plan, tell)) if registers or makes else report


async def _confirmed(program: Program, ask: Callable[[], Awaitable[T]]) -> T:
    """Ask Azure for something, again from the beginning when it wanted the person to confirm first."""
    while True:
        try:
            return await ask()
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
    if fix.remedy in (Remedy.REGISTER_PROVIDERS, Remedy.MAKE_ROLES):
        return f"{label}: tiepoint cluster preflight PLAN --repair"
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
