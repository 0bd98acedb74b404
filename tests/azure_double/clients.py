"""Azure's own clients on the double, as one person; closed together."""

from __future__ import annotations

import contextlib
from functools import cached_property
from typing import Any

from azure.keyvault.secrets import SecretClient
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from azure.mgmt.storage import StorageManagementClient

from azure_double.double import AzureDouble


class Clients:
    """A person's clients, made when they are used; a context manager.

    Args:
        double: Which double.
        username: Who.
        credential: Their right; None = without a sign-in.
        more: Keywords of every client.
    """

    def __init__(
        self, double: AzureDouble, username: str = "mila@studio.example", *, credential: Any = None, **more: Any
    ) -> None:
        self.double, self.subscription = double, double.subscription
        self.credential = credential or double.credential(username)
        self._stack = contextlib.ExitStack()
        self._options = {
            "base_url": double.url,
            "connection_verify": double.ca_file,
            "credential_scopes": [f"{double.url}/.default"],
            **more,
        }

    def __enter__(self) -> Clients:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _made(self, kind: Any, *arguments: Any) -> Any:
        return self._stack.enter_context(kind(self.credential, *arguments, **self._options))

    @cached_property
    def subscriptions(self) -> SubscriptionClient:
        """Subscriptions and tenants."""
        return self._made(SubscriptionClient)

    @cached_property
    def resources(self) -> ResourceManagementClient:
        """Groups and resources."""
        return self._made(ResourceManagementClient, self.subscription)

    @cached_property
    def deployments(self) -> DeploymentsMgmtClient:
        """Deployments."""
        return self._made(DeploymentsMgmtClient, self.subscription)

    @cached_property
    def compute(self) -> ComputeManagementClient:
        """Machines."""
        return self._made(ComputeManagementClient, self.subscription)

    @cached_property
    def network(self) -> NetworkManagementClient:
        """Networks."""
        return self._made(NetworkManagementClient, self.subscription)

    @cached_property
    def storage(self) -> StorageManagementClient:
        """Storage accounts."""
        return self._made(StorageManagementClient, self.subscription)

    @cached_property
    def vaults(self) -> KeyVaultManagementClient:
        """Key vaults."""
        return self._made(KeyVaultManagementClient, self.subscription)

    @cached_property
    def authorization(self) -> AuthorizationManagementClient:
        """Roles."""
        return self._made(AuthorizationManagementClient, self.subscription)

    def secrets(self, uri: str) -> SecretClient:
        """What is in a vault."""
        ca_file = self.double.ca_file
        client = SecretClient(uri, self.credential, connection_verify=ca_file, verify_challenge_resource=False)
        return self._stack.enter_context(client)
