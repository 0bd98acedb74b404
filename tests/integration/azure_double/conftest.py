"""Doubles, and Azure's own clients on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from azure_double.clients import Clients
from azure_double.double import AzureDouble
from azure_double.fixture import azure_blobs, azure_double, azure_double_without_blobs, azure_papers

__all__ = ["azure_blobs", "azure_double", "azure_double_without_blobs", "azure_papers"]


@pytest.fixture
def double(azure_double_without_blobs: AzureDouble) -> AzureDouble:
    """A double without Azurite, an hour a second."""
    azure_double_without_blobs.clock.scale = 3600.0
    return azure_double_without_blobs


@pytest.fixture
def mila(double: AzureDouble) -> Iterator[Clients]:
    """Mila's clients (Owner), and a group `rg-a`."""
    with Clients(double) as clients:
        clients.resources.resource_groups.create_or_update(
            "rg-a", {"location": "eastus", "tags": {"tiepoint-cluster": "a"}}
        )
        yield clients
