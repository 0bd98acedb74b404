"""Parameters of the outer template: what a studio may set when it deploys an exported one. Pure; any thread."""

from __future__ import annotations

from typing import Any, Final

from tiepoint.domain.addresses import firewall_sources
from tiepoint.domain.cluster import CLUSTER_TAG
from tiepoint.domain.cluster_plan import ClusterPlan, Engine
from tiepoint.domain.planned_machines import SERVICE_SIZE
from tiepoint.domain.resource_names import (
    ADMIN_USER,
    account_name,
    short_name,
    vault_name,
    vault_stem,
)

_UNIQUE: Final = "uniqueString(subscription().id, resourceGroup().id)"


def definitions(plan: ClusterPlan, names: dict[str, str], nodes: list[str], addresses: list[str]) -> dict[str, Any]:
    """Return the definitions of all parameters, the plan's choices as their defaults.

    Args:
        plan: Which.
        names: `accountName` and `vaultName`.
        nodes: Names of the worker nodes.
        addresses: Theirs.
    """
    sources = list(plan.access.sources)
    rules = [{"value": source} for source in firewall_sources(sources)]
    metashape, open_package = (plan.package, "") if plan.engine is Engine.METASHAPE else ("", plan.package)
    return {
        "foundationOnly": _bool("Only networks, vault and account: the first of two steps.", False),
        "location": _text("Region.", "[resourceGroup().location]"),
        "tags": _of("object", "Tags of every resource.", {CLUSTER_TAG: plan.name}),
        "accountName": _text("Name of the storage account.", names["accountName"]),
        "vaultName": _text("Name of the vault.", names["vaultName"]),
        "vaultCreateMode": _text("`recover` brings a deleted vault of this name back.", "default"),
        "deployerObjectId": _text("Object id of whoever deploys; they may then put secrets and use Blob.", ""),
        "deployerPrincipalType": _text("User, Group or ServicePrincipal.", "User"),
        "lustreServicePrincipal": _text(
            "Object id of the service principal `HPC Cache Resource Provider`; empty = it may use the account already.",
            "",
        ),
        "availabilityZone": _text("Where Lustre stands; empty = the region has no zones.", "1"),
        "sourceAddresses": {
            **_of("array", "Addresses and networks from which people come, CIDR.", sources or None),
            "minLength": 1,
        },
        "firewallRules": _of("array", "Those of them that are public, for vault and account.", rules),
        "adminUsername": _text("Administrator of the machines.", ADMIN_USER),
        "sshPublicKey": _text("Public half of the key that people sign in with; needed for machines.", ""),
        "encryptionAtHost": _bool("Needs the feature Microsoft.Compute/EncryptionAtHost.", False),
        "schedulerSize": _text("Size of the scheduler node.", plan.scheduler.size),
        "serviceSize": _text("Size of jump boxes and domain controllers.", SERVICE_SIZE),
        "nodeNames": _of("array", "Names of the worker nodes.", nodes),
        "nodeAddresses": _of("array", "Their addresses, in the same order.", addresses),
        "nodeSize": _text("Their size.", plan.nodes.size),
        "nodesSpot": _bool("Whether Azure may take them back.", plan.nodes.spot),
        "nodeZones": _of("object", "Availability zones of worker nodes by name; one that is not named has none.", {}),
        "driverVersion": _text("Version of the graphics driver instead of the newest.", ""),
        "packageAddress": _text(
            "Address of Tiepoint's package for the open engine; empty = it is not installed.", open_package
        ),
        "metashapeAddress": _text("Address of Metashape's archive for Linux or installer for Windows.", metashape),
    }


def resource_names(plan: ClusterPlan, subscription: str, account: str, vault: str) -> dict[str, str]:
    """Return the names of account and vault, or what works them out.

    Args:
        plan: Which.
        subscription: Its id; empty = Azure works the names out while it deploys.
        account: Name of an account that is there; empty = none.
        vault: Name of a vault that is there; empty = none.
    """
    if plan.secrets.vault:
        vault = plan.secrets.vault.rstrip("/").rsplit("/", 1)[-1]
    if subscription:
        account = account or account_name(plan.name, subscription)
        vault = vault or vault_name(plan.name, subscription)
    return {
        "accountName": account or f"[concat('tp{short_name(plan.name)}', take({_UNIQUE}, 8))]",
        "vaultName": vault or f"[concat('{vault_stem(plan.name)}', take({_UNIQUE}, 5))]",
    }


def _text(about: str, default: str) -> dict[str, Any]:
    return _of("string", about, default)


def _bool(about: str, default: bool) -> dict[str, Any]:
    return _of("bool", about, default)


def _of(kind: str, about: str, default: Any) -> dict[str, Any]:
    value = {} if default is None else {"defaultValue": default}
    return {"type": kind, **value, "metadata": {"description": about}}
