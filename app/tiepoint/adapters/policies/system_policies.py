"""The policy of this computer, from the one documented place of its system. Any thread."""

from __future__ import annotations

from tiepoint.domain.policy import NO_POLICY, Policy


class SystemPolicies:
    """Reads the policy; see packaging/policies/README.md."""

    def read(self) -> Policy:
        """Return the policy that holds now."""
        return NO_POLICY
