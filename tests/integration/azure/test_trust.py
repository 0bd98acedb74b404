"""Whose certificates are believed: the system's, a custom cloud's, and nobody else's."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from azure.core.exceptions import ServiceRequestError
from azure.core.rest import HttpRequest

from azure_double.double import AzureDouble
from tiepoint.adapters.azure.trust import system_transport, trust_options
from tiepoint.domain.cloud import PUBLIC
from tiepoint.network.certificates import system_bundle


@pytest.fixture(autouse=True)
def _no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def believed(azure_double_without_blobs: AzureDouble, monkeypatch: pytest.MonkeyPatch) -> AzureDouble:
    """The double, its certificate among the system's."""
    monkeypatch.setenv("SSL_CERT_FILE", azure_double_without_blobs.ca_file)
    return azure_double_without_blobs


def _status(double: AzureDouble) -> int:
    with system_transport() as transport:
        address = f"{double.url}/organizations/v2.0/.well-known/openid-configuration"
        reply = transport.send(HttpRequest("GET", address))
        reply.read()
        return int(reply.status_code)


def test_the_systems_own_judgement(believed: AzureDouble) -> None:
    assert _status(believed) == 200


def test_who_is_not_among_them_is_refused(azure_double_without_blobs: AzureDouble) -> None:
    with pytest.raises(ServiceRequestError, match="CERTIFICATE_VERIFY_FAILED"):
        _status(azure_double_without_blobs)


def test_options_for_each_kind_of_system(
    believed: AzureDouble, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert system_bundle() == believed.ca_file
    monkeypatch.setattr("sys.platform", "linux")
    assert trust_options(PUBLIC) == {"connection_verify": believed.ca_file}
    assert trust_options(believed.cloud) == {"connection_verify": believed.ca_file}
    monkeypatch.setattr("sys.platform", "win32")
    options = trust_options(PUBLIC)
    assert list(options) == ["transport"]
    options["transport"].close()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "company.pem"))
    assert trust_options(PUBLIC) == {}


def test_without_a_file_of_the_system_the_libraries_own_list_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = ssl.DefaultVerifyPaths(None, None, "", "", "", "")  # type: ignore[call-arg, arg-type]
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    monkeypatch.setattr("tiepoint.network.certificates._BUNDLES", ())
    assert system_bundle() == ""
