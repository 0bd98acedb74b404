"""Signing in with azure-identity: browser, device code, renewal, confirmation, and what goes wrong."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import AuthenticationRequiredError, DeviceCodeCredential, InteractiveBrowserCredential
from azure.identity._credentials import browser

from azure_double.clients import Clients
from azure_double.double import AzureDouble

CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Azure's library logs what it also raises."""
    logger = logging.getLogger("azure.identity")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(level)


def options(double: AzureDouble) -> dict[str, Any]:
    return {
        "client_id": CLIENT, "tenant_id": double.tenant, "authority": double.url, "disable_instance_discovery": True,
        "connection_verify": double.ca_file, "disable_automatic_authentication": True,
    }  # fmt: skip


def scope(double: AzureDouble) -> str:
    return f"{double.url}/.default"


def device(double: AzureDouble, username: str = "mila@studio.example", answer: str = "ok") -> DeviceCodeCredential:
    """A credential whose person answers at once."""
    return DeviceCodeCredential(
        prompt_callback=lambda url, code, until: double.enter_code(code, username, answer), **options(double)
    )


def by_browser(
    double: AzureDouble, monkeypatch: pytest.MonkeyPatch, username: str, answer: str = "ok"
) -> InteractiveBrowserCredential:
    """A credential whose person presses a button at once."""
    threads = []

    def opened(url: str) -> bool:
        threads.append(threading.Thread(target=double.browse, args=(url, username, answer), daemon=True))
        threads[-1].start()
        return True

    monkeypatch.setattr(browser, "_open_browser", opened)  # the person's part
    return InteractiveBrowserCredential(**options(double))


def test_a_person_signs_in_by_browser(double: AzureDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    with by_browser(double, monkeypatch, "mila@studio.example") as credential:
        record = credential.authenticate(scopes=[scope(double)])
        assert (record.username, record.tenant_id) == ("mila@studio.example", double.tenant)
        with Clients(double, credential=credential) as clients:
            found = [each.display_name for each in clients.subscriptions.subscriptions.list()]
    assert found == ["Studio", "Studio R&D", "Studio 2019"]


@pytest.mark.parametrize(
    ("username", "answer", "says"),
    [
        ("guest@other.example", "ok", "AADSTS50020"),
        ("locked@studio.example", "ok", "AADSTS50053"),
        ("mila@studio.example", "decline", "AADSTS65004"),
    ],
)
def test_a_browser_brings_refusals_back(
    double: AzureDouble, monkeypatch: pytest.MonkeyPatch, username: str, answer: str, says: str
) -> None:
    with (
        by_browser(double, monkeypatch, username, answer) as credential,
        pytest.raises(ClientAuthenticationError, match=says),
    ):
        credential.authenticate(scopes=[scope(double)])


def test_one_sign_in_serves_three_services(double: AzureDouble) -> None:
    with device(double) as credential:
        credential.authenticate(scopes=[scope(double)], enable_cae=True)
        for audience in (double.url, "https://storage.azure.com", "https://vault.azure.net"):
            assert credential.get_token(f"{audience}/.default", enable_cae=True).token
    assert double.requests.count("POST", "devicecode") == 1


@pytest.mark.parametrize(("answer", "says"), [("decline", "declined"), ("expire", "expired")])
def test_device_codes_are_declined_and_expire(double: AzureDouble, answer: str, says: str) -> None:
    with device(double, answer=answer) as credential, pytest.raises(ClientAuthenticationError, match=says):
        credential.authenticate(scopes=[scope(double)])


def test_a_sign_in_ends_with_its_refresh_token(double: AzureDouble) -> None:
    double.entra.sessions.lives_s = 1
    with device(double) as credential:
        credential.authenticate(scopes=[scope(double)])
        double.entra.sessions.end("mila@studio.example")
        with pytest.raises(AuthenticationRequiredError):
            credential.get_token("https://storage.azure.com/.default")


def test_a_change_is_confirmed_and_then_goes_through(double: AzureDouble) -> None:
    class OneCache:
        """Always asks for CAE tokens."""

        def __init__(self, inner: DeviceCodeCredential) -> None:
            self._inner = inner

        def get_token_info(self, *scopes: str, options: Any = None) -> Any:
            return self._inner.get_token_info(*scopes, options={**(options or {}), "enable_cae": True})

    with device(double, "mfa@studio.example") as credential:
        credential.authenticate(scopes=[scope(double)], enable_cae=True)
        with Clients(double, credential=OneCache(credential)) as clients:
            put = clients.resources.resource_groups.create_or_update
            with pytest.raises(AuthenticationRequiredError) as caught:
                put("rg-b", {"location": "eastus"})
            assert "acrs" in caught.value.claims
            credential.authenticate(scopes=list(caught.value.scopes), claims=caught.value.claims, enable_cae=True)
            assert put("rg-b", {"location": "eastus"}).name == "rg-b"


def test_answers_tell_azures_own_time(double: AzureDouble) -> None:
    double.entra.sessions.skew_s = 7200
    double.faults.add("expired")
    with Clients(double) as clients, pytest.raises(ClientAuthenticationError) as caught:
        list(clients.resources.resource_groups.list())
    told = parsedate_to_datetime(caught.value.response.headers["Date"])
    assert 7000 < (told - datetime.now(UTC)).total_seconds() < 7400


def test_a_stolen_code_is_worth_nothing(double: AzureDouble) -> None:
    """PKCE: the token endpoint wants what only the application knows."""
    with double.lock:
        code = double.entra.sessions.code_for(
            {"code_challenge": "x", "redirect_uri": "http://localhost:1", "client_id": CLIENT}, double.tenant,
            "mila@studio.example",
        )  # fmt: skip
    from azure_double.entra.refusals import SignInRefused

    with pytest.raises(SignInRefused, match="AADSTS501481"):
        double.entra.sessions.redeem_code(
            {"code": code, "redirect_uri": "http://localhost:1", "code_verifier": "guess"}
        )
