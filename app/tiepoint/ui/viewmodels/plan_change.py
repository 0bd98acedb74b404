"""Changing one key of a plan, from a control or from a finding's replacement. Pure; any thread."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network
from typing import Any

from tiepoint.domain.cluster_plan import ClusterPlan, PlanFinding
from tiepoint.domain.plan_keys import FIRST_TABLE, KEYS, PlanKey, ValueKind

_BY_PATH = {key.path: key for key in KEYS}


def with_value(plan: ClusterPlan, path: str, value: Any) -> ClusterPlan:
    """Return the plan with another value at a key.

    Args:
        plan: As it is.
        path: Such as `nodes.count`.
        value: Of the key's kind, or the text of one.

    Raises:
        KeyError: There is no such key.
        ValueError: The text is none of what the key takes.
    """
    key = _BY_PATH[path]
    taken = _taken(key, value)
    if key.table == FIRST_TABLE:
        return replace(plan, **{key.name: taken})
    table = replace(getattr(plan, key.table), **{key.name: taken})
    return replace(plan, **{key.table: table})


def value_at(plan: ClusterPlan, path: str) -> Any:
    """Return the value at a key.

    Raises:
        KeyError: There is no such key.
    """
    key = _BY_PATH[path]
    return getattr(plan if key.table == FIRST_TABLE else getattr(plan, key.table), key.name)


def is_fixable(finding: PlanFinding) -> bool:
    """Whether a finding's replacement can be put into the plan at once."""
    key = _BY_PATH.get(finding.key)
    if key is None or not finding.replacement:
        return False
    try:
        _taken(key, finding.replacement)
    except ValueError:
        return False
    return True


def fixed(plan: ClusterPlan, finding: PlanFinding) -> ClusterPlan:
    """Return the plan with a finding's replacement in its place.

    Raises:
        KeyError, ValueError: It is not fixable, see `is_fixable`.
    """
    if _BY_PATH[finding.key].kind is ValueKind.TEXTS:
        kept = [finding.replacement if _is_meant(each, finding.replacement) else each for each in plan.access.sources]
        return with_value(plan, finding.key, kept)
    return with_value(plan, finding.key, finding.replacement)


def _is_meant(source: str, network: str) -> bool:
    try:
        return str(ip_network(source, strict=False)) == network
    except ValueError:
        return False


def _taken(key: PlanKey, value: Any) -> Any:
    if key.kind is ValueKind.TEXTS:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else tuple(value)
    if value is None or (value == "" and key.is_optional):
        return None
    if key.choices is not None:
        return key.choices(str(value))
    if key.kind is ValueKind.WHOLE:
        return int(value)
    if key.kind is ValueKind.NUMBER:
        return float(value)
    if key.kind is ValueKind.YES_NO:
        return value if isinstance(value, bool) else {"true": True, "false": False}[str(value)]
    return str(value)
