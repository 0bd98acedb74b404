"""Machines: power with its states in between, lists, capacity, scripts, deletion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError

from azure_double.clients import Clients
from azure_double.double import AzureDouble
from azure_double.samples import NETWORK, card, cluster, deployment, machine


@pytest.fixture
def nodes(double: AzureDouble, mila: Clients) -> Clients:
    """Three running nodes."""
    mila.deployments.deployments.begin_create_or_update("rg-a", "d", deployment(cluster(3))).wait()
    double.requests.clear()
    return mila


def powers(clients: Clients) -> dict[str, str]:
    """Power states, by one request."""
    return {
        each.name: each.instance_view.statuses[1].code.partition("/")[2]
        for each in clients.compute.virtual_machines.list_all(status_only="true")
    }


def held(double: AzureDouble, seconds: float) -> None:
    """Let time stand still but for this."""
    double.clock.scale = 0.0
    double.clock.skip(seconds)


def test_power_goes_through_what_lies_between(double: AzureDouble, nodes: Clients) -> None:
    double.clock.scale = 0.0
    nodes.compute.virtual_machines.begin_deallocate("rg-a", "node-01", polling=False)
    assert powers(nodes) == {"node-01": "deallocating", "node-02": "running", "node-03": "running"}
    double.clock.skip(100)
    assert powers(nodes)["node-01"] == "deallocated"
    nodes.compute.virtual_machines.begin_start("rg-a", "node-01", polling=False)
    assert powers(nodes)["node-01"] == "starting"
    double.clock.skip(200)
    assert powers(nodes)["node-01"] == "running"


def test_one_request_tells_all_states(double: AzureDouble, nodes: Clients) -> None:
    assert set(powers(nodes).values()) == {"running"}
    assert [(each.method, each.status) for each in double.requests.entries] == [("GET", 200)]
    assert ("statusonly", "true") in double.requests.entries[0].query


def test_long_lists_come_in_pages(double: AzureDouble, nodes: Clients) -> None:
    double.world.page_size = 2
    assert set(powers(nodes)) == {"node-01", "node-02", "node-03"}
    assert double.requests.count("GET", "/virtualMachines$") == 2


def test_pollers_see_the_end(nodes: Clients) -> None:
    for begin, power in (
        (nodes.compute.virtual_machines.begin_power_off, "stopped"),
        (nodes.compute.virtual_machines.begin_start, "running"),
        (nodes.compute.virtual_machines.begin_restart, "running"),
        (nodes.compute.virtual_machines.begin_deallocate, "deallocated"),
    ):
        poller = begin("rg-a", "node-02")
        poller.wait()
        assert (poller.status(), powers(nodes)["node-02"]) == ("Succeeded", power)


def test_a_start_without_capacity_fails_and_leaves_it_released(double: AzureDouble, nodes: Clients) -> None:
    nodes.compute.virtual_machines.begin_deallocate("rg-a", "node-03").wait()
    double.faults.add("allocation", name="node-03")
    with pytest.raises(HttpResponseError) as caught:
        nodes.compute.virtual_machines.begin_start("rg-a", "node-03").wait()
    assert caught.value.error.code == "AllocationFailed"
    view = nodes.compute.virtual_machines.instance_view("rg-a", "node-03")
    assert [each.code for each in view.statuses] == [
        "ProvisioningState/failed/AllocationFailed",
        "PowerState/deallocated",
    ]
    nodes.compute.virtual_machines.begin_start("rg-a", "node-03").wait()
    assert powers(nodes)["node-03"] == "running"


def test_an_operation_is_overtaken_by_a_later_one(double: AzureDouble, nodes: Clients) -> None:
    double.clock.scale = 0.0
    nodes.compute.virtual_machines.begin_deallocate("rg-a", "node-01", polling=False)
    nodes.compute.virtual_machines.begin_start("rg-a", "node-01", polling=False)
    double.clock.skip(300)
    assert powers(nodes)["node-01"] == "running"


def test_scripts_run_where_machines_run(double: AzureDouble, nodes: Clients) -> None:
    put = nodes.compute.virtual_machine_run_commands.begin_create_or_update
    body = {"location": "eastus", "properties": {"source": {"script": "echo hi"}}}
    put("rg-a", "node-01", "deactivate", body).wait()
    read: Callable[..., Any] = nodes.compute.virtual_machine_run_commands.get_by_virtual_machine
    view = read("rg-a", "node-01", "deactivate", expand="instanceView").instance_view
    assert (view.execution_state, view.exit_code) == ("Succeeded", 0)
    with double.lock:
        node = double.world.machine("rg-a", "node-01")
        node.facts["script_fails"] = "no licence here"
    assert node.facts["scripts"] == [{"name": "deactivate", "script": "echo hi"}]
    put("rg-a", "node-01", "deactivate", body).wait()
    view = read("rg-a", "node-01", "deactivate", expand="instanceView").instance_view
    assert (view.execution_state, view.error) == ("Failed", "no licence here")
    nodes.compute.virtual_machines.begin_deallocate("rg-a", "node-01").wait()
    with pytest.raises(ResourceExistsError):
        put("rg-a", "node-01", "deactivate", body)


def test_a_machine_takes_its_card_and_disk_along(double: AzureDouble, nodes: Clients) -> None:
    with pytest.raises(HttpResponseError) as caught:
        nodes.network.network_interfaces.begin_delete("rg-a", "node-03-nic").wait()
    assert caught.value.error.code in ("NicInUse", "InUseResourceCannotBeDeleted")
    nodes.compute.virtual_machines.begin_delete("rg-a", "node-03").wait()
    assert not [key for key in double.world.resources if "node-03" in key]
    assert [key for key in double.world.resources if "node-02" in key]


def test_secrets_of_a_machine_are_never_told(nodes: Clients) -> None:
    assert "planted" not in str(nodes.compute.virtual_machines.get("rg-a", "node-01").as_dict())


def test_quota_and_size_are_refused_in_azures_words(mila: Clients) -> None:
    network = mila.network.virtual_networks.begin_create_or_update("rg-a", "vnet", NETWORK).result()
    nic = mila.network.network_interfaces.begin_create_or_update("rg-a", "nic", card(network.subnets[0].id)).result()
    put = mila.compute.virtual_machines.begin_create_or_update
    with pytest.raises(HttpResponseError, match="Current Limit: 0, Current Usage: 0, Additional Required: 24") as quota:
        put("rg-a", "vm", machine(nic.id, size="Standard_NC24ads_A100_v4"))
    assert quota.value.error.code == "OperationNotAllowed"
    with pytest.raises(HttpResponseError) as size:
        put("rg-a", "vm", {**machine(nic.id, size="Standard_NV28adms_V710_v5"), "location": "westus"})
    assert size.value.error.code == "SkuNotAvailable"


def test_a_spot_machine_is_taken_back_after_its_notice(double: AzureDouble, mila: Clients) -> None:
    body = cluster(1, priority="Spot", evictionPolicy="Deallocate")
    mila.deployments.deployments.begin_create_or_update("rg-a", "d", deployment(body)).wait()
    double.clock.scale = 0.0
    mila.compute.virtual_machines.simulate_eviction("rg-a", "node-01")
    assert powers(mila)["node-01"] == "running"
    double.clock.skip(31)
    assert powers(mila)["node-01"] == "deallocating"
