"""One prompt for all services: whatever Azure's clients ask for, tokens are asked for in the one way that shares a
refresh token.

Key Vault asks for tokens that can be revoked at once (continuous access evaluation), Resource Manager and Blob do not,
and azure-identity keeps the two in separate caches: a person would be asked twice. Any thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, AccessTokenInfo, TokenRequestOptions
    from azure.identity import AuthenticationRecord, DeviceCodeCredential, InteractiveBrowserCredential


class OnePromptCredential:
    """Wraps an interactive credential of azure-identity; looks like one to Azure's clients.

    Args:
        inner: The credential; must not prompt by itself.
    """

    def __init__(self, inner: InteractiveBrowserCredential | DeviceCodeCredential) -> None:
        self._inner = inner

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Return a token, never asking anybody."""
        return self._inner.get_token(*scopes, **{**options, "enable_cae": True})

    def get_token_info(self, *scopes: str, options: TokenRequestOptions | None = None) -> AccessTokenInfo:
        """Return a token with all that is known of it, never asking anybody."""
        asked: TokenRequestOptions = {**(options or {}), "enable_cae": True}
        return self._inner.get_token_info(*scopes, options=asked)

    def authenticate(self, scopes: Sequence[str], claims: str = "") -> AuthenticationRecord:
        """Ask the person; blocks until they have answered."""
        return self._inner.authenticate(scopes=list(scopes), claims=claims or None, enable_cae=True)

    def close(self) -> None:
        """Let go of its connections."""
        self._inner.close()
