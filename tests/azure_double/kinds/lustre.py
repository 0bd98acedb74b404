"""Azure Managed Lustre: its address, its health, and archiving to Blob."""

from __future__ import annotations

from typing import Any

from azure_double.exchange import AzureError
from azure_double.ids import ResourceId
from azure_double.kinds.kind import Kind
from azure_double.kinds.machine import demand_there
from azure_double.world import Resource, World

# Minimum and step in TiB (Azure Managed Lustre's documentation).
_SKUS = {
    "AMLFS-Durable-Premium-40": (48, 48),
    "AMLFS-Durable-Premium-125": (16, 16),
    "AMLFS-Durable-Premium-250": (8, 8),
    "AMLFS-Durable-Premium-500": (4, 4),
}


class Lustre(Kind):
    """See the module."""

    type = "Microsoft.StorageCache/amlFilesystems"

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """Capacity must fit the kind, and the subnet be there."""
        properties = body.get("properties") or {}
        sku = (body.get("sku") or {}).get("name", "")
        least, step = _SKUS.get(sku, (0, 0))
        capacity = properties.get("storageCapacityTiB", 0)
        if not least or capacity < least or capacity % step:
            raise AzureError(
                400, "InvalidParameter",
                f"storageCapacityTiB {capacity} is not valid for SKU {sku}: from {least} TiB in steps of {step} TiB.",
            )  # fmt: skip
        demand_there(world, properties.get("filesystemSubnet", ""), found)

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """Not healthy before it is made."""
        if not old:
            resource.properties["health"] = {"state": "Transitioning", "statusCode": "Creating"}

    def made(self, world: World, resource: Resource) -> None:
        """It can be mounted."""
        address = "10.0.4.4"
        resource.properties.update(
            {
                "clientInfo": {
                    "mgsAddress": address,
                    "mountCommand": f"mount -t lustre {address}@tcp:/lustrefs /lustre-mountpoint",
                    "lustreVersion": "2.15.7",
                    "containerStorageInterface": {},
                },
                "health": {"state": "Available", "statusCode": "Healthy", "statusDescription": "amlFilesystem is ok."},
                "throughputProvisionedMBps": 2000,
            }
        )
        hsm = resource.properties.get("hsm")
        if hsm is not None:
            hsm.setdefault("archiveStatus", [])

    def shown(self, world: World, resource: Resource, *, expand: str = "") -> dict[str, Any]:
        """With how far archiving is."""
        if "archive" in resource.facts:
            began, takes = resource.facts["archive"]
            for each in (resource.properties.get("hsm") or {}).get("archiveStatus") or ():
                if each["status"]["state"] == "InProgress":
                    each["status"]["percentComplete"] = int(min(99.0, 100 * (world.timeline.now - began) / takes))
        return super().shown(world, resource)


class ImportJob(Kind):
    """Takes in names from Blob; one at a time, and only below the container that the file system is joined to."""

    type = "Microsoft.StorageCache/amlFilesystems/importJobs"

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """The file system must be there, joined to a container, and idle."""
        parent = world.get(found.parent)
        if not parent:
            raise AzureError(404, "ParentResourceNotFound", f"The file system '{found.parent}' was not found.")
        if not (parent.properties.get("hsm") or {}).get("settings"):
            raise AzureError(400, "InvalidParameter", "The file system has no HSM settings.")
        for each in world.of_type(self.type):
            state = each.properties.get("status", {}).get("state")
            if each.id.parent == found.parent and each.id != found and state == "InProgress":
                raise AzureError(409, "Conflict", "Another import job is active.")

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """It begins at once, and ends by itself."""
        status: dict[str, Any] = {"state": "InProgress", "lastStartedTime": world.timeline.stamp()}
        resource.properties["status"] = status

        def end() -> None:
            fault = world.faults.take("fail", path=f"{resource.id.text}/import", name=resource.name)
            status.update({"state": "Failed" if fault else "Completed", "lastCompletionTime": world.timeline.stamp()})

        world.timeline.after(world.takes("lustre/import", resource.name), end)


def archive(world: World, resource: Resource) -> None:
    """Begin to archive; it ends by itself."""
    takes = world.takes("lustre/archive", resource.name)
    began, at = world.timeline.stamp(), world.timeline.now
    status: dict[str, Any] = {
        "filesystemPath": "/",
        "status": {"state": "InProgress", "lastStartedTime": began, "percentComplete": 0},
    }
    resource.properties.setdefault("hsm", {})["archiveStatus"] = [status]
    resource.facts["archive"] = (at, takes)

    def end() -> None:
        if status["status"]["state"] != "InProgress":
            return
        fault = world.faults.take("fail", path=f"{resource.id.text}/archive", name=resource.name)
        if fault:
            status["status"] |= {"state": "Failed", "errorCode": fault.code, "errorMessage": fault.message}
            return
        status["status"] |= {"state": "Completed", "percentComplete": 100, "lastCompletionTime": world.timeline.stamp()}

    world.timeline.after(takes, end)


def cancel_archive(resource: Resource) -> None:
    """Stop archiving."""
    for each in (resource.properties.get("hsm") or {}).get("archiveStatus") or ():
        if each["status"]["state"] == "InProgress":
            each["status"]["state"] = "Canceled"
