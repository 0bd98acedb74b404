"""Azure's management clients for one subscription, made when they are used first.

Must not ask anything by itself. Any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from tiepoint import __version__
from tiepoint.adapters.azure.patience import Patience
from tiepoint.adapters.azure.renewing_policy import RenewingPolicy
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
T = TypeVar("T")


class AzureClients:
    """The clients.

    Args:
        identity: Whose rights; its cloud says where.
        subscription: Which subscription; empty for what needs none.
    """

    def __init__(self, identity: AzureIdentity, subscription: str = "") -> None:
        self.identity = identity
        self.subscription = subscription
        self._lock = threading.Lock()
        self._made: dict[str, Any] = {}

    @property
    def options(self) -> dict[str, Any]:
        """Keywords that every management client takes: endpoint, audience, certificates, time limits."""
        identity, cloud = self.identity, self.identity.cloud
        return {
            "base_url": cloud.management,
            "credential_scopes": [cloud.management_scope],
            "authentication_policy": RenewingPolicy(
                identity.credential, cloud.management_scope, identity.forget_access_tokens
            ),
            **self.common,
        }

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

    @property
    def subscriptions(self) -> SubscriptionClient:
        """Subscriptions, tenants, regions."""
        from azure.mgmt.resource.subscriptions import SubscriptionClient

        return self._once("subscriptions", lambda: SubscriptionClient(self.identity.credential, **self.options))

    @property
    def deployments(self) -> DeploymentsMgmtClient:
        """Deployments and their operations."""
        from azure.mgmt.resource.deployments import DeploymentsMgmtClient

        return self._once(
            "deployments", lambda: DeploymentsMgmtClient(self.identity.credential, self.subscription, **self.options)
        )

    @property
    def resources(self) -> ResourceManagementClient:
        """Resource groups, resources of any type, providers."""
        from azure.mgmt.resource.resources import ResourceManagementClient

        return self._once(
            "resources", lambda: ResourceManagementClient(self.identity.credential, self.subscription, **self.options)
        )

    @property
    def compute(self) -> ComputeManagementClient:
        """Machines, sizes, quotas."""
        from azure.mgmt.compute import ComputeManagementClient

        return self._once(
            "compute", lambda: ComputeManagementClient(self.identity.credential, self.subscription, **self.options)
        )

    @property
    def network(self) -> NetworkManagementClient:
        """Networks."""
        from azure.mgmt.network import NetworkManagementClient

        return self._once(
            "network", lambda: NetworkManagementClient(self.identity.credential, self.subscription, **self.options)
        )

    @property
    def storage(self) -> StorageManagementClient:
        """Storage accounts, not what lies in them."""
        from azure.mgmt.storage import StorageManagementClient

        return self._once(
            "storage", lambda: StorageManagementClient(self.identity.credential, self.subscription, **self.options)
        )

    @property
    def vaults(self) -> KeyVaultManagementClient:
        """Key vaults, not what lies in them."""
        from azure.mgmt.keyvault import KeyVaultManagementClient

        return self._once(
            "vaults", lambda: KeyVaultManagementClient(self.identity.credential, self.subscription, **self.options)
        )

    @property
    def authorization(self) -> AuthorizationManagementClient:
        """Roles and permissions."""
        from azure.mgmt.authorization import AuthorizationManagementClient

        return self._once(
            "authorization",
            lambda: AuthorizationManagementClient(self.identity.credential, self.subscription, **self.options),
        )

    def close(self) -> None:
        """Let go of the connections of those that were made; the next use makes new ones."""
        with self._lock:
            made, self._made = self._made, {}
        for client in made.values():
            client.close()

    def _once(self, name: str, make: Callable[[], T]) -> T:
        """Return the client of this name; one, though several threads ask for it at the same time."""
        with self._lock:
            if name not in self._made:
                self._made[name] = make()
            return cast("T", self._made[name])
