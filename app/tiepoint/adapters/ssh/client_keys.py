"""Our keys, one after the other: the one from the vault, those of the SSH agent, those in files.

Read when a machine asks for the first one, kept in memory only, never logged. On the loop's thread; files are read in
others.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import asyncssh

from tiepoint.domain.route import ClientKeys

_USUAL: Final = ("id_ed25519", "id_ecdsa", "id_rsa", "id_ed25519_sk", "id_ecdsa_sk")
_LARGEST_BYTES: Final = 64 * 1024
_log = logging.getLogger(__name__)


class KeyRing:
    """Our keys for one attempt to connect; `close` lets go of the SSH agent.

    Args:
        keys: Which.
    """

    def __init__(self, keys: ClientKeys) -> None:
        self._keys = keys
        self._agent: Any = None
        self._known: list[asyncssh.SSHKeyPair] | None = None
        self.locked: list[str] = []
        """Key files that need a passphrase."""

    async def each(self) -> AsyncIterator[asyncssh.SSHKeyPair]:
        """All keys in order, each once; machine after machine asks for the same ones."""
        if self._known is None:
            self._known = await self._found()
        for pair in self._known:
            yield pair

    async def close(self) -> None:
        """Let go of the SSH agent."""
        agent, self._agent = self._agent, None
        if agent is not None:
            agent.close()
            with contextlib.suppress(OSError, ValueError):
                await agent.wait_closed()

    async def _found(self) -> list[asyncssh.SSHKeyPair]:
        pairs = [*_of_text(self._keys.private_key), *await self._of_agent(), *await self._of_files()]
        return list({pair.public_data: pair for pair in reversed(pairs)}.values())[::-1]

    async def _of_agent(self) -> list[asyncssh.SSHKeyPair]:
        if not self._keys.uses_agent or not (os.environ.get("SSH_AUTH_SOCK") or sys.platform == "win32"):
            return []
        try:
            self._agent = await asyncssh.connect_agent()
            return list(await self._agent.get_keys())
        except (OSError, ValueError, asyncssh.Error) as error:
            _log.info("the SSH agent cannot be asked: %s", error)
            return []

    async def _of_files(self) -> list[asyncssh.SSHKeyPair]:
        found: list[asyncssh.SSHKeyPair] = []
        for path in self._keys.files or _usual_files():
            text = await asyncio.to_thread(_read, path)
            if text is None:
                continue
            try:
                found += asyncssh.load_keypairs([asyncssh.import_private_key(text)])
            except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
                _log.info("the key file %s is passed over: %s", path, error)
                if "passphrase" in str(error).lower() or isinstance(error, asyncssh.KeyEncryptionError):
                    self.locked.append(str(path))
        return found


def _of_text(text: str) -> list[asyncssh.SSHKeyPair]:
    if not text.strip():
        return []
    try:
        # A vault may hand a key back without its last line end, which OpenSSH's format wants.
        return list(asyncssh.load_keypairs([asyncssh.import_private_key(text.strip() + "\n")]))
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        _log.info("the key from the vault cannot be read: %s", error)
        return []


def _usual_files() -> tuple[Path, ...]:
    return tuple(Path.home() / ".ssh" / name for name in _USUAL)


def _read(path: Path) -> bytes | None:
    try:
        with path.expanduser().open("rb") as file:
            return file.read(_LARGEST_BYTES)
    except OSError:
        return None
