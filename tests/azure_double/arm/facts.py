"""What a region has and what is used: sizes, quotas, free names, deleted vaults, Lustre's own questions."""

from __future__ import annotations

import re
from typing import Any

from azure_double.arm import putting
from azure_double.arm.operations import Operations
from azure_double.arm.roles import demand
from azure_double.exchange import AzureError, Request, Response
from azure_double.ids import read_id
from azure_double.kinds import lustre, quota, storage_account, vault
from azure_double.routing import Route
from azure_double.world import World


class Facts:
    """See the module.

    Args:
        world: The state.
        operations: Where clients ask how it goes.
    """

    def __init__(self, world: World, operations: Operations) -> None:
        self._world, self._operations = world, operations

    def routes(self) -> list[Route]:
        """Its answers."""
        sub = r"/subscriptions/(?P<sub>[^/]+)/providers"
        vaults = rf"{sub}/Microsoft\.KeyVault"
        cache = rf"{sub}/Microsoft\.StorageCache"
        one_lustre = r"(?P<path>/subscriptions/.+/providers/Microsoft\.StorageCache/amlFilesystems/[^/]+)"
        return [
            Route("GET", rf"{sub}/Microsoft\.Compute/skus", self._skus),
            Route("GET", rf"{sub}/Microsoft\.Compute/locations/(?P<region>[^/]+)/usages", self._usages),
            Route("GET", rf"{sub}/Microsoft\.Network/locations/(?P<region>[^/]+)/usages", self._network_usages),
            Route("POST", rf"{sub}/Microsoft\.Storage/checkNameAvailability", self._account_name),
            Route("POST", rf"{vaults}/checkNameAvailability", self._vault_name),
            Route("GET", rf"{vaults}/deletedVaults", self._deleted_vaults),
            Route("GET", rf"{vaults}/locations/(?P<region>[^/]+)/deletedVaults/(?P<name>[^/]+)", self._deleted_vault),
            Route("POST", rf"{vaults}/locations/(?P<region>[^/]+)/deletedVaults/(?P<name>[^/]+)/purge", self._purge),
            Route("GET", rf"{cache}/skus", self._lustre_skus),
            Route("GET", rf"{cache}/locations/(?P<region>[^/]+)/usages", self._lustre_usages),
            Route("POST", rf"{cache}/getRequiredAmlFSSubnetsSize", self._lustre_subnet),
            Route("POST", rf"{cache}/checkAmlFSSubnets", lambda request, sub: Response(200)),
            Route("POST", rf"{one_lustre}/(?P<verb>archive|cancelArchive)", self._archive),
        ]

    def _skus(self, request: Request, sub: str) -> Response:
        demand(self._world, request.oid, "Microsoft.Compute/skus/read", f"/subscriptions/{sub}")
        wanted = re.search(r"location eq '([^']*)'", request.query.get("$filter", ""), re.IGNORECASE)
        regions = [each for each in self._world.regions if not wanted or each == wanted[1].replace(" ", "").lower()]
        rows = [
            _size(self._world, name, row, region)
            for region in regions
            for name, row in self._world.sizes.items()
            if region not in row.get("missing", ())
        ]
        return Response(200, {"value": rows})

    def _usages(self, request: Request, sub: str, region: str) -> Response:
        demand(self._world, request.oid, "Microsoft.Compute/locations/usages/read", f"/subscriptions/{sub}")
        used = quota.used(self._world, region.lower())
        labels = {"cores": "Total Regional vCPUs", "lowPriorityCores": "Total Regional Spot vCPUs"}
        rows = [
            {
                "unit": "Count",
                "currentValue": used.get(family, 0),
                "limit": row["limit"],
                "name": {"value": family, "localizedValue": labels.get(family, f"{family} vCPUs")},
            }
            for family, row in quota.limits(self._world, region.lower()).items()
        ]
        return Response(200, {"value": rows})

    def _network_usages(self, request: Request, sub: str, region: str) -> Response:
        addresses = len(self._world.of_type("Microsoft.Network/publicIPAddresses", f"/subscriptions/{sub}"))
        row = {
            "unit": "Count", "currentValue": addresses, "limit": 20,
            "name": {"value": "StandardSkuPublicIpAddresses", "localizedValue": "Public IPv4 Addresses - Standard"},
        }  # fmt: skip
        return Response(200, {"value": [row]})

    def _account_name(self, request: Request, sub: str) -> Response:
        name = str(request.json().get("name", ""))
        if not re.fullmatch(r"[a-z0-9]{3,24}", name):
            body = {"nameAvailable": False, "reason": "AccountNameInvalid", "message": f"{name} is not a valid name."}
        elif storage_account.is_free(self._world, name):
            body = {"nameAvailable": True}
        else:
            message = f"The storage account named {name} is already taken."
            body = {"nameAvailable": False, "reason": "AlreadyExists", "message": message}
        return Response(200, body)

    def _vault_name(self, request: Request, sub: str) -> Response:
        name = str(request.json().get("name", ""))
        if not re.fullmatch(r"[A-Za-z](?:[A-Za-z0-9]|-(?!-)){1,22}[A-Za-z0-9]", name):
            return Response(200, {"nameAvailable": False, "reason": "AccountNameInvalid", "message": "not valid"})
        if vault.is_free(self._world, name) and name.lower() not in self._world.deleted_vaults:
            return Response(200, {"nameAvailable": True})
        message = (
            f"The name '{name}' is already in use."
            if name.lower() not in self._world.deleted_vaults
            else f"A vault with the same name already exists in deleted state: '{name}'."
        )
        return Response(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})

    def _deleted_vaults(self, request: Request, sub: str) -> Response:
        found = [vault.deleted_shown(self._world, each) for each in self._world.deleted_vaults.values()]
        return Response(200, {"value": found})

    def _deleted_vault(self, request: Request, sub: str, region: str, name: str) -> Response:
        found = self._world.deleted_vaults.get(name.lower())
        if not found or found.body.get("location", "").lower() != region.lower():
            raise AzureError(404, "DeletedVaultNotFound", f"The specified deleted vault '{name}' does not exist.")
        return Response(200, vault.deleted_shown(self._world, found))

    def _purge(self, request: Request, sub: str, region: str, name: str) -> Response:
        demand(
            self._world, request.oid, "Microsoft.KeyVault/locations/deletedVaults/purge/action", f"/subscriptions/{sub}"
        )
        found = self._world.deleted_vaults.get(name.lower())
        if found and found.properties.get("enablePurgeProtection"):
            raise AzureError(400, "MethodNotAllowed", "Operation 'DeletedVaultPurge' is not allowed: purge protection.")
        self._world.deleted_vaults.pop(name.lower(), None)
        return Response(200)

    def _lustre_skus(self, request: Request, sub: str) -> Response:
        rows = [
            {
                "resourceType": "amlFilesystems", "name": f"AMLFS-Durable-Premium-{speed}", "locations": [region],
                "locationInfo": [{"location": region, "zones": ["1", "2", "3"]}], "restrictions": [],
                "capabilities": [{"name": "Throughput", "value": f"{speed} MB/s/TiB"}],
            }
            for region in self._world.regions for speed in (40, 125, 250, 500)
        ]  # fmt: skip
        return Response(200, {"value": rows})

    def _lustre_usages(self, request: Request, sub: str, region: str) -> Response:
        count = len(self._world.of_type(lustre.Lustre.type, f"/subscriptions/{sub}"))
        row = {
            "unit": "Count", "currentValue": count, "limit": 4,
            "name": {"value": "AmlFilesystems", "localizedValue": "AML file systems"},
        }  # fmt: skip
        return Response(200, {"value": [row]})

    def _lustre_subnet(self, request: Request, sub: str) -> Response:
        capacity = float(request.json().get("storageCapacityTiB", 0))
        most = (16, 27), (40, 60), (92, 120), (196, 250), (400, 510)
        return Response(200, {"filesystemSubnetSize": next((size for top, size in most if capacity <= top), 510)})

    def _archive(self, request: Request, path: str, verb: str) -> Response:
        demand(self._world, request.oid, f"{lustre.Lustre.type}/{verb}/action", path)
        resource = self._world.get(path)
        if not resource:
            raise AzureError(404, "ResourceNotFound", putting.not_found(read_id(path)))
        if verb.lower() == "archive":
            lustre.archive(self._world, resource)
        else:
            lustre.cancel_archive(resource)
        return Response(200)


def _size(world: World, name: str, row: dict[str, Any], region: str) -> dict[str, Any]:
    zones = [str(each + 1) for each in range(world.regions[region]["zones"])]
    capabilities = {
        "vCPUs": row["vcpu"], "vCPUsAvailable": row["vcpu"], "MemoryGB": row["memory"], "PremiumIO": "True",
        "LowPriorityCapable": "True", "HyperVGenerations": "V2" if row.get("gpu") == "A100" else "V1,V2",
        "AcceleratedNetworkingEnabled": "True", "EncryptionAtHostSupported": "True", "EphemeralOSDiskSupported": "True",
    }  # fmt: skip
    if row.get("gpus"):
        capabilities["GPUs"] = row["gpus"]
    is_restricted = region in row.get("restricted", ())
    return {
        "resourceType": "virtualMachines",
        "name": name,
        "tier": "Standard",
        "size": name.removeprefix("Standard_"),
        "family": row["family"],
        "locations": [region],
        "locationInfo": [{"location": region, "zones": zones, "zoneDetails": []}],
        "capabilities": [{"name": key, "value": str(value)} for key, value in capabilities.items()],
        "restrictions": [
            {
                "type": "Location",
                "values": [region],
                "restrictionInfo": {"locations": [region]},
                "reasonCode": "NotAvailableForSubscription",
            }
        ]
        if is_restricted
        else [],
    }
