"""The cache of tokens for many threads at once: msal_extensions guards it against other processes only.

Its own reading may see a file that another thread is just writing, take it for empty, and save the emptiness; then
the person is signed out. Blocks; any thread.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import Any, Final

from msal_extensions import FilePersistence, PersistedTokenCache

_OWNER_ONLY: Final = 0o600


class SafeTokenCache(PersistedTokenCache):  # type: ignore[misc]
    """One thread at a time; what is being written by another process is read again.

    Args:
        persistence: Where tokens are kept.
        lock_location: Of the lock against other processes; None = beside it.
    """

    def __init__(self, persistence: Any, lock_location: str | None = None) -> None:
        super().__init__(persistence, lock_location)
        self._threads = threading.RLock()
        self._is_changing = False

    @classmethod
    def of(cls, cache: Any) -> SafeTokenCache:
        """Return a safe cache on what another one stands on."""
        return cls(cache._persistence, cache._lock_location)

    def modify(self, credential_type: str, old_entry: dict[str, Any], new_key_value_pairs: Any = None) -> None:
        """Change an entry and save all of them."""
        with self._threads:
            self._is_changing = True
            try:
                super().modify(credential_type, old_entry, new_key_value_pairs)
            finally:
                self._is_changing = False

    def search(self, credential_type: str, **kwargs: Any) -> Iterator[dict[str, Any]]:
        """Return the entries that fit, as they are now."""
        with self._threads:
            return iter(list(super().search(credential_type, **kwargs)))

    def deserialize(self, state: str | None) -> None:
        """Take over what was kept; nothing at all is a file that is just being written.

        Raises:
            ValueError: It is; `search` reads again.
        """
        if not state and not self._is_changing:
            raise ValueError("the tokens are just being written")
        super().deserialize(state)


class WholeFile(FilePersistence):  # type: ignore[misc]
    """A file that is replaced in one step, so that nobody ever reads half of it."""

    def save(self, content: str) -> None:
        """Replace the file; only its owner may read it."""
        place = self.get_location()
        part = f"{place}.{os.getpid()}.part"
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY), "w", encoding="utf-8") as file:
            file.write(content)
        os.replace(part, place)  # noqa: PTH105  both are plain texts here, as the library has them
