"""Tenants and subscriptions of whoever is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiepoint.domain.account import Subscription, Tenant

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
        raise NotImplementedError

    async def subscriptions(self) -> tuple[Subscription, ...]:
        """All subscriptions; see the port."""
        raise NotImplementedError
