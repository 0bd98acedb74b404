"""Linux: tokens in the Secret Service of the desktop (GNOME Keyring, KWallet), through keyring's own backend for it.

keyring's automatic choice is never used: plain text is among what it may choose. Blocks; any thread.
"""

from __future__ import annotations

import contextlib
import logging
from pathlib import Path
from typing import Any, Final

import secretstorage
from jeepney.wrappers import DBusErrorResponse
from keyring.backends.SecretService import Keyring
from keyring.errors import KeyringError, KeyringLocked
from msal_extensions.persistence import PersistenceNotFound
from secretstorage.exceptions import SecretStorageException

from tiepoint.domain.errors import SignInNeeded

_SERVICE: Final = "Tiepoint"
_LARGEST_BYTES: Final = 500_000
"""A cache beyond this is no cache of one person's tokens."""
TROUBLES: Final = (KeyringError, SecretStorageException, DBusErrorResponse, OSError, EOFError, ValueError)
_log = logging.getLogger(__name__)


class _QuietKeyring(Keyring):
    """The backend, unlocking only where a person is there to answer."""

    may_ask = False

    def get_preferred_collection(self) -> Any:
        """Return the usual collection, open; its connection is the caller's to close."""
        connection = secretstorage.dbus_init()
        with contextlib.ExitStack() as undo:
            undo.callback(connection.close)
            # The usual way would ask for a password to make a collection with, where there is none.
            find = secretstorage.get_default_collection if self.may_ask else secretstorage.Collection
            collection = find(connection)
            if collection.is_locked() and self.may_ask:
                collection.unlock()
            if collection.is_locked():
                raise KeyringLocked("locked")
            undo.pop_all()
        return collection


class SecretServicePersistence:
    """Keeps a token cache as one secret; what `msal_extensions.PersistedTokenCache` stands on.

    Args:
        name: Of the secret.
        signal: A file without content, whose date tells other processes that the secret has changed.
        may_ask: Whether the system may ask the person to unlock the store.
    """

    is_encrypted = True

    def __init__(self, name: str, signal: Path, *, may_ask: bool) -> None:
        self._name, self._signal = name, signal
        self._keyring: Any = _QuietKeyring()  # type: ignore[no-untyped-call]
        self._keyring.may_ask = may_ask
        self._has_worked = False

    def ready(self) -> bool:
        """Say whether there is such a store and it is open.

        Raises:
            SignInNeeded: It is locked.
        """
        try:
            with contextlib.closing(self._keyring.get_preferred_collection().connection):
                return True
        except KeyringLocked as error:
            raise locked() from error
        except TROUBLES as error:
            _log.info("there is no store for secrets: %s", type(error).__name__)
            return False

    def save(self, content: str) -> None:
        """Store the cache. Once that has worked, a store that is gone or locked later costs no sign-in: what is in
        memory goes on."""
        if len(content) > _LARGEST_BYTES:
            raise ValueError("too large")
        try:
            self._keyring.set_password(_SERVICE, self._name, content)
        except TROUBLES as error:
            if not self._has_worked:
                raise
            _log.warning("tokens could not be kept: %s", type(error).__name__)
            return
        self._has_worked = True
        self._signal.parent.mkdir(parents=True, exist_ok=True)
        self._signal.touch()

    def load(self) -> str:
        """Read the cache."""
        try:
            content = self._keyring.get_password(_SERVICE, self._name)
        except KeyringLocked as error:
            raise locked() from error
        if content is None:
            raise PersistenceNotFound(location=self._name)
        self._has_worked = True
        return str(content)

    def time_last_modified(self) -> float:
        """Return when it changed last."""
        try:
            return self._signal.stat().st_mtime
        except FileNotFoundError as error:
            raise PersistenceNotFound(location=self._name) from error

    def get_location(self) -> str:
        """Return the file beside which the lock lies."""
        return str(self._signal)

    def remove(self) -> None:
        """Forget the secret."""
        with contextlib.suppress(*TROUBLES):
            self._keyring.delete_password(_SERVICE, self._name)


def locked() -> SignInNeeded:
    """Return what to say when the store is locked."""
    return SignInNeeded(
        "The store for passwords of this computer is locked, so the last sign-in cannot be used.",
        remedy="Unlock it, or sign in again.",
    )
