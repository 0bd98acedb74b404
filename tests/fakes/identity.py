"""Signing in for tests of services: a person who answers at once, later, or not at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime

from tiepoint.domain.account import (
    Account,
    DeviceCode,
    SignInMethod,
    Subscription,
    SubscriptionId,
    Tenant,
    TenantId,
    TokenStorage,
)
from tiepoint.domain.cloud import Cloud
from tiepoint.domain.errors import SignInNeeded, TiepointError

TENANT = Tenant(TenantId("tenant-1"), "Mill Road Studio", "studio.example")
ACCOUNT = Account("mila@studio.example", Tenant(TENANT.id, TENANT.id), "person-1", "public")
SUBSCRIPTIONS = (
    Subscription(SubscriptionId("sub-1"), "Studio", TENANT.id),
    Subscription(SubscriptionId("sub-2"), "Studio R&D", TENANT.id),
)
CODE = DeviceCode("https://microsoft.com/devicelogin", "ABCD-EFGH", datetime(2026, 11, 26, 3, tzinfo=UTC))
PLANTED_TOKEN = "planted-storage-token"  # noqa: S105  a test looks for it where it must not be


class FakeIdentity:
    """Implements `ports.identity.Identity`.

    Args:
        kept: Who is still signed in from an earlier start.
        answers: Whether the person answers at once; else they are waited for until `answer`.
    """

    def __init__(self, kept: Account | None = None, *, answers: bool = True) -> None:
        self.kept, self.answers = kept, answers
        self.signed_in: Account | None = None
        self.fails: TiepointError | None = None
        """Raised by whatever is called next that may fail."""
        self.calls: list[tuple[object, ...]] = []
        self.lives_s = 3600.0
        self.is_closed = False
        self.asked = asyncio.Event()
        """Set once the person has been asked."""
        self._answer = asyncio.Event()

    @property
    def storage(self) -> TokenStorage:
        return TokenStorage.SYSTEM

    def answer(self) -> None:
        """The person answers now."""
        self._answer.set()

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
        self.calls.append(("sign_in", cloud.name, tenant, client_id, method, may_store_in_plain_text))
        await self._asked(method, show_code)
        self.signed_in = self.kept = ACCOUNT
        return ACCOUNT

    async def restore(self, cloud: Cloud, *, client_id: str = "") -> Account | None:
        self.calls.append(("restore", cloud.name, client_id))
        self._maybe_fail()
        self.signed_in = self.kept
        return self.kept

    async def confirm(
        self, method: SignInMethod | None = None, show_code: Callable[[DeviceCode], None] | None = None
    ) -> None:
        self.calls.append(("confirm", method))
        await self._asked(method or SignInMethod.BROWSER, show_code)

    async def sign_out(self) -> None:
        self.calls.append(("sign_out",))
        self.signed_in = self.kept = None

    async def management_token(self) -> str:
        self.calls.append(("management_token",))
        return "management-token"

    async def storage_token(self) -> tuple[str, float]:
        self.calls.append(("storage_token",))
        self._maybe_fail()
        if self.signed_in is None:
            raise SignInNeeded("Nobody is signed in.")
        return PLANTED_TOKEN, time.time() + self.lives_s

    async def close(self) -> None:
        self.is_closed = True

    async def _asked(self, method: SignInMethod, show_code: Callable[[DeviceCode], None] | None) -> None:
        if method is SignInMethod.DEVICE_CODE and show_code is not None:
            show_code(CODE)
        self.asked.set()
        if not self.answers:
            await self._answer.wait()
        self._maybe_fail()

    def _maybe_fail(self) -> None:
        error, self.fails = self.fails, None
        if error is not None:
            raise error


class FakeDirectory:
    """Implements `ports.azure.Directory`."""

    def __init__(self) -> None:
        self.all_tenants: tuple[Tenant, ...] = (TENANT,)
        self.all_subscriptions: tuple[Subscription, ...] = SUBSCRIPTIONS
        self.fails: TiepointError | None = None

    async def tenants(self) -> tuple[Tenant, ...]:
        return self.all_tenants

    async def subscriptions(self) -> tuple[Subscription, ...]:
        if self.fails is not None:
            raise self.fails
        return self.all_subscriptions
