"""What Azure tells of regions, sizes, quotas and rights, read into our own words. Pure; any thread."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tiepoint.domain.node_sizes import node_size
from tiepoint.domain.preflight import QuotaFigures
from tiepoint.ports.azure import Region, SizeOffer

_QUOTA_LABELS: Final = {"cores": "all machines", "lowprioritycores": "Spot machines"}


@dataclass(frozen=True, slots=True)
class Permission:
    """What one role lets a person do.

    Args:
        actions: Allowed, with wildcards.
        not_actions: Taken out of them again.
    """

    actions: tuple[str, ...]
    not_actions: tuple[str, ...]

    def allows(self, action: str) -> bool:
        """Whether this role allows an action."""
        return _matches(self.actions, action) and not _matches(self.not_actions, action)


def told_permission(told: Mapping[str, Any]) -> Permission:
    """Read a permission as Resource Manager sends it."""
    return Permission(tuple(told.get("actions") or ()), tuple(told.get("notActions") or ()))


def missing(permissions: Sequence[Permission], actions: Iterable[str]) -> tuple[str, ...]:
    """Return the actions that none of the roles allows. One role's exceptions do not limit another's."""
    return tuple(action for action in actions if not any(each.allows(action) for each in permissions))


def _matches(patterns: Iterable[str], action: str) -> bool:
    return any(_pattern(pattern).fullmatch(action) for pattern in patterns)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.IGNORECASE)


def is_physical(location: Any) -> bool:
    """Whether a location is a region that machines can be in, and not a group of regions."""
    metadata = location.metadata
    kind = _word(metadata.region_type) if metadata else ""
    return kind in ("", "Physical")


def region(location: Any) -> Region:
    """Read a region."""
    return Region(
        str(location.name),
        location.display_name or str(location.name),
        len(location.availability_zone_mappings or ()),
    )


def short_name(label: str) -> str:
    """Return a region's short name for what providers call it: `East US` is `eastus`."""
    return re.sub(r"[^a-z0-9]", "", label.lower())


def regions_of(provider: Any, kind: str) -> tuple[str, ...]:
    """Return the short names of the regions in which a provider has a resource type."""
    for each in provider.resource_types or ():
        if (each.resource_type or "").lower() == kind.lower():
            return tuple(sorted({short_name(label) for label in each.locations or ()}))
    return ()


def is_machine(sku: Any, region_name: str) -> bool:
    """Whether an entry of the long list is a machine size in this region."""
    locations = [short_name(each) for each in sku.locations or ()]
    return (sku.resource_type or "").lower() == "virtualmachines" and (not locations or region_name in locations)


def offer(sku: Any, region_name: str) -> SizeOffer:
    """Read a machine size."""
    able = {str(each.name): str(each.value) for each in sku.capabilities or ()}
    known = node_size(sku.name)
    gpus = _number(able.get("GPUs"))
    closed = _closed_zones(sku)
    return SizeOffer(
        name=str(sku.name),
        family=str(sku.family or ""),
        vcpu=int(_number(able.get("vCPUs"))),
        memory_gib=_number(able.get("MemoryGB")),
        gpus=known.gpu_count if known and known.gpu else gpus,
        gpu=known.gpu if known else "",
        is_restricted=_is_closed(sku, region_name),
        zones=tuple(zone for zone in _zones(sku, region_name) if zone not in closed),
        has_spot=able.get("LowPriorityCapable", "").lower() == "true",
    )


def _is_closed(sku: Any, region_name: str) -> bool:
    """A restriction of kind Location closes the whole region; one of kind Zone only some of its zones."""
    for each in sku.restrictions or ():
        if _word(each.type).lower() != "location":
            continue
        told = list(each.restriction_info.locations or ()) if each.restriction_info else []
        where = [short_name(name) for name in (told or each.values_property or ())]
        if not where or region_name in where:
            return True
    return False


def _closed_zones(sku: Any) -> frozenset[str]:
    zones: set[str] = set()
    for each in sku.restrictions or ():
        if _word(each.type).lower() == "zone" and each.restriction_info:
            zones.update(each.restriction_info.zones or ())
    return frozenset(zones)


def _zones(sku: Any, region_name: str) -> tuple[str, ...]:
    for each in sku.location_info or ():
        if short_name(each.location or "") == region_name:
            return tuple(sorted(each.zones or ()))
    return ()


def quota(usage: Any) -> QuotaFigures:
    """Read a quota."""
    family = str(usage.name.value)
    label = _QUOTA_LABELS.get(family.lower()) or _family_label(usage.name.localized_value or family)
    return QuotaFigures(family, label, 0, int(usage.current_value or 0), int(usage.limit or 0))


def _family_label(text: str) -> str:
    """`Standard NVADSA10v5 Family vCPUs` and `standardNVADSA10v5Family` are `NVADSA10v5`."""
    bare = re.sub(r"\s*vCPUs?$", "", text.strip(), flags=re.IGNORECASE)
    return re.sub(r"^standard\s*(\S.*?)\s*family$", r"\1", bare, flags=re.IGNORECASE) or text


def prefixes(network: Any) -> tuple[str, ...]:
    """Return a network's address prefixes."""
    space = network.address_space
    return tuple(space.address_prefixes or ()) if space else ()


def deleted_vault_id(vault: Any) -> str:
    """Return the id that a deleted vault had."""
    return str(vault.properties.vault_id or "") if vault.properties else ""


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _word(value: Any) -> str:
    return str(getattr(value, "value", value) or "")
