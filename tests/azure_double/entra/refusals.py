"""How Entra says no (AADSTS codes; learn.microsoft.com/entra/identity-platform/reference-error-codes)."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from azure_double.exchange import Response

SENTENCES = {
    50020: ("invalid_grant", "User account '{user}' from identity provider '{home}' does not exist in tenant '{tenant}' and cannot access the application '{client}' in that tenant."),  # noqa: E501
    50053: ("invalid_grant", "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."),  # noqa: E501
    50076: ("invalid_grant", "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{audience}'."),  # noqa: E501
    50173: ("invalid_grant", "The provided grant has expired due to it being revoked, a fresh auth token is needed."),
    65004: ("access_denied", "User declined to consent to access the app."),
    70000: ("invalid_grant", "The provided value for the input parameter 'code' is not valid."),
    70016: ("authorization_pending", "OAuth 2.0 device flow error. Authorization is pending. Continue polling."),
    70018: ("invalid_grant", "The device code is not valid."),
    70019: ("expired_token", "Verification code expired. Please sign in again."),
    70020: ("expired_token", "The provided value for the input parameter 'device_code' is not valid. This device code has expired."),  # noqa: E501
    70043: ("invalid_grant", "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access."),  # noqa: E501
    90002: ("invalid_request", "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."),
    90014: ("invalid_request", "The required field '{tenant}' is missing from the credential."),
    501481: ("invalid_grant", "The Code_Verifier does not match the code_challenge supplied in the authorization request."),  # noqa: E501
    700082: ("invalid_grant", "The refresh token has expired due to inactivity."),
}  # fmt: skip


class SignInRefused(Exception):
    """Entra says no.

    Args:
        number: After AADSTS.
        error: OAuth's word instead of the usual one.
        claims: What would help.
        words: What the sentence names.
    """

    def __init__(self, number: int, *, error: str = "", claims: dict[str, Any] | None = None, **words: str) -> None:
        usual, sentence = SENTENCES[number]
        blanks = dict.fromkeys(("user", "home", "tenant", "client", "audience"), "")
        self.error, self.number, self.claims = error or usual, number, claims
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        self.trace = str(uuid.uuid4())
        self.description = (
            f"AADSTS{number}: {sentence.format(**{**blanks, **words})} Trace ID: {self.trace} "
            f"Correlation ID: {uuid.uuid4()} Timestamp: {now}"
        )
        super().__init__(self.description)

    def response(self) -> Response:
        """As the token endpoint says it."""
        body: dict[str, Any] = {
            "error": self.error,
            "error_description": self.description,
            "error_codes": [self.number],
            "timestamp": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ"),
            "trace_id": self.trace,
            "correlation_id": str(uuid.uuid4()),
        }
        if self.claims:
            body["suberror"], body["claims"] = "basic_action", json.dumps(self.claims)
        return Response(400, body)
