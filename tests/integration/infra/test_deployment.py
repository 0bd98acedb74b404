"""Templates as Azure takes them: the roles, the foundation, secrets by hand, then the rest; deployed twice."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from azure.keyvault.secrets import SecretClient
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient

from azure_double.double import AzureDouble
from infra.variants import SOURCES, templates, variants
from tiepoint.domain.cluster_plan import REFERENCE_PLAN, SMALL_PLAN, AccessPlan, ClusterPlan
from tiepoint.domain.planned_machines import planned_machines
from tiepoint.services.templates import ComposedTemplate, Part

pytestmark = pytest.mark.integration

WHO = "mila@studio.example"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA mila"
SECRETS = {
    "adminPassword": "Correct-horse-7",
    "activationCode": "AAAAA-BBBBB",
    "schedulerCertificate": "never-real",
    "nodeCertificate": "never-real",
    "sshPrivateKey": "never-real",
}
ACCESS = AccessPlan(sources=SOURCES)


class Studio:
    """Somebody's IT department with an Azure of its own."""

    def __init__(self, double: AzureDouble) -> None:
        self.double = double
        self.credential = double.credential(WHO)
        common: dict[str, Any] = {
            "base_url": double.url,
            "connection_verify": double.ca_file,
            "credential_scopes": [double.cloud.management_scope],
        }
        self.groups = ResourceManagementClient(self.credential, double.subscription, **common)
        self.deployments = DeploymentsMgmtClient(self.credential, double.subscription, **common)

    def close(self) -> None:
        self.groups.close()
        self.deployments.close()

    def make_roles(self) -> None:
        body = {"location": "eastus", "properties": _body(templates().role_definitions(), {})}
        self.deployments.deployments.begin_create_or_update_at_subscription_scope("roles", body).result()

    def deploy(self, plan: ClusterPlan, composed: ComposedTemplate, name: str) -> dict[str, Any]:
        values = composed.with_values(
            deployerObjectId=self.double.people[WHO].oid, sshPublicKey=KEY, lustreServicePrincipal=self.lustre()
        )
        body: Any = {"properties": _body(values.template, values.parameters)}
        done = self.deployments.deployments.begin_create_or_update(plan.resource_group, name, body).result()
        assert done.properties.provisioning_state == "Succeeded"
        return {name: each["value"] for name, each in (done.properties.outputs or {}).items()}

    def lustre(self) -> str:
        return "00000000-0000-4000-8000-00000000cafe"

    def put_secrets(self, address: str, names: tuple[str, ...]) -> None:
        with SecretClient(
            address, self.credential, connection_verify=self.double.ca_file, verify_challenge_resource=False
        ) as vault:
            for name in names:
                vault.set_secret(name, SECRETS[name])

    def count(self, group: str) -> Counter[str]:
        """Return how many resources of each type there are, nested deployments left out."""
        prefix = f"/resourcegroups/{group}/".lower()
        ids = [key for key in self.double.world.resources if prefix in key]
        kinds = [self.double.world.resources[key].id.type.lower() for key in ids]
        return Counter(kind for kind in kinds if kind != "microsoft.resources/deployments")


def _body(template: Any, parameters: Any) -> dict[str, Any]:
    return {"mode": "Incremental", "template": template, "parameters": parameters}


@pytest.fixture
def studio(azure_double: AzureDouble) -> Iterator[Studio]:
    azure_double.clock.scale = 100_000
    found = Studio(azure_double)
    yield found
    found.close()


PLANS = {
    "reference": dataclasses.replace(REFERENCE_PLAN, access=ACCESS),
    "small": dataclasses.replace(SMALL_PLAN, access=ACCESS),
    **{
        name: plan
        for name, plan in variants()
        if name
        in (
            "netapp-ad-bastion-metashape-windows-one",
            "blob-dns-jump-boxes-open-linux-one",
            "lustre-ad-jump-boxes-metashape-linux-peered",
        )
    },
}
TOTALS = {"reference": (21, 81), "small": (17, 54)}


@pytest.mark.parametrize("name", PLANS)
def test_it_is_deployed_in_two_steps_and_again(studio: Studio, name: str) -> None:
    plan = PLANS[name]
    studio.make_roles()
    studio.groups.resource_groups.create_or_update(plan.resource_group, {"location": "eastus"})
    first = templates().compose(plan, studio.double.subscription, Part(is_foundation_only=True))
    outputs = studio.deploy(plan, first, "foundation")
    foundation = studio.count(plan.resource_group)
    assert not foundation["microsoft.compute/virtualmachines"]
    studio.put_secrets(outputs["vaultUri"], first.secrets)
    whole = templates().compose(plan, studio.double.subscription)
    studio.deploy(plan, whole, "whole")
    made = studio.count(plan.resource_group)
    machines = len(planned_machines(plan))
    for kind in ("virtualmachines", "disks"):
        assert made[f"microsoft.compute/{kind}"] == machines
    assert made["microsoft.network/networkinterfaces"] == machines
    if name in TOTALS:
        assert (foundation.total(), made.total()) == TOTALS[name]
    studio.deploy(plan, whole, "again")
    assert studio.count(plan.resource_group) == made
