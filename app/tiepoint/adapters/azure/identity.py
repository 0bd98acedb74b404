"""Signing in through azure-identity: browser or device code, one tenant, one prompt for all services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tiepoint.adapters.azure.clients import AzureClients
from tiepoint.domain.account import Account, DeviceCode, SignInMethod, TokenStorage
from tiepoint.domain.cloud import PUBLIC, Cloud

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential


class AzureIdentity:
    """The sign-in. See `ports.identity.Identity`."""

    def __init__(self) -> None:
        self.cloud: Cloud = PUBLIC
        """Where the person is signed in; the other adapters read it."""
        self._clients: dict[str, AzureClients] = {}

    def clients(self, subscription: str = "") -> AzureClients:
        """Return the clients for a subscription, the same ones at every call while the sign-in lasts."""
        return self._clients.setdefault(subscription, AzureClients(self, subscription))

    @property
    def credential(self) -> TokenCredential:
        """What Azure's clients are given; asked from any thread, never prompts.

        Raises:
            SignInNeeded: Nobody is signed in.
        """
        raise NotImplementedError

    def challenged(self, scopes: Sequence[str], claims: str) -> None:
        """Remember what Azure wants confirmed; `confirm` asks for it. Any thread."""
        raise NotImplementedError

    @property
    def storage(self) -> TokenStorage:
        """Where tokens are kept."""
        return TokenStorage.MEMORY

    async def sign_in(
        self,
        cloud: Cloud,
        *,
        tenant: str = "",
        client_id: str = "",
        method: SignInMethod = SignInMethod.BROWSER,
        may_store_in_plain_text: bool = False,
        show_code: Callable[[DeviceCode], None] | None = None,
    ) -> Account:
        """Let the person sign in; see the port."""
        raise NotImplementedError

    async def restore(self, cloud: Cloud, *, client_id: str = "") -> Account | None:
        """Take up the last sign-in; see the port."""
        raise NotImplementedError

    async def confirm(self) -> None:
        """Let the person confirm; see the port."""
        raise NotImplementedError

    async def sign_out(self) -> None:
        """Forget the sign-in; see the port."""
        raise NotImplementedError

    async def storage_token(self) -> tuple[str, float]:
        """Return a token for Blob; see the port."""
        raise NotImplementedError
