"""Azure for the panel's tests: signed out, no clusters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from tiepoint.services.clusters import ClusterService
from tiepoint.services.operations import Operations
from tiepoint.services.plans import PlanService
from tiepoint.services.preferences import Preferences
from tiepoint.services.preflight import PreflightService
from tiepoint.services.prices import PriceService
from tiepoint.services.program import AzureParts
from tiepoint.services.sign_in import SignInService
from tiepoint.services.templates import Templates


class FakeAzure:
    """What stands behind the services; replace a member before the program is made."""

    def __init__(self) -> None:
        self.identity: Any = None
        self.directory: Any = None
        self.plan_files: Any = None
        self.prices: Any = None
        self.library: Any = None
        self.journal: Any = None
        self.roles: Any = None

    def parts(self, preferences: Preferences, operations: Operations, now: Callable[[], datetime]) -> AzureParts:
        sign_in = SignInService(self.identity, self.directory, preferences, lambda _: cast("Any", self.roles))
        plans, prices, templates = PlanService(self.plan_files), PriceService(self.prices), Templates(self.library)
        return AzureParts(
            sign_in=sign_in,
            plans=plans,
            templates=templates,
            prices=prices,
            preflight=PreflightService(sign_in, plans, prices, templates, now),
            clusters=ClusterService(sign_in, prices, templates, self.journal, operations, now),
        )
