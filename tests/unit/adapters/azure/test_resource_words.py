"""Resource ids, times and machines as Resource Manager writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tiepoint.adapters.azure import machines, resources
from tiepoint.adapters.azure.times import read_duration_s, read_time
from tiepoint.domain.cluster import MachineRole, Power
from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.resource_ids import group_of, name_of, subscription_of, type_of
from tiepoint.domain.resource_labels import label_of, role_of_name
from tiepoint.domain.resource_names import part_of

VM = "/subscriptions/s/resourceGroups/RG-x/providers/Microsoft.Compute/virtualMachines/node-01"


def test_ids_are_taken_apart() -> None:
    assert (group_of(VM), type_of(VM), name_of(VM)) == ("RG-x", "Microsoft.Compute/virtualMachines", "node-01")
    child = f"{VM}/extensions/gpu"
    assert (type_of(child), name_of(child)) == ("Microsoft.Compute/virtualMachines/extensions", "node-01/gpu")
    right = f"{VM}/providers/Microsoft.Authorization/roleAssignments/g"
    assert type_of(right) == "Microsoft.Authorization/roleAssignments"
    assert (group_of("/subscriptions/s"), type_of("/subscriptions/s")) == ("", "")
    assert [
        subscription_of(each) for each in ("/subscriptions/s", "/Subscriptions/s/resourceGroups/g", "", "/x/y")
    ] == [
        "s",
        "s",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "seconds"), [("PT1M12.5S", 72.5), ("PT2H", 7200.0), ("P1DT1S", 86401.0), ("", None), ("soon", None)]
)
def test_durations(text: str, seconds: float | None) -> None:
    assert read_duration_s(text) == seconds


def test_times_with_seven_digits() -> None:
    assert read_time("2026-11-26T08:00:00.1234567Z") == datetime(2026, 11, 26, 8, 0, 0, 123456, tzinfo=UTC)
    assert read_time("yesterday") is None


def told(**changes: Any) -> dict[str, Any]:
    statuses = [{"code": "ProvisioningState/succeeded"}, {"code": "PowerState/running"}]
    facts = {"hardwareProfile": {"vmSize": "S"}, "instanceView": {"statuses": statuses}}
    return {"id": VM, "name": "node-01", "tags": {"tiepoint-role": "node"}, "properties": facts, **changes}


def test_machines_are_read_by_tag_or_where_tags_are_left_out_by_name() -> None:
    found = machines._machine(told())
    assert found is not None
    assert (found.role, found.power, found.provisioning, found.id) == (
        MachineRole.NODE,
        Power.RUNNING,
        "succeeded",
        VM.lower(),
    )
    assert machines._machine(told(tags=None)) is not None
    assert machines._machine(told(tags={"other": "x"})) is None
    assert machines._machine(told(tags=None, name="mailserver")) is None


def test_a_start_that_failed_for_capacity_says_so() -> None:
    statuses = [
        {"code": "ProvisioningState/failed/AllocationFailed", "message": "No room."},
        {"code": "PowerState/deallocated"},
    ]
    found = machines._machine(told(properties={"instanceView": {"statuses": statuses}}))
    assert found is not None
    assert found.provisioning == "failed"
    assert found.failure is not None
    assert found.failure.kind == "capacity"


def test_the_activity_log_is_read_for_people() -> None:
    entry = {
        "eventTimestamp": "2026-11-26T08:00:00Z",
        "status": {"value": "Succeeded"},
        "operationName": {"value": "Microsoft.Compute/virtualMachines/start/action"},
        "resourceId": VM,
        "caller": "mila@studio.example",
    }
    line = resources._activity(entry)
    assert line is not None
    assert (line.text, line.tone, line.who) == ("node-01: started", "ok", "mila@studio.example")
    failed = resources._activity({**entry, "status": {"value": "Failed"}})
    assert failed is not None
    assert failed.tone == "error"
    assert resources._activity({**entry, "operationName": {"value": "Microsoft.Compute/disks/read"}}) is None
    assert resources._activity({"status": {"value": "Succeeded"}}) is None


@pytest.mark.parametrize(
    ("kind", "name", "part", "label"),
    [
        ("Microsoft.Compute/virtualMachines", "node-03", ResourceGroupKind.NODES, "node-03"),
        ("Microsoft.Network/networkInterfaces", "node-03-nic", ResourceGroupKind.NODES, "Network card of node-03"),
        ("Microsoft.Compute/virtualMachines", "scheduler", ResourceGroupKind.SCHEDULER, "scheduler"),
        ("Microsoft.StorageCache/amlFilesystems", "lustre", ResourceGroupKind.STORAGE, "Lustre"),
        ("Microsoft.Network/natGateways", "egress", ResourceGroupKind.NETWORK, "NAT gateway egress"),
        ("Microsoft.Network/bastionHosts", "bastion", ResourceGroupKind.ACCESS, "Bastion"),
        (
            "Microsoft.Network/publicIPAddresses",
            "bastion-address",
            ResourceGroupKind.ACCESS,
            "Public address bastion-address",
        ),
        ("Microsoft.KeyVault/vaults", "kv-a", ResourceGroupKind.SECRETS, "Key Vault kv-a"),
        ("Microsoft.Compute/virtualMachines", "dc-01", ResourceGroupKind.DIRECTORY, "dc-01"),
        ("Microsoft.Insights/dataCollectionRules", "log", ResourceGroupKind.GUARD, "Log rule log"),
    ],
)
def test_parts_and_labels(kind: str, name: str, part: ResourceGroupKind, label: str) -> None:
    assert (part_of(kind, name), label_of(kind, name)) == (part, label)


def test_rights_are_told_by_what_they_are_on() -> None:
    right = f"{VM}/providers/Microsoft.Authorization/roleAssignments/0a"
    assert label_of("Microsoft.Authorization/roleAssignments", "0a", right) == "Right on node-01"
    assert label_of("Microsoft.Compute/disks", "node-01_OsDisk_1_ab12") == "Disk of node-01"
    assert label_of("Microsoft.Compute/virtualMachines/extensions", "node-01/gpu") == "Extension gpu of node-01"
    assert label_of("Microsoft.Storage/storageAccounts/blobServices", "tpa/default") == "Blob service"


def test_roles_by_name() -> None:
    assert role_of_name("jump-linux") is MachineRole.JUMP_BOX
    assert role_of_name("mailserver") is None
