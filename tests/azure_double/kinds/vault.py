"""Key vaults: names that are the world's, soft deletion, recovery; the data plane has a port of its own."""

from __future__ import annotations

from typing import Any

from azure_double.exchange import AzureError
from azure_double.ids import ResourceId
from azure_double.kinds.kind import Kind
from azure_double.world import Resource, World


class Vault(Kind):
    """A vault. `facts["secrets"]` has what is in it; `world.open_vault` gives it a port."""

    type = "Microsoft.KeyVault/vaults"

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """Taken and deleted names, and recovery."""
        recovers = (body.get("properties") or {}).get("createMode") == "recover"
        deleted = world.deleted_vaults.get(found.name.lower())
        if recovers and not deleted and not old:
            raise AzureError(404, "DeletedVaultNotFound", f"A deleted vault named '{found.name}' was not found.")
        if deleted and not recovers:
            raise AzureError(
                409, "ConflictError",
                "A vault with the same name already exists in deleted state. You need to either recover or "
                "purge existing "
                "key vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more "
                "information on soft "
                f"delete. Vault: '{found.name}'",
            )  # fmt: skip
        if not old and not is_free(world, found.name) and not recovers:
            raise AzureError(
                409, "VaultAlreadyExists",
                f"The vault name '{found.name}' is already in use. Vault names are globally unique so it is "
                "possible that "
                "the name is already taken.",
            )  # fmt: skip

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """Open its port, or take up what was deleted."""
        if resource.properties.pop("createMode", None) == "recover":
            former = world.deleted_vaults.pop(resource.name.lower(), None)
            if former:
                resource.body = former.body
                resource.facts = former.facts
        resource.facts.setdefault("secrets", {})
        if "uri" not in resource.facts:
            resource.facts["uri"] = world.open_vault(resource.name)
        resource.properties["vaultUri"] = resource.facts["uri"]
        resource.properties.setdefault("enableSoftDelete", True)
        resource.properties.setdefault("softDeleteRetentionInDays", 90)

    def removed(self, world: World, resource: Resource) -> None:
        """Deleted softly: it can be recovered."""
        resource.facts["deleted"] = world.timeline.stamp()
        world.deleted_vaults[resource.name.lower()] = resource


def is_free(world: World, name: str) -> bool:
    """Whether a vault of this name can be made."""
    low = name.lower()
    return low not in world.taken_names and not any(each.name.lower() == low for each in world.of_type(Vault.type))


def deleted_shown(world: World, resource: Resource) -> dict[str, Any]:
    """Return a deleted vault as Azure answers."""
    location = resource.body.get("location", "")
    at = f"/subscriptions/{resource.id.subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults"
    return {
        "id": f"{at}/{resource.name}",
        "name": resource.name,
        "type": "Microsoft.KeyVault/deletedVaults",
        "properties": {
            "vaultId": resource.id.text,
            "location": location,
            "deletionDate": resource.facts["deleted"],
            "scheduledPurgeDate": resource.facts["deleted"],
            "tags": resource.tags,
            "purgeProtectionEnabled": resource.properties.get("enablePurgeProtection", False),
        },
    }
