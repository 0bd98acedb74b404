"""Sizes and quotas: what is offered where, how much is used, and Azure's sentences about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from azure_double.exchange import AzureError
from azure_double.world import World

_MACHINE = "microsoft.compute/virtualmachines"


def offer(world: World, size: str, location: str) -> dict[str, Any] | None:
    """Return a size as offered in a region; None = not known there."""
    found = next((row for name, row in world.sizes.items() if name.lower() == size.lower()), None)
    return None if not found or location in found.get("missing", ()) else found


def check_size(world: World, size: str, location: str, *, zones: list[str], name: str) -> None:
    """Refuse a size that is not to be had.

    Raises:
        AzureError: 409 SkuNotAvailable, 400 InvalidParameter.
    """
    if not any(size.lower() == each.lower() for each in world.sizes):
        raise AzureError(
            400, "InvalidParameter",
            f"The value {size} provided for the VM size is not valid. The valid sizes in the current region are: "
            f"{','.join(world.sizes)}. Find out more on the valid VM sizes in each region at "
            "https://aka.ms/azure-regions.",
        )  # fmt: skip
    found = offer(world, size, location)
    fault = world.faults.take("sku", path=size, name=name)
    if fault or not found or location in found.get("restricted", ()):
        where = f"zone '{zones[0]}' of location '{location}'" if zones else f"location '{location}'"
        raise AzureError(
            409, "SkuNotAvailable",
            f"The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: {size}' is "
            f"currently not available in {where}. Please try another size or deploy to a different location or "
            "different zone. See https://aka.ms/azureskunotavailable for details.",
        )  # fmt: skip


def limits(world: World, location: str) -> dict[str, dict[str, int]]:
    """Return limits and what others use, by family, of a region."""
    return {key: dict(row) for key, row in {**world.quotas["*"], **world.quotas.get(location, {})}.items()}


def used(world: World, location: str, without: set[str] = frozenset()) -> dict[str, int]:  # type: ignore[assignment]
    """Return what is used, by family, of a region: released machines count like all others."""
    found = {key: row["used"] for key, row in limits(world, location).items()}
    for key, resource in world.resources.items():
        if resource.type.lower() != _MACHINE or key in without:
            continue
        if str(resource.body.get("location", "")).replace(" ", "").lower() != location or resource.state == "Failed":
            continue
        properties = resource.properties
        size = (properties.get("hardwareProfile") or {}).get("vmSize", "")
        for family, cores in _asked(world, size, properties.get("priority") == "Spot").items():
            found[family] = found.get(family, 0) + cores
    return found


def check(world: World, wanted: Mapping[str, tuple[str, bool]], location: str) -> None:
    """Refuse machines for which the quota is too small.

    Args:
        world: The state.
        wanted: Size and whether Spot, by resource id.
        location: Region.

    Raises:
        AzureError: 409 OperationNotAllowed, in Azure's words with all figures.
    """
    have = used(world, location, {key.lower() for key in wanted})
    most = limits(world, location)
    asked: dict[str, int] = {}
    for size, is_spot in wanted.values():
        for family, cores in _asked(world, size, is_spot).items():
            asked[family] = asked.get(family, 0) + cores
    for family in sorted(asked, key=lambda each: each == "cores"):
        limit = most.get(family, {"limit": 0})["limit"]
        now, more = have.get(family, 0), asked[family]
        if now + more > limit:
            raise AzureError(409, "OperationNotAllowed", sentence(family, location, limit, now, more))


def sentence(family: str, location: str, limit: int, now: int, more: int) -> str:
    """Azure's sentence about a quota that is too small."""
    what = {"cores": "Total Regional Cores", "lowPriorityCores": "LowPriorityCores"}.get(family, f"{family} Cores")
    return (
        f"Operation could not be completed as it results in exceeding approved {what} quota. Additional details - "
        f"Deployment Model: Resource Manager, Location: {location}, Current Limit: {limit}, Current Usage: {now}, "
        f"Additional Required: {more}, (Minimum) New Limit Required: {now + more}. Setup Alerts when Quota reaches "
        "threshold. Submit a request for Quota increase at https://aka.ms/ProdportalCRP/#blade/Microsoft_Azure_Capacity/"
        "UsageAndQuota.ReactView/Parameters/ by specifying parameters listed in the 'Details' section for deployment "
        "to succeed. Please read more about quota limits at "
        "https://docs.microsoft.com/en-us/azure/azure-supportability/per-vm-quota-requests"
    )


def _asked(world: World, size: str, is_spot: bool) -> dict[str, int]:
    found = next((row for name, row in world.sizes.items() if name.lower() == size.lower()), None)
    if not found:
        return {}
    cores = int(found["vcpu"])
    return {"lowPriorityCores": cores} if is_spot else {found["family"]: cores, "cores": cores}
