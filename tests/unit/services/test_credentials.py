"""Sources of credentials, and giving the worker again what it wants."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from fakes.transfers import PLACE, FakeTransferWorker
from tiepoint.domain.errors import SignInNeeded, UsageError
from tiepoint.services.credentials import CredentialKeeper, PastedSignature, TokenOfVariable

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SAS = "sv=2021-12-02&se=2026-11-23&sr=c&sp=rwl&sig=topsecret"


async def test_a_pasted_signature_lasts_until_its_end() -> None:
    source = PastedSignature(f"https://a.blob.core.windows.net/c?{SAS}", lambda: NOW)
    credential = await source.credential(PLACE)
    assert (credential.kind, credential.secret) == ("sas", SAS)
    assert credential.expires == datetime(2026, 11, 23, tzinfo=UTC)
    assert "topsecret" not in repr(source) + repr(credential)
    late = PastedSignature(SAS, lambda: NOW + timedelta(days=2))
    with pytest.raises(SignInNeeded, match="ended on 2026-11-23"):
        await late.credential(PLACE)


def test_what_is_no_signature_is_refused() -> None:
    with pytest.raises(UsageError):
        PastedSignature("hello")


async def test_a_token_comes_from_its_variable() -> None:
    tokens: dict[str, str] = {}
    source = TokenOfVariable("MY_TOKEN", tokens.get, lambda: NOW)
    with pytest.raises(SignInNeeded, match="MY_TOKEN holds no access token"):
        await source.credential(PLACE)
    tokens["MY_TOKEN"] = " opaque\n"
    credential = await source.credential(PLACE)
    assert (credential.kind, credential.secret, credential.expires) == ("bearer", "opaque", None)
    tokens["MY_TOKEN"] = "x.eyJleHAiOiAxfQ.y"
    with pytest.raises(SignInNeeded, match="has ended"):
        await source.credential(PLACE)


class Keeper:
    def __init__(self) -> None:
        self.worker = FakeTransferWorker()
        self.keeper = CredentialKeeper(self.worker)

    @property
    def given(self) -> list[str]:
        return [credential.secret for _, credential in self.worker.given]

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)


async def test_a_renewed_token_is_given_when_wanted() -> None:
    kept, tokens = Keeper(), {"T": "first"}
    await kept.keeper.give(PLACE.below("brighton"), TokenOfVariable("T", tokens.get))
    assert kept.worker.given[0][0] == PLACE
    tokens["T"] = "second"
    assert kept.keeper.answer([PLACE]) == ()
    await kept.settle()
    assert kept.given == ["first", "second"]


async def test_a_refused_secret_is_not_given_twice_but_a_new_worker_gets_it() -> None:
    kept = Keeper()
    await kept.keeper.give(PLACE, PastedSignature(SAS, lambda: NOW))
    kept.keeper.answer([PLACE])
    await kept.settle()
    assert kept.given == [SAS]
    assert kept.keeper.answer([PLACE]) == (PLACE,)
    kept.keeper.forget_given()
    assert kept.keeper.answer([PLACE]) == ()
    await kept.settle()
    assert kept.given == [SAS, SAS]


async def test_what_nobody_has_is_wanted_of_a_person() -> None:
    kept = Keeper()
    assert kept.keeper.answer([PLACE]) == (PLACE,)
    assert not kept.keeper.knows(PLACE)
    ended = PastedSignature(SAS, lambda: NOW + timedelta(days=9))
    with pytest.raises(SignInNeeded):
        await kept.keeper.give(PLACE, ended)
    assert not kept.keeper.knows(PLACE)
    await kept.keeper.close()
