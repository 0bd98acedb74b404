"""Key Vault's secrets: whether they are there, and putting them. Values are never read, kept or logged.

On the loop's thread; Azure's library works in others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tiepoint.adapters.azure.calling import call

if TYPE_CHECKING:
    from azure.keyvault.secrets import SecretClient

    from tiepoint.adapters.azure.identity import AzureIdentity


class AzureSecretVault:
    """See `ports.azure.SecretVault`.

    Args:
        identity: Whose rights.
    """

    def __init__(self, identity: AzureIdentity) -> None:
        self._identity = identity

    async def has(self, vault_uri: str, name: str) -> bool:
        """Whether there is a secret; see the port."""
        return await call(self._identity, self._has, vault_uri, name)

    async def get(self, vault_uri: str, name: str) -> str:
        """A secret's value; see the port."""
        return await call(self._identity, self._get, vault_uri, name)

    async def set(self, vault_uri: str, name: str, value: str) -> None:
        """Put a secret; see the port."""
        await call(self._identity, self._set, vault_uri, name, value)

    def _client(self, vault_uri: str) -> SecretClient:
        from azure.keyvault.secrets import SecretClient

        return SecretClient(vault_uri, self._identity.credential, **self._identity.clients("").vault_options)

    def _has(self, vault_uri: str, name: str) -> bool:
        """Names and states are listed, which needs no right to read values."""
        from azure.core.exceptions import ResourceNotFoundError

        with self._client(vault_uri) as client:
            try:
                return any(each.enabled for each in client.list_properties_of_secret_versions(name))
            except ResourceNotFoundError:
                return False

    def _get(self, vault_uri: str, name: str) -> str:
        with self._client(vault_uri) as client:
            return client.get_secret(name).value or ""

    def _set(self, vault_uri: str, name: str, value: str) -> None:
        from azure.core.exceptions import ResourceExistsError

        with self._client(vault_uri) as client:
            try:
                client.set_secret(name, value)
            except ResourceExistsError:
                # A secret of this name was deleted and still keeps its name: it comes back and gets the new value.
                client.begin_recover_deleted_secret(name).wait()
                client.set_secret(name, value)
