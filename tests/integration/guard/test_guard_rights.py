"""The guard with the rights that the real template gives its machine, against the Azure double."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.storage.blob import BlobServiceClient

from azure_double.double import AzureDouble
from guard_machine import GuardMachine
from infra.variants import SOURCES, templates
from tiepoint.domain.cluster import Lease
from tiepoint.domain.cluster_plan import SMALL_PLAN, AccessPlan
from tiepoint.domain.control_document import heartbeat_metadata, lease_document, read_meter

pytestmark = pytest.mark.integration
WHO = "mila@studio.example"
PLAN = dataclasses.replace(SMALL_PLAN, name="atelier", access=AccessPlan(sources=SOURCES))
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA mila"


class Atelier:
    """A cluster of a scheduler and two nodes, deployed on the double by the program's template."""

    def __init__(self, double: AzureDouble, folder: Path) -> None:
        self.double, self.folder = double, folder
        double.clock.scale = 100_000
        double.guards.play = False
        self.credential = double.credential(WHO)
        self.blob_endpoint = self._deploy()

    def machine(self, name: str, role: str) -> GuardMachine:
        configuration = {
            "role": role,
            "name": name,
            "cluster": PLAN.name,
            "blob_endpoint": self.blob_endpoint,
            "arm_endpoint": self.double.url,
            "idle_minutes": 30,
            "imds_endpoint": self.double.imds_url(PLAN.resource_group, name),
            "ca_file": str(self.double.ca_file),
        }
        return GuardMachine(self.folder / name, configuration)

    def power(self, name: str) -> str:
        with self.double.lock:
            self.double.world.timeline.run()
            return str(self.double.world.machine(PLAN.resource_group, name).power)

    def put(self, name: str, content: Any, metadata: dict[str, str] | None = None) -> None:
        with self._blobs() as blobs:
            blobs.get_blob_client("control", name).upload_blob(
                json.dumps(content).encode(), overwrite=True, metadata=metadata
            )

    def get(self, name: str) -> Any:
        with self._blobs() as blobs:
            return json.loads(blobs.get_blob_client("control", name).download_blob().readall())

    def _blobs(self) -> BlobServiceClient:
        return BlobServiceClient(self.blob_endpoint, self.credential, connection_verify=str(self.double.ca_file))

    def _deploy(self) -> str:
        common: dict[str, Any] = {
            "base_url": self.double.url,
            "connection_verify": self.double.ca_file,
            "credential_scopes": [self.double.cloud.management_scope],
        }
        composed = templates().compose(PLAN, self.double.subscription)
        values = composed.with_values(deployerObjectId=self.double.people[WHO].oid, sshPublicKey=KEY)
        with (
            ResourceManagementClient(self.credential, self.double.subscription, **common) as groups,
            DeploymentsMgmtClient(self.credential, self.double.subscription, **common) as client,
        ):
            roles = {"location": "eastus", "properties": _body(templates().role_definitions(), {})}
            client.deployments.begin_create_or_update_at_subscription_scope("roles", roles).result()
            groups.resource_groups.create_or_update(PLAN.resource_group, {"location": "eastus"})
            body: Any = {"properties": _body(values.template, values.parameters)}
            done = client.deployments.begin_create_or_update(PLAN.resource_group, "whole", body).result()
        return str((done.properties.outputs or {})["blobEndpoint"]["value"])


def _body(template: Any, parameters: Any) -> dict[str, Any]:
    return {"mode": "Incremental", "template": template, "parameters": parameters}


@pytest.fixture
def atelier(azure_double: AzureDouble, tmp_path: Path) -> Atelier:
    return Atelier(azure_double, tmp_path)


def test_machines_stop_themselves_by_their_own_rights_and_the_scheduler_last(atelier: Atelier) -> None:
    now = datetime.now(UTC)
    prices = (("*", 1.0), ("scheduler", 0.1), ("node-01", 1.0), ("node-02", 1.0))
    atelier.put("lease.json", lease_document(Lease("mila", now - timedelta(minutes=1), 10, None, "USD", prices)))
    node, scheduler = atelier.machine("node-01", "node"), atelier.machine("scheduler", "scheduler")

    node.round(9)
    node.changes = {"machine_id": atelier.double.world.machine(PLAN.resource_group, "node-02").id.text}
    assert "cannot be stopped: deallocate: HTTP 403" in node.round(11), "a node may stop no other machine"
    node.changes = {}
    assert "Azure was asked to release node-01." in node.round(12)
    assert (atelier.power("node-01"), atelier.power("node-02")) == ("deallocated", "running")

    old = now - timedelta(minutes=50)
    silent = heartbeat_metadata(time=old, booted=old, is_busy=False, is_draining=False, message="-")
    for name in ("node-01", "node-02"):  # the first has been heard a moment ago, which passes for running
        atelier.put(f"nodes/{name}.json", {}, silent)
    scheduler.round(9)
    assert "Nodes that run still: 1" in scheduler.round(18)
    assert "Azure was asked to release node-02." in scheduler.round(25)
    assert atelier.power("node-02") == "deallocated"
    assert "Azure was asked to release scheduler." in scheduler.round(26)
    assert atelier.power("scheduler") == "deallocated"
    assert read_meter(atelier.get("meter.json")).per_hour == pytest.approx(1.1)
