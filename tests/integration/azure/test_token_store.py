"""Tokens in the desktop's store for secrets: a second process takes them up, sign-out removes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from entra_stand import MILA, STUDIO, EntraStand, entra_stand
from secret_service import secret_service
from tiepoint.adapters.azure.identity import AzureIdentity
from tiepoint.azure_sign_in import user_identity
from tiepoint.domain.account import TokenStorage
from tiepoint.domain.errors import SignInNeeded

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the Secret Service is Linux's")


@pytest.fixture
def entra(tmp_path: Path) -> Iterator[EntraStand]:
    with entra_stand(tmp_path) as stand:
        yield stand


@pytest.fixture
def bus(tiepoint_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with secret_service(tiepoint_home) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


async def _signed_in(entra: EntraStand) -> AzureIdentity:
    identity = user_identity()
    identity._open_page = entra.browser()
    await identity.sign_in(entra.cloud, tenant=STUDIO)
    return identity


def _child() -> dict[str, object]:
    """Let the child that hands out a token run, as the transfer worker does."""
    command = [sys.executable, "-m", "tiepoint", "--child", "token"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=dict(os.environ), check=False)
    assert done.stderr == ""
    return dict(json.loads(done.stdout))


async def test_another_process_takes_up_the_sign_in_and_signing_out_ends_that(
    entra: EntraStand, bus: str, tiepoint_home: Path
) -> None:
    identity = await _signed_in(entra)
    assert identity.storage is TokenStorage.SYSTEM
    token, _ = await identity.storage_token()
    kept = "".join(file.read_text() for file in (tiepoint_home / "data" / "azure").iterdir())
    assert MILA in kept
    assert token not in kept
    assert "secret" not in kept
    told = _child()
    assert str(told["token"]).count(".") == 2
    assert len(entra.pages) == 1
    await identity.sign_out()
    refused = _child()
    assert "token" not in refused
    assert "Nobody is signed in" in str(refused["error"])
    later = user_identity()
    assert await later.restore(entra.cloud) is None


async def test_a_new_sign_in_takes_the_place_of_the_old_one(entra: EntraStand, bus: str) -> None:
    first = await _signed_in(entra)
    await first.close()
    second = user_identity()
    second._open_page = entra.browser("lena@studio.example")
    await second.sign_in(entra.cloud, tenant=STUDIO)
    await second.close()
    third = user_identity()
    account = await third.restore(entra.cloud)
    assert account is not None
    assert account.username == "lena@studio.example"
    await third.sign_out()


async def test_without_a_store_tokens_stay_in_memory(
    entra: EntraStand, tiepoint_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with secret_service(tiepoint_home, is_unlocked=False) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        identity = await _signed_in(entra)
        assert identity.storage is TokenStorage.MEMORY
        await identity.sign_out()


async def test_a_store_that_is_gone_later_costs_no_sign_in(
    entra: EntraStand, tiepoint_home: Path, monkeypatch: pytest.MonkeyPatch, expected_logs: list[str]
) -> None:
    expected_logs.append("tokens could not be kept")
    with secret_service(tiepoint_home) as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        identity = await _signed_in(entra)
    token, _ = await identity.storage_token()
    assert token
    await identity.close()


async def test_a_locked_store_is_said_and_nobody_is_asked(entra: EntraStand, bus: str, tiepoint_home: Path) -> None:
    import secretstorage

    identity = await _signed_in(entra)
    await identity.close()
    connection = secretstorage.dbus_init()
    secretstorage.get_default_collection(connection).lock()
    connection.close()
    with pytest.raises(SignInNeeded, match="locked"):
        await user_identity().restore(entra.cloud)
    again = await _signed_in(entra)  # nobody answers the desktop's question for its password
    assert again.storage is TokenStorage.MEMORY
    await again.close()
