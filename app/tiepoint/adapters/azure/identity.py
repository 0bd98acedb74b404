"""Signing in through azure-identity: browser or device code, one tenant, one prompt for all services.

The person is asked in a thread of its own, which ends within a second of being cancelled. On the loop's thread, but for
`credential`, `cloud`, `clients` and `challenged`, which any thread may use.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import msal
from azure.identity import AuthenticationRecord

from tiepoint.adapters.azure.asking import Asking, BrowserAsking, CodeAsking
from tiepoint.adapters.azure.calling import call, called
from tiepoint.adapters.azure.clients import AzureClients
from tiepoint.adapters.azure.credential import OnePromptCredential
from tiepoint.adapters.azure.interactive import AskingCredential, record_for
from tiepoint.adapters.azure.open_page import opened_in_browser
from tiepoint.adapters.azure.sign_in_record import SignInRecord, read_record, remove_record, write_record
from tiepoint.adapters.azure.token_store import TokenStore, forget_access, forget_others
from tiepoint.domain.account import Account, DeviceCode, SignInMethod, Tenant, TenantId, TokenStorage
from tiepoint.domain.cloud import DEFAULT_CLIENT_ID, PUBLIC, Cloud
from tiepoint.domain.errors import ConfirmationNeeded, SetupError, SignInNeeded, UsageError

T = TypeVar("T")
_END_S: Final = 3.0
"""How long a cancelled sign-in's thread may take to end; it polls every second."""
_SIGN_IN: Final = "Sign in."
_NOBODY: Final = "Nobody is signed in."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Session:
    """Somebody who is signed in."""

    kept: SignInRecord
    record: AuthenticationRecord
    cache: msal.TokenCache
    credential: AskingCredential

    @property
    def account(self) -> Account:
        asked = self.kept.tenant
        domain = asked if "." in asked else ""
        tenant = Tenant(TenantId(self.record.tenant_id), domain or self.record.tenant_id, domain)
        return Account(self.record.username, tenant, self.kept.object_id, self.kept.cloud.name)


class AzureIdentity:
    """The sign-in. See `ports.identity.Identity`.

    Args:
        folder: For the record of the last sign-in, and for tokens if the person agreed to a file.
        store_name: Name of the secret in the system's store.
        open_page: Opens an address in the browser and says whether it could.
    """

    def __init__(
        self, folder: Path, store_name: str = "tiepoint", open_page: Callable[[str], bool] = opened_in_browser
    ) -> None:
        self.cloud: Cloud = PUBLIC
        """Where the person is signed in; the other adapters read it."""
        self._folder, self._open_page = folder, open_page
        self._store = TokenStore(folder, store_name)
        self._clients: dict[str, AzureClients] = {}
        self._session: _Session | None = None
        self._challenge: tuple[tuple[str, ...], str] | None = None
        self._show_code: Callable[[DeviceCode], None] | None = None

    def clients(self, subscription: str = "") -> AzureClients:
        """Return the clients for a subscription, the same ones at every call while the sign-in lasts."""
        return self._clients.setdefault(subscription, AzureClients(self, subscription))

    @property
    def credential(self) -> OnePromptCredential:
        """What Azure's clients are given; asked from any thread, never prompts.

        Raises:
            SignInNeeded: Nobody is signed in.
        """
        return OnePromptCredential(self._signed_in().credential)

    def challenged(self, scopes: Sequence[str], claims: str) -> None:
        """Remember what Azure wants confirmed; `confirm` asks for it. Any thread."""
        self._challenge = (tuple(scopes), claims)

    def forget_access_tokens(self) -> None:
        """Take no access token for good any more; the next one asked for is new. Any thread."""
        session = self._session
        if session is not None:
            forget_access(session.cache)

    @property
    def storage(self) -> TokenStorage:
        """Where tokens are kept."""
        return self._session.kept.storage if self._session is not None else TokenStorage.MEMORY

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
        self._show_code = show_code
        asking = self._asking(method, show_code)
        application = client_id or DEFAULT_CLIENT_ID
        cache, record, claims = await self._while_asked(asking, _ask_anew, asking, cloud, application, tenant)
        kept = SignInRecord(
            cloud,
            record.serialize(),
            application,
            method,
            TokenStorage.MEMORY,
            tenant,
            str(claims.get("oid") or ""),
        )
        session = await asyncio.shield(
            asyncio.to_thread(self._keep, kept, record, cache, may_be_plain=may_store_in_plain_text)
        )
        self._use(session)
        return session.account

    async def restore(self, cloud: Cloud, *, client_id: str = "") -> Account | None:
        """Take up the last sign-in; see the port."""
        kept = await asyncio.to_thread(read_record, self._folder)
        if kept is None or not _is_same(kept.cloud, cloud) or kept.client_id != (client_id or DEFAULT_CLIENT_ID):
            return None
        return await self._take_up(kept, cloud)

    async def restore_last(self, *, client_id: str = "") -> Account | None:
        """Take up the last sign-in wherever it was; for programs that know no settings.

        Args:
            client_id: The one application it may have been made with; empty = any.
        """
        kept = await asyncio.to_thread(read_record, self._folder)
        if kept is None or (client_id and kept.client_id.casefold() != client_id.casefold()):
            return None
        return await self._take_up(kept, kept.cloud)

    async def confirm(
        self, method: SignInMethod | None = None, show_code: Callable[[DeviceCode], None] | None = None
    ) -> None:
        """Let the person confirm; see the port."""
        session, challenge = self._signed_in(), self._challenge
        if challenge is None:
            return
        shown = show_code or self._show_code
        way = method or session.kept.method
        if way is SignInMethod.DEVICE_CODE and shown is None:
            way = SignInMethod.BROWSER
        asking = self._asking(way, shown, session.record.username)
        await self._while_asked(asking, _ask_again, asking, session, challenge)
        if self._challenge == challenge:
            self._challenge = None

    async def sign_out(self) -> None:
        """Forget the sign-in; see the port."""
        await self.close()
        await asyncio.to_thread(self._forget)

    async def storage_token(self) -> tuple[str, float]:
        """Return a token for Blob; see the port."""
        credential, scope = self.credential, self.cloud.storage_scope
        token = await call(self, credential.get_token, scope)
        return token.token, float(token.expires_on)

    async def management_token(self) -> str:
        """Return a token for Azure's management; see the port."""
        credential, scope = self.credential, self.cloud.management_scope
        return str((await call(self, credential.get_token, scope)).token)

    async def close(self) -> None:
        """Let go of all connections; the sign-in is kept for the next start."""
        session, self._session, self._challenge = self._session, None, None
        clients, self._clients = self._clients, {}
        for each in clients.values():
            each.close()
        if session is not None:
            session.credential.close()

    def _signed_in(self) -> _Session:
        if self._session is None:
            raise SignInNeeded(_NOBODY, remedy=_SIGN_IN)
        return self._session

    def _use(self, session: _Session) -> None:
        old, self._session, self._challenge = self._session, session, None
        self.cloud = session.kept.cloud
        for each in self._clients.values():
            each.close()
        self._clients.clear()
        if old is not None:
            old.credential.close()

    def _asking(
        self, method: SignInMethod, show_code: Callable[[DeviceCode], None] | None, username: str = ""
    ) -> Asking:
        if method is SignInMethod.BROWSER:
            return BrowserAsking(self._open_page, username)
        if show_code is None:
            raise UsageError("Nobody would see the code.", remedy="Sign in with the browser.")
        loop, show = asyncio.get_running_loop(), show_code
        return CodeAsking(lambda code: _told(loop, show, code))

    async def _while_asked(self, asking: Asking, blocking: Callable[..., T], *args: Any) -> T:
        """Run the thread that asks; when the task is cancelled, let it end and close its port."""
        running = asyncio.get_running_loop().run_in_executor(None, lambda: called(self, blocking, *args))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            asking.cancel()
            await asyncio.wait([running], timeout=_END_S)
            if running.done():
                running.exception()
            raise
        except ConfirmationNeeded as error:
            raise SignInNeeded(error.summary, remedy="Sign in again.", detail=error.detail) from error

    def _keep(
        self, kept: SignInRecord, record: AuthenticationRecord, fresh: msal.TokenCache, *, may_be_plain: bool
    ) -> _Session:
        cache, storage = self._store.keep(fresh, may_be_plain=may_be_plain)
        kept = SignInRecord(kept.cloud, kept.record, kept.client_id, kept.method, storage, kept.tenant, kept.object_id)
        remove_record(self._folder)
        if storage is not TokenStorage.MEMORY:
            try:
                write_record(self._folder, kept)
            except OSError as error:
                _log.warning("the sign-in is not remembered: %s", error)
        return _session(kept, record, cache)

    async def _take_up(self, kept: SignInRecord, cloud: Cloud) -> Account | None:
        if self._session is not None:
            return self._session.account
        session = await call(self, self._opened, kept, cloud)
        if session is None:
            return None
        try:
            await call(self, OnePromptCredential(session.credential).get_token, cloud.management_scope)
        except ConfirmationNeeded as error:
            session.credential.close()
            raise SignInNeeded(
                "The last sign-in has to be confirmed.", remedy="Sign in again.", detail=error.detail
            ) from error
        except BaseException:
            session.credential.close()
            raise
        self._use(session)
        return session.account

    def _opened(self, kept: SignInRecord, cloud: Cloud) -> _Session | None:
        cache = self._store.open(kept.storage)
        if cache is None:
            return None
        record = record_for(cloud, AuthenticationRecord.deserialize(kept.record))
        moved = SignInRecord(cloud, kept.record, kept.client_id, kept.method, kept.storage, kept.tenant, kept.object_id)
        return _session(moved, record, cache)

    def _forget(self) -> None:
        remove_record(self._folder)
        left = self._store.forget(may_ask=True)
        if left is not None:
            raise SetupError(f"The tokens in {left} could not be removed.", remedy="Delete this file yourself.")


def _ask_anew(
    asking: Asking, cloud: Cloud, client_id: str, tenant: str
) -> tuple[msal.TokenCache, AuthenticationRecord, dict[str, Any]]:
    cache = msal.SerializableTokenCache()
    with contextlib.closing(AskingCredential(cloud, client_id, tenant, cache)) as credential:
        credential.asking = asking
        record = credential.authenticate(scopes=[cloud.management_scope], enable_cae=True)
        return cache, record_for(cloud, record), credential.claims_of_id


def _ask_again(asking: Asking, session: _Session, challenge: tuple[tuple[str, ...], str]) -> None:
    """Ask with what Azure wants confirmed; the tokens go into the cache that all clients use."""
    scopes, claims = challenge
    kept = session.kept
    with contextlib.closing(
        AskingCredential(kept.cloud, kept.client_id, "", session.cache, session.record)
    ) as credential:
        credential.asking = asking
        record = credential.authenticate(scopes=list(scopes), claims=claims or None, enable_cae=True)
    if record.home_account_id != session.record.home_account_id:
        forget_others(session.cache, session.record.home_account_id)
        raise SignInNeeded(
            f"{record.username} confirmed, but {session.record.username} is signed in.",
            remedy=f"Confirm again as {session.record.username}, or sign out first.",
        )


def _session(kept: SignInRecord, record: AuthenticationRecord, cache: msal.TokenCache) -> _Session:
    return _Session(kept, record, cache, AskingCredential(kept.cloud, kept.client_id, "", cache, record))


def _is_same(one: Cloud, other: Cloud) -> bool:
    return (one.name, one.authority, one.management) == (other.name, other.authority, other.management)


def _told(loop: asyncio.AbstractEventLoop, show: Callable[[DeviceCode], None], code: DeviceCode) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
        loop.call_soon_threadsafe(show, code)
