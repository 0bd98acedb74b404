"""Tokens read and renewed by many threads at once are not lost."""

from __future__ import annotations

import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msal
import pytest
from msal_extensions import PersistedTokenCache

from tiepoint.adapters.azure.identity import AzureIdentity
from tiepoint.adapters.azure.safe_cache import SafeTokenCache, WholeFile
from tiepoint.adapters.azure.token_store import TokenStore
from tiepoint.domain.errors import SetupError

KINDS = msal.TokenCache.CredentialType
REFRESH = {"home_account_id": "u.t", "environment": "login", "client_id": "app", "secret": "r", "target": ""}


def an_access_token(number: int) -> dict[str, Any]:
    target = f"https://service-{number}/.default"
    return {
        **REFRESH,
        "credential_type": KINDS.ACCESS_TOKEN,
        "realm": "t",
        "target": target,
        "secret": f"a{number}",
        "expires_on": "4102444800",
    }


def add(cache: msal.TokenCache, kind: str, entry: dict[str, Any]) -> None:
    cache.modify(kind, entry, {**entry, "credential_type": kind})


def test_many_threads_read_and_write_and_nothing_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    cache, beside = SafeTokenCache(WholeFile(str(file))), SafeTokenCache(WholeFile(str(file)))
    add(cache, KINDS.REFRESH_TOKEN, REFRESH)

    def work(number: int) -> bool:
        mine = cache if number % 3 else beside
        if number % 2:
            add(mine, KINDS.ACCESS_TOKEN, an_access_token(number % 16))
        return all(list(mine.search(KINDS.REFRESH_TOKEN)) for _ in range(20))

    with ThreadPoolExecutor(12) as pool:
        assert all(pool.map(work, range(96)))
    fresh = SafeTokenCache(WholeFile(str(file)))
    assert len(list(fresh.search(KINDS.REFRESH_TOKEN))) == 1
    assert len(list(fresh.search(KINDS.ACCESS_TOKEN))) == 8


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_the_file_is_its_owners_alone_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    add(SafeTokenCache(WholeFile(str(file))), KINDS.REFRESH_TOKEN, REFRESH)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part"))


def test_a_file_that_is_just_being_written_is_no_empty_cache(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    add(SafeTokenCache(WholeFile(str(file))), KINDS.REFRESH_TOKEN, REFRESH)
    cache = SafeTokenCache(WholeFile(str(file)))
    with pytest.raises(ValueError, match="just being written"):
        cache.deserialize("")
    assert list(cache.search(KINDS.REFRESH_TOKEN))


def test_azures_own_cache_is_made_safe(tmp_path: Path) -> None:
    theirs = PersistedTokenCache(WholeFile(str(tmp_path / "tokens.json")))
    add(SafeTokenCache.of(theirs), KINDS.REFRESH_TOKEN, REFRESH)
    assert list(theirs.search(KINDS.REFRESH_TOKEN))


def test_signing_out_removes_what_a_program_that_died_has_left(tmp_path: Path) -> None:
    store = TokenStore(tmp_path, "tiepoint-test-of-parts")
    for name in ("tokens.json", "tokens.json.4711.part"):
        (tmp_path / name).write_text("{}")
    store.forget()
    assert list(tmp_path.glob("tokens.json*")) == []


async def test_a_file_of_tokens_that_cannot_be_removed_is_said(tmp_path: Path) -> None:
    kept = tmp_path / "azure" / "tokens.json"
    kept.mkdir(parents=True)  # no file: it cannot be removed like one, whoever runs the tests
    identity = AzureIdentity(tmp_path / "azure", "tiepoint-test-of-parts", lambda _: False)
    with pytest.raises(SetupError, match=r"tokens\.json could not be removed"):
        await identity.sign_out()
