"""Where signing in is, as one value that panel and command line show. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from tiepoint.domain.account import Account, DeviceCode, Subscription, Tenant, TokenStorage
from tiepoint.domain.cloud import CLOUDS, PUBLIC, Cloud, custom_cloud
from tiepoint.domain.failure import Failure
from tiepoint.domain.settings import Settings


def cloud_of(settings: Settings) -> Cloud:
    """Return the cloud that is set.

    Raises:
        UsageError: A custom cloud is chosen and not described, or wrongly.
    """
    return CLOUDS.get(settings.cloud) or custom_cloud(settings.custom_cloud or {})


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


SIGNED_OUT: Final[Mapping[str, Any]] = {
    "state": SignInState.SIGNED_OUT,
    "account": None,
    "tenants": (),
    "subscriptions": (),
    "subscription": None,
    "code": None,
    "needs_confirmation": False,
}
"""What changes in a snapshot when nobody is signed in."""


def no_subscription(account: Account, tenant: Tenant) -> Failure:
    """Return what to say to somebody without a subscription."""
    return Failure(
        "no-subscription",
        f"{account.username} has no subscription in {tenant.name}.",
        "Choose another organisation, or ask its administrator for a role in a subscription.",
    )
