"""The child that hands the transfer worker one token obeys the organisation's policy like everybody else."""

from __future__ import annotations

from typing import Any, cast

import pytest

from fakes.identity import ACCOUNT, PLANTED_TOKEN, FakeIdentity
from tiepoint.azure_sign_in import token_told
from tiepoint.domain.account import Account
from tiepoint.domain.policy import NO_POLICY, Policy


class _LastIdentity(FakeIdentity):
    async def restore_last(self, *, client_id: str = "") -> Account | None:
        self.signed_in = self.kept if client_id in ("", "own") else None
        return self.signed_in


@pytest.mark.parametrize(
    ("policy", "is_told"),
    [
        (NO_POLICY, True),
        (Policy(tenant="TENANT-1"), True),
        (Policy(tenant="other.example"), False),
        (Policy(unusable=frozenset({"tenant"})), False),
        (Policy(unusable=frozenset({"client_id"})), False),
        (Policy(client_id="own"), True),
        (Policy(client_id="another"), False),
    ],
)
async def test_a_token_is_handed_out_for_the_allowed_organisation_only(policy: Policy, is_told: bool) -> None:
    identity = _LastIdentity(ACCOUNT)
    told = await token_told(cast("Any", identity), policy)
    assert ("token" in told) is is_told
    assert (PLANTED_TOKEN in f"{told}") is is_told
    assert identity.is_closed


async def test_where_nobody_is_signed_in_it_says_so() -> None:
    told = await token_told(cast("Any", _LastIdentity()), NO_POLICY)
    assert told["error"]["kind"] == "sign-in"
