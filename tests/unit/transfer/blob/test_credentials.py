"""Credentials: what is read from them, when another one is wanted, what stays refused, and that nothing shows them."""

from __future__ import annotations

import base64
import json
import pickle
from datetime import UTC, datetime, timedelta

import pytest

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import UsageError
from tiepoint.transfer.blob.credentials import BEARER, SAS, Credentials, refused
from tiepoint.transfer.blob.errors import Refused, RefusedWhy
from tiepoint.transfer.blob.secrets import clean_sas, read_sas

PLACE = BlobPlace("https://account.blob.core.windows.net", "box", "some/prefix")
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SIGNATURE = "sv=2021-12-02&sr=c&sp=rl&se=2026-11-26T00%3A00%3A00Z&sig=TopSecret%3D"


def token(ends: datetime | None) -> str:
    claims = {} if ends is None else {"exp": int(ends.timestamp())}
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"head.{part}.TopSecret"


class Desk:
    """Credentials with clocks that are set by hand, and what was wanted."""

    def __init__(self) -> None:
        self.told: list[tuple[BlobPlace, str]] = []
        self.now = NOW
        self.credentials = Credentials(
            lambda place, reason: self.told.append((place, reason)),
            lambda: self.now.timestamp(),
            lambda: self.now.timestamp(),
        )

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def refuse(self) -> None:
        self.credentials.refuse(self.credentials.grant(PLACE), refused(RefusedWhy.EXPIRED, "It has ended."))


def test_nothing_held_is_refused_and_told_once_a_minute() -> None:
    desk = Desk()
    for _ in range(5):
        with pytest.raises(Refused) as caught:
            desk.credentials.check(PLACE)
        assert caught.value.why is RefusedWhy.MISSING
    assert len(desk.told) == 1
    assert desk.credentials.wanted() == (BlobPlace(PLACE.endpoint, "box"),)
    desk.pass_time(61)
    with pytest.raises(Refused):
        desk.credentials.check(PLACE)
    assert len(desk.told) == 2
    desk.credentials.give(PLACE, SAS, SIGNATURE)
    desk.credentials.check(PLACE)
    assert desk.credentials.wanted() == ()


def test_what_would_only_spare_sending_is_not_asked_for() -> None:
    desk = Desk()
    with pytest.raises(Refused):
        desk.credentials.grant(PLACE, is_telling=False)
    assert (desk.told, desk.credentials.wanted()) == ([], ())


def test_a_credential_is_for_the_whole_container_whatever_the_prefix() -> None:
    desk = Desk()
    desk.credentials.give(PLACE, SAS, SIGNATURE)
    desk.credentials.check(BlobPlace("https://ACCOUNT.blob.core.windows.net", "box"))
    with pytest.raises(Refused):
        desk.credentials.check(BlobPlace(PLACE.endpoint, "other"))


def test_the_end_is_read_from_what_was_given() -> None:
    desk = Desk()
    desk.credentials.give(PLACE, SAS, SIGNATURE)
    assert desk.credentials.standing(PLACE).expires == datetime(2026, 11, 26, tzinfo=UTC)
    desk.credentials.give(PLACE, BEARER, token(NOW + timedelta(hours=1)))
    assert desk.credentials.standing(PLACE).expires == NOW + timedelta(hours=1)
    desk.credentials.give(PLACE, BEARER, token(None), NOW)
    assert desk.credentials.standing(PLACE).expires == NOW
    desk.credentials.give(PLACE, BEARER, "opaque-token")
    assert desk.credentials.standing(PLACE).expires is None


def test_a_token_with_less_than_five_minutes_left_is_used_and_another_wanted() -> None:
    desk = Desk()
    desk.credentials.give(PLACE, BEARER, token(NOW + timedelta(minutes=6)))
    desk.credentials.check(PLACE)
    assert desk.told == []
    desk.pass_time(70)
    for _ in range(3):
        desk.credentials.check(PLACE)
    assert [reason for _, reason in desk.told] == ["The access token has less than five minutes left."]
    desk.pass_time(61)
    desk.credentials.check(PLACE)
    assert len(desk.told) == 2
    desk.credentials.give(PLACE, BEARER, token(desk.now + timedelta(hours=1)))
    desk.credentials.check(PLACE)
    assert len(desk.told) == 2


def test_the_end_of_a_signature_is_for_the_server_to_say() -> None:
    desk = Desk()
    desk.credentials.give(PLACE, SAS, SIGNATURE)
    desk.pass_time(3 * 24 * 3600)
    assert desk.credentials.grant(PLACE).secret == SIGNATURE
    assert desk.told == []


def test_what_was_refused_stays_refused_until_another_is_given() -> None:
    desk = Desk()
    desk.credentials.give(PLACE, SAS, SIGNATURE)
    desk.refuse()
    for _ in range(3):
        with pytest.raises(Refused, match="It has ended"):
            desk.credentials.grant(PLACE)
    assert [reason for _, reason in desk.told] == ["It has ended."]
    desk.credentials.give(PLACE, SAS, SIGNATURE)  # the same one at once makes no circle
    with pytest.raises(Refused):
        desk.credentials.grant(PLACE)
    desk.credentials.give(PLACE, SAS, SIGNATURE.replace("Top", "Other"))
    desk.credentials.grant(PLACE)
    assert desk.credentials.standing(PLACE).refusal is None


def test_the_same_one_given_later_is_tried_again() -> None:
    desk = Desk()
    desk.credentials.give(PLACE, SAS, SIGNATURE)
    desk.refuse()
    desk.pass_time(61)
    desk.credentials.give(PLACE, SAS, SIGNATURE)
    desk.credentials.grant(PLACE)


def test_a_refusal_of_the_last_one_does_not_touch_the_next() -> None:
    desk = Desk()
    desk.credentials.give(PLACE, SAS, SIGNATURE)
    old = desk.credentials.grant(PLACE)
    desk.credentials.give(PLACE, SAS, SIGNATURE.replace("Top", "Other"))
    desk.credentials.refuse(old, refused(RefusedWhy.EXPIRED, "It has ended."))
    desk.credentials.grant(PLACE)
    assert desk.told == []


def test_nothing_shows_a_secret() -> None:
    desk = Desk()
    desk.credentials.give(PLACE, SAS, SIGNATURE)
    grant = desk.credentials.grant(PLACE)
    desk.refuse()
    standing = desk.credentials.standing(PLACE)
    for thing in (desk.credentials, grant, standing, vars(desk)):
        assert "TopSecret" not in f"{thing!r} {thing!s}"
    assert standing.refusal is not None
    assert b"TopSecret" not in pickle.dumps(standing.refusal)


@pytest.mark.parametrize(
    ("kind", "secret"),
    [
        (SAS, "TopSecret"),
        (SAS, "sv=1&sig="),
        (SAS, "sv=1&sig=TopSecret\r\nX-Evil: 1"),
        (SAS, "sv=1&sig=TopSecret HTTP/1.1"),
        (BEARER, "TopSecret\r\nX-Evil: 1"),
        (BEARER, ""),
        ("key", "TopSecret"),
    ],
)
def test_what_is_no_credential_is_refused_without_being_shown(kind: str, secret: str) -> None:
    with pytest.raises(UsageError) as caught:
        Credentials().give(PLACE, kind, secret)
    assert "TopSecret" not in repr(caught.value.to_dict())


@pytest.mark.parametrize(
    "pasted",
    [
        SIGNATURE,
        f"?{SIGNATURE}",
        f"  {SIGNATURE}\n",
        f"https://account.blob.core.windows.net/box?{SIGNATURE}",
        f"https://account.blob.core.windows.net/box?restype=container&comp=list&{SIGNATURE}",
    ],
)
def test_a_signature_is_found_in_what_is_pasted(pasted: str) -> None:
    assert clean_sas(pasted) == SIGNATURE


def test_a_signature_says_what_it_grants() -> None:
    facts = read_sas("ss=b&srt=co&sp=rwl&st=2026-11-25&se=2026-11-26T10:00:00%2B02:00&spr=https&sig=x")
    assert (facts.services, facts.types, facts.rights) == ("b", "co", "rwl")
    assert facts.begins == datetime(2026, 11, 25, tzinfo=UTC)
    assert facts.ends == datetime(2026, 11, 26, 8, tzinfo=UTC)
    assert read_sas("se=whenever&sig=x").ends is None
