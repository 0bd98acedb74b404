"""Where an organisation's policy is read from."""

from __future__ import annotations

from typing import Protocol

from tiepoint.domain.policy import Policy


class PolicySource(Protocol):
    """Reads the policy of this computer; documented in packaging/policies/README.md."""

    def read(self) -> Policy:
        """Return the policy that holds now; never raises, what cannot be used is among its `problems`.

        Blocks on small files or the registry. Idempotent.
        """
