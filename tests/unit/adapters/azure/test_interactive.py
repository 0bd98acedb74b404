"""What we lean on in azure-identity though it is not published: a new version that changes it fails here."""

from __future__ import annotations

import inspect
from typing import Any

import azure.identity
import msal
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import AuthenticationRecord, InteractiveBrowserCredential
from azure.identity._internal.interactive import InteractiveCredential
from azure.identity._persistent_cache import _load_persistent_cache

from tiepoint.adapters.azure.interactive import AskingCredential, record_for
from tiepoint.domain.cloud import CHINA, PUBLIC, custom_cloud

CUSTOM = custom_cloud({"authority": "https://login.example:8443", "management": "https://arm.example"})
TELL = f"azure-identity {azure.identity.__version__} has changed: adapters/azure/interactive.py must follow"


def _record(cloud: Any) -> AuthenticationRecord:
    return record_for(cloud, AuthenticationRecord("tenant-1", "client-1", "elsewhere.example", "u.t", "mila@studio"))


def test_the_hidden_parts_are_still_there() -> None:
    assert issubclass(InteractiveBrowserCredential, InteractiveCredential), TELL
    for name in ("_request_token", "_get_app", "_acquire_token_silent"):
        assert callable(getattr(InteractiveBrowserCredential, name, None)), TELL
    parameters = inspect.signature(_load_persistent_cache).parameters
    assert list(parameters) == ["options", "is_cae"], TELL
    assert "self._request_token(" in inspect.getsource(InteractiveCredential._get_token_base), TELL


def test_our_cache_is_the_one_that_is_used() -> None:
    cache = msal.SerializableTokenCache()
    credential = AskingCredential(CUSTOM, "client-1", "", cache)
    try:
        assert credential._cae_cache is cache, TELL
        assert "token_cache = self._cae_cache" in inspect.getsource(type(credential)._get_app), TELL
    finally:
        credential.close()


def test_a_record_brings_authority_tenant_and_client_along() -> None:
    for cloud in (PUBLIC, CHINA, CUSTOM):
        credential = AskingCredential(cloud, "ignored", "", msal.SerializableTokenCache(), _record(cloud))
        try:
            assert credential._authority == cloud.authority, TELL
            assert (credential._tenant_id, credential._client_id) == ("tenant-1", "client-1"), TELL
            assert credential._instance_discovery is (False if cloud.is_custom else None), TELL
        finally:
            credential.close()


def test_nobody_is_asked_but_by_authenticate() -> None:
    credential = AskingCredential(CUSTOM, "client-1", "", msal.SerializableTokenCache())
    try:
        with pytest.raises(azure.identity.AuthenticationRequiredError):
            credential.get_token("https://arm.example/.default", enable_cae=True)
        with pytest.raises(ClientAuthenticationError, match="Nobody may be asked"):
            credential.authenticate(scopes=["https://arm.example/.default"], enable_cae=True)
    finally:
        credential.close()
