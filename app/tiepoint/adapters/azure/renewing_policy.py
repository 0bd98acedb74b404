"""How Resource Manager's clients prove who asks: a request whose token is refused as ended goes again with a new one.

A token may end before its time: this computer's clock is wrong, it slept, or the organisation revoked it. Any thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential


class RenewingPolicy(ARMChallengeAuthenticationPolicy):
    """Answers a challenge for claims as usual, and one for an ended token with a new token, once a request.

    Args:
        credential: Gives tokens.
        scope: For what.
        forget: Lets the credential forget the tokens that it takes for good.
    """

    def __init__(self, credential: TokenCredential, scope: str, forget: Callable[[], None]) -> None:
        super().__init__(credential, scope)
        self._scope, self._forget = scope, forget

    def on_challenge(self, request: Any, response: Any) -> bool:
        """Return whether the request, authorised anew, is to be sent again."""
        if super().on_challenge(request, response):
            return True
        if 'error="invalid_token"' not in response.http_response.headers.get("WWW-Authenticate", ""):
            return False
        self._forget()
        self.authorize_request(request, self._scope)
        return True
