"""Azure's errors in words: every code of the table, nested reasons, numbers, and never a token."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
)
from azure.identity import AuthenticationRequiredError
from msal.authority import Authority

from tiepoint.adapters.azure.errors import error_of_code, failure_of_code, failure_of_status, translated
from tiepoint.adapters.azure.sign_in_refusals import _WORDS
from tiepoint.domain.errors import (
    Canceled,
    CloudError,
    ConfirmationNeeded,
    Conflict,
    ConnectionLost,
    NoCapacity,
    NotPermitted,
    NotThere,
    QuotaTooSmall,
    SignInNeeded,
    SizeNotOffered,
    TiepointError,
)

TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJub25lIn0.eyJhdWQiOiJwbGFudGVkIn0.c2lnbmF0dXJl"  # noqa: S105
QUOTA = (
    "Operation could not be completed as it results in exceeding approved standardNVADSA10v5Family Cores quota. "
    "Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 72, Current Usage: 36, "
    "Additional Required: 180, (Minimum) New Limit Required: 216. Setup Alerts when Quota reaches threshold. "
    "Submit a request for Quota increase at https://aka.ms/ProdportalCRP/#blade/Microsoft_Azure_Capacity/x."
)
NOT_ALLOWED = (
    "The client 'mila@studio.example' with object id '0a00' does not have authorization to perform action "
    "'Microsoft.Compute/virtualMachines/write' over scope '/subscriptions/s/resourceGroups/rg-x/providers/"
    "Microsoft.Compute/virtualMachines/node-01' or the scope is invalid."
)
LINKED = (
    "The client 'mila' with object id '0a00' has permission to perform action "
    "'Microsoft.Network/networkInterfaces/write' on scope '/subscriptions/s'; however, it does not have permission to "
    "perform action(s) 'Microsoft.Network/virtualNetworks/subnets/join/action' on the linked scope(s) "
    "'/subscriptions/s/x'."
)


class _Answer:
    """What azure-core's errors need of an answer."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        self.status_code, self.reason, self.headers = status, "Refused", headers or {}
        self.content_type = "application/json"
        self._body = body if isinstance(body, str) else json.dumps(body)

    def text(self, encoding: str | None = None) -> str:
        return self._body

    def body(self) -> bytes:
        return self._body.encode()


def _refusal(status: int, code: str, message: str = "No.", **more: Any) -> HttpResponseError:
    answer: Any = _Answer(status, {"error": {"code": code, "message": message, **more}})
    return HttpResponseError(response=answer)


@pytest.mark.parametrize(
    ("code", "message", "kind", "words"),
    [
        ("AuthorizationFailed", NOT_ALLOWED, NotPermitted, "Microsoft.Compute/virtualMachines/write"),
        ("LinkedAuthorizationFailed", LINKED, NotPermitted, "virtualNetworks/subnets/join/action"),
        ("AuthorizationPermissionMismatch", "x", NotPermitted, "data"),
        ("ScopeLocked", "x", NotPermitted, "lock"),
        ("ReadOnlyDisabledSubscription", "x", NotPermitted, "disabled"),
        ("RequestDisallowedByPolicy", "x", NotPermitted, "policy"),
        ("AuthorizationFailure", "x", NotPermitted, "firewall"),
        ("QuotaExceeded", QUOTA, QuotaTooSmall, "72 allowed, 36 used, 180 more"),
        ("OperationNotAllowed", QUOTA, QuotaTooSmall, "standardNVADSA10v5Family in eastus"),
        ("OperationNotAllowed", "The VM 'x' is being deallocated.", Conflict, "being deallocated"),
        (
            "SkuNotAvailable",
            "size Standard_NC24s is not available in location 'eastus'.",
            SizeNotOffered,
            "Standard_NC24s",
        ),
        ("AllocationFailed", "x", NoCapacity, "free there just now"),
        ("ZonalAllocationFailed", "x", NoCapacity, "free there"),
        ("OverconstrainedAllocationRequest", "x", NoCapacity, "free there"),
        ("MissingSubscriptionRegistration", "to use namespace 'Microsoft.StorageCache'.", CloudError, "StorageCache"),
        ("ResourceNotFound", "The Resource 'Microsoft.Compute/virtualMachines/node-03' under", NotThere, "node-03"),
        ("ResourceGroupNotFound", "Resource group 'rg-x' could not be found.", NotThere, "rg-x"),
        ("SubscriptionNotFound", "x", NotThere, "subscription"),
        ("PrincipalNotFound", "x", CloudError, "identity"),
        ("DeploymentActive", "x", Conflict, "still running"),
        ("RoleAssignmentExists", "x", Conflict, "role"),
        ("VaultAlreadyExists", "x", Conflict, "vault is taken"),
        ("ConflictError", "A vault with the same name already exists in deleted state.", Conflict, "deleted vault"),
        ("StorageAccountAlreadyTaken", "x", Conflict, "storage account is taken"),
        ("TooManyRequests", "x", CloudError, "slow down"),
        ("ServerBusy", "x", CloudError, "just now"),
        ("ExpiredAuthenticationToken", "x", SignInNeeded, "no longer good"),
        ("InvalidAuthenticationTokenTenant", "x", SignInNeeded, "another organisation"),
        ("SomethingNew", "It is new. And more.", CloudError, "It is new."),
    ],
)
def test_codes_of_resource_manager(code: str, message: str, kind: type[TiepointError], words: str) -> None:
    error = error_of_code(code, message)
    assert type(error) is kind
    assert words in error.summary
    assert code in error.detail
    assert error.summary.endswith((".", "…"))


def test_a_quota_says_what_to_ask_for_and_where() -> None:
    error = error_of_code("QuotaExceeded", QUOTA)
    assert "at least 216" in error.remedy
    assert "https://aka.ms/ProdportalCRP/#blade/Microsoft_Azure_Capacity/x)" in error.remedy


def test_quota_size_and_capacity_are_three_different_sentences() -> None:
    codes = ("QuotaExceeded", "SkuNotAvailable", "AllocationFailed")
    assert len({error_of_code(code, "x").summary for code in codes}) == 3
    assert [error_of_code(code, "x").retryable for code in codes] == [False, False, True]


def test_the_innermost_reason_counts_through_details_and_json_texts() -> None:
    reason = {"code": "ZonalAllocationFailed", "message": "no room"}
    wrapped = {"code": "ResourceDeploymentFailure", "message": "no", "details": [reason]}
    inside = json.dumps({"status": "Failed", "error": wrapped})
    error = error_of_code("DeploymentFailed", "At least one failed.", [{"code": "Conflict", "message": inside}])
    assert isinstance(error, NoCapacity)
    models = [
        SimpleNamespace(code="BadRequest", message="", details=[SimpleNamespace(code="SkuNotAvailable", message="")])
    ]
    assert isinstance(error_of_code("InvalidTemplateDeployment", "no", models), SizeNotOffered)


def test_what_no_code_says_the_outer_one_may() -> None:
    error = error_of_code("QuotaExceeded", QUOTA, [{"code": "Unheard", "message": "x"}])
    assert isinstance(error, QuotaTooSmall)


def test_status_messages_of_operations() -> None:
    model = SimpleNamespace(error=SimpleNamespace(code="AllocationFailed", message="no", details=None, target=None))
    found = failure_of_status(model)
    assert found is not None
    assert found.kind == "capacity"
    text = failure_of_status('{"error": {"code": "SkuNotAvailable", "message": "no"}}')
    assert text is not None
    assert text.kind == "size"
    assert failure_of_status(None) is None
    assert failure_of_status("") is None
    assert failure_of_code("DeploymentActive", "no").retryable


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, SignInNeeded), (403, NotPermitted), (404, NotThere), (409, Conflict), (429, CloudError), (503, CloudError)],
)
def test_an_unknown_code_is_told_by_its_status(status: int, kind: type[TiepointError]) -> None:
    assert isinstance(translated(_refusal(status, "Unheard")), kind)


def test_azure_answers_without_json() -> None:
    answer: Any = _Answer(502, "<html>Bad gateway</html>")
    assert translated(HttpResponseError(message="Bad gateway", response=answer)).retryable


def test_a_refused_action_is_named() -> None:
    error = translated(_refusal(403, "AuthorizationFailed", NOT_ALLOWED))
    assert error.summary == "You may not do Microsoft.Compute/virtualMachines/write on virtualMachines/node-01."


@pytest.mark.parametrize("code", sorted(_WORDS))
def test_every_sign_in_code_has_a_sentence_and_a_remedy(code: int) -> None:
    error = translated(
        ClientAuthenticationError(message=f"Authentication failed: AADSTS{code}: Something. Trace ID: 1")
    )
    assert isinstance(error, SignInNeeded)
    assert error.summary.endswith(".")
    assert error.remedy
    assert f"AADSTS{code}" in error.detail


def test_an_unknown_sign_in_code_repeats_what_was_said() -> None:
    error = translated(ClientAuthenticationError(message="AADSTS99999: The moon is wrong. Trace ID: 1"))
    assert error.summary == "The sign-in was refused: The moon is wrong."


def test_a_challenge_and_mfa_ask_for_confirmation() -> None:
    claims = '{"access_token":{"acrs":{"essential":true,"values":["p1"]}}}'
    assert isinstance(translated(AuthenticationRequiredError(["s"], claims=claims)), ConfirmationNeeded)
    for code in (50076, 50079, 65001):
        answer: Any = _Answer(400, {"error": "invalid_grant", "error_description": f"AADSTS{code}: more"})
        assert isinstance(translated(AuthenticationRequiredError(["s"], response=answer)), ConfirmationNeeded)
    assert type(translated(AuthenticationRequiredError(["s"]))) is SignInNeeded


@pytest.mark.parametrize(("hours", "word"), [(2, "ahead"), (-2, "behind")])
def test_a_wrong_clock_is_seen_by_the_answers_date(hours: int, word: str) -> None:
    date = format_datetime(datetime.now(UTC) - timedelta(hours=hours), usegmt=True)
    answer: Any = _Answer(401, {"error": {"code": "InvalidAuthenticationToken", "message": "no"}}, {"Date": date})
    error = translated(HttpResponseError(response=answer))
    assert isinstance(error, SignInNeeded)
    assert f"120 minutes {word}" in error.summary


def test_storage_that_minds_the_date_means_a_wrong_clock() -> None:
    answer: Any = _Answer(403, "<Error/>")
    text = "Server failed to authenticate the request. Request date header too old: 'Thu, 26 Nov 2026 01:00:00 GMT'"
    error = translated(HttpResponseError(message=text, response=answer))
    assert isinstance(error, SignInNeeded)
    assert "clock" in error.summary


def test_a_certificate_out_of_date_points_to_the_clock() -> None:
    error = translated(ServiceRequestError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate is not yet valid"))
    assert "clock" in error.summary


def test_an_id_token_of_the_future_means_a_wrong_clock() -> None:
    error = translated(ClientAuthenticationError(message="Authentication failed: 0. The ID token is not yet valid."))
    assert "clock" in error.summary


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ServiceRequestError("getaddrinfo failed"), "cannot be reached"),
        (ServiceRequestTimeoutError("connect timed out"), "in time"),
        (ServiceResponseError("Connection aborted"), "broke"),
    ],
)
def test_lost_connections_also_where_azure_identity_hides_them(error: Exception, words: str) -> None:
    hidden = ClientAuthenticationError(message=f"Authentication failed: {error}")
    hidden.__cause__ = error
    for each in (error, hidden):
        lost = translated(each)
        assert isinstance(lost, ConnectionLost)
        assert words in lost.summary
        assert lost.retryable


def test_a_certificate_that_is_not_believed_names_the_way_out() -> None:
    error = translated(ServiceRequestError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"))
    assert "certificate" in error.summary
    assert "ca_file" in error.remedy


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Failed to open a browser", "No browser"),
        ("Couldn't start an HTTP server on localhost", "ports"),
        ("Timed out after waiting 300 seconds for the user to authenticate", "time limit"),
        ("Timed out waiting for user to authenticate", "code was not typed"),
        ("Authentication failed: access_denied", "cancelled in the browser"),
    ],
)
def test_what_the_browser_did_not_do(message: str, words: str) -> None:
    assert words in translated(ClientAuthenticationError(message=message)).summary


def test_our_own_errors_come_through_unchanged() -> None:
    ours = Canceled("Stopped.")
    hidden = ClientAuthenticationError(message="Authentication failed")
    hidden.__cause__ = ours
    assert translated(ours) is ours
    assert translated(hidden) is ours


def test_no_token_survives_a_translation() -> None:
    texts = [
        f"Bearer {TOKEN}",
        f'{{"access_token": "{TOKEN}", "refresh_token": "0.planted-refresh-token"}}',
        "https://tp.blob.example/c?sv=1&sig=planted-signature%3D&se=2",
        'adminPassword": "planted-Password1!"',
        "http://localhost:1/?code=planted-code&state=x",
    ]
    for text in texts:
        for error in (ClientAuthenticationError(message=text), ServiceRequestError(text), _refusal(400, "X", text)):
            ours = translated(error)
            told = " ".join((str(ours), ours.summary, ours.remedy, ours.detail, repr(ours)))
            assert "planted" not in told
            assert TOKEN not in told
            assert "eyJ" not in told


@pytest.mark.parametrize(("status", "kind"), [(400, SignInNeeded), (429, CloudError)])
def test_a_sign_in_that_is_throttled_is_no_unknown_organisation(status: int, kind: type[TiepointError]) -> None:
    """Raised by msal's own code, as azure-identity wraps it."""

    def get(url: str, **_: Any) -> SimpleNamespace:
        return SimpleNamespace(status_code=status, text="no", headers={})

    with pytest.raises(ValueError, match="Unable to get authority configuration") as raised:
        Authority("https://login.example/studio", SimpleNamespace(get=get), validate_authority=False)
    wrapped = ClientAuthenticationError("Authentication failed: " + str(raised.value))
    wrapped.__cause__ = raised.value
    found = translated(wrapped)
    assert type(found) is kind
    assert found.retryable is (status == 429)
