import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.cluster import MachineRole
from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.cluster_plan import (
    CLUSTER_NAME,
    AccessKind,
    AccessPlan,
    ClusterPlan,
    DirectoryKind,
    DirectoryPlan,
    NodesPlan,
    StorageKind,
    StoragePlan,
)
from tiepoint.domain.planned_machines import planned_machines
from tiepoint.domain.resource_names import (
    account_name,
    containers,
    deployment_name,
    node_name,
    node_names,
    node_number,
    part_of,
    private_zone,
    vault_name,
)

AD = DirectoryPlan(kind=DirectoryKind.ACTIVE_DIRECTORY, domain="studio.internal")


@given(st.from_regex(CLUSTER_NAME, fullmatch=True), st.uuids())
def test_names_are_what_azure_takes(cluster: str, subscription: object) -> None:
    account, vault = account_name(cluster, str(subscription)), vault_name(cluster, str(subscription))
    assert re.fullmatch(r"[a-z0-9]{3,24}", account)
    assert re.fullmatch(r"[a-z](?:[a-z0-9]|-(?!-)){1,22}[a-z0-9]", vault)
    assert account == account_name(cluster, str(subscription).upper())
    longest = deployment_name(cluster, datetime(2026, 11, 26, 2, 16, tzinfo=UTC), is_foundation=True)
    assert len(longest) <= 64


def test_names_differ_between_subscriptions() -> None:
    assert account_name("studio", "a") != account_name("studio", "b")
    assert vault_name("studio", "a") != vault_name("studio", "b")


def test_deployments_are_stamped() -> None:
    now = datetime(2026, 11, 26, 2, 16, tzinfo=UTC)
    assert deployment_name("studio", now) == "tiepoint-studio-20261126-0216"
    assert deployment_name("studio", now, is_foundation=True) == "tiepoint-studio-foundation-20261126-0216"


def test_nodes_are_numbered() -> None:
    assert node_names(3) == ("node-01", "node-02", "node-03")
    assert node_name(200) == "node-200"
    assert len(node_names(500)) == 200
    assert node_number("node-07") == 7
    assert node_number("node-x") == node_number("scheduler") == 0


def test_the_zone_of_names_is_not_the_domain_of_a_directory() -> None:
    assert private_zone(ClusterPlan()) == "tiepoint.internal"
    assert private_zone(ClusterPlan(directory=AD)) != "studio.internal"


def test_only_lustre_has_a_container_for_its_log() -> None:
    assert "hsm-log" in containers(ClusterPlan())
    assert "hsm-log" not in containers(ClusterPlan(storage=StoragePlan(kind=StorageKind.BLOB)))


@pytest.mark.parametrize(
    ("kind", "name", "part"),
    [
        ("Microsoft.Network/networkInterfaces", "node-03-nic", ResourceGroupKind.NODES),
        ("Microsoft.Compute/virtualMachines/runCommands", "node-03/tiepoint-setup", ResourceGroupKind.NODES),
        ("Microsoft.Network/publicIPAddresses", "bastion-address", ResourceGroupKind.ACCESS),
        ("Microsoft.Network/publicIPAddresses", "cluster-egress-address", ResourceGroupKind.NETWORK),
        ("Microsoft.Network/networkSecurityGroups", "access-rules", ResourceGroupKind.NETWORK),
        ("Microsoft.Compute/virtualMachines", "jump-windows", ResourceGroupKind.ACCESS),
        ("Microsoft.Compute/disks", "dc-01-os", ResourceGroupKind.DIRECTORY),
        ("Microsoft.Compute/virtualMachines", "scheduler", ResourceGroupKind.SCHEDULER),
        ("Microsoft.StorageCache/amlFilesystems", "lustre", ResourceGroupKind.STORAGE),
        ("Microsoft.KeyVault/vaults", "kv-studio-abcde", ResourceGroupKind.SECRETS),
        ("Microsoft.Resources/deployments", "nodes-setup", ResourceGroupKind.NODES),
        ("Microsoft.Resources/deployments", "storage-network", ResourceGroupKind.NETWORK),
        ("Microsoft.Resources/deployments", "storage-lustre-rights", ResourceGroupKind.STORAGE),
        ("Microsoft.Resources/deployments", "directory-dns", ResourceGroupKind.DIRECTORY),
        ("Microsoft.Resources/deployments", "access-security", ResourceGroupKind.NETWORK),
        ("Microsoft.Authorization/roleAssignments", "1", ResourceGroupKind.GUARD),
    ],
)
def test_everything_belongs_somewhere(kind: str, name: str, part: ResourceGroupKind) -> None:
    assert part_of(kind, name) is part


@pytest.mark.parametrize(
    ("access", "directory", "names"),
    [
        (AccessPlan(), DirectoryPlan(), []),
        (AccessPlan(kind=AccessKind.JUMP_BOXES), DirectoryPlan(), ["jump-linux"]),
        (AccessPlan(kind=AccessKind.JUMP_BOXES, linux_jump_box=False), DirectoryPlan(), ["jump-linux"]),
        (AccessPlan(kind=AccessKind.JUMP_BOXES), AD, ["jump-windows", "jump-linux", "dc-01", "dc-02"]),
        (AccessPlan(kind=AccessKind.JUMP_BOXES, linux_jump_box=False), AD, ["jump-windows", "dc-01", "dc-02"]),
    ],
)
def test_machines_follow_the_plan(access: AccessPlan, directory: DirectoryPlan, names: list[str]) -> None:
    machines = planned_machines(ClusterPlan(access=access, directory=directory, nodes=NodesPlan(count=2, spot=True)))
    assert [each.name for each in machines] == ["scheduler", "node-01", "node-02", *names]
    assert [each.is_spot for each in machines][:3] == [False, True, True]
    assert machines[0].role is MachineRole.SCHEDULER
    assert len({each.address for each in machines}) == len(machines)
