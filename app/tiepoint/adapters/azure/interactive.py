"""azure-identity's interactive credential, asking in our way and keeping tokens where we say.

The only file that leans on what azure-identity does not publish: `_request_token`, `_get_app`, the `_cae_cache` keyword
and `_load_persistent_cache` (1.27). A test signs in through each of them, so that a new version that changes them is
noticed. Any thread.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import ClientAuthenticationError
from azure.identity import AuthenticationRecord, InteractiveBrowserCredential, TokenCachePersistenceOptions
from azure.identity._persistent_cache import _load_persistent_cache

from tiepoint.adapters.azure.trust import trust_options
from tiepoint.domain.cloud import Cloud

if TYPE_CHECKING:
    import msal

    from tiepoint.adapters.azure.asking import Asking

# What goes wrong there is raised, translated and told; their own warnings would tell it twice, in their words.
for _name in ("azure.identity", "msal", "msal_extensions"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)
_QUICKLY = {
    "connection_timeout": 10,
    "read_timeout": 30,
    "retry_connect": 1,
    "retry_read": 1,
    "retry_status": 2,
    "retry_total": 3,
    "retry_backoff_factor": 0.4,
}
"""A person waits: three seconds rather than ten until the network is said to be gone."""


class AskingCredential(InteractiveBrowserCredential):
    """Asks only in `authenticate`, by its `asking`; everything else is silent.

    Args:
        cloud: Where.
        client_id: The application.
        tenant: Id or domain; empty = the person's own.
        cache: Where tokens are kept.
        record: Who is signed in already; None = nobody.
    """

    def __init__(
        self,
        cloud: Cloud,
        client_id: str,
        tenant: str,
        cache: msal.TokenCache,
        record: AuthenticationRecord | None = None,
    ) -> None:
        options: dict[str, Any] = {
            "client_id": client_id,
            "disable_automatic_authentication": True,
            "_cae_cache": cache,
            **_QUICKLY,
        }
        if record is not None:
            options["authentication_record"] = record  # brings its authority and tenant along
        else:
            options |= {"authority": cloud.authority, "tenant_id": tenant or "organizations"}
        if cloud.is_custom:
            options["disable_instance_discovery"] = True
        options |= trust_options(cloud)
        super().__init__(**options)
        self.asking: Asking | None = None
        self.claims_of_id: dict[str, Any] = {}
        """What the last answer said about the person: `oid`, `tid`, `name`."""

    def _request_token(self, *scopes: str, **options: Any) -> dict[str, Any]:
        if self.asking is None:
            raise ClientAuthenticationError(message="Nobody may be asked just now.")
        result = self.asking.ask(self._get_app(**options), scopes, options.get("claims"))
        self.claims_of_id = dict(result.get("id_token_claims") or {})
        return result


def record_for(cloud: Cloud, record: AuthenticationRecord) -> AuthenticationRecord:
    """Return the record with the authority that was asked: the issuer's name, which it holds, may be another one."""
    return AuthenticationRecord(
        record.tenant_id, record.client_id, cloud.authority, record.home_account_id, record.username
    )


def system_cache(name: str) -> msal.TokenCache:
    """Return azure-identity's own cache in the system's store; Windows and macOS."""
    return _load_persistent_cache(TokenCachePersistenceOptions(name=name), is_cae=True)
