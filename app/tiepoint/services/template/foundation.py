"""Steps that cost next to nothing and come first: networks with their rules, the vault, the storage account.

Pure; any thread.
"""

from __future__ import annotations

from typing import Any

from tiepoint.domain.addresses import AddressPlan
from tiepoint.domain.cluster_plan import AccessKind, ClusterPlan, DirectoryKind, StorageKind
from tiepoint.domain.resource_names import containers
from tiepoint.services.template.step import Step, parameter, resource_id

_NETWORKS = "Microsoft.Network/virtualNetworks"
CLUSTER_NETWORK = "cluster-network"
STORAGE_NETWORK = "storage-network"
BASTION_SUBNET = "AzureBastionSubnet"


def foundation_steps(plan: ClusterPlan, at: AddressPlan, *, has_egress: bool) -> list[Step]:
    """Return the first steps of a plan.

    Args:
        plan: Which.
        at: Its addresses.
        has_egress: Whether there is a way out to the Internet; a cold cluster has none.
    """
    steps = _network_steps(plan, at, has_egress)
    rules = {"firewallRules": parameter("firewallRules"), "subnetRules": [{"id": each} for each in _subnets(plan)]}
    networks = tuple(step.name for step in steps)
    if not plan.secrets.vault:
        values = {**rules, "createMode": parameter("vaultCreateMode")}
        steps.append(Step("secrets", "secrets", "secrets", networks, values, is_foundation=True))
    is_lustre = plan.storage.kind is StorageKind.LUSTRE
    lustre = [subnet_id(plan, "lustre")] if is_lustre else []
    account: dict[str, Any] = {
        "names": list(containers(plan)),
        "allowSharedKeyAccess": is_lustre,
        "firewallRules": parameter("firewallRules"),
        "subnetRules": [{"id": each, "action": "Allow"} for each in [*_subnets(plan, is_account=True), *lustre]],
    }
    steps.append(Step("storage-account", "storage-account", "storage-account", networks, account, is_foundation=True))
    if is_lustre:
        steps.append(
            Step(
                "storage-lustre-rights",
                "storage-lustre-rights",
                "storage-lustre",
                ("storage-account",),
                is_foundation=True,
            )
        )
    return steps


def subnet_id(plan: ClusterPlan, name: str) -> str:
    """Return an expression for the id of a subnet of the cluster."""
    is_apart = name in ("lustre", "netapp") and is_peered(plan)
    return resource_id(f"{_NETWORKS}/subnets", STORAGE_NETWORK if is_apart else CLUSTER_NETWORK, name)


def is_peered(plan: ClusterPlan) -> bool:
    """Whether the storage has a network of its own; Blob alone stands in none."""
    return plan.network.kind.value == "peered" and plan.storage.kind is not StorageKind.BLOB


def name_servers(at: AddressPlan) -> list[str]:
    """Return the domain's name servers."""
    return [str(address) for address in at.controllers]


def _network_steps(plan: ClusterPlan, at: AddressPlan, has_egress: bool) -> list[Step]:
    is_bastion = plan.access.kind is AccessKind.BASTION
    has_directory = plan.directory.kind is DirectoryKind.ACTIVE_DIRECTORY
    storage = {StorageKind.LUSTRE: ("lustre",), StorageKind.NETAPP: ("netapp",), StorageKind.BLOB: ()}[
        plan.storage.kind
    ]
    door = BASTION_SUBNET if is_bastion else "access"
    inside = ("cluster", door, *(("directory",) if has_directory else ()), *(() if is_peered(plan) else storage))
    # Lustre wants Azure's name servers in its network; machines have the domain's on their own cards then.
    asks_directory = has_directory and (is_peered(plan) or plan.storage.kind is not StorageKind.LUSTRE)
    entry = "security-bastion" if is_bastion else "security-jump-boxes"
    prefixes = {
        "networkPrefix": str(at.network),
        "clusterPrefix": str(at.cluster),
        "accessPrefix": str(at.access),
        "bastionPrefix": str(at.bastion),
        "directoryPrefix": str(at.directory),
        "lustrePrefix": str(at.lustre),
        "netappPrefix": str(at.netapp),
    }
    gate = str(at.bastion if is_bastion else at.access)
    security = {"administrationPrefix": gate, "networkPrefix": str(at.network)}
    network = {
        **prefixes,
        "natGatewayId": _egress_id("cluster-egress", has_egress),
        "dnsServers": name_servers(at) if asks_directory else [],
    }
    steps = [
        _network("security", "security", values=security),
        _network("access-security", entry),
    ]
    if has_egress:
        steps.append(_network("egress", "egress", values={"name": "cluster-egress"}))
    before = ("security", "access-security", "egress")
    steps.append(_network("network", "network", before, network, inside))
    if is_peered(plan):
        steps += _storage_network_steps(plan, at, prefixes, storage, has_egress)
    return steps


def _storage_network_steps(
    plan: ClusterPlan, at: AddressPlan, prefixes: dict[str, str], subnets: tuple[str, ...], has_egress: bool
) -> list[Step]:
    # A NAT gateway serves one network; Lustre needs a way out, NetApp does not.
    has_own = plan.storage.kind is StorageKind.LUSTRE and has_egress
    values = {
        **prefixes,
        "storagePrefix": str(at.storage_network),
        "natGatewayId": _egress_id("storage-egress", has_own),
    }
    steps = [_network("storage-egress", "egress", values={"name": "storage-egress"})] if has_own else []
    return [
        *steps,
        _network("storage-network", "storage-network", ("security", "storage-egress"), values, subnets),
        _network("peering", "peering", ("network", "storage-network")),
    ]


def _network(
    name: str,
    module: str,
    needs: tuple[str, ...] = (),
    values: dict[str, Any] | None = None,
    subnets: tuple[str, ...] | None = None,
) -> Step:
    return Step(name, module, "network", needs, values or {}, is_foundation=True, subnets=subnets)


def _egress_id(name: str, is_there: bool) -> str:
    return resource_id("Microsoft.Network/natGateways", name) if is_there else ""


def _subnets(plan: ClusterPlan, *, is_account: bool = False) -> list[str]:
    """Return the subnets that reach vault or account: those whose machines need it and that have its endpoint."""
    names = ["cluster"]
    if plan.access.kind is AccessKind.JUMP_BOXES:
        names.append("access")
    if plan.directory.kind is DirectoryKind.ACTIVE_DIRECTORY and not is_account:
        names.append("directory")
    return [subnet_id(plan, name) for name in names]
