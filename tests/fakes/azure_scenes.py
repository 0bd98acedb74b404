"""Clusters, prices, accounts and reports as the panel meets them; all of it invented."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any, Final

from fakes.scheduler import T0
from tiepoint.domain.account import Account, DeviceCode, Subscription, SubscriptionId, Tenant, TenantId
from tiepoint.domain.cluster import Cluster, ClusterId, ClusterState, Lease, Machine, MachineRole, Meter, Power
from tiepoint.domain.cluster_operation import (
    ClusterOperation,
    LineState,
    OperationKind,
    ResourceGroupKind,
    ResourceLine,
)
from tiepoint.domain.cluster_plan import REFERENCE_PLAN, ClusterPlan, NodesPlan
from tiepoint.domain.failure import Failure
from tiepoint.domain.operation import OperationState
from tiepoint.domain.preflight import (
    Alternative,
    Change,
    ChangeKind,
    Check,
    CheckKind,
    CheckState,
    Fix,
    PreflightReport,
    QuotaFigures,
    Remedy,
)
from tiepoint.domain.price import PriceEstimate, PriceLine

SUBSCRIPTION_ID: Final = SubscriptionId("11111111-2222-3333-4444-555555555555")
TENANT: Final = Tenant(TenantId("99999999-8888-7777-6666-555555555555"), "Atelier", "atelier.example")
ACCOUNT: Final = Account("ada@atelier.example", TENANT, "person-1", "public")
SUBSCRIPTIONS: Final = (
    Subscription(SUBSCRIPTION_ID, "Workshop", TENANT.id),
    Subscription(SubscriptionId("22222222-2222-3333-4444-555555555555"), "Older", TENANT.id),
)
CODE: Final = DeviceCode("https://microsoft.com/devicelogin", "A1B2C3D4E", T0 + timedelta(minutes=15))
OFFLINE: Final = Failure(
    "connection", "There is no connection to Azure.", "Check the network; it is tried again by itself.", True
)
NO_CAPACITY: Final = Failure(
    "capacity",
    "Azure has no machine of this size free just now.",
    "Try again later, or choose another size or region.",
    True,
    "AllocationFailed",
)

_PARTS: Final = ResourceGroupKind
_LINES: Final = (
    PriceLine(_PARTS.NODES, "GPU nodes", "5 x NV36ads A10 v5 · 3.20", 16.0, 0, 0, ("node-01",)),
    PriceLine(_PARTS.STORAGE, "Lustre 4 TiB", "500 MB/s per TiB", 1.91, 1.91, 0),
    PriceLine(_PARTS.SCHEDULER, "Scheduler", "D8s v5", 0.38, 0, 0, ("scheduler",)),
    PriceLine(_PARTS.NODES, "OS disks", "6 x 64 GiB Premium", 0.08, 0.08, 0.08),
    PriceLine(_PARTS.NETWORK, "NAT gateway and IP", "plus 0.045 per GB", 0.05, 0.05, 0),
    PriceLine(_PARTS.STORAGE, "Blob", "hot, LRS", 0.03, 0.03, 0.03, is_data=True),
)


def cluster_id(name: str) -> ClusterId:
    """The id of a cluster in the scenes' subscription."""
    return ClusterId(f"{SUBSCRIPTION_ID}/rg-{name}")


def a_plan(name: str = "harbour", **changes: Any) -> ClusterPlan:
    """The reference plan under a name, with an address it may be reached from."""
    plan = dataclasses.replace(REFERENCE_PLAN, name=name)
    plan = dataclasses.replace(plan, access=dataclasses.replace(plan.access, sources=("203.0.113.0/28",)))
    return dataclasses.replace(plan, **changes)


def an_estimate(plan: ClusterPlan | None = None, **changes: Any) -> PriceEstimate:
    """A price that follows the number of nodes."""
    count = plan.nodes.count if plan else 5
    nodes = dataclasses.replace(
        _LINES[0],
        detail=f"{count} x NV36ads A10 v5 · 3.20",
        running=3.2 * count,
        machines=tuple(f"node-{each:02}" for each in range(1, count + 1)),
    )
    region = plan.region if plan else "eastus"
    return dataclasses.replace(PriceEstimate((nodes, *_LINES[1:]), "USD", region, T0), **changes)


def machines(nodes: int = 5, power: Power = Power.RUNNING) -> tuple[Machine, ...]:
    """A scheduler and nodes, all in one power state."""
    is_on = power is Power.RUNNING
    heard = T0 if is_on else None
    found = [
        Machine(
            "/m/scheduler",
            "scheduler",
            MachineRole.SCHEDULER,
            "Standard_D8s_v5",
            power,
            "succeeded",
            False,
            is_on,
            heard,
        )
    ]
    for each in range(1, nodes + 1):
        name = f"node-{each:02}"
        found.append(
            Machine(
                f"/m/{name}",
                name,
                MachineRole.NODE,
                "Standard_NV36ads_A10_v5",
                power,
                "succeeded",
                False,
                is_on,
                heard,
                is_on and each != nodes,
            )
        )
    return tuple(found)


def a_cluster(name: str = "harbour", state: ClusterState = ClusterState.RUNNING, **changes: Any) -> Cluster:
    """A cluster that fits its state."""
    plan = a_plan(name)
    is_on = state in (ClusterState.RUNNING, ClusterState.SCALING, ClusterState.PAUSING, ClusterState.PARTIAL)
    price = an_estimate(plan)
    now = {ClusterState.COLD: price.cold}.get(state, price.running if is_on else price.paused)
    made = Cluster(
        id=cluster_id(name),
        name=name,
        subscription=SUBSCRIPTION_ID,
        resource_group=plan.resource_group,
        region=plan.region,
        state=state,
        plan=plan,
        machines=machines(power=Power.RUNNING if is_on else Power.DEALLOCATED),
        price=price,
        meter=Meter(T0 - timedelta(hours=2) if is_on else None, now, 36.9 if is_on else 0.0),
        lease=Lease("ada on workshop", T0 + timedelta(minutes=40), 30) if is_on else None,
        stops_at=T0 + timedelta(minutes=70) if is_on else None,
        blob_endpoint="https://tpharbour.blob.core.windows.net/",
        updated=T0,
    )
    return dataclasses.replace(made, **changes)


def an_operation(
    kind: OperationKind = OperationKind.DEPLOY,
    cluster: str = "harbour",
    state: OperationState = OperationState.RUNNING,
    **changes: Any,
) -> ClusterOperation:
    """An operation in its middle."""
    began = T0 - timedelta(minutes=4)

    def line(
        part: ResourceGroupKind, name: str, how: LineState, took: float | None = None, **more: Any
    ) -> ResourceLine:
        return ResourceLine(f"/r/{name}", part, name, "create", how, began if took is not None else None, took, **more)

    lines = (
        line(_PARTS.NETWORK, "network", LineState.DONE, 12.0),
        line(_PARTS.NETWORK, "nat", LineState.DONE, 21.0),
        line(_PARTS.ACCESS, "bastion", LineState.DONE, 8.0),
        line(_PARTS.SECRETS, "vault", LineState.DONE, 14.0),
        line(_PARTS.STORAGE, "lustre", LineState.WORKING, 190.0),
        line(_PARTS.STORAGE, "account", LineState.DONE, 9.0),
        line(_PARTS.SCHEDULER, "scheduler", LineState.DONE, 74.0),
        line(_PARTS.NODES, "node-01", LineState.WORKING, 40.0),
        line(_PARTS.NODES, "node-02", LineState.WORKING, 38.0),
        line(_PARTS.NODES, "node-03", LineState.RETRYING, 35.0, note="try 2 of 3", failure=NO_CAPACITY),
        line(_PARTS.NODES, "node-04", LineState.WAITING),
        line(_PARTS.NODES, "node-05", LineState.WAITING),
        line(_PARTS.GUARD, "guard", LineState.WAITING),
    )
    made = ClusterOperation(kind, cluster, state, lines, began, deployment=f"tiepoint-{cluster}-20261122-1401")
    return dataclasses.replace(made, **changes)


def four_clusters() -> tuple[Cluster, ...]:
    """One of each that an overview should tell apart."""
    return (
        a_cluster("harbour"),
        a_cluster("brighton", ClusterState.PAUSED),
        a_cluster("old", ClusterState.DEPLOYING, machines=(), meter=None, operation=an_operation(cluster="old")),
        a_cluster("next", ClusterState.FAILED, failure=NO_CAPACITY),
    )


def _check(kind: CheckKind, state: CheckState, title: str, detail: str = "", **more: Any) -> Check:
    return Check(kind, state, title, detail, **more)


QUOTA_CHECK: Final = Check(
    CheckKind.QUOTA,
    CheckState.BLOCKED,
    "GPU quota in East US is too small for 5 nodes",
    "Your subscription may run 108 vCPU of NVads A10 v5 in East US. This is a limit set by Azure for you, not a "
    "shortage of machines.",
    (
        Fix(Remedy.OPEN_LINK, "Request 108 more vCPU", "https://portal.azure.com/quota"),
        Fix(Remedy.USE_NODE_COUNT, "Deploy with 2 nodes", "2"),
    ),
    QuotaFigures("standardNVADSA10v5Family", "NVads A10 v5", asked=180, used=36, limit=108),
)
OK_CHECKS: Final = (
    _check(CheckKind.PROVIDERS, CheckState.OK, "Providers registered", "Compute, Network, Storage"),
    _check(CheckKind.SIZES, CheckState.OK, "Sizes offered and unrestricted", "NV36ads A10 v5 and D8s v5"),
    _check(CheckKind.QUOTA, CheckState.OK, "Quota is large enough", "180 of 300 vCPU"),
    _check(CheckKind.SPOT_QUOTA, CheckState.NOT_NEEDED, "Spot quota", "The plan has no Spot nodes."),
    _check(CheckKind.STORAGE, CheckState.OK, "Lustre in this region", "4 TiB"),
    _check(CheckKind.PERMISSIONS, CheckState.OK, "Your permissions", "23 of 23 actions"),
    _check(CheckKind.ADDRESSES, CheckState.OK, "Addresses", "10.0.0.0/16 overlaps nothing"),
    _check(CheckKind.NAMES, CheckState.OK, "Names", "They are free."),
    _check(CheckKind.SECRETS, CheckState.OK, "Secrets", "A new vault is made."),
    _check(
        CheckKind.SEATS,
        CheckState.WARNING,
        "One Metashape seat short",
        "4 of 5 seats. The fifth node would run idle and still bill 3.20 $/h.",
        fixes=(Fix(Remedy.USE_NODE_COUNT, "Use 4 nodes", "4"),),
    ),
    _check(CheckKind.BUDGET, CheckState.OK, "Budget", "None is set."),
    _check(CheckKind.TEMPLATE, CheckState.OK, "Template validated by Azure", "No finding."),
    _check(CheckKind.WHAT_IF, CheckState.OK, "What-if", "14 to create, 1 left alone"),
)
CHANGES: Final = tuple(
    Change(f"/r/{name}", kind, name, ChangeKind.CREATE, part)
    for part, kind, name in (
        (_PARTS.NETWORK, "Microsoft.Network/virtualNetworks", "network"),
        (_PARTS.NETWORK, "Microsoft.Network/natGateways", "nat"),
        (_PARTS.ACCESS, "Microsoft.Network/bastionHosts", "bastion"),
        (_PARTS.SECRETS, "Microsoft.KeyVault/vaults", "vault"),
        (_PARTS.STORAGE, "Microsoft.StorageCache/amlFilesystems", "lustre"),
        (_PARTS.STORAGE, "Microsoft.Storage/storageAccounts", "account"),
        (_PARTS.SCHEDULER, "Microsoft.Compute/virtualMachines", "scheduler"),
        *((_PARTS.NODES, "Microsoft.Compute/virtualMachines", f"node-{each:02}") for each in range(1, 6)),
        (_PARTS.GUARD, "Microsoft.OperationalInsights/workspaces", "logs"),
    )
)
ALTERNATIVES: Final = (
    Alternative("swedencentral", "Standard_NV36ads_A10_v5", 5, 240, 19.4),
    Alternative("eastus2", "Standard_NV36ads_A10_v5", 5, 200, 18.45),
    Alternative("southcentralus", "Standard_NV36ads_A10_v5", 5, 0, 18.9),
    Alternative("westus3", "Standard_NV36ads_A10_v5", 5, None, None),
)


def a_report(*, is_blocked: bool = False, is_over: bool = True) -> PreflightReport:
    """A report: fine but for a warning, blocked by quota, or in its middle."""
    checks = tuple(QUOTA_CHECK if is_blocked and each.kind is CheckKind.QUOTA else each for each in OK_CHECKS)
    if not is_over:
        checks = tuple(
            each if place < 4 else dataclasses.replace(each, state=CheckState.RUNNING, detail="", fixes=())
            for place, each in enumerate(checks)
        )
    return PreflightReport(
        checks,
        CHANGES if is_over else (),
        ALTERNATIVES if is_blocked else (),
        is_over,
        T0,
        11.0 if is_over else 0.0,
    )


def small(plan: ClusterPlan, count: int) -> ClusterPlan:
    """The plan with another number of nodes."""
    return dataclasses.replace(plan, nodes=NodesPlan(plan.nodes.size, count, plan.nodes.spot))


def moment(minutes: float = 0) -> datetime:
    """So many minutes after the scenes' beginning."""
    return T0 + timedelta(minutes=minutes)
