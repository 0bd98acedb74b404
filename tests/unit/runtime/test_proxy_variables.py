"""The variables that libraries and children ask for the proxy."""

from __future__ import annotations

import json
import os
import urllib.request
from typing import Any

import pytest

from tiepoint.runtime.proxy import BEFORE, ProxyVariables

PROXY = "http://proxy.example:3128"


def test_a_chosen_proxy_is_set_in_both_spellings_and_spares_this_computer() -> None:
    environ = {"NO_PROXY": "intranet.example", "ALL_PROXY": "http://old:1"}
    ProxyVariables(environ).use(PROXY)
    assert {environ[name] for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY")} == {PROXY}
    assert environ["no_proxy"] == environ["NO_PROXY"] == "intranet.example,localhost,127.0.0.1,::1"
    assert "ALL_PROXY" not in environ


def test_straight_means_no_proxy_even_where_the_system_has_one() -> None:
    environ = {"https_proxy": "http://old:1", "ALL_PROXY": "http://old:1"}
    ProxyVariables(environ).use("")
    assert json.loads(environ.pop(BEFORE)) == {"https_proxy": "http://old:1", "ALL_PROXY": "http://old:1"}
    assert environ == {"no_proxy": "*", "NO_PROXY": "*"}


def test_what_the_system_says_comes_back() -> None:
    before = {"https_proxy": "http://old:1", "NO_PROXY": "*"}
    environ = dict(before)
    variables = ProxyVariables(environ)
    variables.use(PROXY)
    assert environ["no_proxy"] == "localhost,127.0.0.1,::1"
    variables.use("")
    variables.use(None)
    assert environ == before
    variables.use(PROXY)
    variables.restore()
    assert environ == before


def test_the_standard_library_obeys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    variables = ProxyVariables()
    variables.use(PROXY)
    try:
        assert urllib.request.getproxies()["https"] == PROXY
        assert urllib.request.proxy_bypass("localhost")
        assert not urllib.request.proxy_bypass("management.azure.com")
        variables.use("")
        assert urllib.request.proxy_bypass("management.azure.com")
    finally:
        variables.restore()
    assert "https" not in urllib.request.getproxies()


class _Watched(dict[str, str]):
    """An environment that another thread may ask at any moment: it takes note of every change."""

    changes = 0

    def __setitem__(self, name: str, value: str) -> None:
        self.changes += 1
        super().__setitem__(name, value)

    def pop(self, name: str, *default: Any) -> Any:
        self.changes += name in self
        return super().pop(name, *default)


def test_the_same_choice_again_touches_nothing_and_another_one_leaves_no_gap() -> None:
    environ = _Watched(ALL_PROXY="http://old:1")
    variables = ProxyVariables(environ)
    variables.use(PROXY)
    changes = environ.changes
    variables.use(PROXY)
    assert environ.changes == changes
    variables.use("http://another.example:3128")
    assert environ.changes == changes + 4


def test_a_child_knows_what_the_system_says() -> None:
    before = {"https_proxy": "http://old:1", "NO_PROXY": "intranet.example"}
    environ = dict(before)
    ProxyVariables(environ).use(PROXY)
    child = ProxyVariables(environ)
    assert not child.use(PROXY)
    assert child.use("http://another.example:3128")
    assert environ["no_proxy"] == "intranet.example,localhost,127.0.0.1,::1"
    grandchild = ProxyVariables(environ)
    assert grandchild.use(None)
    assert environ == before
    assert not grandchild.use(None)
