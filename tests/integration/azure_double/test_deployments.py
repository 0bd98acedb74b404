"""Deployments, as Azure's own client sees them."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.mgmt.resource.deployments.models import DeploymentOperation
from isodate import parse_duration

from azure_double.clients import Clients
from azure_double.double import AzureDouble
from azure_double.samples import cluster, deployment, identity, nested, template


def deploy(clients: Clients, body: dict[str, Any], name: str = "d", **parameters: Any) -> Any:
    clients.deployments.deployments.begin_create_or_update("rg-a", name, deployment(body, **parameters)).wait()
    return clients.deployments.deployments.get("rg-a", name)


def steps(clients: Clients, name: str = "d") -> dict[str, DeploymentOperation]:
    found = clients.deployments.deployment_operations.list("rg-a", name)
    return {
        each.properties.target_resource.resource_name if each.properties.target_resource else "": each for each in found
    }


def states(clients: Clients, name: str = "d") -> dict[str, str]:
    return {key: each.properties.provisioning_state for key, each in steps(clients, name).items()}


def test_resources_are_made_in_the_order_of_their_dependencies(double: AzureDouble, mila: Clients) -> None:
    found = deploy(mila, cluster(3))
    assert found.properties.provisioning_state == "Succeeded"
    began = {key: each.properties.timestamp - _took(each) for key, each in steps(mila).items() if key}
    assert began["vnet"] < began["node-01-nic"] < began["node-01"]
    assert [each.power for each in double.world.of_type("Microsoft.Compute/virtualMachines")] == ["running"] * 3


def _took(step: DeploymentOperation) -> Any:
    duration = step.properties.duration
    return (parse_duration(duration) if isinstance(duration, str) else duration) / 3600.0


def test_nested_deployments_have_steps_of_their_own(mila: Clients) -> None:
    inner = template(
        identity("[parameters('name')]"),
        parameters={"name": {"type": "string"}},
        outputs={
            "principal": {"type": "string", "value": "[reference(parameters('name'), '2024-11-30').principalId]"},
        },
    )
    outer = template(
        nested("inner", inner, {"name": {"value": "one"}}),
        nested(
            "after", inner,
            {"name": {"value": "[concat('x', length(reference('inner').outputs.principal.value))]"}},
        ),
        outputs={"who": {"type": "string", "value": "[reference('inner').outputs.principal.value]"}},
    )  # fmt: skip
    found = deploy(mila, outer)
    assert found.properties.provisioning_state == "Succeeded", found.properties.error
    assert len(found.properties.outputs["who"]["value"]) == 36
    assert set(states(mila)) == {"inner", "after", ""}
    assert set(states(mila, "inner")) == {"one", ""}
    assert set(states(mila, "after")) == {"x36", ""}


def test_one_node_without_capacity_fails_alone(double: AzureDouble, mila: Clients) -> None:
    double.faults.add("allocation", name="node-03")
    with pytest.raises(HttpResponseError):
        deploy(mila, cluster(4))
    found = mila.deployments.deployments.get("rg-a", "d")
    assert found.properties.provisioning_state == "Failed"
    assert found.properties.error.code == "DeploymentFailed"
    assert [each.code for each in found.properties.error.details] == ["AllocationFailed"]
    assert {key for key, state in states(mila).items() if state == "Failed"} == {"node-03"}
    message = steps(mila)["node-03"].properties.status_message
    assert message.error.code == "AllocationFailed"
    assert deploy(mila, cluster(4)).properties.provisioning_state == "Succeeded"


def test_a_second_one_of_the_same_name_is_refused_while_the_first_runs(double: AzureDouble, mila: Clients) -> None:
    double.clock.scale = 1.0
    begin = mila.deployments.deployments.begin_create_or_update
    begin("rg-a", "d", deployment(cluster(1)), polling=False)
    with pytest.raises(ResourceExistsError) as caught:
        begin("rg-a", "d", deployment(cluster(1)), polling=False)
    assert caught.value.error.code == "DeploymentActive"
    mila.deployments.deployments.cancel("rg-a", "d")
    assert mila.deployments.deployments.get("rg-a", "d").properties.provisioning_state == "Canceled"
    with pytest.raises(HttpResponseError, match="cannot be cancelled"):
        mila.deployments.deployments.cancel("rg-a", "d")


def test_what_if_tells_new_changed_and_untouched_resources(mila: Clients) -> None:
    deploy(mila, cluster(1))
    deploy(mila, template(identity("stranger")), "other")
    changed = cluster(2, priority="Spot", evictionPolicy="Deallocate")
    result = mila.deployments.deployments.begin_what_if("rg-a", "d", deployment(changed)).result()
    found = {each.resource_id.rsplit("/", 1)[1]: each for each in result.properties.changes}
    kinds = {key: each.change_type for key, each in found.items() if not key.startswith("node-01_OsDisk")}
    assert kinds == {
        "vnet": "NoChange", "node-01-nic": "NoChange", "node-02-nic": "Create", "node-01": "Modify",
        "node-02": "Create", "stranger": "Ignore",
    }  # fmt: skip
    assert {each.path for each in found["node-01"].delta} == {"properties.priority", "properties.evictionPolicy"}


def _refusal(clients: Clients, body: dict[str, Any], **parameters: Any) -> HttpResponseError:
    with pytest.raises(HttpResponseError) as caught:
        clients.deployments.deployments.begin_validate("rg-a", "d", deployment(body, **parameters)).result()
    return caught.value


def test_validation_says_what_is_wrong(double: AzureDouble, mila: Clients) -> None:
    assert "no-such" in _refusal(mila, template(identity("a", dependsOn=["no-such"]))).message
    assert _refusal(mila, template(identity("a")), x=1).error.code == "InvalidTemplate"
    assert not double.world.resources


def test_quota_and_size_are_two_different_details(mila: Clients) -> None:
    quota = _refusal(mila, cluster(9, size="Standard_NV72ads_A10_v5"))
    assert quota.error.code == "InvalidTemplateDeployment"
    assert [each.code for each in quota.error.details] == ["QuotaExceeded"]
    assert "Current Limit: 432, Current Usage: 0, Additional Required: 648" in quota.error.details[0].message


def test_a_body_that_does_not_fit_its_schema_is_refused(mila: Clients) -> None:
    from azure_double.arm import schemas

    if not schemas.lint():
        pytest.skip("needs ../shared/arm-schemas")
    refusal = _refusal(mila, template(identity("a", propertees={})))
    assert refusal.error.code == "InvalidRequestContent"
    assert "propertees" in refusal.message


def test_role_assignments_need_the_right_to_make_them(double: AzureDouble, mila: Clients) -> None:
    reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    body = template(
        identity("who"),
        {
            "type": "Microsoft.Authorization/roleAssignments", "apiVersion": "2022-04-01",
            "name": "[guid(resourceGroup().id, 'who')]", "dependsOn": ["who"],
            "properties": {
                "principalId": "[reference('who').principalId]", "principalType": "ServicePrincipal",
                "roleDefinitionId": f"[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '{reader}')]",
            },
        },
    )  # fmt: skip
    with Clients(double, "lena@studio.example") as lena:
        refusal = _refusal(lena, body)
    assert refusal.status_code == 403
    assert "Microsoft.Authorization/roleAssignments/write" in refusal.message
    assert deploy(mila, body).properties.provisioning_state == "Succeeded"


def test_secrets_come_from_the_vault_or_the_deployment_is_refused(double: AzureDouble, mila: Clients) -> None:
    vault = mila.vaults.vaults.begin_create_or_update(
        "rg-a", "kv-a-1",
        {
            "location": "eastus",
            "properties": {
                "tenantId": double.tenant, "sku": {"family": "A", "name": "standard"},
                "enabledForTemplateDeployment": True, "enableRbacAuthorization": True,
            },
        },
    ).result()  # fmt: skip
    body = template(identity("a"), parameters={"pw": {"type": "securestring"}})
    reference = {"reference": {"keyVault": {"id": vault.id}, "secretName": "pw"}}
    assert _refusal(mila, body, pw=reference).error.code == "KeyVaultParameterReferenceSecretRetrieveFailed"
    with double.lock:
        double.world.get(vault.id).facts["secrets"]["pw"] = [{"value": "planted"}]
    found = deploy(mila, body, pw=reference)
    assert found.properties.provisioning_state == "Succeeded"
    assert "planted" not in str(found.properties.parameters)
