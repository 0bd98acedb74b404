"""Signing in, choosing a subscription, confirming: one state that panel and command line show.

Nothing opens a browser but `sign_in` and `confirm`, which only a person's act may call. On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tiepoint.domain.account import (
    Account,
    DeviceCode,
    SignInMethod,
    Subscription,
    SubscriptionId,
    Tenant,
    TokenStorage,
)
from tiepoint.domain.cloud import PUBLIC, Cloud
from tiepoint.domain.failure import Failure
from tiepoint.ports.azure import Azure, Directory
from tiepoint.ports.identity import Identity
from tiepoint.ports.token_source import TokenSource
from tiepoint.services.event import Event
from tiepoint.services.preferences import Preferences


class SignInState(StrEnum):
    """Where signing in is."""

    SIGNED_OUT = "signed-out"
    RESTORING = "restoring"
    WAITING = "waiting"
    """For the person: in the browser, or with the code."""
    SIGNED_IN = "signed-in"
    CONFIRMING = "confirming"
    """The person confirms in the browser what Azure asked for."""


@dataclass(frozen=True, slots=True)
class SignInSnapshot:
    """Signing in at one moment.

    Args:
        state: See `SignInState`.
        cloud: Which Azure.
        account: Who; None while signed out.
        tenants: What they belong to; empty until it is known.
        subscriptions: Of the tenant signed in to; empty until they are known.
        subscription: The one chosen; None = none, or there is none.
        code: To type on another device while it waits for that.
        storage: Where tokens are kept.
        needs_confirmation: Azure refused something until the person confirms; `confirm` does.
        failure: Why the last sign-in, restore or look at subscriptions failed.
    """

    state: SignInState = SignInState.SIGNED_OUT
    cloud: Cloud = PUBLIC
    account: Account | None = None
    tenants: tuple[Tenant, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    subscription: Subscription | None = None
    code: DeviceCode | None = None
    storage: TokenStorage = TokenStorage.SYSTEM
    needs_confirmation: bool = False
    failure: Failure | None = None

    @property
    def is_ready(self) -> bool:
        """Whether Azure can be asked: somebody is signed in and a subscription chosen."""
        return self.account is not None and self.subscription is not None


class SignInService:
    """The sign-in; `changed` tells every new snapshot.

    Args:
        identity: Signs in.
        directory: Tenants and subscriptions of whoever is signed in.
        preferences: Cloud, tenant, client id and subscription are settings.
        azure_for: Makes Azure's roles for a subscription.
    """

    def __init__(
        self,
        identity: Identity,
        directory: Directory,
        preferences: Preferences,
        azure_for: Callable[[SubscriptionId], Azure],
    ) -> None:
        self.changed: Event[SignInSnapshot] = Event()
        self._identity, self._directory = identity, directory
        self._preferences, self._azure_for = preferences, azure_for
        self._snapshot = SignInSnapshot()

    @property
    def snapshot(self) -> SignInSnapshot:
        """Signing in as it is now."""
        return self._snapshot

    async def restore(self) -> None:
        """Take up the last sign-in, asking nobody; failures are in the snapshot. Does nothing when signed in."""
        raise NotImplementedError

    async def sign_in(self, method: SignInMethod = SignInMethod.BROWSER, *, tenant: str = "") -> Account:
        """Let the person sign in, then read subscriptions and choose the one used last.

        Args:
            method: Browser or device code.
            tenant: Id or domain; empty = the one in the settings, else the person's own.

        Raises:
            SignInNeeded, Canceled, ConnectionLost: As `ports.identity`; also in the snapshot.
        """
        raise NotImplementedError

    def cancel(self) -> None:
        """Wait no longer for the person; nothing changes otherwise."""
        raise NotImplementedError

    async def confirm(self) -> None:
        """Let the person confirm what Azure asked for.

        Raises:
            SignInNeeded, Canceled, ConnectionLost: As `ports.identity`.
        """
        raise NotImplementedError

    def ask_to_confirm(self) -> None:
        """Say that Azure refused something until the person confirms."""
        raise NotImplementedError

    async def sign_out(self) -> None:
        """Forget the sign-in and its tokens."""
        raise NotImplementedError

    async def look(self) -> None:
        """Read tenants and subscriptions again; failures are in the snapshot."""
        raise NotImplementedError

    async def choose(self, subscription: SubscriptionId) -> None:
        """Use this subscription from now on.

        Raises:
            UsageError: It is not one of the person's.
        """
        raise NotImplementedError

    def azure(self) -> Azure:
        """Return Azure's roles for the chosen subscription.

        Raises:
            SignInNeeded: Nobody is signed in, or no subscription is chosen.
        """
        raise NotImplementedError

    def blob_source(self) -> TokenSource:
        """Return a source of rights to containers, by the sign-in; it may be asked while signed out and says so."""
        raise NotImplementedError
