"""Faults as Azure's own clients feel them."""

from __future__ import annotations

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceResponseError

from azure_double.clients import Clients
from azure_double.double import AzureDouble
from azure_double.samples import cluster, deployment


def groups(clients: Clients) -> list[str]:
    return [each.name for each in clients.resources.resource_groups.list()]


@pytest.mark.parametrize("kind", ["429", "503"])
def test_clients_wait_and_ask_again(double: AzureDouble, mila: Clients, kind: str) -> None:
    double.requests.clear()
    double.faults.add(kind, path="resourcegroups", times=2, retry_after=0.01)
    assert groups(mila) == ["rg-a"]
    assert [each.status for each in double.requests.entries] == [int(kind), int(kind), 200]


def test_a_broken_connection_is_an_error_without_retries(double: AzureDouble, mila: Clients) -> None:
    double.faults.add("drop", times=1)
    with Clients(double, retry_total=0) as once, pytest.raises(ServiceResponseError):
        groups(once)
    assert groups(mila) == ["rg-a"]


def test_a_token_ends_once(double: AzureDouble, mila: Clients) -> None:
    double.faults.add("expired")
    with pytest.raises(ClientAuthenticationError) as caught:
        groups(mila)
    assert caught.value.error.code == "ExpiredAuthenticationToken"
    assert groups(mila) == ["rg-a"]


def test_a_rule_lets_some_through_first(double: AzureDouble, mila: Clients) -> None:
    fault = double.faults.add("500", path="resourcegroups$", skip=1)
    with Clients(double, retry_total=0) as once:
        assert groups(once) == ["rg-a"]
        with pytest.raises(HttpResponseError):
            groups(once)
        assert groups(once) == ["rg-a"]
    assert fault.hits == 1


def test_operations_take_longer(double: AzureDouble, mila: Clients) -> None:
    mila.deployments.deployments.begin_create_or_update("rg-a", "d", deployment(cluster(1))).wait()
    double.clock.scale = 0.0
    double.faults.add("slow", path="machine/deallocate", name="node-01", seconds=3000)
    mila.compute.virtual_machines.begin_deallocate("rg-a", "node-01", polling=False)
    double.clock.skip(2900)
    assert mila.compute.virtual_machines.instance_view("rg-a", "node-01").statuses[1].code == "PowerState/deallocating"
    double.clock.skip(200)
    assert mila.compute.virtual_machines.instance_view("rg-a", "node-01").statuses[1].code == "PowerState/deallocated"


def test_what_was_deleted_by_hand_is_made_again(double: AzureDouble, mila: Clients) -> None:
    put = mila.deployments.deployments.begin_create_or_update
    put("rg-a", "d", deployment(cluster(2))).wait()
    with double.lock:
        gone = double.world.lose("rg-a", r"virtualMachines/node-02|networkInterfaces/node-02")
    assert len(gone) == 2
    assert put("rg-a", "e", deployment(cluster(2))).result().properties.provisioning_state == "Succeeded"
    assert double.world.machine("rg-a", "node-02").power == "running"


def test_a_group_goes_with_all_in_it(double: AzureDouble, mila: Clients) -> None:
    mila.deployments.deployments.begin_create_or_update("rg-a", "d", deployment(cluster(1))).wait()
    double.clock.scale = 0.0
    poller = mila.resources.resource_groups.begin_delete("rg-a", polling=False)
    assert poller is not None
    assert mila.resources.resource_groups.get("rg-a").properties.provisioning_state == "Deleting"
    with pytest.raises(HttpResponseError, match="deprovisioning"):
        mila.deployments.deployments.begin_create_or_update("rg-a", "e", deployment(cluster(1)))
    double.clock.skip(200)
    assert not mila.resources.resource_groups.check_existence("rg-a")
    assert not double.world.resources


def test_a_mistake_of_the_double_itself_is_told(double: AzureDouble, mila: Clients) -> None:
    double.world.groups["broken"] = None  # type: ignore[assignment]
    with Clients(double, retry_total=0) as once, pytest.raises(HttpResponseError):
        groups(once)
    del double.world.groups["broken"]
    assert "AttributeError" in double.crashes.pop()
