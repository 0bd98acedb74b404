"""Signatures and tokens: what can be read from them, and that none is repeated in an error."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from tiepoint.domain.access import expiry_of_signature, expiry_of_token, read_signature
from tiepoint.domain.errors import UsageError

SAS = "sv=2021-12-02&se=2026-11-30T10%3A00%3A00Z&sr=c&sp=rwl&sig=a%2Bb%3D"


@pytest.mark.parametrize(
    "given",
    [
        SAS,
        f"?{SAS}",
        f"\ufeff{SAS}\r\n",
        SAS.replace("%2B", "+"),
        f"  {SAS}\n",
        f'"{SAS}"',
        f"https://a.blob.core.windows.net/c?{SAS}",
        f"http://h/c/p?{SAS}#x",
    ],
)
def test_a_signature_is_found_however_it_was_copied(given: str) -> None:
    assert read_signature(given) == SAS


@pytest.mark.parametrize("given", ["", "secret-key==", "https://a.blob.core.windows.net/c", "sv=1&sig=verysecret"])
def test_what_is_no_signature_is_refused_without_repeating_it(given: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_signature(given)
    assert not given or given not in json.dumps(refused.value.to_dict())
    assert "verysecret" not in json.dumps(refused.value.to_dict())


def test_the_end_of_a_signature() -> None:
    assert expiry_of_signature(SAS) == datetime(2026, 11, 30, 10, tzinfo=UTC)
    assert expiry_of_signature("se=2026-11-30&sig=x") == datetime(2026, 11, 30, tzinfo=UTC)
    assert expiry_of_signature("si=policy&sig=x") is None
    assert expiry_of_signature("se=soon&sig=x") is None


ODD_TOKENS = ("", "opaque", "a.b.c", "a.!!.c", "a.bnVsbA.c", "a.eyJleHAiOiJ4In0.c", "a.eyJleHAiOjFlOTl9.c")


def a_token(**claims: object) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{part}."


def test_the_end_of_a_token() -> None:
    assert expiry_of_token(a_token(exp=1_800_000_000)) == datetime.fromtimestamp(1_800_000_000, UTC)
    for odd in (
        "",
        "opaque",
        "a.b.c",
        a_token(),
        a_token(exp="never"),
        a_token(exp=1e300),
        a_token(exp=1e17),
        *ODD_TOKENS,
    ):
        assert expiry_of_token(odd) is None
