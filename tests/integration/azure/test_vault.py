"""Secrets by the real client, against the double's vault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from azure_double.double import AzureDouble
from azure_person import a_person
from tiepoint.adapters.azure.vault import AzureSecretVault
from tiepoint.domain.errors import NotPermitted

OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"
VALUE = "planted-8c1f-secret"


@pytest.fixture
def double(azure_double_without_blobs: AzureDouble) -> AzureDouble:
    return azure_double_without_blobs


@pytest.fixture
def vault(double: AzureDouble) -> Iterator[tuple[AzureSecretVault, str, Any]]:
    """A vault, its address, and the clients of who made it."""
    with a_person(double) as identity:
        clients = identity.clients(double.subscription)
        clients.resources.resource_groups.create_or_update("rg-keys", {"location": "eastus"})
        body = {
            "location": "eastus",
            "properties": {
                "tenantId": double.tenant,
                "sku": {"family": "A", "name": "standard"},
                "enableRbacAuthorization": True,
                "accessPolicies": [],
            },
        }
        made = clients.vaults.vaults.begin_create_or_update("rg-keys", "kv-keys", body, polling_interval=0).result()
        yield AzureSecretVault(identity), made.properties.vault_uri, clients


def give_role(double: AzureDouble, clients: Any) -> None:
    scope = f"/subscriptions/{double.subscription}/resourceGroups/rg-keys/providers/Microsoft.KeyVault/vaults/kv-keys"
    role = f"/subscriptions/{double.subscription}/providers/Microsoft.Authorization/roleDefinitions/{OFFICER}"
    person = double.people["mila@studio.example"].oid
    clients.authorization.role_assignments.create(
        scope, "3f0c0000-0000-4000-8000-000000000001", {"properties": {"roleDefinitionId": role, "principalId": person}}
    )
    double.clock.scale = 1_000_000.0


async def test_a_secret_is_put_and_known_but_never_read(double: AzureDouble, vault: Any) -> None:
    secrets, address, clients = vault
    give_role(double, clients)
    assert not await secrets.has(address, "adminPassword")
    await secrets.set(address, "adminPassword", VALUE)
    assert await secrets.has(address, "adminPassword")
    await secrets.set(address, "adminPassword", VALUE)
    assert not [entry for entry in double.requests.entries if entry.method == "GET" and VALUE in entry.path]


async def test_who_may_not_is_told_and_the_value_is_not(vault: Any, caplog: pytest.LogCaptureFixture) -> None:
    secrets, address, _ = vault
    caplog.set_level("DEBUG")
    with pytest.raises(NotPermitted) as caught:
        await secrets.set(address, "adminPassword", VALUE)
    assert VALUE not in f"{caught.value!r} {caught.value.to_dict()}"
    assert VALUE not in caplog.text
