"""Virtual machines: sizes, quotas, capacity, power, identities."""

from __future__ import annotations

import copy
import uuid
from typing import Any

from azure_double.exchange import AzureError
from azure_double.ids import ResourceId, read_id
from azure_double.kinds import quota
from azure_double.kinds.kind import Kind
from azure_double.world import Resource, World

TYPE = "Microsoft.Compute/virtualMachines"
NO_CAPACITY = (
    "Allocation failed. We do not have sufficient capacity for the requested VM size in this region. Read more about "
    "improving likelihood of allocation success at https://aka.ms/allocation-guidance"
)
NO_CAPACITY_IN_ZONE = (
    "Allocation failed. We do not have sufficient capacity for the requested VM size in this zone. Read more about "
    "improving likelihood of allocation success at https://aka.ms/allocation-guidance"
)


class Machine(Kind):
    """See the module."""

    type = TYPE

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """Size, restrictions, quota and what it refers to."""
        properties = body.get("properties") or {}
        size = size_of(properties)
        location = str(body.get("location", "")).replace(" ", "").lower()
        quota.check_size(world, size, location, zones=body.get("zones") or [], name=found.name)
        if properties.get("priority") == "Spot" and properties.get("availabilitySet"):
            raise AzureError(
                409,
                "AzureSpotVMNotSupportedInAvailabilitySet",
                "Azure Spot VMs are not supported in availability sets.",
            )
        for card in (properties.get("networkProfile") or {}).get("networkInterfaces") or ():
            demand_there(world, card.get("id", ""), found)
        quota.check(world, {found.text: (size, properties.get("priority") == "Spot")}, location)

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """Get an id and identities; power comes with the end."""
        resource.facts.setdefault("vm_id", str(uuid.uuid4()))
        resource.facts.setdefault("power", "starting")
        resource.properties["vmId"] = resource.facts["vm_id"]
        identity = resource.body.get("identity") or {}
        if "systemassigned" in str(identity.get("type", "")).lower():
            identity["principalId"] = resource.facts.setdefault("principal", str(uuid.uuid4()))
            identity["tenantId"] = world.people.subscriptions[resource.id.subscription].tenant
        for key in identity.get("userAssignedIdentities") or {}:
            linked = world.get(key)
            if linked:
                identity["userAssignedIdentities"][key] = {
                    "principalId": linked.properties["principalId"],
                    "clientId": linked.properties["clientId"],
                }
        disk = resource.properties.setdefault("storageProfile", {}).setdefault("osDisk", {})
        name = disk.setdefault("name", f"{resource.name}_OsDisk_1_{resource.facts['vm_id'].replace('-', '')}")
        disk_id = f"{resource.id.text.rsplit('/providers/', 1)[0]}/providers/Microsoft.Compute/disks/{name}"
        disk.setdefault("managedDisk", {})["id"] = disk_id

    def failure(self, world: World, resource: Resource) -> dict[str, Any] | None:
        """No capacity, when a fault says so."""
        return super().failure(world, resource) or no_capacity(world, resource)

    def failed(self, world: World, resource: Resource, error: dict[str, Any]) -> None:
        """Nothing runs."""
        resource.facts |= {"failed": error, "power": ""}

    def made(self, world: World, resource: Resource) -> None:
        """It runs; its disk is there, and its network card knows it."""
        resource.facts["failed"] = None
        if resource.facts["power"] in ("starting", "creating", ""):
            set_power(world, resource, "running")
        disk = resource.properties["storageProfile"]["osDisk"]
        _make_disk(world, resource, disk)
        for card in (resource.properties.get("networkProfile") or {}).get("networkInterfaces") or ():
            linked = world.get(card.get("id", ""))
            if linked:
                linked.properties["virtualMachine"] = {"id": resource.id.text}

    def removed(self, world: World, resource: Resource) -> None:
        """Cards and disks go along where they were asked to."""
        profile = resource.properties.get("storageProfile") or {}
        for disk in [profile.get("osDisk") or {}, *(profile.get("dataDisks") or ())]:
            key = (disk.get("managedDisk") or {}).get("id", "").lower()
            if disk.get("deleteOption") == "Delete":
                world.resources.pop(key, None)
            elif key in world.resources:
                world.resources[key].properties["diskState"] = "Unattached"
        for card in (resource.properties.get("networkProfile") or {}).get("networkInterfaces") or ():
            linked = world.get(card.get("id", ""))
            if linked and (card.get("properties") or {}).get("deleteOption") == "Delete":
                del world.resources[linked.id.key]
            elif linked:
                linked.properties.pop("virtualMachine", None)

    def shown(self, world: World, resource: Resource, *, expand: str = "") -> dict[str, Any]:
        """As always, with its power when that is asked for."""
        body = super().shown(world, resource)
        profile = body["properties"].get("osProfile") or {}
        for key in ("adminPassword", "customData"):
            profile.pop(key, None)
        body["properties"]["timeCreated"] = resource.facts.get("made", "")
        if "instanceview" in expand.lower():
            body["properties"]["instanceView"] = instance_view(resource)
        return body


def size_of(properties: dict[str, Any]) -> str:
    """Return the size that a machine asks for."""
    return str((properties.get("hardwareProfile") or {}).get("vmSize", ""))


def set_power(world: World, resource: Resource, power: str) -> None:
    """Change the power state and note when."""
    resource.facts |= {"power": power, "power_at": world.timeline.now, "power_time": world.timeline.stamp()}
    if power == "running":
        resource.facts["boots_until"] = world.timeline.now + world.takes("machine/boot", resource.name)


def no_capacity(world: World, resource: Resource) -> dict[str, Any] | None:
    """Return Azure's error when a fault says that there is no capacity."""
    if not world.faults.take("allocation", path=resource.id.text, name=resource.name):
        return None
    zones = resource.body.get("zones")
    return {
        "code": "ZonalAllocationFailed" if zones else "AllocationFailed",
        "message": NO_CAPACITY_IN_ZONE if zones else NO_CAPACITY,
    }


def instance_view(resource: Resource) -> dict[str, Any]:
    """Return the instance view: provisioning and power."""
    power = resource.facts.get("power", "")
    statuses = [
        {
            "code": f"ProvisioningState/{resource.state.lower()}",
            "level": "Info",
            "displayStatus": f"Provisioning {resource.state.lower()}",
            "time": resource.facts.get("power_time", ""),
        }
    ]
    error = resource.facts.get("failed")
    if error:
        statuses[0] |= {"level": "Error", "message": error["message"]}
        statuses[0]["code"] += f"/{error['code']}"
    if power and resource.state != "Creating":
        statuses.append({"code": f"PowerState/{power}", "level": "Info", "displayStatus": f"VM {power}"})
    view: dict[str, Any] = {"computerName": resource.name, "statuses": statuses}
    if power == "running":
        view["vmAgent"] = {
            "vmAgentVersion": "2.14.0.1",
            "statuses": [{"code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": "Ready"}],
        }
    return view


def demand_there(world: World, resource_id: str, wanted_by: ResourceId) -> None:
    """Refuse a reference to what is not there.

    Raises:
        AzureError: 404 NotFound, as Compute says it.
    """
    if not world.get(resource_id):
        raise AzureError(
            400, "InvalidResourceReference",
            f"Resource {resource_id} referenced by resource {wanted_by.text} was not found. Please make sure that the "
            "referenced resource exists, and that both resources are in the same region.",
        )  # fmt: skip


def _make_disk(world: World, machine: Resource, disk: dict[str, Any]) -> None:
    key = disk["managedDisk"]["id"]
    if world.get(key):
        world.resources[key.lower()].properties["diskState"] = "Attached"
        return
    sku = disk["managedDisk"].get("storageAccountType", "Premium_LRS")
    made = Resource(
        read_id(key),
        {
            "location": machine.body.get("location", ""),
            "tags": copy.deepcopy(machine.tags),
            "sku": {"name": sku},
            "managedBy": machine.id.text,
            "properties": {"diskSizeGB": disk.get("diskSizeGB", 128), "diskState": "Attached"},
        },
        made_at=world.timeline.now,
    )
    world.resources[key.lower()] = made
