"""Signing in, choosing a subscription, confirming: one state that panel and command line show.

Nothing opens a browser but `sign_in` and `confirm`, which only a person's act may call. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from tiepoint.domain.account import Account, DeviceCode, SignInMethod, Subscription, SubscriptionId
from tiepoint.domain.cloud import PUBLIC, Cloud
from tiepoint.domain.errors import (
    Canceled,
    ConfirmationNeeded,
    ConnectionLost,
    NoSpace,
    SetByOrganisation,
    SetupError,
    SignInNeeded,
    TiepointError,
    UsageError,
)
from tiepoint.domain.failure import Failure
from tiepoint.domain.settings import Settings
from tiepoint.ports.azure import Azure, Directory
from tiepoint.ports.identity import Identity
from tiepoint.ports.token_source import Credential, TokenSource
from tiepoint.services.event import Event
from tiepoint.services.preferences import Preferences
from tiepoint.services.sign_in_policy import asked_tenant, refuse_unusable, restored
from tiepoint.services.sign_in_source import SignInSource
from tiepoint.services.sign_in_state import SIGNED_OUT, SignInSnapshot, SignInState, cloud_of, no_subscription
from tiepoint.services.sign_in_waiting import Waiting

__all__ = ["SignInService", "SignInSnapshot", "SignInState", "cloud_of"]

_NOBODY: Final = "Nobody is signed in to Azure."
_NETWORK_S: Final = 30.0
_SIGN_IN: Final = "Sign in on the Cluster page, or with: tiepoint sign-in"


class SignInService:
    """The sign-in; `changed` tells every new snapshot.

    Args:
        identity: Signs in.
        directory: Tenants and subscriptions of whoever is signed in.
        preferences: Cloud, tenant, client id and subscription are settings; an organisation may have set some.
        azure_for: Makes Azure's roles for a subscription.
        was_signed_in: Whether anything is left of an earlier sign-in; without it `restore` need not look.
        sleep: Waits until the network may be back; a test gives its own.
        forget: Lets others forget what the sign-in gave them, when the person signs out or a policy ends the sign-in.
    """

    def __init__(
        self,
        identity: Identity,
        directory: Directory,
        preferences: Preferences,
        azure_for: Callable[[SubscriptionId], Azure],
        was_signed_in: Callable[[], bool] = lambda: True,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        forget: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.changed: Event[SignInSnapshot] = Event()
        self._identity, self._directory = identity, directory
        self._preferences, self._azure_for = preferences, azure_for
        self._was_signed_in, self._sleep, self._forget = was_signed_in, sleep, forget
        self._snapshot: SignInSnapshot | None = None
        self._waiting = Waiting()
        self._restoring = asyncio.Lock()
        self._again: asyncio.Task[None] | None = None
        self._azure: tuple[SubscriptionId, Azure] | None = None
        self._is_used = False

    @property
    def snapshot(self) -> SignInSnapshot:
        """Signing in as it is now."""
        if self._snapshot is None:
            self._snapshot = SignInSnapshot(cloud=self._cloud_or_public())
            self._preferences.changed.subscribe(self._on_settings)
        return self._snapshot

    async def restore(self) -> None:
        """Take up the last sign-in, asking nobody; failures are in the snapshot. Does nothing when signed in.

        Without a network it is tried again by itself until somebody signs in or `stop`.
        """
        await self._restore(is_told=True)

    async def _restore(self, *, is_told: bool) -> None:
        async with self._restoring:
            if self.snapshot.state is not SignInState.SIGNED_OUT or not self._was_signed_in():
                return
            if is_told:
                self._put(state=SignInState.RESTORING, failure=None)
            try:
                account = await self._restored()
            except BaseException as error:
                failure = Failure.of(error) if isinstance(error, TiepointError) else None
                if is_told:
                    self._end_restoring(failure)
                if failure is None:
                    raise
                if isinstance(error, ConnectionLost):
                    self._restore_later()
                return
            if account is None:
                self._end_restoring(None)
            elif self._now().state in {SignInState.RESTORING, SignInState.SIGNED_OUT}:
                await self._welcome(account)

    def _restore_later(self) -> None:
        async def later() -> None:
            await self._sleep(_NETWORK_S)
            self._again = None
            await self._restore(is_told=False)

        if self._again is None:
            self._again = asyncio.get_running_loop().create_task(later(), name="restore-sign-in")

    async def sign_in(self, method: SignInMethod = SignInMethod.BROWSER, *, tenant: str = "") -> Account:
        """Let the person sign in, then read subscriptions and choose the one used last.

        Args:
            method: Browser or device code.
            tenant: Id or domain; empty = the one in the settings, else the person's own.

        Raises:
            SignInNeeded, Canceled, ConnectionLost: As `ports.identity`; also in the snapshot.
            SetByOrganisation: The policy names another organisation; nobody was asked. Also in the snapshot.
            UsageError: The cloud in the settings is described wrongly.
        """
        settings = self._preferences.settings
        asked = self._asked_tenant(tenant.strip(), settings.tenant)
        await self._waiting.end()
        cloud = cloud_of(settings)
        before = self.snapshot
        self._put(state=SignInState.WAITING, cloud=cloud, code=None, failure=None)
        try:
            await self._make_ready()
            account = await self._waiting.wait_for(
                self._identity.sign_in(
                    cloud,
                    tenant=asked,
                    client_id=settings.client_id,
                    method=method,
                    may_store_in_plain_text=settings.are_tokens_in_plain_text,
                    show_code=self._show_code,
                )
            )
        except BaseException as error:
            self._put_back(before, error)
            raise
        await self._remember(tenant=asked)
        await self._welcome(account)
        return self.snapshot.account or account

    def cancel(self) -> None:
        """Wait no longer for the person; nothing changes otherwise."""
        self._waiting.cancel()

    async def confirm(self, method: SignInMethod | None = None) -> None:
        """Let the person confirm what Azure asked for.

        Args:
            method: Browser or device code; None = as at the sign-in.

        Raises:
            SignInNeeded, Canceled, ConnectionLost: As `ports.identity`.
        """
        await self._waiting.end()
        before = self.snapshot
        self._put(state=SignInState.CONFIRMING, code=None, failure=None)
        try:
            await self._waiting.wait_for(self._identity.confirm(method, self._show_code))
        except BaseException as error:
            self._put_back(before, error)
            raise
        self._put(state=SignInState.SIGNED_IN, code=None, needs_confirmation=False)

    def ask_to_confirm(self) -> None:
        """Say that Azure refused something until the person confirms."""
        if self.snapshot.account is not None:
            self._put(needs_confirmation=True)

    async def confirmed(self) -> None:
        """Wait until nothing needs to be confirmed any more.

        Raises:
            SignInNeeded: The person signed out instead.
        """
        settled = asyncio.Event()
        unsubscribe = self.changed.subscribe(
            lambda snapshot: settled.set() if not snapshot.needs_confirmation else None
        )
        try:
            while self.snapshot.needs_confirmation:
                await settled.wait()
                settled.clear()
        finally:
            unsubscribe()
        if self.snapshot.account is None:
            raise SignInNeeded(_NOBODY, remedy=_SIGN_IN)

    async def sign_out(self) -> None:
        """Forget the sign-in and its tokens.

        Raises:
            SetupError: Tokens lie in a file that cannot be removed; nobody is signed in all the same.
        """
        await self._waiting.end()
        await self._make_ready()
        try:
            await self._identity.sign_out()
        finally:
            self._azure = None
            self._put(**SIGNED_OUT, cloud=self._cloud_or_public(), failure=None)
        await self._forget_given()

    async def look(self) -> None:
        """Read tenants and subscriptions again; failures are in the snapshot."""
        if self.snapshot.account is None:
            return
        try:
            subscriptions = await self._directory.subscriptions()
            tenants = await self._directory.tenants()
        except ConfirmationNeeded as error:
            self._put(needs_confirmation=True, failure=Failure.of(error))
            return
        except TiepointError as error:
            self._put(failure=Failure.of(error))
            return
        account = self._now().account
        if account is None:
            return  # signed out meanwhile
        tenant = next((each for each in tenants if each.id == account.tenant.id), account.tenant)
        self._put(
            account=replace(account, tenant=tenant),
            tenants=tenants,
            subscriptions=subscriptions,
            subscription=self._chosen(subscriptions),
            failure=None if subscriptions else no_subscription(account, tenant),
        )

    async def choose(self, subscription: SubscriptionId) -> None:
        """Use this subscription from now on.

        Raises:
            UsageError: It is not one of the person's.
        """
        found = next((each for each in self.snapshot.subscriptions if each.id == subscription), None)
        if found is None:
            raise UsageError(
                f"There is no subscription {subscription} for this account.", remedy="Choose one of those listed."
            )
        self._put(subscription=found)
        await self._remember(subscription=str(found.id))

    def azure(self) -> Azure:
        """Return Azure's roles for the chosen subscription, the same ones while it stays chosen.

        Raises:
            SignInNeeded: Nobody is signed in, or no subscription is chosen.
        """
        snapshot = self.snapshot
        if snapshot.account is None:
            raise SignInNeeded(_NOBODY, remedy=_SIGN_IN)
        if snapshot.subscription is None:
            raise SignInNeeded("No subscription is chosen.", remedy="Choose the subscription that is to be billed.")
        chosen = snapshot.subscription.id
        if self._azure is None or self._azure[0] != chosen:
            self._azure = (chosen, self._azure_for(chosen))
        return self._azure[1]

    def blob_source(self) -> TokenSource:
        """Return a source of rights to containers, by the sign-in; it may be asked while signed out and says so."""
        return SignInSource(lambda: self.snapshot.cloud, self.storage_credential)

    async def storage_credential(self) -> Credential:
        """Return the right to Blob that the sign-in gives, renewed silently.

        Raises:
            SignInNeeded: Nobody is signed in, or no more.
            ConnectionLost: It cannot be renewed without a network.
        """
        await self.restore()
        if self.snapshot.account is None:
            failure = self.snapshot.failure
            raise failure.as_error() if failure is not None else SignInNeeded(_NOBODY, remedy=_SIGN_IN)
        try:
            token, expires = await self._identity.storage_token()
        except ConfirmationNeeded:
            self.ask_to_confirm()
            raise
        except SignInNeeded as error:
            self._put(failure=Failure.of(error))
            raise
        ends, ca_file = datetime.fromtimestamp(expires, UTC), self.snapshot.cloud.ca_file
        return Credential("bearer", token, ends, is_by_sign_in=True, ca_file=ca_file)

    async def management_token(self) -> str:
        """Return a token for Azure's management, which Bastion asks for; for memory only. Raises as `azure`, and as
        `storage_credential`.
        """
        if self.snapshot.account is None:
            raise SignInNeeded(_NOBODY, remedy=_SIGN_IN)
        return await self._identity.management_token()

    async def stop(self) -> None:
        """Wait for nobody any more and let go of all connections; the sign-in is kept for the next start."""
        await self._waiting.end()
        again, self._again = self._again, None
        if again is not None:
            again.cancel()
            await asyncio.wait([again])
        if self._is_used:
            await self._identity.close()

    def _asked_tenant(self, typed: str, usual: str) -> str:
        policy = self._preferences.policy
        try:
            refuse_unusable(policy)
            return asked_tenant(policy, typed, usual)
        except SetByOrganisation as error:
            self._put(failure=Failure.of(error))
            raise

    def _end_restoring(self, failure: Failure | None) -> None:
        if self.snapshot.state is SignInState.RESTORING:
            self._put(state=SignInState.SIGNED_OUT, failure=failure)

    async def _restored(self) -> Account | None:
        settings = self._preferences.settings
        cloud = cloud_of(settings)
        self._put(cloud=cloud)
        await self._make_ready()
        policy = self._preferences.policy
        return await restored(self._identity, cloud, policy, client_id=settings.client_id, forget=self._forget_given)

    async def _forget_given(self) -> None:
        if self._forget is not None:
            await self._forget()

    async def _make_ready(self) -> None:
        """Read Azure's libraries in a thread when they are used first: it takes most of a second."""
        self._is_used = True
        await asyncio.to_thread(lambda: self._identity.storage)

    def _show_code(self, code: DeviceCode) -> None:
        if self._waiting.is_going_on:
            self._put(code=code)

    async def _welcome(self, account: Account) -> None:
        self._azure = None
        signed_in = {"state": SignInState.SIGNED_IN, "account": account, "storage": self._identity.storage}
        self._put(**{**SIGNED_OUT, **signed_in, "failure": None})
        await self.look()

    def _put_back(self, before: SignInSnapshot, error: BaseException) -> None:
        is_news = isinstance(error, TiepointError) and not isinstance(error, Canceled)
        failure = Failure.of(error) if is_news and isinstance(error, TiepointError) else None
        state = SignInState.SIGNED_IN if before.account is not None else SignInState.SIGNED_OUT
        cloud = before.cloud if before.account is not None else self.snapshot.cloud
        self._put(state=state, cloud=cloud, code=None, failure=failure)

    def _chosen(self, subscriptions: tuple[Subscription, ...]) -> Subscription | None:
        """Return the one used last, else the only one that works."""
        last = self._preferences.settings.subscription
        for each in subscriptions:
            if each.id == last:
                return each
        enabled = [each for each in subscriptions if each.state != "Disabled"]
        return enabled[0] if len(enabled) == 1 else None

    async def _remember(self, **changes: str) -> None:
        settings = self._preferences.settings
        if any(getattr(settings, name) != value for name, value in changes.items()):
            with contextlib.suppress(SetupError, NoSpace):  # it holds for this run all the same
                await self._preferences.update(**changes)

    def _cloud_or_public(self) -> Cloud:
        try:
            return cloud_of(self._preferences.settings)
        except UsageError:
            return PUBLIC

    def _on_settings(self, settings: Settings) -> None:
        if self.snapshot.state is SignInState.SIGNED_OUT and self.snapshot.cloud != self._cloud_or_public():
            self._put(cloud=self._cloud_or_public())

    def _now(self) -> SignInSnapshot:
        """Return the snapshot anew, as it may have changed while we waited."""
        return self.snapshot

    def _put(self, **changes: Any) -> None:
        new = replace(self.snapshot, **changes)
        if new != self._snapshot:
            self._snapshot = new
            self.changed.emit(new)
