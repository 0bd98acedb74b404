"""Networks, subnets, network cards, addresses, Bastion."""

from __future__ import annotations

import copy
import ipaddress
from typing import Any

from azure_double.exchange import AzureError
from azure_double.ids import ResourceId, read_id
from azure_double.kinds.kind import Kind
from azure_double.kinds.machine import demand_there
from azure_double.world import Resource, World

SUBNET = "Microsoft.Network/virtualNetworks/subnets"


class VirtualNetwork(Kind):
    """A network; the subnets in its body are resources of their own."""

    type = "Microsoft.Network/virtualNetworks"

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """Subnets must lie inside and apart."""
        properties = body.get("properties") or {}
        spaces = [
            ipaddress.ip_network(each) for each in (properties.get("addressSpace") or {}).get("addressPrefixes") or ()
        ]
        taken: list[tuple[str, Any]] = []
        for each in properties.get("subnets") or ():
            inside = each.get("properties") or {}
            for prefix in inside.get("addressPrefixes") or [inside.get("addressPrefix")]:
                network = ipaddress.ip_network(prefix)
                if not any(network.subnet_of(space) for space in spaces):
                    raise AzureError(
                        400, "NetcfgSubnetRangeOutsideVnet",
                        f"Subnet '{each['name']}' is not valid because its IP address range is outside the IP address "
                        f"range of virtual network '{found.name}'.",
                    )  # fmt: skip
                for name, other in taken:
                    if network.overlaps(other):
                        raise AzureError(
                            400, "NetcfgSubnetRangesOverlap",
                            f"Subnet '{each['name']}' is not valid because its IP address range overlaps with "
                            "that of an "
                            f"existing subnet '{name}' in virtual network '{found.name}'.",
                        )  # fmt: skip
                taken.append((each["name"], network))

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """Make the subnets of its body."""
        for each in resource.properties.pop("subnets", None) or ():
            found = read_id(f"{resource.id.text}/subnets/{each['name']}")
            body = {"properties": copy.deepcopy(each.get("properties") or {})}
            world.resources[found.key] = Resource(found, body, made_at=world.timeline.now)

    def shown(self, world: World, resource: Resource, *, expand: str = "") -> dict[str, Any]:
        """With its subnets and peerings in it."""
        body = super().shown(world, resource)
        below = world.children(resource.id.text)
        for part in ("subnets", "virtualNetworkPeerings"):
            body["properties"][part] = [
                super(VirtualNetwork, self).shown(world, each)
                for each in below
                if each.type.lower().endswith(f"/{part.lower()}")
            ]
        return body


class Subnet(Kind):
    """A subnet put by itself."""

    type = SUBNET

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """Its network must be there."""
        demand_there(world, found.parent, found)


class NetworkCard(Kind):
    """A network card; its address must be free and in its subnet."""

    type = "Microsoft.Network/networkInterfaces"

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """See the class."""
        for each in (body.get("properties") or {}).get("ipConfigurations") or ():
            inside = each.get("properties") or {}
            subnet = (inside.get("subnet") or {}).get("id", "")
            demand_there(world, subnet, found)
            address = inside.get("privateIPAddress")
            if not address:
                continue
            at = world.get(subnet)
            assert at is not None
            prefixes = at.properties.get("addressPrefixes") or [at.properties.get("addressPrefix")]
            if not any(ipaddress.ip_address(address) in ipaddress.ip_network(prefix) for prefix in prefixes):
                raise AzureError(
                    400, "PrivateIPAddressNotInSubnet",
                    f"Private static IP address {address} does not belong to the range of subnet prefix {prefixes[0]}.",
                )  # fmt: skip
            _demand_free(world, found, subnet, address)

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """Get addresses where none was asked for; public ones know whose they are."""
        for each in resource.properties.get("ipConfigurations") or ():
            inside = each.setdefault("properties", {})
            public = world.get((inside.get("publicIPAddress") or {}).get("id", ""))
            if public:
                config = f"{resource.id.text}/ipConfigurations/{each.get('name', '')}"
                public.properties["ipConfiguration"] = {"id": config}
            if not inside.get("privateIPAddress"):
                inside["privateIPAddress"] = _free_address(world, (inside.get("subnet") or {}).get("id", ""))


class PublicAddress(Kind):
    """A public address; Basic ones are retired."""

    type = "Microsoft.Network/publicIPAddresses"

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """Standard and static only."""
        if (body.get("sku") or {}).get("name", "Basic") == "Basic":
            raise AzureError(
                400, "IPv4BasicSkuPublicIpCountLimitReached",
                "Cannot create more than 0 IPv4 Basic SKU public IP addresses for this subscription in this region.",
            )  # fmt: skip

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """Get an address (TEST-NET-3)."""
        resource.properties.setdefault("ipAddress", f"203.0.113.{len(world.of_type(self.type)) % 250 + 1}")


class Bastion(Kind):
    """Bastion: its subnet has a name of its own."""

    type = "Microsoft.Network/bastionHosts"

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """See the class."""
        for each in (body.get("properties") or {}).get("ipConfigurations") or ():
            inside = each.get("properties") or {}
            subnet = (inside.get("subnet") or {}).get("id", "")
            demand_there(world, subnet, found)
            if not subnet.lower().endswith("/azurebastionsubnet"):
                raise AzureError(400, "BastionHostSubnetNameInvalid", "The subnet must be named AzureBastionSubnet.")
            demand_there(world, (inside.get("publicIPAddress") or {}).get("id", ""), found)

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """Get a name, under which the double listens for tunnels."""
        resource.properties.setdefault("dnsName", resource.facts.setdefault("dns", world.open_bastion()))


def _cards(world: World, subnet: str) -> dict[str, str]:
    return {
        each["properties"].get("privateIPAddress", ""): card.id.text
        for card in world.of_type(NetworkCard.type)
        for each in card.properties.get("ipConfigurations") or ()
        if (each["properties"].get("subnet") or {}).get("id", "").lower() == subnet.lower()
    }


def _demand_free(world: World, found: ResourceId, subnet: str, address: str) -> None:
    owner = _cards(world, subnet).get(address, "")
    if owner and owner.lower() != found.key:
        raise AzureError(
            400, "PrivateIPAddressIsAllocated",
            f"IP configuration {found.text} is using the private IP address {address} which is already allocated to "
            f"resource {owner}.",
        )  # fmt: skip


def _free_address(world: World, subnet: str) -> str:
    at = world.get(subnet)
    prefixes = (at.properties.get("addressPrefixes") or [at.properties.get("addressPrefix")]) if at else ["10.0.0.0/24"]
    taken = _cards(world, subnet)
    hosts = list(ipaddress.ip_network(prefixes[0]).hosts())[3:]
    return next((str(each) for each in hosts if str(each) not in taken), str(hosts[-1]))
