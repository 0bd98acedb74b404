"""Signing in: who the person is, and tokens that never leave the adapters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from tiepoint.domain.account import Account, DeviceCode, SignInMethod, TokenStorage
from tiepoint.domain.cloud import Cloud


class Identity(Protocol):
    """One sign-in to one tenant of one cloud. Calls may come from any task of the loop.

    Nothing here opens a browser or shows a code except `sign_in` and `confirm`, which only a person's act may call.
    """

    @property
    def storage(self) -> TokenStorage:
        """Where tokens are kept."""

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
        """Let the person sign in, and remember it. Replaces an older sign-in once it has succeeded.

        Args:
            cloud: Where.
            tenant: Id or domain of the organisation; empty = the person's own.
            client_id: The studio's application; empty = the usual one.
            method: Browser or device code.
            may_store_in_plain_text: Where the system has no store for secrets: keep tokens in a file all the same.
            show_code: Is handed the code to type, on the loop; needed for a device code.

        Raises:
            SignInNeeded: It did not come to a sign-in: closed browser, wrong tenant, locked account, time over, wrong
                clock. The summary says which, the remedy what to do.
            Canceled: The call was cancelled; the browser's answer is then ignored.
            ConnectionLost: The sign-in server cannot be reached.
        """

    async def restore(self, cloud: Cloud, *, client_id: str = "") -> Account | None:
        """Take up the last sign-in to this cloud without asking anybody; None = there is none. Idempotent.

        Raises:
            SignInNeeded: There was one and it holds no more.
            ConnectionLost: It cannot be renewed without a network; it is kept.
        """

    async def confirm(
        self, method: SignInMethod | None = None, show_code: Callable[[DeviceCode], None] | None = None
    ) -> None:
        """Let the person confirm what Azure asked for (`ConfirmationNeeded`); then the refused call may be repeated.

        Args:
            method: Browser or device code; None = as at the sign-in.
            show_code: See `sign_in`; without it the browser is used.

        Raises:
            As `sign_in`. Nothing to confirm = nothing is done.
        """

    async def sign_out(self) -> None:
        """Forget the sign-in and remove its tokens from wherever they are kept. Idempotent; works without a network."""

    async def storage_token(self) -> tuple[str, float]:
        """Return an access token for Blob and when it ends (seconds since 1970), renewed silently.

        Raises:
            SignInNeeded: Nobody is signed in, or the sign-in holds no more.
            ConnectionLost: It cannot be renewed without a network.
        """

    async def management_token(self) -> str:
        """Return an access token for Azure's management, renewed silently. Raises as `storage_token`."""

    async def close(self) -> None:
        """Let go of all connections; what is remembered stays for the next start. Idempotent."""
