"""Lustre's import job by Azure's real client, against the double."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from azure_double.double import AzureDouble
from azure_double.fixture import azure_double_without_blobs, azure_papers
from azure_double.ids import read_id
from azure_double.world import Group, Resource
from azure_person import a_person
from cluster_stand import PLAN
from fakes.azure_scenes import a_cluster
from round_panel import _now
from tiepoint.adapters.azure.resources import AzureResources
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.cluster import CloudResource, Cluster
from tiepoint.domain.cluster_plan import StorageKind, StoragePlan
from tiepoint.ports.azure import Azure
from tiepoint.services.rounds.lustre import LustreImport
from tiepoint.services.rounds.places import Places

__all__ = ["azure_double_without_blobs", "azure_papers"]
CAPTURE = "20261126-flight-0a1b2c"


class _Places:
    def __init__(self, cluster: Cluster | None) -> None:
        self.found = cluster

    def cluster(self, site: str) -> Cluster | None:
        return self.found


@pytest.fixture
def lustre(azure_double_without_blobs: AzureDouble) -> str:
    """A file system joined to the container `archive`."""
    double = azure_double_without_blobs
    group = f"/subscriptions/{double.subscription}/resourceGroups/rg-a"
    resource_id = f"{group}/providers/Microsoft.StorageCache/amlFilesystems/lustre"
    account = f"{group}/providers/Microsoft.Storage/storageAccounts/st/blobServices/default/containers"
    body = {
        "location": "eastus",
        "properties": {"hsm": {"settings": {"container": f"{account}/archive", "loggingContainer": f"{account}/log"}}},
    }
    with double.lock:
        double.world.groups["rg-a"] = Group(double.subscription, "rg-a", "eastus")
        double.world.resources[resource_id.lower()] = Resource(read_id(resource_id), body)
    return resource_id


@pytest.fixture
def importing(azure_double_without_blobs: AzureDouble, lustre: str) -> Iterator[LustreImport]:
    cloud = CloudResource(lustre, "Microsoft.StorageCache/amlFilesystems", "lustre", "eastus")
    with a_person(azure_double_without_blobs) as mila:

        async def nap(_s: float) -> None:
            await asyncio.sleep(0.02)

        resources = AzureResources(mila.clients(azure_double_without_blobs.subscription))
        azure = cast("Azure", SimpleNamespace(resources=resources))
        places = cast("Places", _Places(a_cluster(resources=(cloud,))))
        yield LustreImport(places, lambda: azure, _now, nap)


def jobs(double: AzureDouble) -> list[dict[str, Any]]:
    with double.lock:
        double.world.timeline.run()
        return [
            dict(each.properties) for each in double.world.of_type("Microsoft.StorageCache/amlFilesystems/importJobs")
        ]


async def test_photos_are_imported_where_lustre_is_joined_to_their_container(
    azure_double_without_blobs: AzureDouble, importing: LustreImport
) -> None:
    await importing.bring("site", BlobPlace("https://st.blob.core.windows.net", "archive", f"captures/{CAPTURE}"))
    [job] = jobs(azure_double_without_blobs)
    assert job["importPrefixes"] == [f"/captures/{CAPTURE}"]
    assert job["conflictResolutionMode"] == "Skip"
    assert job["status"]["state"] == "Completed"


async def test_what_lies_elsewhere_is_left_to_the_agent(
    azure_double_without_blobs: AzureDouble, importing: LustreImport
) -> None:
    await importing.bring("site", BlobPlace("https://st.blob.core.windows.net", "captures", CAPTURE))
    assert jobs(azure_double_without_blobs) == []
    bare = replace(importing, places=cast("Places", _Places(a_cluster(resources=()))))
    await bare.bring("site", BlobPlace("https://st.blob.core.windows.net", "archive", f"captures/{CAPTURE}"))
    assert jobs(azure_double_without_blobs) == []


async def test_a_refusal_is_no_end(
    azure_double_without_blobs: AzureDouble, importing: LustreImport, lustre: str
) -> None:
    """Another import is active: the agent fetches."""
    under_way = f"{lustre}/importJobs/another"
    with azure_double_without_blobs.lock:
        properties = {"properties": {"status": {"state": "InProgress"}}}
        azure_double_without_blobs.world.resources[under_way.lower()] = Resource(read_id(under_way), properties)
    await importing.bring("site", BlobPlace("https://st.blob.core.windows.net", "archive", f"captures/{CAPTURE}"))
    assert len(jobs(azure_double_without_blobs)) == 1


def test_photos_go_where_lustre_sees_them() -> None:
    from tiepoint.services.rounds.places import _of_cluster

    plan = replace(PLAN, storage=StoragePlan(kind=StorageKind.LUSTRE))
    found = _of_cluster(a_cluster(plan=plan, blob_endpoint="https://st.blob.core.windows.net/"))
    assert found is not None
    assert [each.url for each in found] == [
        "https://st.blob.core.windows.net/archive/captures",
        "https://st.blob.core.windows.net/products",
    ]
    blob = replace(PLAN, storage=StoragePlan(kind=StorageKind.BLOB))
    found = _of_cluster(a_cluster(plan=blob, blob_endpoint="https://st.blob.core.windows.net"))
    assert found is not None
    assert found[0].url == "https://st.blob.core.windows.net/captures"
    assert _of_cluster(a_cluster(plan=plan, blob_endpoint="")) is None
