"""Why a server refused a credential, as a sentence with what to do: ended, wrong account, which right is missing, or a
clock that is wrong.

Must not show the credential. Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from tiepoint.transfer.blob.credentials import BEARER, SAS, Grant, refused
from tiepoint.transfer.blob.errors import Refused, RefusedWhy
from tiepoint.transfer.blob.judging import Refusal

SKEW_S: Final = 300.0
"""A clock further off than this is worth a word."""

UPLOAD: Final = "rcwl"
"""Letters an upload needs: read, create, write, list."""
DOWNLOAD: Final = "rl"
_WORDS: Final = {"r": "read", "c": "create", "w": "write", "l": "list"}
_CLOCK_CODES: Final = ("AuthenticationFailed", "InvalidAuthenticationInfo", "AuthorizationFailure", "")
_RIGHT_CODES: Final = (
    "AuthorizationPermissionMismatch",
    "AuthorizationResourceTypeMismatch",
    "AuthorizationServiceMismatch",
    "InsufficientAccountPermissions",
    "KeyBasedAuthenticationNotPermitted",
)


@dataclass(frozen=True, slots=True)
class Case:
    """A refused request.

    Args:
        refusal: The reply.
        grant: The credential it carried.
        is_writing: Whether it was to change something.
        now: Of this computer, UTC.
    """

    refusal: Refusal
    grant: Grant
    is_writing: bool
    now: datetime

    @property
    def server_now(self) -> datetime:
        """The server's time, ours when it does not say."""
        try:
            moment = parsedate_to_datetime(self.refusal.headers.get("date", ""))
        except (ValueError, TypeError, OverflowError):
            return self.now
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @property
    def skew_s(self) -> float:
        """How far the server's clock is ahead of ours."""
        return (self.server_now - self.now).total_seconds()


def is_refusal(refusal: Refusal) -> bool:
    """Whether a reply speaks of the credential."""
    if refusal.is_foreign or refusal.code in (
        "UnauthorizedBlobOverwrite",
        "AccountBeingCreated",
        "CannotVerifyCopySource",
    ):
        return False
    return refusal.status in (401, 403) or refusal.code in ("InvalidAuthenticationInfo", "AuthenticationFailed")


def explain(case: Case) -> Refused:
    """Return the refusal of a credential in words."""
    code, grant = case.refusal.code, case.grant
    if code in _RIGHT_CODES:
        return _no_right(case)
    if code == "AuthorizationSourceIPMismatch" or _is_no_entry(case):
        return _no_entry(case)
    if code == "AuthorizationProtocolMismatch":
        return _say(
            case,
            RefusedWhy.RIGHT,
            "The shared access signature is for https only.",
            "Give the address with https://, or another signature.",
        )
    if code in ("AccountIsDisabled", "NoAuthenticationInformation", "PublicAccessNotPermitted"):
        return _say(
            case, RefusedWhy.ACCOUNT, f"{grant.place.endpoint} lets nobody in ({code}).", "Check the storage account."
        )
    if code in _CLOCK_CODES:
        return _untimely(case) or _not_believed(case)
    return _say(
        case, RefusedWhy.RIGHT, f"The server refuses the request ({code}).", "Ask the owner of the storage account."
    )


def _is_no_entry(case: Case) -> bool:
    """Whether a rule about networks speaks: Azurite says the same code of a signature it does not believe."""
    return case.refusal.code == "AuthorizationFailure" and "authenticate" not in case.refusal.message.lower()


def _untimely(case: Case) -> Refused | None:
    grant, skew = case.grant, case.skew_s
    if abs(skew) > SKEW_S and not _is_over_for_both(case):
        side = "behind" if skew > 0 else "ahead of"
        return _say(
            case,
            RefusedWhy.CLOCK,
            f"This computer's clock is {_span(abs(skew))} {side} the server's, and the server refuses the credential.",
            "Set date and time of this computer, then sign in again or give a new signature.",
        )
    if grant.expires is not None and grant.expires <= case.server_now:
        return _say(
            case,
            RefusedWhy.EXPIRED,
            f"The {_noun(grant)} ended on {grant.expires:%Y-%m-%d at %H:%M} UTC.",
            "Sign in again." if grant.kind == BEARER else "Give a new one.",
        )
    if grant.sas.begins is not None and grant.sas.begins > case.server_now:
        return _say(
            case,
            RefusedWhy.NOT_YET,
            f"The {_noun(grant)} begins only on {grant.sas.begins:%Y-%m-%d at %H:%M} UTC.",
            "Wait until then, or give another one.",
        )
    return None


def _is_over_for_both(case: Case) -> bool:
    expires = case.grant.expires
    return expires is not None and expires <= case.now and expires <= case.server_now


def _not_believed(case: Case) -> Refused:
    grant, words = case.grant, case.refusal.message.lower()
    if grant.kind == SAS:
        return _say(
            case,
            RefusedWhy.SIGNATURE,
            "The server does not accept the shared access signature: it is not whole, was withdrawn, or belongs to"
            " another storage account or container.",
            f"Copy the signature of the container {grant.place.container} again, whole.",
        )
    if "expired" in words or "lifetime" in words:
        return _say(case, RefusedWhy.EXPIRED, "The access token has ended.", "Sign in again.")
    if "audience" in words:
        return _say(
            case,
            RefusedWhy.ACCOUNT,
            "The access token is not for Blob storage.",
            "Give one for https://storage.azure.com, for instance from: az account get-access-token --resource"
            " https://storage.azure.com --query accessToken --output tsv",
        )
    return _say(
        case,
        RefusedWhy.ACCOUNT,
        f"{grant.place.endpoint} does not accept the access token; perhaps it belongs to another directory.",
        "Sign in with the account that the storage account belongs to.",
    )


def _no_right(case: Case) -> Refused:
    grant, container = case.grant, case.grant.place.container
    if case.refusal.code == "KeyBasedAuthenticationNotPermitted":
        return _say(
            case,
            RefusedWhy.RIGHT,
            "This storage account takes no signatures made with its key.",
            "Sign in, or give a user delegation signature.",
        )
    if grant.kind == SAS:
        return _say(case, RefusedWhy.RIGHT, _lack(case), f"Give one of the container with the rights {UPLOAD}.")
    role = "Storage Blob Data Contributor" if case.is_writing else "Storage Blob Data Reader"
    doing = "write to" if case.is_writing else "read from"
    return _say(
        case,
        RefusedWhy.RIGHT,
        f"You may not {doing} the container {container}: the role {role} on it is missing.",
        f"Ask the owner of the storage account for the role {role} on the container {container}; a new role may take"
        " ten minutes until it holds.",
    )


def _lack(case: Case) -> str:
    sas, needed = case.grant.sas, UPLOAD if case.is_writing else DOWNLOAD
    if sas.services and "b" not in sas.services:
        return "The shared access signature is not for Blob storage (b is missing in its ss)."
    if sas.types and not {"c", "o"} <= set(sas.types):
        lacking = "".join(letter for letter in "co" if letter not in sas.types)
        return f"The shared access signature is not for containers and blobs ({lacking} is missing in its srt)."
    if sas.resource and sas.resource not in ("c", "d"):
        return "The shared access signature is for a single blob, not for the container."
    missing = [letter for letter in needed if letter not in sas.rights]
    if not sas.rights or not missing:
        return "The shared access signature lacks a right that is needed."
    words = ", ".join(f"{letter} ({_WORDS[letter]})" for letter in missing)
    return f"The shared access signature lacks rights: {words}."


def _no_entry(case: Case) -> Refused:
    return _say(
        case,
        RefusedWhy.NETWORK,
        f"{case.grant.place.endpoint} lets nobody in from this network, or for this purpose.",
        "Check the networking rules of the storage account, or the addresses the signature allows.",
    )


def _say(case: Case, why: RefusedWhy, summary: str, remedy: str) -> Refused:
    refusal = case.refusal
    return refused(why, summary, remedy=remedy, detail=refusal.detail, status=refusal.status, code=refusal.code)


def _noun(grant: Grant) -> str:
    return "access token" if grant.kind == BEARER else "shared access signature"


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes / 60:.0f} hours" if minutes < 48 * 60 else f"{minutes / 1440:.0f} days"
