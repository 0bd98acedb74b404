"""Where updates are heard of: a manifest at an address, believed only with a good signature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from tiepoint.domain.release import Manifest, UpdateNotes


class UpdateSource(Protocol):
    """Fetches and verifies a manifest; installs nothing, and downloads nothing else."""

    async def fetch(self, address: str, keys: Sequence[str]) -> Manifest:
        """Return the manifest at an address; whether it is a fresh one, the caller judges.

        Nothing is sent before address and keys make sense. Idempotent; cancel safe: the connection is cut.

        Args:
            address: Of the manifest, https.
            keys: Ed25519 public keys in base64; the signature of one must be good.

        Raises:
            ConnectionLost: The address does not answer, or answers with something else.
            InputError: It is no manifest, or no key has signed it as it stands.
        """


class UpdateMemory(Protocol):
    """Keeps what is known of updates from one start to the next. Blocks on a small file."""

    def load(self) -> UpdateNotes:
        """Return what was kept; nothing where there is nothing yet, or what was there is broken.

        Raises:
            SetupError: It cannot be read.
        """

    def change(self, change: Callable[[UpdateNotes], UpdateNotes]) -> UpdateNotes:
        """Keep what `change` makes of what is kept now, and return it; nobody else writes in between.

        Raises:
            SetupError: It cannot be read or written.
            NoSpace: The disk is full.
        """
