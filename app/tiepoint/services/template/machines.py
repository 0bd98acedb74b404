"""Steps that make machines and let them in, and what they run afterwards. Pure; any thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tiepoint.domain.addresses import AZURE_DNS, AddressPlan
from tiepoint.domain.cluster_plan import (
    AccessKind,
    ClusterPlan,
    DirectoryKind,
    Engine,
    SchedulerOs,
    StorageKind,
)
from tiepoint.domain.planned_machines import has_linux_jump_box, has_windows_jump_box, shares_jobs
from tiepoint.domain.resource_ids import group_of, subscription_of
from tiepoint.domain.resource_names import (
    ACTIVATION_CODE,
    ADMIN_PASSWORD,
    CONTROLLERS,
    JUMP_LINUX,
    JUMP_WINDOWS,
    NODE_CERTIFICATE,
    SCHEDULER,
    SCHEDULER_CERTIFICATE,
    node_number,
    private_zone,
)
from tiepoint.services.template.foundation import (
    BASTION_SUBNET,
    CLUSTER_NETWORK,
    STORAGE_NETWORK,
    is_peered,
    name_servers,
    subnet_id,
)
from tiepoint.services.template.images import node_image
from tiepoint.services.template.step import Secret, Step, output_of, parameter

_READY = ("network", "peering", "secrets", "storage-account")
_PROMOTION_S = 5400
_MOST_SET_UP = 50


def directory_steps(plan: ClusterPlan, at: AddressPlan) -> list[Step]:
    """Return the steps of names and, where wanted, of Active Directory."""
    networks = [CLUSTER_NETWORK, *([STORAGE_NETWORK] if is_peered(plan) else [])]
    zone = {"zone": private_zone(plan), "networks": networks}
    steps = [Step("directory-dns", "directory-dns", "directory", ("network", "storage-network"), zone)]
    if plan.directory.kind is DirectoryKind.ACTIVE_DIRECTORY:
        machines = {
            "names": list(CONTROLLERS),
            "addresses": name_servers(at),
            "size": parameter("serviceSize"),
            "subnetId": subnet_id(plan, "directory"),
            # Until they are promoted there is nobody else to ask.
            "dnsServers": [AZURE_DNS],
            "adminPassword": Secret(ADMIN_PASSWORD),
        }
        steps += [
            Step("directory", "directory-ad", "directory", _READY, machines),
            _vault_rights(plan, "directory", ADMIN_PASSWORD),
            _setup("directory-first", "directory", (CONTROLLERS[0],), "firstController", ("directory-vault",)),
            _setup("directory-second", "directory", (CONTROLLERS[1],), "secondController", ("directory-first",)),
        ]
    return steps


def access_steps(plan: ClusterPlan, at: AddressPlan) -> list[Step]:
    """Return the steps of the way in."""
    if plan.access.kind is AccessKind.BASTION:
        return [Step("access", "access-bastion", "access", ("network",), {"subnetId": subnet_id(plan, BASTION_SUBNET)})]
    steps = []
    common = {"size": parameter("serviceSize"), "subnetId": subnet_id(plan, "access"), "dnsServers": _dns(plan, at)}
    if has_windows_jump_box(plan):
        values = {**common, "address": str(at.jump_windows), "adminPassword": Secret(ADMIN_PASSWORD)}
        steps += [
            Step(JUMP_WINDOWS, "jump-windows", "access", (*_READY, "directory-second"), values),
            _vault_rights(plan, JUMP_WINDOWS, ADMIN_PASSWORD, "access"),
            _setup(f"{JUMP_WINDOWS}-setup", "access", (JUMP_WINDOWS,), "jumpBox", (f"{JUMP_WINDOWS}-vault",)),
        ]
    if has_linux_jump_box(plan):
        steps.append(Step(JUMP_LINUX, "jump-linux", "access", _READY, {**common, "address": str(at.jump_linux)}))
    return steps


def scheduler_steps(plan: ClusterPlan, at: AddressPlan) -> list[Step]:
    """Return the steps of the scheduler node."""
    is_windows = plan.scheduler.os is SchedulerOs.WINDOWS
    values: dict[str, Any] = {
        "address": str(at.scheduler),
        "size": parameter("schedulerSize"),
        "subnetId": subnet_id(plan, "cluster"),
        "dnsServers": _dns(plan, at),
    }
    values |= {"adminPassword": Secret(ADMIN_PASSWORD)} if is_windows else {"cloudInit": "[variables('cloudInit')]"}
    guard: dict[str, Any] = {"principalId": f"[{output_of(SCHEDULER, 'principalIds')}[0]]"}
    if plan.storage.kind is StorageKind.LUSTRE:
        guard["isLustre"] = True
    before = ("scheduler-guard", "scheduler-vault", "directory-dns", "directory-second", _storage(plan))
    rights = [_vault_rights(plan, SCHEDULER, ADMIN_PASSWORD)] if is_windows and _has_directory(plan) else []
    if shares_jobs(plan):
        rights = [_vault_rights(plan, SCHEDULER, SCHEDULER_CERTIFICATE)]
    return [
        Step(SCHEDULER, f"scheduler-{plan.scheduler.os}", "scheduler", _READY, values),
        Step("scheduler-guard", "guard-scheduler", "scheduler", (SCHEDULER, "storage-account"), guard),
        *rights,
        _setup("scheduler-setup", "scheduler", (SCHEDULER,), SCHEDULER, before),
    ]


def node_steps(plan: ClusterPlan, at: AddressPlan, names: Sequence[str]) -> list[Step]:
    """Return the steps of worker nodes.

    Args:
        plan: Which.
        at: Its addresses.
        names: Of the nodes to make; none = no steps.
    """
    if not names:
        return []
    image = node_image(plan.nodes.size)
    values = {
        "names": parameter("nodeNames"),
        "addresses": parameter("nodeAddresses"),
        "size": parameter("nodeSize"),
        "spot": parameter("nodesSpot"),
        "zones": parameter("nodeZones"),
        "subnetId": subnet_id(plan, "cluster"),
        "dnsServers": _dns(plan, at),
        "cloudInit": "[variables('cloudInit')]",
        "image": image.reference,
        "trustedLaunch": image.is_trusted,
        "secureBoot": image.has_secure_boot,
    }
    guard = {
        "names": parameter("nodeNames"),
        "principalIds": f"[{output_of('nodes', 'principalIds')}]",
        "worksOnBlob": plan.storage.kind is StorageKind.BLOB,
    }
    setup = {
        "script": "nodes",
        "installsDriver": image.installs_driver,
        "driverVersion": parameter("driverVersion"),
    }
    before = ("nodes-guard", "nodes-vault", "scheduler-setup", "directory-dns", _storage(plan))
    rights = [_vault_rights(plan, "nodes", ACTIVATION_CODE)] if plan.engine is Engine.METASHAPE else []
    if shares_jobs(plan):
        rights = [_vault_rights(plan, "nodes", NODE_CERTIFICATE)]
    # Nodes are what costs: they come last, when the scheduler's guard is there to stop them should all else fail.
    return [
        Step("nodes", "nodes", "nodes", (*_READY, "scheduler-setup"), values),
        Step("nodes-guard", "guard-nodes", "nodes", ("nodes", "storage-account"), guard),
        *rights,
        *(Step(name, "setup-nodes", "nodes", before, {"names": some, **setup}) for name, some in _batches(len(names))),
    ]


def monitoring_steps(plan: ClusterPlan) -> list[Step]:
    """Return the step of the log."""
    is_windows = plan.scheduler.os is SchedulerOs.WINDOWS
    agent = {"agentType": "AzureMonitorWindowsAgent" if is_windows else "AzureMonitorLinuxAgent"}
    return [Step("monitoring", "monitoring", "monitoring", ("scheduler-setup",), agent)]


def addresses_of(at: AddressPlan, names: Sequence[str]) -> list[str]:
    """Return the fixed addresses of worker nodes."""
    return [str(at.nodes[node_number(name) - 1]) for name in names]


def _batches(count: int) -> list[tuple[str, str]]:
    """Return names of set-up steps, each with an expression for its nodes.

    Azure counts the script once for each node, and takes 4 MB a deployment.
    """
    found = [("nodes-setup", parameter("nodeNames"))]
    if count > _MOST_SET_UP:
        found = [("nodes-setup", f"[take(parameters('nodeNames'), {_MOST_SET_UP})]")]
    for number, start in enumerate(range(_MOST_SET_UP, count, _MOST_SET_UP), 2):
        rest = f"skip(parameters('nodeNames'), {start})"
        is_last = start + _MOST_SET_UP >= count
        found.append((f"nodes-setup-{number}", f"[{rest}]" if is_last else f"[take({rest}, {_MOST_SET_UP})]"))
    return found


def _setup(name: str, family: str, machines: tuple[str, ...], script: str, needs: tuple[str, ...]) -> Step:
    values = {"names": list(machines), "script": script, "timeoutSeconds": _PROMOTION_S}
    return Step(name, "setup", family, needs, values)


def _vault_rights(plan: ClusterPlan, machines: str, secret: str, family: str = "") -> Step:
    names: Any = {"nodes": parameter("nodeNames"), "directory": list(CONTROLLERS)}.get(machines, [machines])
    values = {"secretName": secret, "names": names, "principalIds": f"[{output_of(machines, 'principalIds')}]"}
    vault = plan.secrets.vault
    scope = (subscription_of(vault), group_of(vault)) if vault else None
    return Step(f"{machines}-vault", "vault-rights", family or machines, (machines, "secrets"), values, scope=scope)


def _dns(plan: ClusterPlan, at: AddressPlan) -> list[str]:
    return name_servers(at) if _has_directory(plan) else []


def _has_directory(plan: ClusterPlan) -> bool:
    return plan.directory.kind is DirectoryKind.ACTIVE_DIRECTORY


def _storage(plan: ClusterPlan) -> str:
    return f"storage-{plan.storage.kind}"
