"""What a region offers to the subscription, and what the person may do there.

Sizes of a region are kept for a few minutes: the list is long and asked for while somebody edits a plan.
On the loop's thread; Azure's libraries work in others.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tiepoint.adapters.azure import facts_reading as reading
from tiepoint.adapters.azure.calling import call
from tiepoint.domain.errors import CloudError, NotThere
from tiepoint.domain.preflight import QuotaFigures
from tiepoint.domain.resource_ids import group_of
from tiepoint.ports.azure import Region, SizeOffer

if TYPE_CHECKING:
    from tiepoint.adapters.azure.clients import AzureClients

T = TypeVar("T")
_SIZES_KEPT_S: Final = 600.0
_REGISTRATION_POLL_S: Final = 5.0
_REGISTRATION_POLLS: Final = 180
_PERMISSIONS_VERSION: Final = "2022-04-01"
_ROLES_DEPLOYMENT: Final = "tiepoint-roles"


class AzureRegionFacts:
    """See `ports.azure.RegionFacts`.

    Args:
        clients: Of the subscription.
        sleep: Waits between two looks at a registration.
    """

    def __init__(self, clients: AzureClients, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._clients, self._sleep = clients, sleep
        self._sizes: dict[str, tuple[float, tuple[SizeOffer, ...]]] = {}

    async def regions(self) -> tuple[Region, ...]:
        """Regions; see the port."""
        clients = self._clients
        found = await self._call(lambda: list(clients.subscriptions.subscriptions.list_locations(clients.subscription)))
        return tuple(sorted((reading.region(each) for each in found if reading.is_physical(each)), key=_label))

    async def sizes(self, region: str) -> tuple[SizeOffer, ...]:
        """Machine sizes; see the port."""
        kept = self._sizes.get(region)
        if kept is not None and time.monotonic() - kept[0] < _SIZES_KEPT_S:
            return kept[1]
        compute, asked = self._clients, f"location eq '{region}'"
        found = await self._call(lambda: list(compute.compute.resource_skus.list(filter=asked)))
        offers = tuple(reading.offer(sku, region) for sku in found if reading.is_machine(sku, region))
        self._sizes[region] = (time.monotonic(), offers)
        return offers

    async def quotas(self, region: str) -> tuple[QuotaFigures, ...]:
        """Compute quotas; see the port."""
        found = await self._call(lambda: list(self._clients.compute.usage.list(region)))
        return tuple(reading.quota(usage) for usage in found if usage.name and usage.name.value)

    async def unregistered(self, providers: Sequence[str]) -> tuple[str, ...]:
        """Providers that are not registered; see the port."""
        are_there = await asyncio.gather(*(self._is_registered(name) for name in providers))
        return tuple(name for name, is_there in zip(providers, are_there, strict=True) if not is_there)

    async def register(self, providers: Sequence[str], report: Callable[[str, bool], None] | None = None) -> None:
        """Register providers; see the port."""
        tell = report or (lambda *_: None)
        waiting = list(await self.unregistered(providers))
        for name in waiting:
            await self._call(self._register, name)
            tell(name, False)
        for _ in range(_REGISTRATION_POLLS):
            for name in tuple(waiting):
                if await self._is_registered(name):
                    waiting.remove(name)
                    tell(name, True)
            if not waiting:
                return
            await self._sleep(_REGISTRATION_POLL_S)
        raise CloudError(
            f"Azure has not finished registering {', '.join(waiting)} after 15 minutes.",
            remedy="It goes on by itself. Run the preflight again later.",
            retryable=True,
        )

    async def provider_regions(self, resource_type: str) -> tuple[str, ...]:
        """Regions of a resource type; see the port."""
        namespace, _, kind = resource_type.partition("/")
        provider = await self._call(lambda: self._clients.resources.providers.get(namespace))
        return reading.regions_of(provider, kind)

    async def missing_actions(self, resource_group: str, actions: Sequence[str]) -> tuple[str, ...]:
        """Actions that the person may not do; see the port."""
        permissions = await self._call(self._permissions, resource_group)
        return reading.missing(permissions, actions)

    async def address_spaces(self) -> Mapping[str, tuple[str, ...]]:
        """Address prefixes of all networks; see the port."""
        found = await self._call(lambda: list(self._clients.network.virtual_networks.list_all()))
        return {str(each.id): reading.prefixes(each) for each in found if each.id}

    async def is_account_name_free(self, name: str) -> bool:
        """Whether a storage account of this name can be made; see the port."""
        asked: Any = {"name": name, "type": "Microsoft.Storage/storageAccounts"}
        answer = await self._call(lambda: self._clients.storage.storage_accounts.check_name_availability(asked))
        return bool(answer.name_available)

    async def is_vault_name_free(self, name: str) -> bool:
        """Whether a vault of this name can be made; see the port."""
        asked: Any = {"name": name, "type": "Microsoft.KeyVault/vaults"}
        answer = await self._call(lambda: self._clients.vaults.vaults.check_name_availability(asked))
        return bool(answer.name_available)

    async def deleted_vault(self, name: str, region: str) -> str:
        """Resource group of a soft-deleted vault; see the port."""
        try:
            found = await self._call(lambda: self._clients.vaults.vaults.get_deleted(name, region))
        except NotThere:
            return ""
        return group_of(reading.deleted_vault_id(found))

    async def recover_vault(self, name: str, region: str) -> None:
        """Bring a soft-deleted vault back; see the port."""
        found = await self._call(lambda: self._clients.vaults.vaults.get_deleted(name, region))
        group = group_of(reading.deleted_vault_id(found))
        if not group:
            raise NotThere(f"Azure does not say where the deleted vault {name} was.", remedy="Choose another name.")
        await self._call(self._recover, name, region, group)

    async def service_principal(self, application: str) -> str:
        """Object id of one of Azure's services; see the port."""
        from tiepoint.adapters.azure.graph import object_id

        return await self._call(lambda: object_id(self._clients, application))

    async def role_definition(self, name: str) -> str:
        """Resource id of a custom role; see the port."""
        subscription, definitions = self._clients.subscription, self._clients.authorization.role_definitions
        # Names are unique in a tenant, roles are a subscription's: infra/roles.json puts its first letters behind them.
        for full in (f"{name} ({subscription[:8]})", name):
            asked = f"roleName eq '{full}'"
            found = await self._call(lambda: list(definitions.list(f"/subscriptions/{subscription}", filter=asked)))  # noqa: B023
            for each in found:
                if each.role_name == full:
                    return str(each.id)
        return ""

    async def make_roles(self, template: Mapping[str, Any], region: str) -> None:
        """Make custom roles; see the port."""
        deployments = self._clients.deployments.deployments
        properties = {"mode": "Incremental", "template": dict(template), "parameters": {}}
        body: Any = {"location": region, "properties": properties}
        name = _ROLES_DEPLOYMENT
        await self._call(lambda: deployments.begin_create_or_update_at_subscription_scope(name, body).result())

    async def _call(self, blocking: Callable[..., T], *args: Any) -> T:
        return await call(self._clients.identity, blocking, *args)

    async def _is_registered(self, namespace: str) -> bool:
        provider = await self._call(lambda: self._clients.resources.providers.get(namespace))
        return (provider.registration_state or "").lower() == "registered"

    def _register(self, namespace: str) -> None:
        self._clients.resources.providers.register(namespace)

    def _permissions(self, group: str) -> list[reading.Permission]:
        resources = self._clients.resources
        if resources.resource_groups.check_existence(group):
            found = self._clients.authorization.permissions.list_for_resource_group(group)
            return [reading.Permission(tuple(each.actions or ()), tuple(each.not_actions or ())) for each in found]
        return self._subscription_permissions()

    def _subscription_permissions(self) -> list[reading.Permission]:
        """The library asks for a group's or a resource's permissions only; Resource Manager knows any scope's."""
        from azure.core.rest import HttpRequest

        clients = self._clients
        path = f"/subscriptions/{clients.subscription}/providers/Microsoft.Authorization/permissions"
        address: str | None = f"{path}?api-version={_PERMISSIONS_VERSION}"
        found: list[reading.Permission] = []
        while address:
            answer = clients.resources.send_request(HttpRequest("GET", address))
            _raise_for(answer)
            told = answer.json()
            found += [reading.told_permission(each) for each in told.get("value", ())]
            address = told.get("nextLink")
        return found

    def _recover(self, name: str, region: str, group: str) -> None:
        clients = self._clients
        if not clients.resources.resource_groups.check_existence(group):
            clients.resources.resource_groups.create_or_update(group, {"location": region})
        tenant = clients.subscriptions.subscriptions.get(clients.subscription).tenant_id
        body: Any = {
            "location": region,
            "properties": {
                "tenantId": tenant,
                "sku": {"family": "A", "name": "standard"},
                "createMode": "recover",
                "accessPolicies": [],
            },
        }
        clients.vaults.vaults.begin_create_or_update(group, name, body).result()


def _label(region: Region) -> str:
    return region.label


def _raise_for(answer: Any) -> None:
    """Raise as the library's own calls do."""
    if answer.status_code < 400:
        return
    from azure.core.exceptions import (
        ClientAuthenticationError,
        HttpResponseError,
        ResourceNotFoundError,
        map_error,
    )
    from azure.mgmt.core.exceptions import ARMErrorFormat

    map_error(answer.status_code, answer, {401: ClientAuthenticationError, 404: ResourceNotFoundError})
    raise HttpResponseError(response=answer, error_format=ARMErrorFormat)
