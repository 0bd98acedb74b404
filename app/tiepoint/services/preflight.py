"""All that can be checked before any money is spent, side by side, each told as it ends. On the loop's thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.preflight import PreflightReport
from tiepoint.services.plans import PlanService
from tiepoint.services.prices import PriceService
from tiepoint.services.sign_in import SignInService
from tiepoint.services.templates import Templates


class PreflightService:
    """Checks plans.

    Args:
        sign_in: Whose rights, which subscription.
        plans: What is wrong with a plan by itself.
        prices: What it costs.
        templates: What it would deploy.
        now: The clock, UTC.
    """

    def __init__(
        self,
        sign_in: SignInService,
        plans: PlanService,
        prices: PriceService,
        templates: Templates,
        now: Callable[[], datetime],
    ) -> None:
        self._sign_in, self._plans, self._prices = sign_in, plans, prices
        self._templates, self._now = templates, now

    async def run(self, plan: ClusterPlan, report: Callable[[PreflightReport], None] | None = None) -> PreflightReport:
        """Check a plan. Changes nothing. A check that cannot be made is `UNKNOWN` and says why.

        Args:
            plan: Which.
            report: Is told the report so far whenever a check begins or ends.

        Raises:
            SignInNeeded: Nobody is signed in.
            ConfirmationNeeded: Azure wants MFA first.
        """
        raise NotImplementedError

    async def register_providers(self, providers: tuple[str, ...]) -> None:
        """Register resource providers, and wait for it (minutes).

        Raises:
            TiepointError: As `ports.azure`.
        """
        raise NotImplementedError
