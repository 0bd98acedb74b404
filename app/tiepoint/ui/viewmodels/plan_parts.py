"""What a plan's template would create, counted by part. Pure; any thread."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.cluster_plan import AccessKind, ClusterPlan, DirectoryKind, NetworkKind
from tiepoint.domain.node_sizes import size_label
from tiepoint.services.templates import ComposedTemplate
from tiepoint.ui.text import tr, tr_count
from tiepoint.ui.viewmodels.cluster_words import storage_name

_DEPLOYMENT: Final = "microsoft.resources/deployments"
_PARAMETER: Final = re.compile(r"\[parameters\('(\w+)'\)\s*\]")
_LENGTH: Final = re.compile(r"\[length\(parameters\('(\w+)'\)\)\s*\]")


@dataclass(frozen=True, slots=True)
class PartCount:
    """One part.

    Args:
        part: Which.
        words: What is in it, one line.
        count: How many resources.
    """

    part: ResourceGroupKind
    words: str
    count: int


def parts_of(plan: ClusterPlan, composed: ComposedTemplate) -> tuple[PartCount, ...]:
    """Count a composed template's resources by the step that makes them, in the order of the parts."""
    given = {name: each["value"] for name, each in composed.parameters.items() if "value" in each}
    counts = Counter(_counted(composed.template, given))
    return tuple(PartCount(part, part_words(plan, part), counts[part]) for part in ResourceGroupKind if counts[part])


def part_words(plan: ClusterPlan, part: ResourceGroupKind) -> str:
    """Say what a part of a plan is."""
    makers: dict[ResourceGroupKind, Callable[[ClusterPlan], str]] = {
        ResourceGroupKind.NETWORK: _network,
        ResourceGroupKind.ACCESS: _access,
        ResourceGroupKind.DIRECTORY: _directory,
        ResourceGroupKind.SECRETS: _secrets,
        ResourceGroupKind.STORAGE: _storage,
        ResourceGroupKind.SCHEDULER: _scheduler,
        ResourceGroupKind.NODES: _nodes,
        ResourceGroupKind.GUARD: _guard,
    }
    return makers[part](plan)


def _counted(template: Mapping[str, Any], given: Mapping[str, Any], step: str = "") -> Iterator[ResourceGroupKind]:
    """Walk a template and those nested in it; `given` are its parameters' values, as far as they are known."""
    usual = {
        name: each["defaultValue"] for name, each in template.get("parameters", {}).items() if "defaultValue" in each
    }
    values = {**usual, **given}
    resources = template.get("resources", ())
    for each in resources.values() if isinstance(resources, Mapping) else resources:
        if not _is_made(each.get("condition", True), values):
            continue
        if str(each.get("type", "")).lower() == _DEPLOYMENT:
            properties = each.get("properties", {})
            inner = {
                name: _known(passed["value"], values)
                for name, passed in properties.get("parameters", {}).items()
                if "value" in passed
            }
            yield from _counted(properties.get("template", {}), inner, step or str(each.get("name", "")))
        else:
            yield from [_part_of(step, str(each.get("type", "")))] * _copies(each.get("copy"), values)


def _known(value: Any, values: Mapping[str, Any]) -> Any:
    """Return a value that only hands a parameter on as what that is."""
    found = _PARAMETER.fullmatch(value) if isinstance(value, str) else None
    return values.get(found[1], value) if found else value


def _is_made(condition: Any, values: Mapping[str, Any]) -> bool:
    """Whether a condition holds; one that cannot be worked out here does."""
    known = _known(condition, values)
    return known if isinstance(known, bool) else True


def _copies(copy: Any, values: Mapping[str, Any]) -> int:
    """How often a resource is made, by its copy loop."""
    if not isinstance(copy, Mapping):
        return 1
    count = _known(copy.get("count", 1), values)
    if isinstance(count, int):
        return count
    found = _LENGTH.fullmatch(str(count))
    names = values.get(found[1]) if found else None
    return len(names) if isinstance(names, list | tuple) else 1


_STEPS: Final = (
    ("access", ResourceGroupKind.ACCESS),
    ("bastion", ResourceGroupKind.ACCESS),
    ("jump", ResourceGroupKind.ACCESS),
    ("directory", ResourceGroupKind.DIRECTORY),
    ("secret", ResourceGroupKind.SECRETS),
    ("storage-network", ResourceGroupKind.NETWORK),
    ("storage-egress", ResourceGroupKind.NETWORK),
    ("storage", ResourceGroupKind.STORAGE),
    ("scheduler", ResourceGroupKind.SCHEDULER),
    ("nodes", ResourceGroupKind.NODES),
    ("guard", ResourceGroupKind.GUARD),
    ("monitor", ResourceGroupKind.GUARD),
)
_TYPES: Final = (
    ("microsoft.network/bastion", ResourceGroupKind.ACCESS),
    ("microsoft.network/", ResourceGroupKind.NETWORK),
    ("microsoft.keyvault/", ResourceGroupKind.SECRETS),
    ("microsoft.managedidentity/", ResourceGroupKind.SECRETS),
    ("microsoft.storage", ResourceGroupKind.STORAGE),
    ("microsoft.netapp/", ResourceGroupKind.STORAGE),
    ("microsoft.compute/", ResourceGroupKind.NODES),
)


def _part_of(step: str, type_: str) -> ResourceGroupKind:
    lower = step.lower()
    for word, part in _STEPS:
        if lower.startswith(word):
            return part
    found = (part for word, part in _TYPES if type_.lower().startswith(word))
    return next(found, ResourceGroupKind.NETWORK if lower else ResourceGroupKind.GUARD)


def _network(plan: ClusterPlan) -> str:
    if plan.network.kind is NetworkKind.PEERED:
        return tr("Plan", "2 networks, peered both ways, NAT")
    return tr("Plan", "1 network, rules for each subnet, NAT")


def _access(plan: ClusterPlan) -> str:
    if plan.access.kind is AccessKind.BASTION:
        return tr("Plan", "Bastion")
    count = 1 + (plan.directory.kind is DirectoryKind.ACTIVE_DIRECTORY and plan.access.linux_jump_box)
    return tr_count("Plan", "1 jump box", "{count} jump boxes", count)


def _directory(plan: ClusterPlan) -> str:
    if plan.directory.kind is DirectoryKind.DNS:
        return tr("Plan", "private names")
    return tr("Plan", "2 domain controllers")


def _secrets(plan: ClusterPlan) -> str:
    return tr("Plan", "rights on your vault") if plan.secrets.vault else tr("Plan", "new Key Vault, identities")


def _storage(plan: ClusterPlan) -> str:
    return storage_name(plan.storage)


def _scheduler(plan: ClusterPlan) -> str:
    return size_label(plan.scheduler.size)


def _nodes(plan: ClusterPlan) -> str:
    return f"{plan.nodes.count} x {size_label(plan.nodes.size)}"


def _guard(plan: ClusterPlan) -> str:
    return tr("Plan", "off after {count} idle minutes", count=plan.guard.idle_minutes)
