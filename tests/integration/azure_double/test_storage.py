"""Lustre: what it must fit, its address, archiving; and the activity log."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from azure_double.clients import Clients
from azure_double.double import AzureDouble
from azure_double.samples import NETWORK

VERSION = "2026-01-01"


def lustre(clients: Clients, capacity: float = 4) -> str:
    """Ask for a file system and return its id."""
    subnet = clients.network.virtual_networks.begin_create_or_update("rg-a", "vnet", NETWORK).result().subnets[0].id
    resource_id = f"{subnet.split('/providers/')[0]}/providers/Microsoft.StorageCache/amlFilesystems/lustre"
    body: dict[str, Any] = {
        "location": "eastus", "zones": ["1"], "sku": {"name": "AMLFS-Durable-Premium-500"},
        "properties": {
            "storageCapacityTiB": capacity, "filesystemSubnet": subnet,
            "maintenanceWindow": {"dayOfWeek": "Sunday", "timeOfDayUTC": "03:00"},
        },
    }  # fmt: skip
    clients.resources.resources.begin_create_or_update_by_id(resource_id, body, api_version=VERSION).wait()
    return resource_id


def properties(clients: Clients, resource_id: str) -> dict[str, Any]:
    return dict(clients.resources.resources.get_by_id(resource_id, api_version=VERSION).properties)


def test_lustre_gets_an_address_and_archives(double: AzureDouble, mila: Clients) -> None:
    resource_id = lustre(mila)
    found = properties(mila, resource_id)
    assert (found["clientInfo"]["mgsAddress"], found["health"]["state"]) == ("10.0.4.4", "Available")
    double.clock.scale = 0.0
    with double.lock:
        resource = double.world.get(resource_id)
        assert resource is not None
    from azure_double.kinds.lustre import archive

    archive(double.world, resource)
    double.clock.skip(250)
    status = properties(mila, resource_id)["hsm"]["archiveStatus"][0]["status"]
    assert status["state"] == "InProgress"
    assert 40 <= status["percentComplete"] < 99
    double.clock.skip(600)
    assert properties(mila, resource_id)["hsm"]["archiveStatus"][0]["status"]["state"] == "Completed"


def test_capacity_must_fit_its_kind(mila: Clients) -> None:
    with pytest.raises(HttpResponseError, match="from 4 TiB in steps of 4 TiB"):
        lustre(mila, capacity=5)


def test_what_was_done_is_in_the_activity_log(double: AzureDouble, mila: Clients) -> None:
    lustre(mila)
    url = f"{double.url}/subscriptions/{mila.subscription}/providers/Microsoft.Insights/eventtypes/management/values"
    from azure.core.rest import HttpRequest

    request = HttpRequest("GET", url, params={"api-version": "2015-04-01", "$filter": "resourceGroupName eq 'rg-a'"})
    with mila.resources._client.send_request(request) as reply:
        rows = reply.json()["value"]
    done = [(each["operationName"]["value"], each["status"]["value"]) for each in rows]
    assert done[0] == ("Microsoft.StorageCache/amlFilesystems/write", "Succeeded")
    assert {each["caller"] for each in rows} == {"mila@studio.example"}
