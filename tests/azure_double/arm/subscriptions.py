"""Tenants, subscriptions, regions, resource providers."""

from __future__ import annotations

from typing import Any

from azure_double.arm.roles import demand, permissions
from azure_double.exchange import AzureError, Request, Response
from azure_double.people import SubscriptionEntry
from azure_double.routing import Route
from azure_double.tables import table
from azure_double.world import World


class Subscriptions:
    """See the module.

    Args:
        world: The state.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._providers = table("providers")

    def routes(self) -> list[Route]:
        """Its answers."""
        at = r"/subscriptions/(?P<sub>[^/]+)"
        return [
            Route("GET", "/tenants", self._tenants),
            Route("GET", "/subscriptions", self._list),
            Route("GET", at, self._get),
            Route("GET", rf"{at}/locations", self._locations),
            Route("GET", rf"{at}/providers", self._all_providers),
            Route("GET", rf"{at}/providers/(?P<namespace>[^/]+)", self._provider),
            Route("POST", rf"{at}/providers/(?P<namespace>[^/]+)/register", self._register),
        ]

    def _tenants(self, request: Request) -> Response:
        person = self._world.people.by_oid(request.oid)
        mine = person.tenants if person else []
        rows = [
            {
                "id": f"/tenants/{each.id}",
                "tenantId": each.id,
                "displayName": each.name,
                "defaultDomain": each.domain,
                "domains": [each.domain],
                "tenantCategory": "Home" if each.id == mine[0] else "ProjectedBy",
                "countryCode": "US",
            }
            for each in self._world.people.tenants
            if each.id in mine
        ]
        return Response(200, {"value": rows})

    def _shown(self, each: SubscriptionEntry) -> dict[str, Any]:
        return {
            "id": f"/subscriptions/{each.id}",
            "subscriptionId": each.id,
            "tenantId": each.tenant,
            "displayName": each.name,
            "state": each.state,
            "authorizationSource": "RoleBased",
            "subscriptionPolicies": {"locationPlacementId": "Public_2014-09-01", "spendingLimit": "Off"},
        }

    def _list(self, request: Request) -> Response:
        tenant = request.claims.get("tid")
        rows = [
            self._shown(each)
            for each in self._world.people.subscriptions.values()
            if each.tenant == tenant and any(permissions(self._world, request.oid, f"/subscriptions/{each.id}"))
        ]
        return Response(200, {"value": rows, "count": {"type": "Total", "value": len(rows)}})

    def _get(self, request: Request, sub: str) -> Response:
        demand(self._world, request.oid, "Microsoft.Resources/subscriptions/read", f"/subscriptions/{sub}")
        return Response(200, self._shown(self._world.people.subscriptions[sub.lower()]))

    def _locations(self, request: Request, sub: str) -> Response:
        demand(self._world, request.oid, "Microsoft.Resources/subscriptions/locations/read", f"/subscriptions/{sub}")
        rows = []
        for name, row in self._world.regions.items():
            found = {
                "id": f"/subscriptions/{sub}/locations/{name}",
                "name": name,
                "type": "Region",
                "displayName": row["displayName"],
                "regionalDisplayName": f"({row['geo']}) {row['displayName']}",
                "metadata": {"regionType": "Physical", "regionCategory": "Recommended", "geographyGroup": row["geo"]},
            }
            if row["zones"]:
                found["availabilityZoneMappings"] = [
                    {"logicalZone": str(each), "physicalZone": f"{name}-az{each}"}
                    for each in range(1, row["zones"] + 1)
                ]
            rows.append(found)
        return Response(200, {"value": rows})

    def _all_providers(self, request: Request, sub: str) -> Response:
        return Response(200, {"value": [self._provider_shown(sub, each) for each in self._providers["states"]]})

    def _provider(self, request: Request, sub: str, namespace: str) -> Response:
        demand(self._world, request.oid, "Microsoft.Resources/subscriptions/providers/read", f"/subscriptions/{sub}")
        return Response(200, self._provider_shown(sub, self._known(namespace)))

    def _known(self, namespace: str) -> str:
        for each in self._providers["states"]:
            if each.lower() == namespace.lower():
                return str(each)
        raise AzureError(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")

    def _provider_shown(self, sub: str, namespace: str) -> dict[str, Any]:
        regions = self._world.regions
        not_in = self._providers["not_in"]
        types = []
        for kind in self._providers["types"].get(namespace, ()):
            here = [name for name in regions if name not in not_in.get(f"{namespace}/{kind}", ())]
            types.append(
                {
                    "resourceType": kind,
                    "locations": [regions[each]["displayName"] for each in here],
                    "apiVersions": ["2026-01-01", "2025-07-01"],
                    "zoneMappings": [
                        {"location": regions[each]["displayName"], "zones": ["1", "2", "3"]}
                        for each in here
                        if regions[each]["zones"]
                    ],
                    "capabilities": "SupportsTags, SupportsLocation",
                }
            )
        return {
            "id": f"/subscriptions/{sub}/providers/{namespace}",
            "namespace": namespace,
            "registrationPolicy": "RegistrationRequired",
            "registrationState": self._world.providers.get(namespace.lower(), "NotRegistered"),
            "resourceTypes": types,
        }

    def _register(self, request: Request, sub: str, namespace: str) -> Response:
        known = self._known(namespace)
        demand(self._world, request.oid, f"{known}/register/action", f"/subscriptions/{sub}")
        key = known.lower()
        if self._world.providers.get(key) != "Registered":
            self._world.providers[key] = "Registering"
            takes = self._world.takes("provider/register", known)
            self._world.timeline.after(takes, lambda: self._world.providers.update({key: "Registered"}))
        return Response(200, self._provider_shown(sub, known))
