"""One machine's side of a connection: its key must be a pinned one, and it is offered ours one by one.

Nobody else's list of known hosts is asked. On the loop's thread.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any, Final

import asyncssh

from tiepoint.adapters.ssh.client_keys import KeyRing
from tiepoint.domain.route import Hop, HostKey

NO_LIST: Final[Any] = ([], [], [])
"""Known hosts as asyncssh takes them: none, and not the user's file either, as an empty text would mean."""
_RSA: Final = ("rsa-sha2-512", "rsa-sha2-256")
_OTHERS: Final = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", *_RSA)


class CheckedMachine(asyncssh.SSHClient):
    """Implements asyncssh's client for one hop.

    Args:
        hop: The machine.
        ring: Our keys.
    """

    def __init__(self, hop: Hop, ring: KeyRing) -> None:
        self._hop, self._ring = hop, ring
        self._left: AsyncIterator[asyncssh.SSHKeyPair] | None = None
        self.refused: HostKey | None = None
        """The key it showed, where that is not a pinned one."""
        self.offered: list[str] = []
        """Fingerprints of our keys it was offered."""
        self.is_lost = False
        self.why_lost = ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        """Whether it is a pinned one."""
        kind, data = key.export_public_key().decode().split()[:2]
        shown = HostKey(kind, data)
        if shown in self._hop.keys:
            return True
        self.refused = shown
        return False

    async def public_key_auth_requested(self) -> list[asyncssh.SSHKeyPair] | None:
        """Offer the next key."""
        if self._left is None:
            self._left = self._ring.each()
        async for pair in self._left:
            self.offered.append(_fingerprint(pair.public_data))
            return [pair]
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        """Remember that it is gone."""
        self.is_lost, self.why_lost = True, str(exc or "closed")


def key_kinds(hop: Hop) -> list[str]:
    """Return the kinds of key to ask for: those pinned first, so that a machine with several shows one we know."""
    pinned: list[str] = []
    for key in hop.keys:
        pinned += _RSA if key.kind == "ssh-rsa" else [key.kind]
    return list(dict.fromkeys((*pinned, *_OTHERS)))


def _fingerprint(public_data: bytes) -> str:
    return HostKey("", base64.b64encode(public_data).decode()).fingerprint
