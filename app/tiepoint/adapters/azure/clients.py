"""Azure's management clients for one subscription, made when they are used first.

Must not ask anything by itself. Any thread.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from tiepoint import __version__
from tiepoint.adapters.azure.patience import Patience
from tiepoint.adapters.azure.trust import trust_options

if TYPE_CHECKING:
    from azure.mgmt.authorization import AuthorizationManagementClient
    from azure.mgmt.compute import ComputeManagementClient
    from azure.mgmt.keyvault import KeyVaultManagementClient
    from azure.mgmt.network import NetworkManagementClient
    from azure.mgmt.resource.deployments import DeploymentsMgmtClient
    from azure.mgmt.resource.resources import ResourceManagementClient
    from azure.mgmt.resource.subscriptions import SubscriptionClient
    from azure.mgmt.storage import StorageManagementClient

    from tiepoint.adapters.azure.identity import AzureIdentity

_CONNECT_S: Final = 15
_READ_S: Final = 60
_NAMES: Final = (
    "subscriptions",
    "deployments",
    "resources",
    "compute",
    "network",
    "storage",
    "vaults",
    "authorization",
)


class AzureClients:
    """The clients.

    Args:
        identity: Whose rights; its cloud says where.
        subscription: Which subscription; empty for what needs none.
    """

    def __init__(self, identity: AzureIdentity, subscription: str = "") -> None:
        self.identity = identity
        self.subscription = subscription

    @property
    def options(self) -> dict[str, Any]:
        """Keywords that every management client takes: endpoint, audience, certificates, time limits."""
        cloud = self.identity.cloud
        return {"base_url": cloud.management, "credential_scopes": [cloud.management_scope], **self.common}

    @property
    def common(self) -> dict[str, Any]:
        """Keywords that every client takes, those of Blob and Key Vault too: certificates, time limits, our name."""
        return {
            "connection_timeout": _CONNECT_S,
            "read_timeout": _READ_S,
            "user_agent": f"tiepoint/{__version__}",
            "retry_policy": Patience(),
            **self.trust,
        }

    @property
    def vault_options(self) -> dict[str, Any]:
        """Keywords for clients of what lies in vaults; a custom cloud's vaults have names of its own."""
        return {**self.common, "verify_challenge_resource": not self.identity.cloud.is_custom}

    @property
    def blob_options(self) -> dict[str, Any]:
        """Keywords for clients of what lies in storage accounts, which have retries of their own."""
        return {
            **{name: value for name, value in self.common.items() if name != "retry_policy"},
            "audience": self.identity.cloud.storage_audience,
            "retry_total": 3,
        }

    @property
    def trust(self) -> dict[str, Any]:
        """Keywords for the certificates to believe; for data clients, too."""
        return trust_options(self.identity.cloud)

    @cached_property
    def subscriptions(self) -> SubscriptionClient:
        """Subscriptions, tenants, regions."""
        from azure.mgmt.resource.subscriptions import SubscriptionClient

        return SubscriptionClient(self.identity.credential, **self.options)

    @cached_property
    def deployments(self) -> DeploymentsMgmtClient:
        """Deployments and their operations."""
        from azure.mgmt.resource.deployments import DeploymentsMgmtClient

        return DeploymentsMgmtClient(self.identity.credential, self.subscription, **self.options)

    @cached_property
    def resources(self) -> ResourceManagementClient:
        """Resource groups, resources of any type, providers."""
        from azure.mgmt.resource.resources import ResourceManagementClient

        return ResourceManagementClient(self.identity.credential, self.subscription, **self.options)

    @cached_property
    def compute(self) -> ComputeManagementClient:
        """Machines, sizes, quotas."""
        from azure.mgmt.compute import ComputeManagementClient

        return ComputeManagementClient(self.identity.credential, self.subscription, **self.options)

    @cached_property
    def network(self) -> NetworkManagementClient:
        """Networks."""
        from azure.mgmt.network import NetworkManagementClient

        return NetworkManagementClient(self.identity.credential, self.subscription, **self.options)

    @cached_property
    def storage(self) -> StorageManagementClient:
        """Storage accounts, not what lies in them."""
        from azure.mgmt.storage import StorageManagementClient

        return StorageManagementClient(self.identity.credential, self.subscription, **self.options)

    @cached_property
    def vaults(self) -> KeyVaultManagementClient:
        """Key vaults, not what lies in them."""
        from azure.mgmt.keyvault import KeyVaultManagementClient

        return KeyVaultManagementClient(self.identity.credential, self.subscription, **self.options)

    @cached_property
    def authorization(self) -> AuthorizationManagementClient:
        """Roles and permissions."""
        from azure.mgmt.authorization import AuthorizationManagementClient

        return AuthorizationManagementClient(self.identity.credential, self.subscription, **self.options)

    def close(self) -> None:
        """Let go of the connections of those that were made; the next use makes new ones."""
        for name in _NAMES:
            client = self.__dict__.pop(name, None)
            if client is not None:
                client.close()
