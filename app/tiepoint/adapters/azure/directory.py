"""Tenants and subscriptions of whoever is signed in. On the loop's thread; Azure's library works in others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tiepoint.adapters.azure.calling import call
from tiepoint.domain.account import Subscription, SubscriptionId, Tenant, TenantId

if TYPE_CHECKING:
    from tiepoint.adapters.azure.identity import AzureIdentity


class AzureDirectory:
    """See `ports.azure.Directory`.

    Args:
        identity: Whose.
    """

    def __init__(self, identity: AzureIdentity) -> None:
        self._identity = identity

    async def tenants(self) -> tuple[Tenant, ...]:
        """All tenants; see the port."""
        found = await call(self._identity, lambda: list(self._identity.clients("").subscriptions.tenants.list()))
        return tuple(_tenant(each) for each in found)

    async def subscriptions(self) -> tuple[Subscription, ...]:
        """All subscriptions; see the port."""
        found = await call(self._identity, lambda: list(self._identity.clients("").subscriptions.subscriptions.list()))
        read = (_subscription(each) for each in found)
        return tuple(sorted(read, key=lambda one: (one.state != "Enabled", one.name.casefold(), one.id)))


def _tenant(told: Any) -> Tenant:
    name = told.display_name or told.default_domain or told.tenant_id
    return Tenant(TenantId(told.tenant_id), name, told.default_domain or "")


def _subscription(told: Any) -> Subscription:
    return Subscription(
        SubscriptionId(told.subscription_id),
        told.display_name or told.subscription_id,
        TenantId(told.tenant_id or ""),
        _word(told.state) or "Enabled",
    )


def _word(value: Any) -> str:
    return str(getattr(value, "value", value) or "")
