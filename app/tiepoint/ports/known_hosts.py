"""The pinned public keys of machines. No secret. Calls block on the disk for a moment only; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tiepoint.domain.route import HostKey


class KnownHosts(Protocol):
    """Keys by site and machine. A broken file is set aside and read as empty: keys are then read again over Azure."""

    def keys(self, site: str) -> Mapping[str, tuple[HostKey, ...]]:
        """Keys of a site's machines by machine name (`scheduler`, `jump-linux`, …).

        Raises:
            SetupError: They cannot be read: whom to trust is not known then.
        """

    def pin(self, site: str, machine: str, keys: tuple[HostKey, ...]) -> None:
        """Replace a machine's keys.

        Raises:
            SetupError: They cannot be kept, or what is there cannot be read.
        """

    def forget(self, site: str) -> None:
        """Forget a site.

        Raises:
            SetupError: As `pin`.
        """
