"""Azure's roles for one subscription, put together. Any thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiepoint.domain.account import SubscriptionId
from tiepoint.ports.azure import Azure

if TYPE_CHECKING:
    from tiepoint.adapters.azure.identity import AzureIdentity


def azure_for(identity: AzureIdentity, subscription: SubscriptionId) -> Azure:
    """Return the roles for whoever is signed in."""
    from tiepoint.adapters.azure.control import AzureControlStore
    from tiepoint.adapters.azure.deployments import AzureDeployments
    from tiepoint.adapters.azure.facts import AzureRegionFacts
    from tiepoint.adapters.azure.machines import AzureMachines
    from tiepoint.adapters.azure.resources import AzureResources
    from tiepoint.adapters.azure.vault import AzureSecretVault

    clients = identity.clients(subscription)
    return Azure(
        subscription=subscription,
        facts=AzureRegionFacts(clients),
        deployments=AzureDeployments(clients),
        resources=AzureResources(clients),
        machines=AzureMachines(clients),
        control=AzureControlStore(identity),
        vault=AzureSecretVault(identity),
    )
