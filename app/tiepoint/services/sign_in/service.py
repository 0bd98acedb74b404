"""The front of signing in: what a person does, and what others may ask for.

Nothing opens a browser but `sign_in` and `confirm`, which only a person's act may call. On the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tiepoint.domain.account import Account, DeviceCode, SignInMethod, SubscriptionId
from tiepoint.domain.errors import Canceled, SetByOrganisation, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.ports.azure import Azure, Directory
from tiepoint.ports.identity import Identity
from tiepoint.ports.token_source import Credential, TokenSource
from tiepoint.services.preferences import Preferences
from tiepoint.services.sign_in.board import SignInBoard
from tiepoint.services.sign_in.policy import asked_tenant, refuse_unusable, restored
from tiepoint.services.sign_in.restoring import Restoring
from tiepoint.services.sign_in.rights import Rights, nobody
from tiepoint.services.sign_in.source import SignInSource
from tiepoint.services.sign_in.state import SIGNED_OUT, SignInSnapshot, SignInState, cloud_of
from tiepoint.services.sign_in.subscriptions import Subscriptions
from tiepoint.services.sign_in.waiting import Waiting


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
        self._identity, self._preferences, self._forget = identity, preferences, forget
        self._board = SignInBoard(preferences)
        self.changed = self._board.changed
        self._subscriptions = Subscriptions(self._board, directory, preferences)
        self._restoring = Restoring(self._board, self._take_up, self._welcome, was_signed_in, sleep)
        self._rights = Rights(self._board, identity, azure_for, self.restore)
        self._waiting = Waiting()
        self._is_used = False

    @property
    def snapshot(self) -> SignInSnapshot:
        """Signing in as it is now."""
        return self._board.now()

    async def restore(self) -> None:
        """Take up the last sign-in, asking nobody; failures are in the snapshot. Does nothing when signed in.

        Without a network it is tried again by itself until somebody signs in or `stop`.
        """
        await self._restoring.restore()

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
        self._board.put(state=SignInState.WAITING, cloud=cloud, code=None, failure=None)
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
        await self._board.remember(tenant=asked)
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
        self._board.put(state=SignInState.CONFIRMING, code=None, failure=None)
        try:
            await self._waiting.wait_for(self._identity.confirm(method, self._show_code))
        except BaseException as error:
            self._put_back(before, error)
            raise
        self._board.put(state=SignInState.SIGNED_IN, code=None, needs_confirmation=False)

    def ask_to_confirm(self) -> None:
        """Say that Azure refused something until the person confirms."""
        if self.snapshot.account is not None:
            self._board.put(needs_confirmation=True)

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
            raise nobody()

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
            self._rights.forget()
            self._board.put(**SIGNED_OUT, cloud=self._board.cloud_or_public(), failure=None)
        await self._forget_given()

    async def look(self) -> None:
        """Read tenants and subscriptions again; failures are in the snapshot."""
        await self._subscriptions.look()

    async def choose(self, subscription: SubscriptionId) -> None:
        """Use this subscription from now on.

        Raises:
            UsageError: It is not one of the person's.
        """
        await self._subscriptions.choose(subscription)

    def azure(self) -> Azure:
        """Return Azure's roles for the chosen subscription, the same ones while it stays chosen.

        Raises:
            SignInNeeded: Nobody is signed in, or no subscription is chosen.
        """
        return self._rights.azure()

    def blob_source(self) -> TokenSource:
        """Return a source of rights to containers, by the sign-in; it may be asked while signed out and says so."""
        return SignInSource(lambda: self.snapshot.cloud, self.storage_credential)

    async def storage_credential(self) -> Credential:
        """Return the right to Blob that the sign-in gives, renewed silently.

        Raises:
            SignInNeeded: Nobody is signed in, or no more.
            ConnectionLost: It cannot be renewed without a network.
        """
        return await self._rights.storage_credential()

    async def management_token(self) -> str:
        """Return a token for Azure's management, which Bastion asks for; for memory only. Raises as `azure`, and as
        `storage_credential`.
        """
        return await self._rights.management_token()

    async def stop(self) -> None:
        """Wait for nobody any more and let go of all connections; the sign-in is kept for the next start."""
        await self._waiting.end()
        await self._restoring.stop()
        if self._is_used:
            await self._identity.close()

    def _asked_tenant(self, typed: str, usual: str) -> str:
        policy = self._preferences.policy
        try:
            refuse_unusable(policy)
            return asked_tenant(policy, typed, usual)
        except SetByOrganisation as error:
            self._board.put(failure=Failure.of(error))
            raise

    async def _take_up(self) -> Account | None:
        settings = self._preferences.settings
        cloud = cloud_of(settings)
        self._board.put(cloud=cloud)
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
            self._board.put(code=code)

    async def _welcome(self, account: Account) -> None:
        self._rights.forget()
        signed_in = {"state": SignInState.SIGNED_IN, "account": account, "storage": self._identity.storage}
        self._board.put(**{**SIGNED_OUT, **signed_in, "failure": None})
        await self.look()

    def _put_back(self, before: SignInSnapshot, error: BaseException) -> None:
        is_news = isinstance(error, TiepointError) and not isinstance(error, Canceled)
        failure = Failure.of(error) if is_news and isinstance(error, TiepointError) else None
        state = SignInState.SIGNED_IN if before.account is not None else SignInState.SIGNED_OUT
        cloud = before.cloud if before.account is not None else self.snapshot.cloud
        self._board.put(state=state, cloud=cloud, code=None, failure=failure)
