"""All that can be checked before any money is spent, side by side, each told as it ends. On the loop's thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.errors import ConnectionLost, SignInNeeded, TiepointError
from tiepoint.domain.preflight import Change, Check, CheckKind, CheckState, PreflightReport
from tiepoint.services.plans import PlanService
from tiepoint.services.preflight_checks import (
    addresses,
    budget,
    names,
    permissions,
    policy,
    providers,
    quota,
    seats,
    secrets,
    sizes,
    spot_quota,
    storage,
    template,
    what_if,
)
from tiepoint.services.preflight_checks.alternatives import TROUBLES, alternatives, fixes_of, is_troubled
from tiepoint.services.preflight_checks.question import Asking, Question
from tiepoint.services.prices import PriceService
from tiepoint.services.sign_in import SignInService
from tiepoint.services.templates import Templates

_log = logging.getLogger(__name__)
_CHECKS: Final[dict[CheckKind, tuple[str, Callable[[Question], Awaitable[Check]]]]] = {
    CheckKind.POLICY: ("Your organisation's policy", policy.check),
    CheckKind.PROVIDERS: ("Resource providers", providers.check),
    CheckKind.SIZES: ("Sizes of the machines", sizes.check),
    CheckKind.QUOTA: ("Quota", quota.check),
    CheckKind.SPOT_QUOTA: ("Spot quota", spot_quota.check),
    CheckKind.STORAGE: ("Storage in this region", storage.check),
    CheckKind.PERMISSIONS: ("Your permissions", permissions.check),
    CheckKind.ADDRESSES: ("Addresses", addresses.check),
    CheckKind.NAMES: ("Names", names.check),
    CheckKind.SECRETS: ("Secrets", secrets.check),
    CheckKind.SEATS: ("Metashape seats", seats.check),
    CheckKind.BUDGET: ("Budget", budget.check),
    CheckKind.TEMPLATE: ("Template checked by Azure", template.check),
}
_WHAT_IF: Final = "What would be deployed"


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
        run = _Run(Question(plan, self._asking()), self._now, report or (lambda _: None))
        return await run.made()

    async def register_providers(
        self, providers: tuple[str, ...], report: Callable[[str, bool], None] | None = None
    ) -> None:
        """Register resource providers, and wait for it (minutes).

        Args:
            providers: Their namespaces.
            report: Is told each provider, and whether it is registered yet, whenever that changes.

        Raises:
            TiepointError: As `ports.azure`.
        """
        await self._sign_in.azure().facts.register(providers, report)

    async def recover_vault(self, plan: ClusterPlan) -> None:
        """Bring back the deleted vault that holds the name of the plan's, and wait for it.

        Raises:
            TiepointError: As `ports.azure`.
        """
        azure = self._sign_in.azure()
        name = self._templates.compose(plan, azure.subscription).vault_name
        await azure.facts.recover_vault(name, plan.region)

    async def make_roles(self, plan: ClusterPlan) -> None:
        """Make the roles that let machines stop themselves, and wait for it. Once for a subscription is enough.

        Raises:
            TiepointError: As `ports.azure`.
        """
        await self._sign_in.azure().facts.make_roles(self._templates.role_definitions(), plan.region)

    def _asking(self) -> Asking:
        azure, snapshot = self._sign_in.azure(), self._sign_in.snapshot
        object_id = snapshot.account.object_id if snapshot.account else ""
        return Asking(azure, snapshot.cloud, object_id, self._plans, self._prices, self._templates)


class _Run:
    """One preflight on its way."""

    def __init__(
        self, question: Question, now: Callable[[], datetime], tell: Callable[[PreflightReport], None]
    ) -> None:
        self._question, self._now, self._tell = question, now, tell
        is_policy_asked = policy.is_asked(question.asking.plans.policy)
        self._asks = {kind: ask for kind, ask in _CHECKS.items() if is_policy_asked or kind is not CheckKind.POLICY}
        began = {kind: Check(kind, CheckState.RUNNING, title) for kind, (title, _) in self._asks.items()}
        began[CheckKind.WHAT_IF] = Check(CheckKind.WHAT_IF, CheckState.RUNNING, _WHAT_IF)
        self._checks = began
        self._began = now()
        self._report = PreflightReport(self._ordered(), checked=self._began)

    async def made(self) -> PreflightReport:
        """Make all checks side by side; the first that needs the person ends them all."""
        self._tell(self._report)
        tasks = [asyncio.ensure_future(self._check(kind, ask)) for kind, (_, ask) in self._asks.items()]
        tasks.append(asyncio.ensure_future(self._foresee()))
        try:
            await asyncio.gather(*tasks)
            if is_troubled(self._report.checks):
                await self._look_elsewhere()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        self._put(is_over=True)
        return self._report

    async def _check(self, kind: CheckKind, ask: Callable[[Question], Awaitable[Check]]) -> None:
        self._checks[kind] = await self._asked(kind, lambda: ask(self._question))
        self._put()

    async def _foresee(self) -> None:
        changes: tuple[Change, ...] = ()

        async def ask() -> Check:
            nonlocal changes
            check, changes = await what_if.check(self._question)
            return check

        self._checks[CheckKind.WHAT_IF] = await self._asked(CheckKind.WHAT_IF, ask)
        self._put(changes=changes)

    async def _look_elsewhere(self) -> None:
        """What would fit instead, and the buttons that come of it."""
        plan = self._question.plan
        try:
            found, labels = await alternatives(self._question), await self._question.region_labels()
        except SignInNeeded:
            raise
        except TiepointError:
            return
        fixes = fixes_of(found, plan, labels)
        for kind in TROUBLES:
            check = self._checks[kind]
            if check.state is CheckState.BLOCKED:
                new = tuple(fix for fix in fixes if fix not in check.fixes)
                self._checks[kind] = replace(check, fixes=(*check.fixes, *new))
        self._put(alternatives=found)

    async def _asked(self, kind: CheckKind, ask: Callable[[], Awaitable[Check]]) -> Check:
        """A check that fails is told as unknown, and hides no other; only the person's own act goes before all."""
        title = self._checks[kind].title
        try:
            return await ask()
        except SignInNeeded:
            raise
        except ConnectionLost as error:
            return _unknown(kind, f"{title}: Azure cannot be reached", error)
        except TiepointError as error:
            return _unknown(kind, f"{title} could not be checked", error)
        except Exception:  # noqa: BLE001  told and logged: one broken check must not hide the others
            _log.exception("the check %s broke", kind.value)
            detail = "The program made a mistake; the log has it. The other checks are not affected."
            return Check(kind, CheckState.UNKNOWN, f"{title} could not be checked", detail)

    def _put(self, **changes: object) -> None:
        took = (self._now() - self._began).total_seconds()
        self._report = replace(self._report, checks=self._ordered(), took_s=took, **changes)  # type: ignore[arg-type]
        self._tell(self._report)

    def _ordered(self) -> tuple[Check, ...]:
        return tuple(self._checks[kind] for kind in CheckKind if kind in self._checks)


def _unknown(kind: CheckKind, title: str, error: TiepointError) -> Check:
    return Check(kind, CheckState.UNKNOWN, title, f"{error.summary} {error.remedy}".strip())
