"""One sign-in for all services, and MFA in the middle of a write: challenge, confirm, repeat; against the double."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from azure.keyvault.secrets import SecretClient
from azure.storage.blob import BlobServiceClient

from azure_double.double import AzureDouble
from patience import PATIENCE_S
from tiepoint.adapters.azure.calling import call
from tiepoint.adapters.azure.identity import AzureIdentity
from tiepoint.domain.errors import ConfirmationNeeded, ConnectionLost, NotPermitted, SignInNeeded

MIKA = "mfa@studio.example"
MILA = "mila@studio.example"


class _Browser:
    """Opens pages and presses a person's button; counts."""

    def __init__(self, double: AzureDouble, username: str) -> None:
        self.double, self.username = double, username
        self.opened = 0
        self.threads: list[threading.Thread] = []

    def __call__(self, address: str) -> bool:
        self.opened += 1
        thread = threading.Thread(target=self.double.browse, args=(address, self.username))
        self.threads.append(thread)
        thread.start()
        return True


Making = Callable[[str], tuple[AzureIdentity, _Browser]]


@pytest.fixture
def signing(azure_double: AzureDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Making]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    browsers: list[_Browser] = []

    def make(username: str) -> tuple[AzureIdentity, _Browser]:
        browser = _Browser(azure_double, username)
        browsers.append(browser)
        return AzureIdentity(tmp_path / username, "tiepoint-test", browser), browser

    yield make
    for browser in browsers:
        for thread in browser.threads:
            thread.join(PATIENCE_S)


def _put_group(identity: AzureIdentity, double: AzureDouble, name: str = "rg-x") -> str:
    made = identity.clients(double.subscription).resources.resource_groups.create_or_update(
        name, {"location": "eastus"}
    )
    return str(made.name)


async def test_one_answer_serves_resource_manager_blob_and_key_vault(
    azure_double: AzureDouble, signing: Making
) -> None:
    identity, browser = signing(MILA)
    await identity.sign_in(azure_double.cloud, tenant="studio.example")
    clients = identity.clients(azure_double.subscription)

    def use_all() -> None:
        _put_group(identity, azure_double)
        account = clients.storage.storage_accounts.begin_create(
            "rg-x",
            "tpdemo",
            {"location": "eastus", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}},
            polling_interval=0,
        ).result()
        vault = clients.vaults.vaults.begin_create_or_update(
            "rg-x",
            "kv-demo",
            {
                "location": "eastus",
                "properties": {
                    "tenantId": azure_double.tenant,
                    "sku": {"family": "A", "name": "standard"},
                    "enableRbacAuthorization": True,
                    "accessPolicies": [],
                },
            },
            polling_interval=0,
        ).result()
        blob = account.properties.primary_endpoints.blob.rstrip("/")
        with BlobServiceClient(blob, identity.credential, **clients.blob_options) as service:
            assert list(service.list_containers()) == []
        with SecretClient(vault.properties.vault_uri, identity.credential, **clients.vault_options) as secrets:
            list(secrets.list_properties_of_secrets())

    with pytest.raises(NotPermitted):  # the vault's data want a role of their own: the token itself was taken
        await call(identity, use_all)
    assert browser.opened == 1
    await identity.close()


async def test_a_write_that_must_be_confirmed_is_repeated_after_it(azure_double: AzureDouble, signing: Making) -> None:
    identity, browser = signing(MIKA)
    await identity.sign_in(azure_double.cloud, tenant="studio.example")
    clients = identity.clients(azure_double.subscription)
    assert await call(identity, lambda: list(clients.resources.resource_groups.list())) == []
    with pytest.raises(ConfirmationNeeded, match="confirm"):
        await call(identity, _put_group, identity, azure_double)
    assert browser.opened == 1
    await identity.confirm()
    assert browser.opened == 2
    assert await call(identity, _put_group, identity, azure_double) == "rg-x"
    await identity.confirm()  # nothing is left to confirm
    assert browser.opened == 2
    await identity.close()


async def test_somebody_else_cannot_confirm(azure_double: AzureDouble, signing: Making) -> None:
    identity, browser = signing(MIKA)
    await identity.sign_in(azure_double.cloud, tenant="studio.example")
    with pytest.raises(ConfirmationNeeded):
        await call(identity, _put_group, identity, azure_double)
    browser.username = MILA
    with pytest.raises(SignInNeeded, match=r"mila@studio.example confirmed, but mfa@studio.example is signed in"):
        await identity.confirm()
    browser.username = MIKA
    await identity.confirm()
    assert await call(identity, _put_group, identity, azure_double) == "rg-x"
    await identity.close()


async def test_a_revoked_sign_in_asks_for_a_new_one(azure_double: AzureDouble, signing: Making) -> None:
    identity, _ = signing(MILA)
    azure_double.entra.sessions.lives_s = 1
    await identity.sign_in(azure_double.cloud, tenant="studio.example")
    azure_double.entra.sessions.end(MILA, 50173)
    with pytest.raises(SignInNeeded, match="password has been changed"):
        await call(identity, _put_group, identity, azure_double)
    await identity.close()


async def test_throttling_is_waited_out_and_a_long_one_told(azure_double: AzureDouble, signing: Making) -> None:
    identity, _ = signing(MILA)
    await identity.sign_in(azure_double.cloud, tenant="studio.example")
    azure_double.faults.add("429", path=r"/resourcegroups", times=2, retry_after=0.01)
    clients = identity.clients(azure_double.subscription)
    assert await call(identity, lambda: list(clients.resources.resource_groups.list())) == []
    azure_double.faults.add("429", path=r"/resourcegroups", times=1, retry_after=600)
    with pytest.raises(Exception, match="slow down"):
        await call(identity, lambda: list(clients.resources.resource_groups.list()))
    await identity.close()


async def test_a_broken_connection_is_told_apart(azure_double: AzureDouble, signing: Making) -> None:
    identity, _ = signing(MILA)
    await identity.sign_in(azure_double.cloud, tenant="studio.example")
    azure_double.faults.add("drop", path=r"/resourcegroups", times=50)
    clients = identity.clients(azure_double.subscription)
    with pytest.raises(ConnectionLost):
        await call(identity, lambda: list(clients.resources.resource_groups.list()))
    await identity.close()


async def test_a_token_that_is_refused_before_its_time_is_renewed_unnoticed(
    azure_double: AzureDouble, signing: Making
) -> None:
    identity, browser = signing(MILA)
    await identity.sign_in(azure_double.cloud, tenant="studio.example")
    await call(identity, _put_group, identity, azure_double, "rg-y")
    azure_double.faults.add("expired", path=r"/resourcegroups", times=1)
    before = azure_double.requests.count("POST", r"/token$")
    assert await call(identity, _put_group, identity, azure_double) == "rg-x"
    assert azure_double.requests.count("POST", r"/token$") == before + 1
    assert browser.opened == 1
    azure_double.faults.add("expired", path=r"/resourcegroups", times=9)
    with pytest.raises(SignInNeeded):
        await call(identity, _put_group, identity, azure_double)
    await identity.close()
