"""What is a proxy, and which one holds."""

from __future__ import annotations

import pytest

from tiepoint.domain.policy import NO_POLICY, Policy
from tiepoint.domain.proxy import chosen_proxy, read_proxy
from tiepoint.domain.settings import Settings


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("proxy.example:3128", "http://proxy.example:3128"),
        (" http://proxy.example:80/ ", "http://proxy.example:80"),
        ("http://10.0.0.1:8080", "http://10.0.0.1:8080"),
        ("http://[fd00::1]:3128", "http://[fd00::1]:3128"),
    ],
)
def test_a_proxy_is_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert read_proxy(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "proxy.example",
        "https://proxy.example:443",
        "socks5://proxy.example:1080",
        "http://anna:pw@proxy.example:3128",
        "http://proxy.example:0",
        "http://proxy.example:99999",
        "http://proxy.example:x",
        "http://proxy.example:80/path",
        "http://pro xy:80",
        "http://-:80",
        "http://[::1:80",
    ],
)
def test_what_is_none_is_refused_with_the_reason(typed: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_proxy(typed)


def test_the_organisation_goes_before_the_person() -> None:
    own = Settings(proxy="http://own:1")
    assert chosen_proxy(NO_POLICY, Settings()) is None
    assert chosen_proxy(NO_POLICY, own) == "http://own:1"
    assert chosen_proxy(Policy(proxy="http://theirs:1"), own) == "http://theirs:1"
    assert chosen_proxy(Policy(proxy=""), own) == ""
