"""Signing in against the double's sign-in server: browser, code, silent restore, refusals, sign-out."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from entra_stand import MILA, STUDIO, EntraStand, entra_stand
from tiepoint.adapters.azure.identity import AzureIdentity
from tiepoint.domain.account import DeviceCode, SignInMethod, TokenStorage
from tiepoint.domain.cloud import DEFAULT_CLIENT_ID
from tiepoint.domain.errors import ConnectionLost, SignInNeeded


@pytest.fixture
def entra(tmp_path: Path) -> Iterator[EntraStand]:
    with entra_stand(tmp_path) as stand:
        yield stand


@pytest.fixture(autouse=True)
def _no_session_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")


def _identity(entra: EntraStand, folder: Path, username: str = MILA, answer: str = "ok") -> AzureIdentity:
    return AzureIdentity(folder / "azure", "tiepoint-test", entra.browser(username, answer))


def _left(folder: Path) -> list[Path]:
    return list(folder.glob("azure/*"))


async def test_the_browser_signs_in_and_one_answer_serves_all_services(entra: EntraStand, tmp_path: Path) -> None:
    identity = _identity(entra, tmp_path)
    account = await identity.sign_in(entra.cloud, tenant=STUDIO)
    assert (account.username, account.tenant.domain) == (MILA, STUDIO)
    assert account.object_id.startswith("0a000000")
    assert identity.storage is TokenStorage.MEMORY
    credential = identity.credential
    for scope in (entra.cloud.management_scope, entra.cloud.storage_scope, entra.cloud.vault_scope):
        assert await asyncio.to_thread(lambda s=scope: credential.get_token(s).token)
    token, expires = await identity.storage_token()
    assert token.count(".") == 2
    assert expires > 0
    assert entra.count("authorize") == 0  # the stand's browser answers without fetching the page
    assert len(entra.pages) == 1
    assert "You are signed in" in entra.pages[0]
    await identity.close()


async def test_a_sign_in_without_a_tenant_is_pinned_to_the_persons_own(entra: EntraStand, tmp_path: Path) -> None:
    identity = _identity(entra, tmp_path)
    account = await identity.sign_in(entra.cloud)
    assert account.tenant.id == entra.sessions.people.tenants[0].id
    await identity.storage_token()
    assert entra.seen[-1][1].startswith(f"/{account.tenant.id}/")
    await identity.close()


async def test_a_code_signs_in(entra: EntraStand, tmp_path: Path) -> None:
    shown: list[DeviceCode] = []

    def show(code: DeviceCode) -> None:
        shown.append(code)
        assert threading.current_thread() is threading.main_thread()
        entra.sessions.answer_device(code.code, MILA)

    identity = AzureIdentity(tmp_path / "azure", "tiepoint-test", lambda _: False)
    account = await identity.sign_in(entra.cloud, tenant=STUDIO, method=SignInMethod.DEVICE_CODE, show_code=show)
    assert account.username == MILA
    assert shown[0].url == f"{entra.url}/device"
    await identity.close()


@pytest.mark.parametrize(
    ("username", "tenant", "answer", "words"),
    [
        ("guest@other.example", STUDIO, "ok", "does not belong to the organisation"),
        ("locked@studio.example", STUDIO, "ok", "is locked"),
        (MILA, "nowhere.example", "ok", "no such organisation"),
        (MILA, STUDIO, "decline", "not to allow this program"),
        (MILA, "no/tenant", "ok", "no such organisation"),
    ],
)
async def test_refusals_are_said_in_words(
    entra: EntraStand, tmp_path: Path, username: str, tenant: str, answer: str, words: str
) -> None:
    identity = _identity(entra, tmp_path, username, answer)
    with pytest.raises(SignInNeeded, match=words) as refused:
        await identity.sign_in(entra.cloud, tenant=tenant)
    assert refused.value.remedy
    if entra.pages:
        assert "did not come to a sign-in" in entra.pages[0]


async def test_a_cancelled_browser_leaves_no_port_and_no_thread(entra: EntraStand, tmp_path: Path) -> None:
    opened: list[str] = []
    told = asyncio.Event()
    loop = asyncio.get_running_loop()

    def open_page(address: str) -> bool:
        opened.append(address)
        loop.call_soon_threadsafe(told.set)
        return True

    identity = AzureIdentity(tmp_path / "azure", "tiepoint-test", open_page)
    task = asyncio.create_task(identity.sign_in(entra.cloud, tenant=STUDIO))
    await told.wait()
    redirect = parse_qs(urlsplit(opened[0]).query)["redirect_uri"][0]
    port = int(redirect.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), 2):
        pass
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(OSError, match=r"refused|111|61"):
        socket.create_connection(("127.0.0.1", port), 2)
    with pytest.raises(SignInNeeded, match="Nobody is signed in"):
        _ = identity.credential


async def test_a_cancelled_code_is_given_up(entra: EntraStand, tmp_path: Path) -> None:
    shown = asyncio.Event()
    identity = AzureIdentity(tmp_path / "azure", "tiepoint-test", lambda _: False)
    task = asyncio.create_task(
        identity.sign_in(entra.cloud, method=SignInMethod.DEVICE_CODE, show_code=lambda _: shown.set())
    )
    await shown.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_computer_without_a_browser_says_so(entra: EntraStand, tmp_path: Path) -> None:
    identity = AzureIdentity(tmp_path / "azure", "tiepoint-test", lambda _: False)
    with pytest.raises(SignInNeeded, match="No browser"):
        await identity.sign_in(entra.cloud)


async def test_plain_text_only_if_agreed_and_taken_up_silently(entra: EntraStand, tmp_path: Path) -> None:
    identity = _identity(entra, tmp_path)
    await identity.sign_in(entra.cloud, tenant=STUDIO, may_store_in_plain_text=True)
    assert identity.storage is TokenStorage.PLAIN_TEXT
    await identity.close()
    file = tmp_path / "azure" / "tokens.json"
    assert file.stat().st_mode & 0o077 == 0
    later = _identity(entra, tmp_path)
    before = len(entra.pages)
    account = await later.restore(entra.cloud)
    assert account is not None
    assert account.username == MILA
    await later.storage_token()
    assert len(entra.pages) == before
    await later.sign_out()
    assert _left(tmp_path) == []
    assert await later.restore(entra.cloud) is None


async def test_in_memory_only_nothing_is_left_on_disk(entra: EntraStand, tmp_path: Path) -> None:
    identity = _identity(entra, tmp_path)
    await identity.sign_in(entra.cloud, tenant=STUDIO)
    await identity.close()
    assert _left(tmp_path) == []
    assert await _identity(entra, tmp_path).restore(entra.cloud) is None


async def test_an_ended_sign_in_is_said_at_the_next_start(entra: EntraStand, tmp_path: Path) -> None:
    identity = _identity(entra, tmp_path)
    entra.sessions.lives_s = 1  # msal takes none that ends within five minutes
    await identity.sign_in(entra.cloud, tenant=STUDIO, may_store_in_plain_text=True)
    entra.sessions.end(MILA)
    with pytest.raises(SignInNeeded, match="sign-in has ended"):
        await identity.storage_token()
    await identity.close()
    with pytest.raises(SignInNeeded, match="sign-in has ended"):
        await _identity(entra, tmp_path).restore(entra.cloud)


async def test_another_cloud_or_application_takes_nothing_up(entra: EntraStand, tmp_path: Path) -> None:
    from tiepoint.domain.cloud import PUBLIC

    identity = _identity(entra, tmp_path)
    await identity.sign_in(entra.cloud, tenant=STUDIO, may_store_in_plain_text=True)
    await identity.close()
    assert await _identity(entra, tmp_path).restore(PUBLIC) is None
    assert await _identity(entra, tmp_path).restore(entra.cloud, client_id="another") is None
    assert await _identity(entra, tmp_path).restore_last(client_id="another") is None
    later = _identity(entra, tmp_path)
    assert await later.restore_last(client_id=DEFAULT_CLIENT_ID.upper()) is not None
    await later.close()


async def test_offline_is_told_apart_and_the_sign_in_kept(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    with entra_stand(tmp_path / "papers") as entra:
        identity = _identity(entra, tmp_path)
        await identity.sign_in(entra.cloud, tenant=STUDIO, may_store_in_plain_text=True)
        await identity.close()
        cloud = entra.cloud
    with pytest.raises(ConnectionLost, match="cannot be reached"):
        await AzureIdentity(tmp_path / "azure", "tiepoint-test").restore(cloud)
    assert (tmp_path / "azure" / "sign-in.json").exists()


async def test_a_foreign_certificate_is_not_believed(entra: EntraStand, tmp_path: Path) -> None:
    from dataclasses import replace

    identity = _identity(entra, tmp_path)
    with pytest.raises(ConnectionLost, match="certificate is not believed"):
        await identity.sign_in(replace(entra.cloud, ca_file=""), tenant=STUDIO)
