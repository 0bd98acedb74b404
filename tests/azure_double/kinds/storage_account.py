"""Storage accounts: names that are the world's, Azurite behind them, and containers that are made there."""

from __future__ import annotations

import re
from typing import Any

from azure_double.exchange import AzureError
from azure_double.ids import ResourceId
from azure_double.kinds.kind import Kind
from azure_double.world import Resource, World


class StorageAccount(Kind):
    """An account; its Blob address is Azurite's where that runs."""

    type = "Microsoft.Storage/storageAccounts"

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """Its name must be valid and free."""
        if not re.fullmatch(r"[a-z0-9]{3,24}", found.name):
            raise AzureError(
                400, "AccountNameInvalid",
                f"{found.name} is not a valid storage account name. Storage account name must be between 3 and 24 "
                "characters in length and use numbers and lower-case letters only.",
            )  # fmt: skip
        if not old and not is_free(world, found.name):
            raise AzureError(
                409, "StorageAccountAlreadyTaken", f"The storage account named {found.name} is already taken."
            )
        if body.get("kind") == "Storage":
            raise AzureError(400, "AccountKindNotSupported", "General-purpose v1 accounts are retired.")

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """Get an address."""
        if "blob" not in resource.facts:
            taken = world.blobs.take(resource.name) if world.blobs else ""
            resource.facts["blob"] = taken
            resource.facts["told"] = world.open_blob_gate(resource.name, taken) if taken else ""
        blob = resource.facts["told"] or f"https://{resource.name}.blob.core.windows.net/"
        resource.properties.update(
            {
                "primaryEndpoints": {"blob": blob, "dfs": f"https://{resource.name}.dfs.core.windows.net/"},
                "primaryLocation": resource.body.get("location", ""),
                "statusOfPrimary": "available",
            }
        )
        resource.properties.setdefault("creationTime", world.timeline.stamp())

    def removed(self, world: World, resource: Resource) -> None:
        """All that lies in it is gone."""
        if world.blobs and resource.facts.get("blob"):
            world.blobs.give(resource.facts["blob"])


class Container(Kind):
    """A container; it is made in Azurite."""

    type = "Microsoft.Storage/storageAccounts/blobServices/containers"

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """Its account must be there."""
        _account(world, found)

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """Make it."""
        account = _account(world, resource.id)
        if world.blobs and account.facts.get("blob"):
            world.blobs.make_container(account.facts["blob"], resource.name)

    def removed(self, world: World, resource: Resource) -> None:
        """Remove it."""
        account = world.get("/".join(resource.id.text.split("/")[:-4]))
        if world.blobs and account and account.facts.get("blob"):
            world.blobs.remove_container(account.facts["blob"], resource.name)


def is_free(world: World, name: str) -> bool:
    """Whether an account of this name can be made."""
    return name.lower() not in world.taken_names and not any(
        each.name.lower() == name.lower() for each in world.of_type(StorageAccount.type)
    )


def _account(world: World, found: ResourceId) -> Resource:
    account = world.get("/".join(found.text.split("/")[:-4]))
    if not account:
        raise AzureError(404, "ParentResourceNotFound", f"The storage account of '{found.text}' could not be found.")
    return account
