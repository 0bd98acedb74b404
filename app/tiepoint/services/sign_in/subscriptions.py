"""What whoever is signed in belongs to: tenants, subscriptions, and the one that is billed. On the loop's thread."""

from __future__ import annotations

from dataclasses import replace

from tiepoint.domain.account import Subscription, SubscriptionId
from tiepoint.domain.errors import ConfirmationNeeded, TiepointError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.ports.azure import Directory
from tiepoint.services.preferences import Preferences
from tiepoint.services.sign_in.board import SignInBoard
from tiepoint.services.sign_in.state import no_subscription


class Subscriptions:
    """Reads them, and chooses one.

    Args:
        board: Where they are shown.
        directory: Knows them.
        preferences: The one used last is a setting.
    """

    def __init__(self, board: SignInBoard, directory: Directory, preferences: Preferences) -> None:
        self._board, self._directory, self._preferences = board, directory, preferences

    async def look(self) -> None:
        """Read tenants and subscriptions again; failures are in the snapshot."""
        if self._board.now().account is None:
            return
        try:
            subscriptions = await self._directory.subscriptions()
            tenants = await self._directory.tenants()
        except ConfirmationNeeded as error:
            self._board.put(needs_confirmation=True, failure=Failure.of(error))
            return
        except TiepointError as error:
            self._board.put(failure=Failure.of(error))
            return
        account = self._board.now().account
        if account is None:
            return  # signed out meanwhile
        tenant = next((each for each in tenants if each.id == account.tenant.id), account.tenant)
        self._board.put(
            account=replace(account, tenant=tenant),
            tenants=tenants,
            subscriptions=subscriptions,
            subscription=self._last_or_only(subscriptions),
            failure=None if subscriptions else no_subscription(account, tenant),
        )

    async def choose(self, subscription: SubscriptionId) -> None:
        """Use this one from now on.

        Raises:
            UsageError: It is not one of the person's.
        """
        found = next((each for each in self._board.now().subscriptions if each.id == subscription), None)
        if found is None:
            raise UsageError(
                f"There is no subscription {subscription} for this account.", remedy="Choose one of those listed."
            )
        self._board.put(subscription=found)
        await self._board.remember(subscription=str(found.id))

    def _last_or_only(self, subscriptions: tuple[Subscription, ...]) -> Subscription | None:
        """Return the one used last, else the only one that works."""
        last = self._preferences.settings.subscription
        for each in subscriptions:
            if each.id == last:
                return each
        enabled = [each for each in subscriptions if each.state != "Disabled"]
        return enabled[0] if len(enabled) == 1 else None
