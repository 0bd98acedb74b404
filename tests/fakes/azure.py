"""Azure for the panel's tests: the services of `AzureParts`, scripted. Signed out and without clusters at first.

Each fake has the public members of the service it stands for; `calls` holds what was asked of it, `snapshot` is set
with `put`, and what a call does can be replaced: `fails` is raised once by the next call that could fail.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from fakes.azure_facts import FakeRoles
from fakes.azure_scenes import (
    ACCOUNT,
    CODE,
    SUBSCRIPTION_ID,
    SUBSCRIPTIONS,
    TENANT,
    a_cluster,
    a_report,
    an_estimate,
    an_operation,
)
from tiepoint.domain.account import Account, SignInMethod, SubscriptionId
from tiepoint.domain.cluster import Cluster, ClusterId, ClusterState
from tiepoint.domain.cluster_operation import ClusterOperation, OperationKind
from tiepoint.domain.cluster_plan import ClusterPlan, PlanFinding, Profile
from tiepoint.domain.errors import Canceled, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.operation import OperationState
from tiepoint.domain.plan_policy import policy_findings
from tiepoint.domain.policy import NO_POLICY, Policy
from tiepoint.domain.preflight import PreflightReport
from tiepoint.domain.price import PriceEstimate
from tiepoint.services.clusters import ClustersSnapshot
from tiepoint.services.event import Event
from tiepoint.services.operations import Operations
from tiepoint.services.plans import PlanService
from tiepoint.services.preferences import Preferences
from tiepoint.services.program import AzureParts
from tiepoint.services.sign_in import SignInSnapshot, SignInState
from tiepoint.services.templates import ComposedTemplate, Part


class _Scripted:
    """What all fakes share."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.fails: TiepointError | None = None

    def _called(self, *what: Any) -> None:
        self.calls.append(what)

    def _maybe_fail(self) -> None:
        error, self.fails = self.fails, None
        if error is not None:
            raise error


class FakeSignIn(_Scripted):
    """Stands for `SignInService`. A sign-in waits until `let_in` or `turn_away`, unless `is_waiting` is off."""

    def __init__(self) -> None:
        super().__init__()
        self.changed: Event[SignInSnapshot] = Event()
        self._snapshot = SignInSnapshot()
        self._answer: asyncio.Future[None] | None = None
        self.is_waiting = True
        self.roles: Any = FakeRoles()
        self.source: Any = None

    @property
    def snapshot(self) -> SignInSnapshot:
        return self._snapshot

    def put(self, **changes: Any) -> None:
        """Tell another snapshot."""
        self._snapshot = dataclasses.replace(self._snapshot, **changes)
        self.changed.emit(self._snapshot)

    def put_signed_in(self, **changes: Any) -> None:
        """Be signed in with a subscription chosen."""
        self.put(
            **{
                "state": SignInState.SIGNED_IN,
                "account": ACCOUNT,
                "tenants": (TENANT,),
                "subscriptions": SUBSCRIPTIONS,
                "subscription": SUBSCRIPTIONS[0],
                "code": None,
                "failure": None,
                **changes,
            }
        )

    def let_in(self) -> None:
        """Let the waiting sign-in or confirmation succeed."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(None)

    def turn_away(self, error: TiepointError) -> None:
        """Let the waiting sign-in or confirmation fail."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    async def restore(self) -> None:
        self._called("restore")

    async def sign_in(self, method: SignInMethod = SignInMethod.BROWSER, *, tenant: str = "") -> Account:
        self._called("sign_in", method, tenant)
        code = CODE if method is SignInMethod.DEVICE_CODE else None
        self.put(state=SignInState.WAITING, code=code, failure=None)
        try:
            await self._wait()
        except TiepointError as error:
            failure = None if isinstance(error, Canceled) else Failure.of(error)
            self.put(state=SignInState.SIGNED_OUT, code=None, failure=failure)
            raise
        self.put_signed_in()
        return ACCOUNT

    async def _wait(self) -> None:
        self._maybe_fail()
        if self.is_waiting:
            self._answer = asyncio.get_running_loop().create_future()
            await self._answer

    def cancel(self) -> None:
        self._called("cancel")
        self.turn_away(Canceled("Signing in was stopped."))

    async def confirm(self) -> None:
        self._called("confirm")
        self.put(state=SignInState.CONFIRMING)
        try:
            await self._wait()
        except TiepointError:
            self.put(state=SignInState.SIGNED_IN)
            raise
        self.put(state=SignInState.SIGNED_IN, needs_confirmation=False)

    def ask_to_confirm(self) -> None:
        self.put(needs_confirmation=True)

    async def confirmed(self) -> None:
        """Wait until nothing needs confirming any more."""
        while self._snapshot.needs_confirmation:  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    async def sign_out(self) -> None:
        self._called("sign_out")
        self.put(state=SignInState.SIGNED_OUT, account=None, tenants=(), subscriptions=(), subscription=None, code=None)

    async def look(self) -> None:
        self._called("look")

    async def choose(self, subscription: SubscriptionId) -> None:
        self._called("choose", subscription)
        found = next(each for each in self._snapshot.subscriptions if each.id == subscription)
        self.put(subscription=found)

    def azure(self) -> Any:
        return self.roles

    def blob_source(self) -> Any:
        return self.source


class FakePlans(_Scripted):
    """Stands for `PlanService`; `found` is what is wrong with every plan, `files` what was written or can be read."""

    def __init__(self) -> None:
        super().__init__()
        self.found: tuple[PlanFinding, ...] = ()
        self.read_findings: tuple[PlanFinding, ...] = ()
        self.files: dict[Path, ClusterPlan] = {}
        self.policy = NO_POLICY

    @property
    def policy(self) -> Policy:
        return self._real.policy

    @policy.setter
    def policy(self, policy: Policy) -> None:
        self._real = PlanService(cast("Any", None), policy)
        self.begin, self.preview = self._real.begin, self._real.preview
        self.refuse_forbidden = self._real.refuse_forbidden

    @property
    def profiles(self) -> tuple[Profile, ...]:
        return self._real.profiles

    @property
    def usual_profile(self) -> Profile:
        return self._real.usual_profile

    def findings(self, plan: ClusterPlan) -> tuple[PlanFinding, ...]:
        found = (*policy_findings(plan, self.policy), *self.found)
        if plan.access.sources:
            return found
        needed = PlanFinding("access.sources", "Say from where it may be reached.", "Give an address or a network.")
        return (*found, needed)

    async def read(self, path: Path) -> tuple[ClusterPlan, tuple[PlanFinding, ...]]:
        self._called("read", path)
        self._maybe_fail()
        return self.files[path], self.read_findings

    async def import_template(self, path: Path) -> tuple[ClusterPlan, tuple[PlanFinding, ...]]:
        self._called("import_template", path)
        self._maybe_fail()
        return self.files[path], self.read_findings

    async def write(self, path: Path, plan: ClusterPlan) -> None:
        self._called("write", path)
        self._maybe_fail()
        self.files[path] = plan

    def text(self, plan: ClusterPlan) -> str:
        return f'schema_version = 1\n[cluster]\nname = "{plan.name}"\n'


class FakeTemplates(_Scripted):
    """Stands for `Templates`: a small template whose machines follow the plan."""

    def compose(self, plan: ClusterPlan, subscription: str = "", part: Part = Part()) -> ComposedTemplate:  # noqa: B008
        self._called("compose", plan.name)
        network = [{"type": f"Microsoft.Network/{each}"} for each in ("virtualNetworks", "natGateways")]
        machines = [{"type": "Microsoft.Compute/virtualMachines"} for _ in range(plan.nodes.count + 1)]
        storage = [{"type": "Microsoft.Storage/storageAccounts"}]
        resources = [*network, *storage, *machines]
        return ComposedTemplate({"resources": resources}, {}, ("adminPassword",), "kv-a", "tpa")

    def role_definitions(self) -> Mapping[str, Any]:
        return {"resources": []}

    def deployer_actions(self, plan: ClusterPlan) -> tuple[str, ...]:
        return ()


class FakePrices(_Scripted):
    """Stands for `PriceService`; `estimate_for` makes the answer."""

    def __init__(self) -> None:
        super().__init__()
        self.estimate_for: Callable[[ClusterPlan], PriceEstimate] = an_estimate
        self.spot: float | None = 1.22

    async def estimate(self, plan: ClusterPlan, *, is_fresh: bool = False) -> PriceEstimate:
        self._called("estimate", plan, is_fresh)
        await asyncio.sleep(0)
        self._maybe_fail()
        return self.estimate_for(plan)

    async def spot_price(self, region: str, size: str) -> float | None:
        await asyncio.sleep(0)
        return self.spot


class FakePreflight(_Scripted):
    """Stands for `PreflightService`: tells `reports` one after the other; the last one is the answer.

    `holds` keeps it running after the last one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.reports: list[PreflightReport] = [a_report(is_over=False), a_report()]
        self.holds = False

    async def run(self, plan: ClusterPlan, report: Callable[[PreflightReport], None] | None = None) -> PreflightReport:
        self._called("run", plan)
        await asyncio.sleep(0)
        self._maybe_fail()
        for each in self.reports:
            if report is not None:
                report(each)
            await asyncio.sleep(0)
        if self.holds:
            await asyncio.Event().wait()
        return self.reports[-1]

    async def register_providers(self, providers: tuple[str, ...], report: Any = None) -> None:
        self._called("register_providers", providers)
        self._maybe_fail()

    async def make_roles(self, plan: ClusterPlan) -> None:
        self._called("make_roles", plan)
        self._maybe_fail()

    async def recover_vault(self, plan: ClusterPlan) -> None:
        self._called("recover_vault", plan)
        self._maybe_fail()


class FakeClusters(_Scripted):
    """Stands for `ClusterService`. Operations are told as running and stay so until a test puts something else."""

    def __init__(self) -> None:
        super().__init__()
        self.changed: Event[ClustersSnapshot] = Event()
        self._snapshot = ClustersSnapshot()
        self.watched: ClusterId | None = None

    @property
    def snapshot(self) -> ClustersSnapshot:
        return self._snapshot

    def put(self, *clusters: Cluster, **changes: Any) -> None:
        """Tell these clusters and no others."""
        billed = sum(each.meter.per_hour for each in clusters if each.meter is not None)
        made = {"clusters": clusters, "is_known": True, "per_hour": billed, **changes}
        self._snapshot = dataclasses.replace(self._snapshot, **made)
        self.changed.emit(self._snapshot)

    def set(self, name: str, **changes: Any) -> None:
        """Change one cluster."""
        self.put(
            *(
                dataclasses.replace(each, **changes) if name in (each.name, each.id) else each
                for each in self._snapshot.clusters
            )
        )

    def start(self) -> None:
        self._called("start")

    async def stop(self) -> None:
        self._called("stop")

    def watch(self, cluster: ClusterId | None) -> None:
        self.watched = cluster
        self._called("watch", cluster)

    async def refresh(self) -> None:
        self._called("refresh")

    async def deploy(self, plan: ClusterPlan, secrets: Mapping[str, str] | None = None) -> ClusterOperation:
        self._called("deploy", plan, dict(secrets or {}))
        self._maybe_fail()
        operation = an_operation(cluster=plan.name)
        made = a_cluster(plan.name, ClusterState.DEPLOYING, plan=plan, machines=(), meter=None, operation=operation)
        self.put(*(each for each in self._snapshot.clusters if each.name != plan.name), made)
        return operation

    async def resume(self, name: str) -> ClusterOperation:
        self._called("resume", name)
        return self._begin(name, OperationKind.RESUME, ClusterState.RESUMING)

    async def pause(self, name: str, *, drains: bool = True) -> ClusterOperation:
        self._called("pause", name, drains)
        return self._begin(name, OperationKind.PAUSE, ClusterState.PAUSING)

    async def cool(self, name: str) -> ClusterOperation:
        self._called("cool", name)
        return self._begin(name, OperationKind.COLD, ClusterState.COOLING)

    async def scale(self, name: str, count: int) -> ClusterOperation:
        self._called("scale", name, count)
        return self._begin(name, OperationKind.SCALE, ClusterState.SCALING)

    async def delete(self, name: str, *, typed_name: str, keeps_data: bool = True) -> ClusterOperation:
        self._called("delete", name, typed_name, keeps_data)
        return self._begin(name, OperationKind.DELETE, ClusterState.DELETING)

    async def cancel(self, name: str) -> None:
        self._called("cancel", name)
        self._maybe_fail()

    async def retry(self, name: str) -> ClusterOperation:
        self._called("retry", name)
        return self._begin(name, OperationKind.DEPLOY, ClusterState.DEPLOYING)

    async def dismiss(self, name: str) -> None:
        self._called("dismiss", name)
        self.set(name, operation=None)

    async def keep(self, name: str, hours: float) -> None:
        self._called("keep", name, hours)
        self._maybe_fail()

    async def start_machine(self, cluster: str, machine: str) -> None:
        self._called("start_machine", cluster, machine)
        self._maybe_fail()

    async def release(self, name: str) -> None:
        self._called("release", name)
        self._maybe_fail()

    def _begin(self, name: str, kind: OperationKind, state: ClusterState) -> ClusterOperation:
        self._maybe_fail()
        operation = an_operation(kind, name, OperationState.RUNNING)
        self.set(name, state=state, operation=operation)
        return operation


class FakeAzure:
    """The fakes of all services around Azure; change them before or after the program is made."""

    def __init__(self) -> None:
        self.sign_in = FakeSignIn()
        self.plans = FakePlans()
        self.templates = FakeTemplates()
        self.prices = FakePrices()
        self.preflight = FakePreflight()
        self.clusters = FakeClusters()

    def parts(self, preferences: Preferences, operations: Operations, now: Callable[[], datetime]) -> AzureParts:
        self.plans.policy = preferences.policy
        return AzureParts(
            sign_in=cast("Any", self.sign_in),
            plans=cast("Any", self.plans),
            templates=cast("Any", self.templates),
            prices=cast("Any", self.prices),
            preflight=cast("Any", self.preflight),
            clusters=cast("Any", self.clusters),
        )


__all__ = ["SUBSCRIPTION_ID", "FakeAzure", "FakeClusters", "FakePlans", "FakePreflight", "FakePrices", "FakeSignIn"]
