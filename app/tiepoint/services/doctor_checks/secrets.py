"""The doctor's look at where a sign-in is kept. On the loop's thread."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tiepoint.ports.surroundings import SecretStore, Surroundings
from tiepoint.services.finding import Finding, Health

_NAMES = {"win32": "Windows' Data Protection", "darwin": "the Keychain"}


class SecretsCheck:
    """Makes the finding.

    Args:
        surroundings: Looks.
        may_be_plain: Whether the person agreed to a file.
        uses_cloud: Whether there is a sign-in to keep.
    """

    def __init__(
        self, surroundings: Surroundings, may_be_plain: Callable[[], bool], uses_cloud: Callable[[], bool]
    ) -> None:
        self._surroundings, self._may_be_plain, self._uses_cloud = surroundings, may_be_plain, uses_cloud

    async def __call__(self) -> tuple[Finding, ...]:
        """Look."""
        store = await self._surroundings.secrets()
        facts = {"store": store.value, "may_be_plain": self._may_be_plain()}
        if store is SecretStore.OPEN:
            name = _NAMES.get(sys.platform, "the Secret Service of this desktop")
            return (Finding("keyring", Health.OK, f"{name} keeps a sign-in", facts=facts),)
        if store is SecretStore.LOCKED:
            text = "The store for passwords of this computer is locked, so the last sign-in cannot be used."
            if not self._uses_cloud():
                return (Finding("keyring", Health.OK, "locked; nothing here needs it", facts=facts),)
            return (Finding("keyring", Health.WARNING, text, "Unlock it, or sign in again.", facts),)
        if self._may_be_plain():
            text = "there is none; a sign-in is kept in a file that only you may read, as you agreed in the settings"
            return (Finding("keyring", Health.OK, text, facts=facts),)
        if not self._uses_cloud():
            return (Finding("keyring", Health.OK, "none; nothing here needs one", facts=facts),)
        text = "There is no store for passwords here, so a sign-in to Azure ends with the program."
        remedy = "Install gnome-keyring or KWallet, or agree in the settings to keep the sign-in in a file."
        return (Finding("keyring", Health.WARNING, text, remedy, facts),)
