"""The proxy before a server: what the environment names, what it excepts, what is not understood."""

from __future__ import annotations

import base64
import threading

import pytest

from tiepoint.domain.errors import ConnectionLost
from tiepoint.network.proxies import Proxy, proxy_before, proxy_url
from tiepoint.runtime.proxy import ProxyVariables

_FAR = ("https", "far.example", 443)
_MANY = 2000


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_nothing_named_is_straight() -> None:
    assert proxy_url(*_FAR) == ""
    assert proxy_before(*_FAR) is None


def test_each_kind_of_server_has_its_own_and_all_is_the_last_resort(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "one.example:3128")
    monkeypatch.setenv("ALL_PROXY", "http://all.example")
    assert proxy_before(*_FAR) == Proxy("one.example", 3128)
    assert proxy_before("http", "far.example", 80) == Proxy("all.example", 8080)


@pytest.mark.parametrize(
    ("excepted", "host", "port", "is_straight"),
    [
        ("far.example", "far.example", 443, True),
        ("far.example", "a.far.example", 443, True),
        ("far.example", "nearfar.example", 443, False),
        ("far.example:8443", "far.example", 8443, True),
        ("far.example:8443", "far.example", 443, False),
        ("fd00::1", "fd00::1", 443, True),
        ("[fd00::1]", "fd00::1", 443, True),
        ("[fd00::1]:8443", "fd00::1", 8443, True),
        ("[fd00::1]:8443", "fd00::1", 443, False),
        ("*", "far.example", 443, True),
    ],
)
def test_exceptions(excepted: str, host: str, port: int, *, is_straight: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", excepted)
    assert (proxy_before("https", host, port) is None) is is_straight


def test_a_password_is_sent_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:Top%40Secret@proxy.example")
    proxy = proxy_before(*_FAR)
    assert proxy is not None
    assert proxy.headers == {"Proxy-Authorization": f"Basic {base64.b64encode(b'me:Top@Secret').decode()}"}
    assert repr(proxy) == "Proxy('proxy.example', 8080)"
    assert Proxy("proxy.example", 8080).headers == {}


@pytest.mark.parametrize(
    "named", ["socks5://me:TopSecret@proxy.example", "http://[broken", "http://", "http://p:99999", "https://p:1"]
)
def test_what_is_not_understood_is_said_without_the_password(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", named)
    with pytest.raises(ConnectionLost, match="not understood") as caught:
        proxy_before(*_FAR)
    assert "TopSecret" not in repr(caught.value.to_dict())
    assert caught.value.remedy


def test_a_proxy_that_is_changed_while_it_is_asked_for_fails_nobody() -> None:
    environment, is_over = ProxyVariables(), threading.Event()

    def change() -> None:
        while not is_over.is_set():
            environment.use("http://one.example:3128")
            environment.use("")

    changing = threading.Thread(target=change)
    changing.start()
    try:
        assert {proxy_url(*_FAR) for _ in range(_MANY)} <= {"http://one.example:3128", ""}
    finally:
        is_over.set()
        changing.join()
        environment.restore()
