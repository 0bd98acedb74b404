"""The doctor's look at what an organisation has set. On the loop's thread."""

from __future__ import annotations

from tiepoint.domain.policy import Policy
from tiepoint.services.finding import Finding, Health
from tiepoint.services.policy_report import policy_finding


class PolicyCheck:
    """Makes the finding.

    Args:
        policy: As it was read at the start.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    async def __call__(self) -> tuple[Finding, ...]:
        """Look."""
        is_fine, text, remedy = policy_finding(self._policy)
        return (Finding("policy", Health.OK if is_fine else Health.WARNING, text, "" if is_fine else remedy),)
