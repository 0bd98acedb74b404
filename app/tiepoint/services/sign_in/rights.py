"""What the sign-in gives to others: Azure's roles for the chosen subscription, and tokens. On the loop's thread.

Nothing here asks the person: who is not signed in is refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

from tiepoint.domain.account import SubscriptionId
from tiepoint.domain.errors import ConfirmationNeeded, SignInNeeded
from tiepoint.domain.failure import Failure
from tiepoint.ports.azure import Azure
from tiepoint.ports.identity import Identity
from tiepoint.ports.token_source import Credential
from tiepoint.services.sign_in.board import SignInBoard

_SIGN_IN: Final = "Sign in on the Cluster page, or with: tiepoint sign-in"


def nobody() -> SignInNeeded:
    """Return the error for what needs somebody to be signed in."""
    return SignInNeeded("Nobody is signed in to Azure.", remedy=_SIGN_IN)


class Rights:
    """See the module.

    Args:
        board: Says who is signed in; is told when that holds no more.
        identity: Gives tokens.
        azure_for: Makes Azure's roles for a subscription.
        restore: Takes up the last sign-in when there is none.
    """

    def __init__(
        self,
        board: SignInBoard,
        identity: Identity,
        azure_for: Callable[[SubscriptionId], Azure],
        restore: Callable[[], Awaitable[None]],
    ) -> None:
        self._board, self._identity = board, identity
        self._azure_for, self._restore = azure_for, restore
        self._azure: tuple[SubscriptionId, Azure] | None = None

    def forget(self) -> None:
        """Make the roles anew: somebody else is signed in, or nobody."""
        self._azure = None

    def azure(self) -> Azure:
        """Return Azure's roles for the chosen subscription, the same ones while it stays chosen.

        Raises:
            SignInNeeded: Nobody is signed in, or no subscription is chosen.
        """
        snapshot = self._board.now()
        if snapshot.account is None:
            raise nobody()
        if snapshot.subscription is None:
            raise SignInNeeded("No subscription is chosen.", remedy="Choose the subscription that is to be billed.")
        chosen = snapshot.subscription.id
        if self._azure is None or self._azure[0] != chosen:
            self._azure = (chosen, self._azure_for(chosen))
        return self._azure[1]

    async def storage_credential(self) -> Credential:
        """Return the right to Blob, renewed silently.

        Raises:
            SignInNeeded: Nobody is signed in, or no more.
            ConnectionLost: It cannot be renewed without a network.
        """
        await self._restore()
        if self._board.now().account is None:
            failure = self._board.now().failure
            raise failure.as_error() if failure is not None else nobody()
        try:
            token, expires = await self._identity.storage_token()
        except ConfirmationNeeded:
            if self._board.now().account is not None:  # else the person signed out meanwhile
                self._board.put(needs_confirmation=True)
            raise
        except SignInNeeded as error:
            self._board.put(failure=Failure.of(error))
            raise
        ends, ca_file = datetime.fromtimestamp(expires, UTC), self._board.now().cloud.ca_file
        return Credential("bearer", token, ends, is_by_sign_in=True, ca_file=ca_file)

    async def management_token(self) -> str:
        """Return a token for Azure's management. Raises as `azure`, and as `storage_credential`."""
        if self._board.now().account is None:
            raise nobody()
        return await self._identity.management_token()
