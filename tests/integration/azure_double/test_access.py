"""Rights: who may do what, in Azure's words, and what nobody may do."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError

from azure_double.clients import Clients
from azure_double.double import AzureDouble

DEFINITION = "Microsoft.Authorization/roleDefinitions"
SECRETS_OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"


def vault(clients: Clients, name: str = "kv-a-1", **more: Any) -> Any:
    body = {
        "location": "eastus",
        "properties": {
            "tenantId": clients.double.tenant, "sku": {"family": "A", "name": "standard"},
            "enableRbacAuthorization": True, **more,
        },
    }  # fmt: skip
    return clients.vaults.vaults.begin_create_or_update("rg-a", name, body).result()


def assign(clients: Clients, scope: str, role: str, username: str) -> None:
    body = {
        "properties": {
            "principalId": clients.double.people[username].oid, "principalType": "User",
            "roleDefinitionId": f"/subscriptions/{clients.subscription}/providers/{DEFINITION}/{role}",
        }
    }  # fmt: skip
    clients.authorization.role_assignments.create(scope, str(uuid.uuid4()), body)


def test_refusals_name_person_action_and_scope(double: AzureDouble, mila: Clients) -> None:
    with Clients(double, "omar@studio.example") as omar:
        assert omar.resources.resource_groups.get("rg-a").name == "rg-a"
        with pytest.raises(HttpResponseError) as caught:
            omar.resources.resource_groups.create_or_update("rg-b", {"location": "eastus"})
    assert (caught.value.status_code, caught.value.error.code) == (403, "AuthorizationFailed")
    for part in ("'omar@studio.example'", "'Microsoft.Resources/subscriptions/resourceGroups/write'", "/rg-b"):
        assert part in caught.value.error.message


def test_permissions_are_listed(double: AzureDouble, mila: Clients) -> None:
    with Clients(double, "lena@studio.example") as lena:
        found = list(lena.authorization.permissions.list_for_resource_group("rg-a"))
    assert found[0].actions == ["*"]
    assert "Microsoft.Authorization/*/Write" in found[0].not_actions


def test_a_custom_role_holds_what_it_says_and_no_more(double: AzureDouble, mila: Clients) -> None:
    scope, role = f"/subscriptions/{mila.subscription}", str(uuid.uuid4())
    allowed = [
        "Microsoft.Resources/subscriptions/resourceGroups/read",
        "Microsoft.Resources/subscriptions/resourceGroups/write",
    ]
    body = {
        "properties": {
            "roleName": "Grouper", "description": "", "type": "CustomRole", "assignableScopes": [scope],
            "permissions": [{"actions": allowed, "notActions": []}],
        }
    }  # fmt: skip
    mila.authorization.role_definitions.create_or_update(scope, role, body)
    assert [each.name for each in mila.authorization.role_definitions.list(scope, filter="roleName eq 'Grouper'")] == [
        role
    ]
    assign(mila, scope, role, "nosub@studio.example")
    with Clients(double, "nosub@studio.example") as nora:
        assert [each.display_name for each in nora.subscriptions.subscriptions.list()] == ["Studio"]
        nora.resources.resource_groups.create_or_update("rg-n", {"location": "eastus"})
        with pytest.raises(HttpResponseError, match="resourceGroups/delete"):
            nora.resources.resource_groups.begin_delete("rg-n")


def test_rights_on_secrets_take_their_time(double: AzureDouble, mila: Clients) -> None:
    made = vault(mila)
    secrets = mila.secrets(made.properties.vault_uri)
    with pytest.raises(HttpResponseError) as caught:
        secrets.set_secret("adminPassword", "x")
    assert caught.value.error.code == "Forbidden"
    double.world.role_delay_s = 300
    double.clock.scale = 0.0
    assign(mila, made.id, SECRETS_OFFICER, "mila@studio.example")
    with pytest.raises(HttpResponseError):
        secrets.set_secret("adminPassword", "x")
    double.clock.skip(301)
    assert secrets.set_secret("adminPassword", "x").name == "adminPassword"
    assert secrets.get_secret("adminPassword").value == "x"
    assert [each.name for each in secrets.list_properties_of_secret_versions("adminPassword")] == ["adminPassword"]
    with pytest.raises(ResourceNotFoundError):
        secrets.get_secret("activationCode")


def test_a_deleted_vault_keeps_its_name_and_its_secrets(double: AzureDouble, mila: Clients) -> None:
    made = vault(mila)
    assign(mila, f"/subscriptions/{mila.subscription}", SECRETS_OFFICER, "mila@studio.example")
    mila.secrets(made.properties.vault_uri).set_secret("a", "1")
    mila.vaults.vaults.delete("rg-a", "kv-a-1")
    assert mila.vaults.vaults.get_deleted("kv-a-1", "eastus").properties.vault_id == made.id
    assert not mila.vaults.vaults.check_name_availability(
        {"name": "kv-a-1", "type": "Microsoft.KeyVault/vaults"}
    ).name_available
    with pytest.raises(HttpResponseError, match="deleted state"):
        vault(mila)
    again = vault(mila, createMode="recover")
    assert mila.secrets(again.properties.vault_uri).get_secret("a").value == "1"


def test_a_provider_must_be_registered(double: AzureDouble, mila: Clients) -> None:
    double.world.providers["microsoft.keyvault"] = "NotRegistered"
    with pytest.raises(HttpResponseError, match="not registered"):
        vault(mila)
    double.clock.scale = 0.0
    assert mila.resources.providers.register("Microsoft.KeyVault").registration_state == "Registering"
    double.clock.skip(100)
    assert mila.resources.providers.get("Microsoft.KeyVault").registration_state == "Registered"


def test_tokens_of_other_services_and_tenants_are_refused(double: AzureDouble) -> None:
    with Clients(double, credential_scopes=["https://storage.azure.com/.default"]) as clients:
        with pytest.raises(ClientAuthenticationError) as caught:
            list(clients.resources.resource_groups.list())
        assert caught.value.error.code == "InvalidAuthenticationTokenAudience"
    with Clients(double, "guest@other.example") as guest, pytest.raises(ClientAuthenticationError) as caught:
        list(guest.resources.resource_groups.list())
    assert caught.value.error.code == "InvalidAuthenticationTokenTenant"


def test_a_disabled_subscription_can_be_read_only(double: AzureDouble, mila: Clients) -> None:
    double.people.subscriptions[double.subscription].state = "Disabled"
    assert mila.resources.resource_groups.get("rg-a").name == "rg-a"
    with pytest.raises(HttpResponseError) as caught:
        mila.resources.resource_groups.create_or_update("rg-b", {"location": "eastus"})
    assert caught.value.error.code == "ReadOnlyDisabledSubscription"
