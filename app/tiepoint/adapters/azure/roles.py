"""Azure's roles for one subscription, put together. Any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiepoint.domain.account import SubscriptionId
from tiepoint.ports.azure import Azure

if TYPE_CHECKING:
    from tiepoint.adapters.azure.identity import AzureIdentity


def azure_for(identity: AzureIdentity, subscription: SubscriptionId) -> Azure:
    """Return the roles for whoever is signed in."""
    raise NotImplementedError
