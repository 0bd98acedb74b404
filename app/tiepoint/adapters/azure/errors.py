"""Azure's errors, translated once: what happened in words, what to do, and whether trying again can help.

Never holds a token: every text goes through `harmless`. Any thread.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    DecodeError,
    HttpResponseError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
)
from azure.identity import AuthenticationRequiredError
from requests.exceptions import RequestException
from requests.exceptions import SSLError as RequestsSslError

from tiepoint.adapters.azure.harmless import harmless
from tiepoint.adapters.azure.refusal_reasons import error_inside
from tiepoint.adapters.azure.refusals import error_of_code
from tiepoint.adapters.azure.sign_in_refusals import (
    CONFIRM,
    CONFIRM_REMEDY,
    SIGN_IN_AGAIN,
    code_of,
    refusal,
)
from tiepoint.domain.errors import (
    CloudError,
    ConfirmationNeeded,
    ConnectionLost,
    ProtocolError,
    SignInNeeded,
    TiepointError,
)
from tiepoint.domain.failure import Failure

__all__ = ["error_of_code", "failure_of_code", "failure_of_status", "translated"]

_CONSENT: Final = 65001
_THROTTLED: Final = re.compile(r"OIDC Discovery failed .*HTTP status: (408|429)\b")
_WRONG_CLOCK_S: Final = 300
"""Entra takes tokens five minutes early or late (claims nbf and exp)."""


def translated(error: BaseException) -> TiepointError:
    """Return our error for one of azure-core's, azure-identity's or the transport's."""
    for each in _chain(error):
        if isinstance(each, TiepointError):
            return each
    lost = next((each for each in _chain(error) if isinstance(each, _LOST)), None)
    if lost is not None and not isinstance(error, HttpResponseError):
        return _connection(error, lost)
    if isinstance(error, ClientAuthenticationError):
        # azure-identity wraps whatever happens on its way in this one.
        return _connection(error, lost) if lost is not None else _authentication(error)
    if isinstance(error, HttpResponseError):
        return _refused(error)
    if isinstance(error, DecodeError):
        return ProtocolError("Azure answered something unreadable.", retryable=True, detail=_detail(error))
    if isinstance(error, AzureError):
        return CloudError("Azure could not be asked.", retryable=True, detail=_detail(error))
    said = _said(str(error), error)
    return said or CloudError("Something unexpected happened while Azure was asked.", detail=_detail(error))


def failure_of_code(code: str, message: str, details: Sequence[Any] = ()) -> Failure:
    """Return what a code of Azure means, the innermost reason first; see `error_of_code`."""
    return Failure.of(error_of_code(code, message, details))


def failure_of_status(status_message: Any) -> Failure | None:
    """Return what the status message of a deployment's operation means; None = it holds no error.

    Args:
        status_message: As Azure's libraries give it: a model, a mapping, JSON as a text, or None.
    """
    error = error_inside(status_message)
    if error is None:
        return None
    return failure_of_code(str(error.get("code") or ""), str(error.get("message") or ""), error.get("details") or ())


_LOST: Final = (ServiceRequestError, ServiceResponseError, RequestException)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give an error and what caused it, each once."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop(0)
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, getattr(each, "inner_exception", None)]
        waiting += [arg for arg in each.args if isinstance(arg, BaseException)]


def _connection(error: BaseException, lost: BaseException) -> TiepointError:
    if "certificate has expired" in str(lost) or "certificate is not yet valid" in str(lost):
        return ConnectionLost(
            "Azure's certificate is not valid at the date of this computer, whose clock may be wrong.",
            remedy="Set the clock and the time zone, then try again.",
            retryable=True,
            detail=_detail(error),
        )
    if any(isinstance(each, RequestsSslError) for each in _chain(lost)) or "CERTIFICATE_VERIFY_FAILED" in str(lost):
        return ConnectionLost(
            "Azure's certificate is not believed on this computer.",
            remedy="If your network inspects traffic, let your administrator add its certificate; for a cloud of your "
            "own, name its certificates in the settings (ca_file).",
            detail=_detail(error),
        )
    if isinstance(lost, ServiceRequestTimeoutError) or "timed out" in str(lost).lower():
        summary = "Azure did not answer in time."
    elif isinstance(lost, ServiceResponseError):
        summary = "The connection to Azure broke."
    else:
        summary = "Azure cannot be reached."
    return ConnectionLost(summary, remedy="Check the network, then try again.", retryable=True, detail=_detail(error))


def _authentication(error: ClientAuthenticationError) -> TiepointError:
    body = _body(error)
    if isinstance(body.get("error"), Mapping):
        return _refused(error)  # Resource Manager's 401, which azure-core gives the same class
    said = f"{body.get('error_description') or ''}\n{error.message or ''}".strip()
    code = code_of(said)
    if isinstance(error, AuthenticationRequiredError):
        if code == _CONSENT:
            return ConfirmationNeeded(
                "Azure asks you to allow this program one more of its services.",
                remedy="Allow it in the browser; then it goes on.",
                detail=harmless(said),
            )
        if code:
            return refusal(code, said)
        if error.claims:
            return ConfirmationNeeded(CONFIRM, remedy=CONFIRM_REMEDY)
        return SignInNeeded("Nobody is signed in, or no more.", remedy="Sign in.")
    skew = _clock(error)
    if skew is not None:
        return skew
    if code:
        return refusal(code, said)
    known = _said(said, error)
    if known is not None:
        return known
    if error.status_code in {401, 403} or body.get("code"):
        return _refused(error)
    return SignInNeeded("The sign-in failed.", remedy=SIGN_IN_AGAIN, detail=_detail(error))


def _said(text: str, error: BaseException) -> TiepointError | None:
    """Return what a text of msal's or azure-identity's own means; None = it is none that is known."""
    code = code_of(text)
    if code:
        return refusal(code, text)
    if any(_THROTTLED.search(str(each.__context__ or "")) for each in _chain(error)):
        # msal takes every refusal of an organisation's description for an organisation that is not there.
        return CloudError(
            "Azure asks to slow down.", remedy="Try again in a minute.", retryable=True, detail=_detail(error)
        )
    return next((make(_detail(error)) for words, make in _SAYINGS if words in text), None)


def _clock(error: HttpResponseError) -> TiepointError | None:
    """Say that this computer's clock is wrong, where the refusal's own date shows it."""
    text = str(error)
    is_early_or_late = (
        "ID token is not yet valid" in text or "ID token already expires" in text or "date header too old" in text
    )
    off_s = _off_s(error)
    if off_s is None or abs(off_s) < _WRONG_CLOCK_S:
        if not is_early_or_late:
            return None
        summary = "The sign-in is dated in the future or the past: this computer's clock is wrong."
    else:
        minutes = round(abs(off_s) / 60)
        summary = f"This computer's clock is {minutes} minutes {'ahead' if off_s > 0 else 'behind'}, so sign-ins fail."
    return SignInNeeded(summary, remedy="Set the clock and the time zone, then sign in again.", detail=_detail(error))


def _off_s(error: HttpResponseError) -> float | None:
    headers = getattr(error.response, "headers", None) or {}
    try:
        told = parsedate_to_datetime(headers.get("Date") or "")
    except (TypeError, ValueError):
        return None
    return (datetime.now(UTC) - (told if told.tzinfo else told.replace(tzinfo=UTC))).total_seconds()


def _refused(error: HttpResponseError) -> TiepointError:
    status = int(error.status_code or 0)
    if status == 401 or "date header" in str(error.message).lower():
        skew = _clock(error)
        if skew is not None:
            return skew
    inside = (
        error_inside(_body(error)) or error_inside(error.error)
        if error.error is not None
        else error_inside(_body(error))
    )
    if inside is not None:
        code, message = str(inside.get("code") or ""), str(inside.get("message") or "")
        inner = inside.get("innererror")
        details = [*(inside.get("details") or ()), *([inner] if isinstance(inner, Mapping) else ())]
    else:
        code, message, details = str(getattr(error, "error_code", "") or ""), str(error.message or ""), []
    return error_of_code(code, message, details, status=status)


def _body(error: HttpResponseError) -> Mapping[str, Any]:
    """Return the answer's JSON; empty where there is none."""
    try:
        text = error.response.text() if error.response is not None else ""
    except Exception:  # noqa: BLE001  a stream that was not read, or an answer of another kind
        return {}
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, Mapping) else {}


def _detail(error: BaseException) -> str:
    return harmless(f"{type(error).__name__}: {error}")


def _no_browser(detail: str) -> TiepointError:
    return SignInNeeded(
        "No browser could be opened.", remedy="Sign in with a code on another device instead.", detail=detail
    )


def _no_port(detail: str) -> TiepointError:
    return SignInNeeded(
        "The browser's answer cannot be received: all ports for it are in use.",
        remedy="Sign in with a code instead, or close the programs that use ports 8400 to 8999.",
        detail=detail,
    )


def _no_answer(detail: str) -> TiepointError:
    return SignInNeeded(
        "Nobody signed in within the time limit; the browser may have been closed.", remedy=SIGN_IN_AGAIN, detail=detail
    )


def _denied(detail: str) -> TiepointError:
    return SignInNeeded("The sign-in was cancelled in the browser.", remedy=SIGN_IN_AGAIN, detail=detail)


def _no_code(detail: str) -> TiepointError:
    return SignInNeeded("The code was not typed in time.", remedy="Sign in again and type the new code.", detail=detail)


def _no_tenant(detail: str) -> TiepointError:
    return SignInNeeded(
        "There is no such organisation at this sign-in.",
        remedy="Check the organisation's domain or id, and the cloud.",
        detail=detail,
    )


def _foreign_answer(detail: str) -> TiepointError:
    return SignInNeeded(
        "The browser's answer does not belong to this sign-in.",
        remedy="Close old sign-in pages and sign in again.",
        detail=detail,
    )


_SAYINGS: Final = (
    ("Failed to open a browser", _no_browser),
    ("Couldn't start an HTTP server", _no_port),
    ("Timed out waiting for user", _no_code),
    ("Timed out after waiting", _no_answer),
    ("expired_token", _no_code),
    ("access_denied", _denied),
    ("authorization_declined", _denied),
    ("Unable to get authority configuration", _no_tenant),
    ("Invalid tenant", _no_tenant),
    ("state missing from auth_code_flow", _foreign_answer),
    ("state mismatch", _foreign_answer),
    ("nonce", _foreign_answer),
)
