"""Parameter files of the template of 2018, as they were published and as people changed them."""

from __future__ import annotations

from typing import Any

import pytest

from tiepoint.domain.cluster_plan import AccessKind, DirectoryKind, Engine, NetworkKind, SchedulerOs, StorageKind
from tiepoint.domain.errors import InputError
from tiepoint.domain.plan_checks import plan_findings
from tiepoint.domain.template_2018 import read_template_parameters

AVERE = {
    "adminUsername": "someone",
    "vnetAdressSpace": "10.0.0.0/16",
    "jumpboxSubnetAdressPrefix": "10.0.0.0/24",
    "dcVmSize": "Standard_DS2_v2",
    "dnsDomainName": "studio.internal",
    "deployLinuxJumpbox": "no",
    "headVmSize": "Standard_D8S_v3",
    "workerNodesType": "linux",
    "nodeCount": 2,
    "nodeVmSize": "Standard_NC6s_v2",
    "headRoot": "//vfxt/!/data",
    "useNfsStorage": "yes",
    "useBeeGfsStorage": "no",
    "storageVnetRG": "avere-eus",
    "storageVnetName": "avere-eus-vnet",
    "nfsDnsEntry": "vfxt,10.1.0.17,10.1.0.18",
    "hpcUser": "hpcuser",
}


def document(values: dict[str, Any]) -> dict[str, Any]:
    return {"contentVersion": "1.0.0.0", "parameters": {name: {"value": value} for name, value in values.items()}}


def test_the_published_avere_file_becomes_todays_reference() -> None:
    plan, findings = read_template_parameters(document(AVERE))
    assert (plan.nodes.count, plan.nodes.size) == (2, "Standard_NV36ads_A10_v5")
    assert (plan.storage.kind, plan.network.kind) == (StorageKind.LUSTRE, NetworkKind.PEERED)
    assert plan.network.storage_address_space == "10.1.0.0/16"
    assert (plan.access.kind, plan.access.linux_jump_box) == (AccessKind.JUMP_BOXES, False)
    assert (plan.directory.kind, plan.directory.domain) == (DirectoryKind.ACTIVE_DIRECTORY, "studio.internal")
    assert (plan.engine, plan.scheduler.os) == (Engine.METASHAPE, SchedulerOs.LINUX)
    assert [each.key for each in plan_findings(plan) if each.is_blocking] == ["access.sources"]
    told = {each.key: each.summary for each in findings}
    assert "Avere vFXT was retired" in told["storage.kind"]
    assert "NCv2" in told["nodes.size"]
    assert "Windows Server 2016" in told["scheduler.os"]


def test_beegfs_was_that_templates_usual_storage() -> None:
    values = {"nodeCount": 5, "location": "West Europe", "beeGfsMasterIpAddress": "192.168.0.4", "storageVnetName": "b"}
    plan, findings = read_template_parameters(document(values))
    assert (plan.region, plan.network.storage_address_space) == ("westeurope", "192.168.0.0/16")
    assert any("BeeGFS" in each.summary for each in findings)


def test_a_server_of_ones_own_is_not_called_avere() -> None:
    _, findings = read_template_parameters(
        document({"nodeCount": 5, "useNfsStorage": "yes", "nfsDnsEntry": "nas,10.9.0.4"})
    )
    assert any("NFS server of your own" in each.summary for each in findings)


def test_secrets_are_not_taken_and_never_repeated() -> None:
    values = {"nodeCount": 5, "adminPassword": "Hunter2!Hunter2", "activationCode": "AAAAA-BBBBB"}
    plan, findings = read_template_parameters(document(values))
    said = str(plan) + str(findings)
    assert ("Hunter2" in said, "AAAAA" in said) == (False, False)
    assert any("adminPassword and activationCode in plain text" in each.summary for each in findings)


def test_the_vault_that_secrets_come_from_is_kept() -> None:
    content = document({"nodeCount": 5})
    vault = (
        "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/r/providers/Microsoft.KeyVault/vaults/v01"
    )
    content["parameters"]["adminPassword"] = {"reference": {"keyVault": {"id": vault}, "secretName": "adminPassword"}}
    content["parameters"]["activationCode"] = {"reference": {"keyVault": {"id": vault}, "secretName": "code"}}
    assert read_template_parameters(content)[0].secrets.vault == vault


def test_misspelt_parameters_are_named_with_the_nearest() -> None:
    _, findings = read_template_parameters(document({"nodeCount": 5, "location": "eastus", "nodeVmSiz": "x"}))
    finding = next(each for each in findings if each.key == "nodeVmSiz")
    assert (finding.replacement, "You may have meant nodeVmSize" in finding.remedy) == ("nodeVmSize", True)


@pytest.mark.parametrize(
    "values",
    [
        {"nodeCount": "five", "location": 7},
        {"nodeCount": -1, "vnetAdressSpace": []},
        {"nodeCount": None, "nodeVmSize": {}},
    ],
)
def test_strange_values_are_told(values: dict[str, Any]) -> None:
    plan, findings = read_template_parameters(document(values))
    assert plan.nodes.count == 5
    assert any(each.is_blocking for each in findings)


@pytest.mark.parametrize(
    "data", [None, [], "x", {}, {"parameters": []}, {"parameters": {"a": {"value": 1}}}, {"$schema": "x"}]
)
def test_other_files_are_refused(data: object) -> None:
    with pytest.raises(InputError, match="no parameter file"):
        read_template_parameters(data)


def test_the_template_itself_is_taken_by_its_defaults() -> None:
    values = {"nodeCount": 5, "nodeVmSize": "Standard_NC24s_v2", "location": "eastus", "activationCode": None}
    content = {name: {"type": "x", "defaultValue": value} for name, value in values.items() if value is not None}
    plan, findings = read_template_parameters({"parameters": {**content, "activationCode": {"type": "securestring"}}})
    assert (plan.nodes.count, plan.nodes.size) == (5, "Standard_NV36ads_A10_v5")
    assert not any("plain text" in each.summary for each in findings)
