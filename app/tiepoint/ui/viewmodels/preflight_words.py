"""Preflight in words: quota figures, the what-if by part, alternatives, and all of it as text. Pure; any thread."""

from __future__ import annotations

from collections import Counter
from typing import Final

from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.node_sizes import size_label
from tiepoint.domain.preflight import Alternative, Change, ChangeKind, Check, CheckState, PreflightReport, QuotaFigures
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.viewmodels.cluster_words import region_name
from tiepoint.ui.viewmodels.plan_parts import PartCount, part_words

_STATES: Final = {
    CheckState.RUNNING: ("loader", "Checking", "neutral"),
    CheckState.OK: ("check", "Ok", "ok"),
    CheckState.WARNING: ("triangle-alert", "Warning", "warn"),
    CheckState.BLOCKED: ("circle-x", "Blocked", "err"),
    CheckState.NOT_NEEDED: ("skip-forward", "Not needed", "neutral"),
    CheckState.UNKNOWN: ("circle-help", "Not known", "neutral"),
}


def check_look(state: CheckState) -> tuple[str, str, str]:
    """Return icon, word and tone of a check's state."""
    icon, word, tone = _STATES[state]
    return icon, tr("Preflight", word), tone


def quota_parts(figures: QuotaFigures, node_vcpu: int) -> tuple[tuple[str, str, str], ...]:
    """Return icon, amount and words for what is used, free and missing.

    Args:
        figures: The quota.
        node_vcpu: Of one node; 0 = not known, then nodes are not counted.
    """
    free = figures.free // node_vcpu if node_vcpu else 0
    missing = -(-figures.missing // node_vcpu) if node_vcpu else 0
    return (
        ("cpu", str(figures.used), tr("Preflight", "used by others")),
        ("check", str(figures.free), tr("Preflight", "free") + _as_nodes(free)),
        ("circle-x", str(figures.missing), tr("Preflight", "missing") + _as_nodes(missing)),
    )


def _as_nodes(count: int) -> str:
    return " = " + tr_count("Preflight", "1 node", "{count} nodes", count) if count else ""


def changes_words(changes: tuple[Change, ...]) -> str:
    """Say a what-if in short: 40 to create, 0 to change, 2 left alone."""
    kinds = Counter(change.kind for change in changes)
    deleted = kinds[ChangeKind.DELETE]
    words = tr(
        "Preflight",
        "{create} to create, {change} to change, {same} left alone",
        create=kinds[ChangeKind.CREATE],
        change=kinds[ChangeKind.MODIFY],
        same=kinds[ChangeKind.NO_CHANGE] + kinds[ChangeKind.IGNORE],
    )
    unknown = kinds[ChangeKind.UNSUPPORTED]
    words += ", " + tr("Preflight", "{count} to delete", count=deleted) if deleted else ""
    return words + (", " + tr("Preflight", "{count} not foreseen", count=unknown) if unknown else "")


def changed_parts(plan: ClusterPlan, changes: tuple[Change, ...]) -> tuple[PartCount, ...]:
    """Count what a deployment would create or change, by part."""
    done = (ChangeKind.CREATE, ChangeKind.MODIFY, ChangeKind.DELETE)
    counts = Counter(change.part for change in changes if change.kind in done)
    return tuple(PartCount(part, part_words(plan, part), counts[part]) for part in ResourceGroupKind if counts[part])


def alternative_words(alternative: Alternative) -> tuple[str, str]:
    """Return where and what an alternative is."""
    if not alternative.count:
        return region_name(alternative.region), size_label(alternative.size)
    nodes = tr_count("Preflight", "1 node", "{count} nodes", alternative.count)
    what = tr("Preflight", "{size}, {nodes}", size=size_label(alternative.size), nodes=nodes)
    return region_name(alternative.region), what


def difference_words(running: float, now: float | None) -> str:
    """Say how much dearer or cheaper an alternative is."""
    if not now:
        return ""
    share = round(100 * (running / now - 1))
    if share == 0:
        return tr("Preflight", "same")
    sign = "+" if share > 0 else "\N{MINUS SIGN}"
    return f"{sign}\u202f{abs(share)}\u202f%"


def report_text(plan: ClusterPlan, report: PreflightReport) -> str:
    """Return a report as text to send to somebody; it holds no secret and no address that may come in."""
    when = f"{report.checked:%Y-%m-%d %H:%M} UTC" if report.checked else ""
    head = f"Preflight of {plan.name} in {plan.region}: {plan.nodes.count} x {plan.nodes.size}"
    lines = [f"{head}  {when}".rstrip()]
    lines += [_check_text(check) for check in report.checks]
    if report.changes:
        lines.append(changes_words(report.changes))
    return "\n".join(lines)


def _check_text(check: Check) -> str:
    line = f"{check.state.value:<10} {plain(check.title)}"
    if check.detail:
        line += f": {plain(check.detail)}"
    if check.missing:
        line += f" ({', '.join(plain(each) for each in check.missing)})"
    return line
