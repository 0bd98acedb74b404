"""The preflight of a plan: checks as they end, their fixes, and deploying when nothing blocks. GUI thread only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.cluster import ClusterId
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.failure import Failure
from tiepoint.domain.preflight import Check, CheckState, Fix, PreflightReport, Remedy
from tiepoint.services.program import Program
from tiepoint.ui.background import Background
from tiepoint.ui.text import tr_count
from tiepoint.ui.viewmodels.cluster_refusals import untold
from tiepoint.ui.viewmodels.plan_editor import PlanModel

_ORDER: Final = (
    CheckState.BLOCKED,
    CheckState.WARNING,
    CheckState.RUNNING,
    CheckState.UNKNOWN,
    CheckState.OK,
    CheckState.NOT_NEEDED,
)
_KEYS: Final = {
    Remedy.USE_NODE_COUNT: "nodes.count",
    Remedy.USE_SIZE: "nodes.size",
    Remedy.USE_REGION: "cluster.region",
    Remedy.USE_ADDRESS_SPACE: "network.address_space",
    Remedy.USE_NAME: "cluster.name",
}


class PreflightModel(QObject):
    """Checks the plan that the editor holds.

    Signals:
        changed(): There is more to say.

    Args:
        program: The services.
        background: Checks.
        plan: Holds the plan.
        tell: Hears of a deployment that was refused before it began.
    """

    changed = Signal()

    def __init__(
        self,
        program: Program,
        background: Background,
        plan: PlanModel,
        tell: Callable[[Failure], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._program, self._background, self._plan, self._tell = program, background, plan, tell
        self.report: PreflightReport | None = None
        self.failure: Failure | None = None
        self.checked_plan: ClusterPlan | None = None
        """What the report is about."""
        self.is_fixing = False
        self._task: asyncio.Task[None] | None = None

    @property
    def plan(self) -> ClusterPlan:
        """The plan as it is now."""
        return self._plan.plan

    @property
    def is_running(self) -> bool:
        """Whether checks are being made."""
        return self._task is not None and not self._task.done()

    @property
    def is_signed_in(self) -> bool:
        """Whether Azure can be asked."""
        return self._program.azure.sign_in.snapshot.is_ready

    @property
    def is_stale(self) -> bool:
        """Whether the plan was changed after it was checked."""
        return self.checked_plan is not None and self.checked_plan != self.plan

    @property
    def may_deploy(self) -> bool:
        """Whether the plan was checked as it is, and nothing blocks it."""
        report = self.report
        return report is not None and report.is_over and not report.is_blocked and not self.is_stale

    def checks(self) -> tuple[Check, ...]:
        """Return the checks, what blocks first."""
        checks = self.report.checks if self.report else ()
        return tuple(sorted(checks, key=lambda check: _ORDER.index(check.state)))

    def summary(self) -> str:
        """Say how many checks ended how."""
        if self.report is None:
            return ""
        count = self.report.count
        words = []
        for state, one, many in (
            (CheckState.BLOCKED, "1 blocked", "{count} blocked"),
            (CheckState.WARNING, "1 warning", "{count} warnings"),
            (CheckState.RUNNING, "1 still running", "{count} still running"),
            (CheckState.UNKNOWN, "1 not known", "{count} not known"),
            (CheckState.OK, "1 ok", "{count} ok"),
        ):
            if count(state):
                words.append(tr_count("Preflight", one, many, count(state)))
        return "  ·  ".join(words)

    def run(self) -> None:
        """Check the plan as it is now; a check that runs is given up."""
        self.stop()
        self.failure = None
        if not self.is_signed_in or self._plan.is_blocked:
            self.report = None
            self.changed.emit()
            return
        self.report, self.checked_plan = PreflightReport(), self.plan
        self._task = self._background.start(self._run(self.plan), on_failure=self._on_failure)
        self.changed.emit()

    def stop(self) -> None:
        """Give up what is being checked."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def fix(self, fix: Fix) -> None:
        """Do what a fix does to the plan or to Azure, then check again; links are the view's to open."""
        service = self._program.azure.preflight
        if fix.remedy in _KEYS:
            self._plan.put(_KEYS[fix.remedy], fix.value)
            self.run()
        elif fix.remedy is Remedy.REGISTER_PROVIDERS:
            missing = next((check.missing for check in self.checks() if fix in check.fixes), ())
            self._begin_fix(service.register_providers(tuple(fix.value.split()) or missing))
        elif fix.remedy is Remedy.MAKE_ROLES:
            self._begin_fix(service.make_roles(self.plan))
        elif fix.remedy is Remedy.RECOVER_VAULT:
            self._begin_fix(service.recover_vault(self.plan))

    def use(self, region: str, size: str, count: int) -> None:
        """Move the plan to an alternative, then check again."""
        self._plan.put("cluster.region", region)
        self._plan.put("nodes.size", size)
        self._plan.put("nodes.count", count)
        self.run()

    def deploy(self, secrets: Mapping[str, str]) -> ClusterId | None:
        """Deploy the checked plan; return the cluster that comes of it, at once."""
        chosen = self._program.azure.sign_in.snapshot.subscription
        if chosen is None or not self.may_deploy:
            return None
        plan = self.plan
        self._plan.remember_sources()
        clusters = self._program.azure.clusters
        told = untold(clusters, plan.name, self._tell)
        self._background.start(clusters.deploy(plan, secrets), on_failure=told)
        return ClusterId(f"{chosen.id}/{plan.resource_group}".lower())

    def _begin_fix(self, work: Coroutine[Any, Any, object]) -> None:
        self.is_fixing = True
        self.failure = None
        self._background.start(self._fixed(work), on_failure=self._on_no_fix)
        self.changed.emit()

    async def _fixed(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        finally:
            self.is_fixing = False
        self.run()

    async def _run(self, plan: ClusterPlan) -> None:
        try:
            self._take(await self._program.azure.preflight.run(plan, self._take))
        finally:
            if self._task is asyncio.current_task():
                self._task = None
                self.changed.emit()

    def _take(self, report: PreflightReport) -> None:
        self.report = report
        self.changed.emit()

    def _on_no_fix(self, failure: Failure) -> None:
        self.failure = failure
        self.changed.emit()

    def _on_failure(self, failure: Failure) -> None:
        self.failure, self.report = failure, None
        self.changed.emit()
