"""The doctor's network looked at for real: servers of the test's own on this computer."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ports import free_port
from scripted_server import ScriptedServer, answer
from tiepoint.adapters.computer import surroundings as module
from tiepoint.adapters.computer.surroundings import LocalSurroundings
from tiepoint.ports.surroundings import Reached, Reply, SecretStore
from tls_papers import make_papers

_VARIABLES = ("http_proxy", "https_proxy", "no_proxy", "all_proxy", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> LocalSurroundings:
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return LocalSurroundings(lambda: SecretStore.LOCKED, patience_s=5.0)


async def test_this_computer_meets_itself(looks: LocalSurroundings) -> None:
    assert await looks.loopback() == ""
    assert await looks.secrets() is SecretStore.LOCKED
    assert datetime(2020, 1, 1, tzinfo=UTC) < looks.built() <= datetime.now(UTC)


async def test_connections(looks: LocalSurroundings) -> None:
    with ScriptedServer() as server:
        assert (await looks.connect("127.0.0.1", server.port)).reached is Reached.YES
    closed = await looks.connect("127.0.0.1", free_port())
    assert closed.reached is Reached.NO
    assert closed.problem
    assert (await looks.connect("no.such.host.invalid", 22)).reached is Reached.NO


async def test_proxies_come_from_the_environment(looks: LocalSurroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert looks.proxy("login.example") == ""
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert looks.proxy("login.example") == "http://proxy.example:3128"
    assert looks.proxy("inside.example") == ""
    monkeypatch.delenv("https_proxy")
    monkeypatch.setenv("ALL_PROXY", "http://all.example:3128")
    assert looks.proxy("login.example") == "http://all.example:3128"
    monkeypatch.setenv("ALL_PROXY", "socks5://all.example:1080")
    assert "socks5" in (await looks.ask_https("login.example", 443)).problem


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the system keeps no file there")
async def test_certificates(looks: LocalSurroundings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    assert "cannot be read" in (await looks.certificates()).problem
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(broken))
    assert (await looks.certificates()).problem
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setattr(module, "system_bundle", lambda: str(broken))
    assert (await looks.certificates()).problem


async def test_a_web_server_tells_its_clock(looks: LocalSurroundings, tmp_path: Path) -> None:
    papers = make_papers(tmp_path)
    with ScriptedServer(answer(403, "Date: Thu, 26 Nov 2026 09:00:00 GMT"), context=papers.server_context()) as server:
        reply = await looks.ask_https("localhost", server.port, str(papers.authority))
    assert server.seen[0].line == "HEAD / HTTP/1.1"
    assert (reply.reached, reply.date) == (Reached.YES, datetime(2026, 11, 26, 9, 0, tzinfo=UTC))


async def test_a_web_server_with_its_own_certificate_is_not_believed(looks: LocalSurroundings, tmp_path: Path) -> None:
    with ScriptedServer(context=make_papers(tmp_path).server_context()) as server:
        reply = await looks.ask_https("localhost", server.port)
    assert reply.reached is Reached.UNTRUSTED
    assert "certificate" in reply.problem


async def test_a_proxy_is_asked_for_the_way(looks: LocalSurroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(answer(407)) as server:
        monkeypatch.setenv("https_proxy", f"http://mila:secret@127.0.0.1:{server.port}")
        reply = await looks.ask_https("login.example", 443)
    (asked,) = server.seen
    assert asked.line.startswith("CONNECT login.example:443 ")
    assert asked.header("Proxy-Authorization") == "Basic bWlsYTpzZWNyZXQ="
    assert reply.reached is Reached.NO
    assert "407" in reply.problem


async def test_names_and_stores_that_never_answer_hold_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, begun = threading.Event(), threading.Semaphore(0)

    def never(*_: object, **__: object) -> list[tuple[object, ...]]:
        begun.release()
        answers.wait(60)
        raise socket.gaierror("no answer")

    def store() -> SecretStore:
        begun.release()
        answers.wait(60)
        return SecretStore.OPEN

    monkeypatch.setattr(socket, "getaddrinfo", never)
    looks = LocalSurroundings(store, patience_s=0.05)
    try:
        deaf, web, kept = await asyncio.gather(
            looks.connect("far.example", 22), looks.ask_https("far.example", 443), looks.secrets()
        )
        assert (deaf, web) == (Reply(Reached.NO, "no answer"),) * 2
        assert kept is SecretStore.LOCKED
    finally:
        answers.set()
        for thread in [each for each in threading.enumerate() if each.name == "doctor"]:
            thread.join(10)
    assert begun.acquire(timeout=10)


async def test_what_goes_wrong_in_a_look_is_raised() -> None:
    def broken() -> SecretStore:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        await LocalSurroundings(broken).secrets()
