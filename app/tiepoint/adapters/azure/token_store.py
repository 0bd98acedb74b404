"""Where tokens are kept between two starts: the system's store for secrets, else memory, else a file if agreed to.

Blocks; any thread.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msal
from msal_extensions.persistence import PersistenceNotFound

from tiepoint.adapters.azure.interactive import system_cache
from tiepoint.adapters.azure.safe_cache import SafeTokenCache, WholeFile
from tiepoint.domain.account import TokenStorage
from tiepoint.domain.errors import SignInNeeded

if TYPE_CHECKING:
    from tiepoint.adapters.azure.secret_service import SecretServicePersistence

_PLAIN_FILE: Final = "tokens.json"
_SIGNAL_FILE: Final = "tokens.changed"
_IS_LINUX: Final = sys.platform.startswith("linux")
_TYPES: Final = (
    msal.TokenCache.CredentialType.ACCESS_TOKEN,
    msal.TokenCache.CredentialType.REFRESH_TOKEN,
    msal.TokenCache.CredentialType.ACCOUNT,
    msal.TokenCache.CredentialType.ID_TOKEN,
    msal.TokenCache.CredentialType.APP_METADATA,
)
_log = logging.getLogger(__name__)


class TokenStore:
    """The place of one sign-in's tokens.

    Args:
        folder: Of the program, for what is no secret and for the file if agreed to.
        name: Of the secret in the system's store.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name

    def keep(self, fresh: msal.TokenCache, *, may_be_plain: bool) -> tuple[msal.TokenCache, TokenStorage]:
        """Replace what is kept by fresh tokens; return the cache to use from now on and where it keeps them.

        Args:
            fresh: Tokens of a sign-in that has just succeeded.
            may_be_plain: Whether the person agreed to a file where the system has no store.
        """
        kept, storage = None, TokenStorage.SYSTEM
        with contextlib.suppress(SignInNeeded):  # a store that stays locked is none
            kept = self._system(may_ask=True)
        self.forget()
        if kept is None and may_be_plain:
            kept, storage = self._plain(), TokenStorage.PLAIN_TEXT
        if kept is None:
            return fresh, TokenStorage.MEMORY
        try:
            _copy(fresh, kept)
        except Exception as error:  # noqa: BLE001  every system's store has errors of its own
            _log.warning("tokens could not be kept: %s", type(error).__name__)
            self.forget()
            return fresh, TokenStorage.MEMORY
        return kept, storage

    def open(self, storage: TokenStorage) -> msal.TokenCache | None:
        """Return the cache that was kept, asking nobody; None = there is no such place any more.

        Raises:
            SignInNeeded: The system's store is locked.
        """
        return self._plain() if storage is TokenStorage.PLAIN_TEXT else self._system(may_ask=False)

    def forget(self, *, may_ask: bool = False) -> Path | None:
        """Remove all tokens from wherever they may be kept. Works without a network.

        Args:
            may_ask: Whether the system may ask the person to unlock its store for that.

        Returns:
            A file with tokens that cannot be removed, None where all are gone.
        """
        if _IS_LINUX:
            self._secret_service(may_ask=may_ask).remove()
        else:
            with contextlib.suppress(Exception):
                _empty(system_cache(self._name))
        names = (f"{_PLAIN_FILE}.lockfile", _SIGNAL_FILE, f"{_SIGNAL_FILE}.lockfile")
        # A program that died while it wrote has left a part behind.
        with_tokens = (self._folder / _PLAIN_FILE, *self._folder.glob(f"{_PLAIN_FILE}.*.part"))
        for path in (*(self._folder / name for name in names), *with_tokens):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        return next((path for path in with_tokens if path.exists()), None)

    def _system(self, *, may_ask: bool) -> msal.TokenCache | None:
        if _IS_LINUX:
            persistence = self._secret_service(may_ask=may_ask)
            return SafeTokenCache(persistence) if persistence.ready() else None
        try:
            return SafeTokenCache.of(system_cache(self._name))
        except Exception as error:  # noqa: BLE001  every system's store has errors of its own
            _log.info("there is no store for secrets: %s", type(error).__name__)
            return None

    def _secret_service(self, *, may_ask: bool) -> SecretServicePersistence:
        from tiepoint.adapters.azure.secret_service import SecretServicePersistence

        return SecretServicePersistence(self._name, self._folder / _SIGNAL_FILE, may_ask=may_ask)

    def _plain(self) -> msal.TokenCache:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return SafeTokenCache(WholeFile(str(self._folder / _PLAIN_FILE)))


def forget_others(cache: msal.TokenCache, home_account_id: str) -> None:
    """Remove tokens of anybody else from a cache."""
    for kind in _TYPES[:4]:
        for entry in list(cache.search(kind)):
            if entry.get("home_account_id") != home_account_id:
                cache.modify(kind, entry)


def forget_access(cache: msal.TokenCache) -> None:
    """Remove the access tokens from a cache; what renews them stays."""
    kind = msal.TokenCache.CredentialType.ACCESS_TOKEN
    for entry in list(cache.search(kind)):
        cache.modify(kind, entry)


def _copy(source: msal.TokenCache, target: msal.TokenCache) -> None:
    for kind in _TYPES:
        for entry in list(source.search(kind)):
            target.modify(kind, entry, entry)


def _empty(cache: msal.TokenCache) -> None:
    for kind in _TYPES:
        with contextlib.suppress(PersistenceNotFound):
            for entry in list(cache.search(kind)):
                cache.modify(kind, entry)
