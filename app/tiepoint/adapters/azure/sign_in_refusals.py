"""What the sign-in server refuses, by its code, in words.

Source: "Microsoft Entra authentication and authorization error codes" (learn.microsoft.com). Pure; any thread.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tiepoint.adapters.azure.harmless import first_sentence, harmless
from tiepoint.domain.errors import ConfirmationNeeded, ConnectionLost, SignInNeeded, TiepointError

CODE: Final = re.compile(r"AADSTS(\d{4,8})")
CONFIRMATIONS: Final = frozenset({50072, 50074, 50076, 50079, 50158, 53001, 16000, 16003})
"""Codes after which asking the person again helps: MFA, mostly."""
CONFIRM: Final = "Azure asks you to confirm that it is you."
CONFIRM_REMEDY: Final = "Confirm in the browser; then it goes on."
SIGN_IN_AGAIN: Final = "Sign in again."
_BUSY: Final = frozenset({90033, 90012, 90015, 50196, 90055})


class _Words(NamedTuple):
    summary: str
    remedy: str


_ADMINISTRATOR: Final = "Ask your administrator, or sign in with another account."
_EXPIRED: Final = _Words("The sign-in has ended.", SIGN_IN_AGAIN)
_NO_SUCH_TENANT: Final = _Words(
    "There is no such organisation at this sign-in.", "Check the organisation's domain or id, and the cloud."
)
_NOT_A_MEMBER: Final = _Words(
    "This account does not belong to the organisation that was asked for.",
    "Sign in with an account of that organisation, choose another organisation, or let its administrator invite you.",
)
_BLOCKED: Final = _Words(
    "Your organisation's rules do not allow this sign-in.",
    "Ask your administrator which devices and networks are allowed; the code in the details helps them.",
)
_CONSENT: Final = _Words(
    "Nobody has allowed this program to act for you in Azure.",
    "Allow it when the browser asks, or ask your administrator to allow the program for the organisation.",
)
_CODE_OVER: Final = _Words("The code was not typed in time.", "Sign in again and type the new code.")
_WORDS: Final[dict[int, _Words]] = {
    50020: _NOT_A_MEMBER,
    90072: _NOT_A_MEMBER,
    50034: _Words("There is no such account in this organisation.", "Check the account's name and the organisation."),
    51004: _Words("There is no such account in this organisation.", "Check the account's name and the organisation."),
    500341: _Words("This account has been deleted.", _ADMINISTRATOR),
    90002: _NO_SUCH_TENANT,
    900021: _NO_SUCH_TENANT,
    900023: _NO_SUCH_TENANT,
    90013: _NO_SUCH_TENANT,
    50053: _Words(
        "The account is locked: too many wrong passwords, or from a suspicious address.",
        "Wait some minutes, or let your administrator unlock it; then sign in again.",
    ),
    50057: _Words("The account is disabled.", "Ask your administrator to enable it, or sign in with another account."),
    50055: _Words("The password has expired.", "Change it in the browser at your organisation's sign-in page."),
    50126: _Words("The name or the password was wrong.", "Try again."),
    50105: _Words("The account may not use this application.", "Ask your administrator to assign it to you."),
    65001: _CONSENT,
    65004: _Words("The browser was told not to allow this program.", "Sign in again and accept."),
    90094: _CONSENT,
    90008: _CONSENT,
    90093: _CONSENT,
    70043: _EXPIRED,
    700082: _EXPIRED,
    700084: _EXPIRED,
    700081: _EXPIRED,
    70008: _EXPIRED,
    50078: _EXPIRED,
    50089: _EXPIRED,
    50058: _EXPIRED,
    50173: _Words("The sign-in was ended: the password has been changed.", SIGN_IN_AGAIN),
    50132: _Words("The sign-in was ended by the organisation.", SIGN_IN_AGAIN),
    50133: _Words("The sign-in was ended: the password has been changed.", SIGN_IN_AGAIN),
    53000: _BLOCKED,
    53002: _BLOCKED,
    53003: _BLOCKED,
    53004: _BLOCKED,
    530032: _BLOCKED,
    530034: _BLOCKED,
    530035: _BLOCKED,
    530031: _BLOCKED,
    7000218: _Words(
        "The application that signs in is not set up for programs on a computer.",
        "In its registration turn on “Allow public client flows”, or use another client id.",
    ),
    700016: _Words(
        "The sign-in does not know this client id.",
        "Check the client id in the settings, or leave it empty, and the organisation.",
    ),
    50194: _Words("The application is for one organisation only.", "Name that organisation, or use another client id."),
    50011: _Words(
        "The application does not allow a return to this computer.",
        "Add http://localhost as a redirect of the kind “Mobile and desktop applications” to its registration.",
    ),
    500113: _Words(
        "The application does not allow a return to this computer.",
        "Add http://localhost as a redirect of the kind “Mobile and desktop applications” to its registration.",
    ),
    500011: _Words(
        "The organisation does not use this service of Azure.", "Choose another organisation, or ask its administrator."
    ),
    650052: _Words(
        "The organisation does not use this service of Azure.", "Choose another organisation, or ask its administrator."
    ),
    70016: _CODE_OVER,
    70018: _CODE_OVER,
    70019: _CODE_OVER,
    70020: _CODE_OVER,
}


def code_of(text: str) -> int:
    """Return the number of the first AADSTS code in a text; 0 = there is none."""
    match = CODE.search(text)
    return int(match.group(1)) if match else 0


def refusal(code: int, text: str) -> TiepointError:
    """Return what a refusal means.

    Args:
        code: Number of an AADSTS code.
        text: What the server said.
    """
    detail = harmless(text)
    if code in CONFIRMATIONS:
        return ConfirmationNeeded(CONFIRM, remedy=CONFIRM_REMEDY, detail=detail)
    if code in _BUSY:
        return ConnectionLost(
            "The sign-in server is busy.", remedy="Try again in a minute.", retryable=True, detail=detail
        )
    words = _WORDS.get(code)
    if words is None:
        said = first_sentence(CODE.sub("", text).lstrip(": "))
        return SignInNeeded(f"The sign-in was refused: {said}", remedy=SIGN_IN_AGAIN, detail=detail)
    return SignInNeeded(words.summary, remedy=words.remedy, detail=detail)
