"""Clouds: the three of Azure's own, and one that a person describes."""

from __future__ import annotations

import pytest

from tiepoint.domain.cloud import CHINA, CLOUDS, PUBLIC, US_GOVERNMENT, custom_cloud
from tiepoint.domain.errors import UsageError

ENDPOINTS = {"authority": "https://login.example/", "management": "https://arm.example/"}


def test_every_cloud_has_https_and_scopes_of_its_own() -> None:
    for cloud in CLOUDS.values():
        for address in (cloud.authority, cloud.management, cloud.portal, cloud.prices):
            assert address.startswith("https://")
            assert not address.endswith("/")
        assert cloud.management_scope.endswith("/.default")
        assert cloud.blob_domains
    assert not CHINA.has_spot


@pytest.mark.parametrize(
    ("cloud", "endpoint"),
    [
        (PUBLIC, "https://tp1.blob.core.windows.net"),
        (PUBLIC, "https://tp1.z12.blob.storage.azure.net"),
        (US_GOVERNMENT, "https://tp1.blob.core.usgovcloudapi.net"),
        (CHINA, "https://tp1.blob.core.chinacloudapi.cn"),
    ],
)
def test_tokens_go_to_the_clouds_own_storage(cloud: object, endpoint: str) -> None:
    for each in CLOUDS.values():
        assert each.may_have_token(endpoint) is (each is cloud)


def test_a_custom_clouds_token_goes_anywhere_by_https() -> None:
    cloud = custom_cloud(ENDPOINTS)
    assert cloud.may_have_token("https://127.0.0.1:10000/tp1")
    assert not cloud.may_have_token("http://127.0.0.1:10000/tp1")
    assert not cloud.may_have_token("https://")


def test_a_custom_cloud_needs_two_endpoints_and_takes_the_rest_from_them() -> None:
    cloud = custom_cloud({**ENDPOINTS, "ca_file": "/ca.pem", "label": "Ours"})
    assert (cloud.authority, cloud.management) == ("https://login.example", "https://arm.example")
    assert cloud.management_audience == "https://arm.example"
    assert (cloud.label, cloud.ca_file, cloud.is_custom) == ("Ours", "/ca.pem", True)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"authority": "https://login.example"}, "management"),
        ({**ENDPOINTS, "authority": "http://login.example"}, "https://"),
        ({**ENDPOINTS, "autority": "https://login.example"}, "autority"),
        ({**ENDPOINTS, "prices": "ftp://x"}, "prices"),
    ],
)
def test_what_is_wrong_with_a_custom_cloud_is_named(values: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        custom_cloud(values)
