"""A person at the Azure double, without a sign-in: what the adapters take for the identity."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from tiepoint.adapters.azure.clients import AzureClients

if TYPE_CHECKING:
    from azure_double.double import AzureDouble
    from tiepoint.adapters.azure.identity import AzureIdentity


class PersonIdentity:
    """Has a right for every service; `challenges` remembers what Azure wanted confirmed.

    Args:
        double: Where.
        username: Who.
    """

    def __init__(self, double: AzureDouble, username: str) -> None:
        self.cloud, self.credential = double.cloud, double.credential(username)
        self.challenges: list[tuple[tuple[str, ...], str]] = []
        self._clients: dict[str, AzureClients] = {}

    def clients(self, subscription: str = "") -> AzureClients:
        """The clients for a subscription."""
        return self._clients.setdefault(subscription, AzureClients(cast("AzureIdentity", self), subscription))

    def challenged(self, scopes: Sequence[str], claims: str) -> None:
        """Remember what is to be confirmed."""
        self.challenges.append((tuple(scopes), claims))

    def forget_access_tokens(self) -> None:
        """Nothing is kept that could be forgotten."""

    def close(self) -> None:
        """Close all clients."""
        for clients in self._clients.values():
            clients.close()


@contextmanager
def a_person(double: AzureDouble, username: str = "mila@studio.example") -> Iterator[Any]:
    """Be a person for a while."""
    identity = PersonIdentity(double, username)
    try:
        yield identity
    finally:
        identity.close()
