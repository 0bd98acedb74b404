"""Where updates are heard of: a manifest at an address, believed only with a good signature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tiepoint.domain.release import Manifest


class UpdateSource(Protocol):
    """Fetches and verifies a manifest; installs nothing, and downloads nothing else."""

    async def fetch(self, address: str, keys: Sequence[str]) -> Manifest:
        """Return the manifest at an address.

        Idempotent; cancel safe.

        Args:
            address: Of the manifest, https.
            keys: Ed25519 public keys in base64; the signature of one must be good.

        Raises:
            ConnectionLost: The address does not answer, or answers with something else.
            InputError: It is no manifest, or no key has signed it as it stands.
        """


class UpdateMemory(Protocol):
    """Remembers the last manifest believed, so that an earlier one is known for a replay. Blocks on a small file."""

    def last_sequence(self, address: str) -> int:
        """Return the highest sequence believed from an address; 0 = none yet."""

    def remember(self, address: str, sequence: int) -> None:
        """Remember a sequence that was believed.

        Raises:
            SetupError: It cannot be written.
        """
