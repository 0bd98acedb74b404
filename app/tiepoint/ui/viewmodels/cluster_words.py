"""What clusters on Azure are called: states, regions, what stops when. Pure; any thread."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tiepoint.domain.cluster import Cluster, ClusterState, MachineRole, Power
from tiepoint.domain.cluster_operation import LineState, ResourceGroupKind
from tiepoint.domain.cluster_plan import ClusterPlan, StorageKind, StoragePlan
from tiepoint.domain.node_sizes import size_label
from tiepoint.ui.text import day_text, tr, tr_count
from tiepoint.ui.theme.states import look_of

_STATES: Final = {ClusterState.RUNNING: "ready", ClusterState.PARTIAL: "warning"}
"""States of clusters that `theme.states` knows by another name."""
_WORDS: Final = {ClusterState.RUNNING: "Running", ClusterState.PARTIAL: "Partly running"}
_PARTS: Final = {
    ResourceGroupKind.NETWORK: ("network", "Network"),
    ResourceGroupKind.ACCESS: ("log-in", "Access"),
    ResourceGroupKind.DIRECTORY: ("user-round", "Directory"),
    ResourceGroupKind.SECRETS: ("key-round", "Secrets"),
    ResourceGroupKind.STORAGE: ("database", "Storage"),
    ResourceGroupKind.SCHEDULER: ("server", "Scheduler"),
    ResourceGroupKind.NODES: ("cpu", "Nodes"),
    ResourceGroupKind.GUARD: ("shield-check", "Guard and logs"),
}
_STORAGES: Final = {
    StorageKind.LUSTRE: "Managed Lustre",
    StorageKind.NETAPP: "NetApp Files",
    StorageKind.BLOB: "Blob only",
}
REGIONS: Final = {
    "australiaeast": "Australia East",
    "brazilsouth": "Brazil South",
    "canadacentral": "Canada Central",
    "centralindia": "Central India",
    "centralus": "Central US",
    "eastus": "East US",
    "eastus2": "East US 2",
    "francecentral": "France Central",
    "germanywestcentral": "Germany West Central",
    "italynorth": "Italy North",
    "japaneast": "Japan East",
    "koreacentral": "Korea Central",
    "northcentralus": "North Central US",
    "northeurope": "North Europe",
    "norwayeast": "Norway East",
    "polandcentral": "Poland Central",
    "southafricanorth": "South Africa North",
    "southcentralus": "South Central US",
    "southeastasia": "Southeast Asia",
    "swedencentral": "Sweden Central",
    "switzerlandnorth": "Switzerland North",
    "uaenorth": "UAE North",
    "uksouth": "UK South",
    "westeurope": "West Europe",
    "westus": "West US",
    "westus2": "West US 2",
    "westus3": "West US 3",
}
"""Regions that have GPU machines, for plans that are made without a sign-in."""


def state_look(state: ClusterState) -> tuple[str, str]:
    """Return the state and words of a cluster's pill."""
    name = _STATES.get(state, state.value)
    words = _WORDS.get(state)
    return name, tr("Clusters", words) if words else look_of(name).text


def part_look(part: ResourceGroupKind) -> tuple[str, str]:
    """Return icon and name of a part of a cluster."""
    icon, words = _PARTS[part]
    return icon, tr("Clusters", words)


def region_name(name: str) -> str:
    """Return a region's name for people; its short name where no other is known."""
    return REGIONS.get(name, name)


def storage_name(storage: StoragePlan) -> str:
    """Return what the nodes work on: Managed Lustre, 4 TiB."""
    words = tr("Clusters", _STORAGES[storage.kind])
    if storage.kind is StorageKind.BLOB:
        return words
    return tr("Clusters", "{storage}, {count} TiB", storage=words, count=storage.capacity_tib)


def plan_line(plan: ClusterPlan) -> str:
    """Say a plan in one line: 5 nodes · NV36ads A10 v5 · East US · Managed Lustre, 4 TiB."""
    nodes = tr_count("Clusters", "1 node", "{count} nodes", plan.nodes.count)
    return "  ·  ".join((nodes, size_label(plan.nodes.size), region_name(plan.region), storage_name(plan.storage)))


def nodes_text(cluster: Cluster) -> str:
    """Say how many nodes there are and how many run."""
    nodes = [machine for machine in cluster.machines if machine.role is MachineRole.NODE]
    if not nodes:
        planned = cluster.plan.nodes.count if cluster.plan else 0
        return tr_count("Clusters", "1 node planned", "{count} nodes planned", planned) if planned else "—"
    running = sum(machine.power is Power.RUNNING for machine in nodes)
    if running == len(nodes):
        return tr_count("Clusters", "1 node, running", "{count} nodes, all running", len(nodes))
    if not running:
        return tr_count("Clusters", "1 node, off", "{count} nodes, all off", len(nodes))
    return tr("Clusters", "{running} of {count} nodes running", running=running, count=len(nodes))


def clock_text(moment: datetime, now: datetime | None = None) -> str:
    """Write a time of day in this computer's zone, with the day when it is another one."""
    here = moment.astimezone()
    today = (now or datetime.now().astimezone()).astimezone().date()
    time = f"{here:%H:%M}"
    if here.date() == today:
        return time
    return tr("Clusters", "{day}, {time}", day=day_text(here.date(), is_short=True, has_year=False), time=time)


def stops_text(cluster: Cluster) -> str:
    """Say when a cluster stops by itself; empty when it does not run."""
    if cluster.stops_at is None:
        return ""
    return tr("Clusters", "Stops itself at {time} if nobody works", time=clock_text(cluster.stops_at))


def doing_text(cluster: Cluster) -> str:
    """Say how far the operation under way is; empty when none is."""
    operation = cluster.operation
    if operation is None or operation.state.is_over or not operation.lines:
        return ""
    done = operation.count(LineState.DONE, LineState.SKIPPED)
    return tr("Clusters", "{done} of {count} resources", done=done, count=len(operation.lines))
