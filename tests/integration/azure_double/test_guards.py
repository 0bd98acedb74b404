"""Storage with Azurite behind it, machines' own metadata service, and the guards that the double plays."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobServiceClient, ContainerClient

from azure_double.blobs import BlobPool, impatient
from azure_double.clients import Clients
from azure_double.double import AzureDouble
from azure_double.samples import cluster, deployment, template
from patience import PATIENCE_S
from tiepoint.domain import control_document as documents
from tiepoint.domain.cluster import Lease

ACCOUNT = {
    "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2026-04-01", "name": "tpabc12345", "location": "eastus",
    "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {"minimumTlsVersion": "TLS1_2"},
}  # fmt: skip
CONTROL = {
    "type": "Microsoft.Storage/storageAccounts/blobServices/containers", "apiVersion": "2026-04-01",
    "name": "tpabc12345/default/control", "dependsOn": ["tpabc12345"], "properties": {"publicAccess": "None"},
}  # fmt: skip


@pytest.fixture
def lively(azure_double: AzureDouble) -> Iterator[Clients]:
    """Two running nodes, one of them the scheduler, an account, and guards."""
    azure_double.clock.scale = 1200.0
    azure_double.checks_blob_roles = False
    with Clients(azure_double) as clients:
        clients.resources.resource_groups.create_or_update("rg-a", {"location": "eastus"})
        body = cluster(2)
        body["resources"] += [ACCOUNT, CONTROL]
        clients.deployments.deployments.begin_create_or_update("rg-a", "d", deployment(body)).wait()
        with azure_double.lock:
            azure_double.world.machine("rg-a", "node-01").body["tags"] = {"tiepoint-role": "scheduler"}
        yield clients


@pytest.fixture
def control(lively: Clients) -> Iterator[ContainerClient]:
    """The container `control`, reached as Mila reaches it."""
    account = lively.storage.storage_accounts.get_properties("rg-a", "tpabc12345")
    with BlobServiceClient(
        account.primary_endpoints.blob,
        credential=lively.double.credential(),
        connection_verify=lively.double.ca_file,
        retry_policy=impatient(),
    ) as client:
        yield client.get_container_client("control")


def until(holds: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """Wait until something holds and return it."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)
    return found


def beats(control: ContainerClient) -> dict[str, dict[str, str]]:
    """Heartbeats by machine."""
    found = control.list_blobs(documents.NODES_PREFIX, include=["metadata"])
    return {documents.machine_of(each.name): each.metadata for each in found}


def test_machines_that_have_booted_say_so(lively: Clients, control: ContainerClient) -> None:
    until(lambda: len(beats(control)) == 2)
    found = beats(control)
    time_said, booted, is_busy, is_draining, _ = documents.read_heartbeat(found["node-02"])
    assert booted <= time_said
    assert (is_busy, is_draining) == (False, False)
    control.upload_blob(documents.DRAIN_BLOB, json.dumps(documents.drain_document(["node-02"])), overwrite=True)
    until(lambda: beats(control)["node-02"]["draining"] == "true")
    assert beats(control)["node-01"]["draining"] == "false"


def test_nobody_wants_it_so_it_stops_the_scheduler_last(lively: Clients, control: ContainerClient) -> None:
    double = lively.double
    now = datetime.now(UTC)
    with double.lock:
        double.world.machine("rg-a", "node-02").facts["busy"] = True
    lease = Lease("mila", now - timedelta(seconds=1), 10, prices=(("node-01", 1.0), ("*", 2.0)))
    control.upload_blob(
        documents.METER_BLOB, json.dumps(documents.meter_document(documents.new_meter(now))), overwrite=True
    )
    control.upload_blob(documents.LEASE_BLOB, json.dumps(documents.lease_document(lease)), overwrite=True)
    until(lambda: json.loads(control.download_blob(documents.METER_BLOB).readall())["per_hour"] == 3.0)
    assert {each.power for each in double.world.of_type("Microsoft.Compute/virtualMachines")} == {"running"}
    with double.lock:
        double.world.machine("rg-a", "node-02").facts["busy"] = False
    until(lambda: double.world.machine("rg-a", "node-02").power == "deallocated")
    until(lambda: double.world.machine("rg-a", "node-01").power == "deallocated")
    ended = {each.name: each.facts["power_at"] for each in double.world.of_type("Microsoft.Compute/virtualMachines")}
    assert ended["node-02"] < ended["node-01"]


def test_accounts_are_given_back_empty(azure_blobs: BlobPool, azure_double: AzureDouble) -> None:
    with Clients(azure_double) as clients:
        clients.resources.resource_groups.create_or_update("rg-a", {"location": "eastus"})
        clients.deployments.deployments.begin_create_or_update(
            "rg-a", "d", deployment(template(ACCOUNT, CONTROL))
        ).wait()
        endpoint = clients.storage.storage_accounts.get_properties("rg-a", "tpabc12345").primary_endpoints.blob
        assert [each.name for each in azure_blobs.client(endpoint).list_containers()] == ["control"]
        assert not clients.storage.storage_accounts.check_name_availability(
            {"name": "tpabc12345", "type": "Microsoft.Storage/storageAccounts"}
        ).name_available
        clients.storage.storage_accounts.delete("rg-a", "tpabc12345")
    assert list(azure_blobs.client(endpoint).list_containers()) == []


def test_roles_decide_about_blobs(azure_double: AzureDouble) -> None:
    with Clients(azure_double) as clients:
        clients.resources.resource_groups.create_or_update("rg-a", {"location": "eastus"})
        clients.deployments.deployments.begin_create_or_update(
            "rg-a", "d", deployment(template(ACCOUNT, CONTROL))
        ).wait()
        account = clients.storage.storage_accounts.get_properties("rg-a", "tpabc12345")
        with BlobServiceClient(
            account.primary_endpoints.blob,
            credential=azure_double.credential(),
            connection_verify=azure_double.ca_file,
            retry_policy=impatient(),
        ) as service:
            blob = service.get_blob_client("control", "lease.json")
            with pytest.raises(HttpResponseError) as caught:
                blob.upload_blob(b"{}")
            assert (caught.value.status_code, caught.value.error_code) == (403, "AuthorizationPermissionMismatch")
            scope = f"{account.id}/blobServices/default/containers/control"
            contributor = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
            definition = f"/subscriptions/{clients.subscription}/providers/Microsoft.Authorization/roleDefinitions"
            properties = {
                "principalId": azure_double.people["mila@studio.example"].oid,
                "roleDefinitionId": f"{definition}/{contributor}",
            }
            clients.authorization.role_assignments.create(
                scope, "0a000000-0000-4000-8000-00000000abce", {"properties": properties}
            )
            blob.upload_blob(b"{}", metadata={"a": "b"})
            assert blob.download_blob().readall() == b"{}"
            found = blob.get_blob_properties()
            assert (found.size, found.metadata) == (2, {"a": "b"})
            assert [each.name for each in service.get_container_client("control").list_blobs()] == ["lease.json"]
            blob.delete_blob()
            service.create_container("other")  # an owner may, by an action that is not about data
            with pytest.raises(HttpResponseError):
                service.get_blob_client("other", "x").upload_blob(b"{}")


def ask(url: str) -> Any:
    """Ask a machine's metadata service."""
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Metadata": "true"}), timeout=PATIENCE_S) as reply:
        return json.loads(reply.read())


def test_a_machine_knows_who_it_is_and_may_what_it_was_given(double: AzureDouble, mila: Clients) -> None:
    mila.deployments.deployments.begin_create_or_update("rg-a", "d", deployment(cluster(2))).wait()
    url = double.imds_url("rg-a", "node-01")
    compute = ask(f"{url}/metadata/instance?api-version=2021-02-01")["compute"]
    own = double.world.machine("rg-a", "node-01")
    assert (compute["name"], compute["resourceId"]) == ("node-01", own.id.text)
    token = ask(f"{url}/metadata/identity/oauth2/token?resource={double.url}&api-version=2018-02-01")["access_token"]

    def stopped(name: str) -> int:
        target = f"{double.url}{double.world.machine('rg-a', name).id.text}/deallocate?api-version=2024-07-01"
        request = urllib.request.Request(target, method="POST", headers={"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request, context=double.papers.client_context(), timeout=PATIENCE_S) as reply:
                return int(reply.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    assert ask(f"{url}/metadata/scheduledevents?api-version=2020-07-01")["Events"] == []
    assert stopped("node-01") == 403
    role = "40c5ff49-9181-41f8-ae61-143b0e78555e"
    definition = f"/subscriptions/{mila.subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    body = {"properties": {"principalId": own.body["identity"]["principalId"], "roleDefinitionId": definition}}
    mila.authorization.role_assignments.create(own.id.text, "0a000000-0000-4000-8000-00000000abcd", body)
    assert (stopped("node-01"), stopped("node-02")) == (202, 403)
