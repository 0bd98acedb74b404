"""Why a credential was refused, in words: every case Azure and Azurite have, and clocks that are wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.transfer.blob.credentials import BEARER, SAS, Credentials, Grant
from tiepoint.transfer.blob.errors import RefusedWhy
from tiepoint.transfer.blob.judging import Refusal
from tiepoint.transfer.blob.refusals import Case, explain, is_refusal

PLACE = BlobPlace("https://account.blob.core.windows.net", "box")
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def grant(kind: str = SAS, more: str = "", *, ends: timedelta = timedelta(hours=1)) -> Grant:
    credentials = Credentials()
    secret = f"{more}&sig=TopSecret" if kind == SAS else "TopSecret"
    credentials.give(PLACE, kind, secret, NOW + ends)
    return credentials.grant(PLACE)


def case(
    code: str,
    held: Grant,
    *,
    status: int = 403,
    is_writing: bool = True,
    skew: timedelta = timedelta(0),
    detail: str = "",
) -> Case:
    headers = {"x-ms-error-code": code, "date": format_datetime(NOW + skew, usegmt=True)}
    body = f"<Error><Message>No.</Message><AuthenticationErrorDetail>{detail}</AuthenticationErrorDetail></Error>"
    return Case(Refusal(status, headers, body, PLACE, "a.jpg"), held, is_writing, NOW)


FULL = "sv=2021-12-02&sr=c&sp=rcwl"


@pytest.mark.parametrize(
    ("of", "why", "words"),
    [
        (case("AuthenticationFailed", grant(SAS, FULL, ends=-timedelta(hours=1))), RefusedWhy.EXPIRED, "11:00 UTC"),
        (case("InvalidAuthenticationInfo", grant(BEARER, ends=-timedelta(1)), status=401), RefusedWhy.EXPIRED, "token"),
        (
            case("InvalidAuthenticationInfo", grant(BEARER), status=401, detail="Lifetime validation failed."),
            RefusedWhy.EXPIRED,
            "ended",
        ),
        (case("AuthenticationFailed", grant(SAS, f"{FULL}&st=2026-11-25T13:00:00Z")), RefusedWhy.NOT_YET, "13:00 UTC"),
        (case("AuthenticationFailed", grant(SAS, FULL)), RefusedWhy.SIGNATURE, "another storage account"),
        (
            case("InvalidAuthenticationInfo", grant(BEARER), status=401, detail="Issuer validation failed."),
            RefusedWhy.ACCOUNT,
            "another directory",
        ),
        (
            case("InvalidAuthenticationInfo", grant(BEARER), status=401, detail="Audience validation failed."),
            RefusedWhy.ACCOUNT,
            "not for Blob storage",
        ),
        (case("AuthorizationPermissionMismatch", grant(BEARER)), RefusedWhy.RIGHT, "Storage Blob Data Contributor"),
        (
            case("AuthorizationPermissionMismatch", grant(BEARER), is_writing=False),
            RefusedWhy.RIGHT,
            "Storage Blob Data Reader",
        ),
        (
            case("AuthorizationPermissionMismatch", grant(SAS, "sr=c&sp=r")),
            RefusedWhy.RIGHT,
            "c (create), w (write), l (list)",
        ),
        (
            case("AuthorizationPermissionMismatch", grant(SAS, "sr=c&sp=cw"), is_writing=False),
            RefusedWhy.RIGHT,
            "r (read), l (list)",
        ),
        (case("AuthorizationPermissionMismatch", grant(SAS, FULL)), RefusedWhy.RIGHT, "lacks a right"),
        (case("AuthorizationPermissionMismatch", grant(SAS, "sr=b&sp=rcwl")), RefusedWhy.RIGHT, "single blob"),
        (case("AuthorizationServiceMismatch", grant(SAS, "ss=f&srt=co&sp=rcwl")), RefusedWhy.RIGHT, "in its ss"),
        (case("AuthorizationResourceTypeMismatch", grant(SAS, "ss=b&srt=o&sp=rcwl")), RefusedWhy.RIGHT, "c is missing"),
        (case("AuthorizationProtocolMismatch", grant(SAS, FULL)), RefusedWhy.RIGHT, "https only"),
        (case("AuthorizationFailure", grant(BEARER)), RefusedWhy.NETWORK, "this network"),
        (
            case("AuthorizationFailure", grant(SAS, FULL), detail="Server failed to authenticate the request."),
            RefusedWhy.SIGNATURE,
            "another storage account",
        ),
        (case("AuthorizationSourceIPMismatch", grant(SAS, FULL)), RefusedWhy.NETWORK, "this network"),
        (case("KeyBasedAuthenticationNotPermitted", grant(SAS, FULL)), RefusedWhy.RIGHT, "made with its key"),
        (case("AccountIsDisabled", grant(BEARER)), RefusedWhy.ACCOUNT, "lets nobody in"),
        (case("SomethingNew", grant(BEARER)), RefusedWhy.RIGHT, "SomethingNew"),
    ],
)
def test_every_refusal_is_said(of: Case, why: RefusedWhy, words: str) -> None:
    assert is_refusal(of.refusal)
    error = explain(of)
    assert error.why is why
    assert words in error.summary
    assert error.remedy
    assert "TopSecret" not in repr(error.to_dict())


@pytest.mark.parametrize(
    ("skew", "words"),
    [
        (timedelta(minutes=61), "61 minutes behind"),
        (-timedelta(minutes=61), "61 minutes ahead of"),
        (timedelta(hours=5), "5 hours behind"),
        (timedelta(days=3), "3 days behind"),
    ],
)
def test_a_clock_that_is_wrong_is_said_with_the_amount(skew: timedelta, words: str) -> None:
    for held in (grant(SAS, FULL, ends=timedelta(minutes=30)), grant(BEARER, ends=timedelta(minutes=30))):
        error = explain(case("AuthenticationFailed", held, skew=skew))
        assert error.why is RefusedWhy.CLOCK
        assert words in error.summary


def test_a_clock_that_is_a_little_off_or_a_right_that_is_missing_is_not_blamed_on_it() -> None:
    assert explain(case("AuthenticationFailed", grant(), skew=timedelta(minutes=4))).why is RefusedWhy.SIGNATURE
    off = case("AuthorizationPermissionMismatch", grant(BEARER), skew=timedelta(hours=1))
    assert explain(off).why is RefusedWhy.RIGHT


def test_what_has_ended_by_both_clocks_has_ended() -> None:
    held = grant(SAS, FULL, ends=-timedelta(hours=2))
    assert explain(case("AuthenticationFailed", held, skew=timedelta(hours=1))).why is RefusedWhy.EXPIRED


def test_what_is_not_about_the_credential_is_not_its_fault() -> None:
    for status, code in ((403, "UnauthorizedBlobOverwrite"), (404, "BlobNotFound"), (409, "BlobAlreadyExists")):
        assert not is_refusal(Refusal(status, {"x-ms-error-code": code}, "", PLACE))
