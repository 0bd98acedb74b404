"""Lists of updates from a real https server: believed, refused, cut; through a proxy; and not one packet when off."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fakes.clock import FakeClock
from fakes.keeping import keeping
from fakes.products import FakeSettingsStore
from patience import PATIENCE_S
from scripted_server import Exchange, ScriptedServer, Step
from signed_updates import Signer, manifest_now
from tiepoint.adapters.updates.signed_manifest import SignedManifest
from tiepoint.adapters.updates.update_memory import FileUpdateMemory
from tiepoint.domain.errors import ConnectionLost, InputError
from tiepoint.domain.policy import Policy
from tiepoint.domain.release import Manifest, UpdateNotes
from tiepoint.services.preferences import Preferences
from tiepoint.services.updates import UpdateService, UpdateSnapshot, UpdateState
from tls_papers import TlsPapers, make_papers

SIGNER = Signer()
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> TlsPapers:
    return make_papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture(autouse=True)
def _believes_the_papers(papers: TlsPapers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(papers.authority))
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@contextlib.contextmanager
def served(papers: TlsPapers, *steps: Step) -> Iterator[ScriptedServer]:
    with ScriptedServer(*steps, context=papers.server_context()) as server:
        yield server


def gives(content: bytes, headers: str = "", status: int = 200, length: int | None = None) -> Step:
    def step(exchange: Exchange) -> None:
        exchange.reply_as_anybody(status, headers, content, length=length)
        exchange.close()

    return step


def address(server: ScriptedServer, host: str = "127.0.0.1") -> str:
    return f"https://{host}:{server.port}/tiepoint/updates.json?channel=slow"


async def fetched(server: ScriptedServer, **limits: Any) -> Manifest:
    return await SignedManifest(**limits).fetch(address(server), [SIGNER.public])


async def lost(server: ScriptedServer, **limits: Any) -> ConnectionLost:
    with pytest.raises(ConnectionLost) as failure:
        await fetched(server, **limits)
    assert failure.value.remedy
    return failure.value


async def test_a_signed_list_is_believed(papers: TlsPapers) -> None:
    manifest = manifest_now()
    with served(papers, gives(SIGNER.envelope(manifest))) as server:
        assert await fetched(server) == manifest


async def test_nothing_about_the_person_or_the_computer_is_sent(papers: TlsPapers) -> None:
    with served(papers, gives(SIGNER.envelope(manifest_now()))) as server:
        await fetched(server)
    head = server.seen[0].head.split("\r\n")
    assert head[0] == "GET /tiepoint/updates.json?channel=slow HTTP/1.1"
    assert sorted(line for line in head[1:] if not line.startswith("Host: 127.0.0.1")) == [
        "Accept-Encoding: identity",
        "Accept: application/json",
        "Connection: close",
        "User-Agent: tiepoint",
    ]


async def test_a_list_by_another_key_is_refused(papers: TlsPapers) -> None:
    with (
        served(papers, gives(Signer().envelope(manifest_now()))) as server,
        pytest.raises(InputError, match="not signed by anybody"),
    ):
        await fetched(server)


async def test_a_list_changed_on_its_way_is_refused(papers: TlsPapers) -> None:
    content = SIGNER.envelope(manifest_now(sequence=7)), SIGNER.envelope(manifest_now(sequence=8))
    mixed = content[0].split(b'"signatures"')[0] + b'"signatures"' + content[1].split(b'"signatures"')[1]
    with served(papers, gives(mixed)) as server, pytest.raises(InputError, match="changed after it had been signed"):
        await fetched(server)


@pytest.mark.parametrize("content", [b"", b"{}", b"nothing of the kind", b"\x00" * 1000])
async def test_what_is_no_list_is_refused(papers: TlsPapers, content: bytes) -> None:
    with served(papers, gives(content)) as server, pytest.raises(InputError, match="no list of updates at 127"):
        await fetched(server)


async def test_a_list_that_breaks_off_is_no_list(papers: TlsPapers) -> None:
    content = SIGNER.envelope(manifest_now())
    with served(papers, gives(content[:-200], length=len(content))) as server:
        assert "broke off" in (await lost(server)).summary


async def test_a_list_cut_short_by_its_sender_is_no_list(papers: TlsPapers) -> None:
    with (
        served(papers, gives(SIGNER.envelope(manifest_now())[:-200])) as server,
        pytest.raises(InputError, match="not a whole one"),
    ):
        await fetched(server)


async def test_an_answer_without_end_is_not_read_to_its_end(papers: TlsPapers) -> None:
    sent = []

    def pours(exchange: Exchange) -> None:
        exchange.reply_as_anybody(200, "", b"", length=-1)
        for _ in range(10_000):
            exchange.sock.sendall(b"x" * 65_536)
            sent.append(65_536)

    with served(papers, pours) as server:
        assert "far more than a list" in (await lost(server, most_bytes=100_000)).summary
    assert sum(sent) < 50_000_000


async def test_a_page_of_a_network_that_wants_a_sign_in_is_known(papers: TlsPapers) -> None:
    with served(
        papers, gives(b"\n <!DOCTYPE html><html>Welcome to the hotel</html>", "Content-Type: text/html")
    ) as net:
        failure = await lost(net)
    assert "a page instead of a list" in failure.summary
    assert "sign in" in failure.remedy


async def test_being_sent_to_another_place_over_https_is_followed(papers: TlsPapers) -> None:
    manifest = manifest_now()
    with (
        served(papers, gives(SIGNER.envelope(manifest))) as other,
        served(papers, gives(b"", f"Location: {address(other, 'localhost')}", 302)) as server,
    ):
        assert await fetched(server) == manifest


@pytest.mark.parametrize("place", ["http://portal.example/login", "//portal example/", "ftp://updates.example/x"])
async def test_being_sent_away_from_https_is_not_followed(papers: TlsPapers, place: str) -> None:
    with served(papers, gives(b"", f"Location: {place}", 307)) as server:
        assert "without https" in (await lost(server)).summary
        assert server.connections == 1


async def test_being_sent_in_a_circle_ends(papers: TlsPapers) -> None:
    with served(papers, gives(b"", "Location: /tiepoint/updates.json?again", 301)) as server:
        assert "in a circle" in (await lost(server)).summary
    assert server.connections == 6


@pytest.mark.parametrize(
    ("status", "words", "is_worth_another_try"),
    [(404, "no list of updates at this address", False), (503, "answers with 503", True), (403, "403", True)],
)
async def test_other_answers_are_said(papers: TlsPapers, status: int, words: str, is_worth_another_try: bool) -> None:
    with served(papers, gives(b"no", "", status)) as server:
        failure = await lost(server)
    assert words in failure.summary
    assert failure.retryable is is_worth_another_try


async def test_a_server_whose_certificate_nobody_knows_is_not_asked(
    papers: TlsPapers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(make_papers(tmp_path).authority))
    with served(papers, gives(SIGNER.envelope(manifest_now()))) as server:
        failure = await lost(server)
        assert not server.seen
    assert "not trusted by this computer" in failure.summary
    assert "SSL_CERT_FILE" in failure.remedy


async def test_a_certificate_of_another_name_is_not_believed(
    papers: TlsPapers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(papers, gives(b"")) as server, _Proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(ConnectionLost, match=r"updates\.example belongs to another name"):
            await SignedManifest().fetch(address(server, "updates.example"), [SIGNER.public])
        assert not server.seen


async def test_a_server_without_https_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answering = threading.Thread(target=_answer_plainly, args=(listener,))
        answering.start()
        with pytest.raises(ConnectionLost, match="No encrypted connection"):
            await SignedManifest().fetch(f"https://127.0.0.1:{listener.getsockname()[1]}/", [SIGNER.public])
        answering.join(PATIENCE_S)


def _answer_plainly(listener: socket.socket) -> None:
    sock, _ = listener.accept()
    with sock:
        sock.recv(65_536)
        sock.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


async def test_nobody_there_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionLost, match="Nothing answers at 127.0.0.1") as failure:
            await SignedManifest().fetch(f"https://127.0.0.1:{taken.getsockname()[1]}/", [SIGNER.public])
    assert failure.value.retryable


async def test_a_name_that_is_not_there_is_said() -> None:
    for name in ("updates.invalid", f"{'x' * 70}.invalid"):
        with pytest.raises(ConnectionLost, match="was not found"):
            await SignedManifest().fetch(f"https://{name}/", [SIGNER.public])


def _drips(exchange: Exchange) -> None:
    exchange.reply_as_anybody(200, "", b"", length=1000)
    while not exchange.over.wait(0.02):
        exchange.sock.sendall(b" ")


@pytest.mark.parametrize("step", [Exchange.say_nothing, _drips], ids=["silent", "dripping"])
async def test_a_slow_answer_has_its_limit(papers: TlsPapers, step: Step) -> None:
    before = time.monotonic()
    with served(papers, step) as server:
        assert "takes too long" in (await lost(server, limit_s=0.4)).summary
    assert time.monotonic() - before < 5


async def test_a_silent_server_has_its_limit_at_every_step(papers: TlsPapers) -> None:
    with served(papers, Exchange.say_nothing) as server:
        assert "does not answer" in (await lost(server, step_s=0.3)).summary


async def test_giving_up_cuts_the_connection_and_leaves_no_thread(papers: TlsPapers) -> None:
    with served(papers, Exchange.say_nothing) as server:
        asking = asyncio.create_task(fetched(server))
        while not server.seen:  # noqa: ASYNC110  what a thread saw has no event of the loop
            await asyncio.sleep(0.005)
        threads = [each for each in threading.enumerate() if each.name == "updates"]
        assert len(threads) == 1
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.to_thread(threads[0].join, PATIENCE_S)
        assert not threads[0].is_alive()


@pytest.mark.parametrize(
    ("where", "keys", "words"),
    [
        ("http://127.0.0.1:{port}/", [SIGNER.public], "over https only"),
        ("https://name:word@127.0.0.1:{port}/", [SIGNER.public], "no user name"),
        ("https://127.0.0.1:{port}/", [], "came without a key"),
        ("https://127.0.0.1:{port}/", ["no key"], "came without a key"),
    ],
)
async def test_what_makes_no_sense_is_not_even_asked(
    papers: TlsPapers, where: str, keys: list[str], words: str
) -> None:
    with served(papers, gives(b"")) as server:
        with pytest.raises(InputError, match=words):
            await SignedManifest().fetch(where.format(port=server.port), keys)
        assert server.connections == 0


class _Proxy:
    """Passes on what asks for a way through by CONNECT, and remembers for whom."""

    def __init__(self, answer: str = "200 Go", authorization: str = "") -> None:
        self.asked: list[str] = []
        self._answer, self._authorization = answer, authorization
        self._server = ScriptedServer(self._step)
        self.port = self._server.port

    def __enter__(self) -> _Proxy:
        return self

    def __exit__(self, *ended: object) -> None:
        self._server.__exit__(*ended)

    def _step(self, exchange: Exchange) -> None:
        self.asked.append(exchange.line)
        exchange.close()
        if self._authorization and exchange.header("Proxy-Authorization") != self._authorization:
            exchange.sock.sendall(b"HTTP/1.1 407 Who are you\r\n\r\n")
            return
        exchange.sock.sendall(f"HTTP/1.1 {self._answer}\r\n\r\n".encode())
        if not self._answer.startswith("200"):
            return
        port = int(exchange.line.split()[1].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as there:
            back = threading.Thread(target=_pass_on, args=(there, exchange.sock))
            back.start()
            _pass_on(exchange.sock, there)
            back.join(PATIENCE_S)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65_536):
            target.sendall(part)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


async def test_a_proxy_is_obeyed_and_sees_no_more_than_the_name(
    papers: TlsPapers, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = manifest_now()
    with served(papers, gives(SIGNER.envelope(manifest))) as server, _Proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert await SignedManifest().fetch(address(server, "localhost"), [SIGNER.public]) == manifest
        assert proxy.asked == [f"CONNECT localhost:{server.port} HTTP/1.{'1' if '/1.1' in proxy.asked[0] else '0'}"]
        monkeypatch.setenv("NO_PROXY", "localhost")
        await SignedManifest().fetch(address(server, "localhost"), [SIGNER.public])
        assert len(proxy.asked) == 1


async def test_a_proxy_may_want_a_name_and_a_password(papers: TlsPapers, monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        served(papers, gives(SIGNER.envelope(manifest_now()))) as server,
        _Proxy(authorization="Basic bmFtZTp3QHJk") as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert "wants a user name and a password" in (await lost(server)).summary
        monkeypatch.setenv("HTTPS_PROXY", f"http://name:w%40rd@127.0.0.1:{proxy.port}")
        await fetched(server)


async def test_a_proxy_that_refuses_is_said(papers: TlsPapers, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(papers, gives(b"")) as server, _Proxy("403 Never") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        assert "lets nobody through to 127.0.0.1" in (await lost(server)).summary
        assert server.connections == 0


@pytest.mark.parametrize("named", ["socks5://127.0.0.1:1080", "http://[broken", "http://"])
async def test_a_proxy_of_another_kind_is_said(papers: TlsPapers, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", named)
    with served(papers, gives(b"")) as server:
        assert "not understood" in (await lost(server)).summary
        assert server.connections == 0


class _Studio:
    """A program that looks at a server, with a memory in a file."""

    def __init__(self, server: ScriptedServer, folder: Path, **policy: Any) -> None:
        rules = Policy(update_address=address(server), update_keys=(SIGNER.public,), **policy)
        self.preferences = Preferences(FakeSettingsStore(), rules)
        self._folder = folder

    async def look(self) -> UpdateSnapshot:
        """Look as a program does that was just started."""
        memory = FileUpdateMemory(self._folder / "updates.json", keeping())
        clock = FakeClock(datetime.now(UTC))
        service = UpdateService(SignedManifest(), memory, self.preferences, "0.1.0", ("", ()), clock)
        try:
            return await service.look()
        finally:
            await service.stop()


async def test_good_then_replayed_then_expired_then_future(papers: TlsPapers, tmp_path: Path) -> None:
    lists = (
        manifest_now(sequence=8),
        manifest_now(sequence=7),
        manifest_now(sequence=9, days=1, age=timedelta(days=2)),
        manifest_now(sequence=10, age=timedelta(days=-2)),
        manifest_now(sequence=11),
    )
    with served(papers, *(gives(SIGNER.envelope(each)) for each in lists)) as server:
        studio = _Studio(server, tmp_path)
        assert (await studio.look()).state is UpdateState.AVAILABLE
        for words in ("An older list of updates", "has expired", "still to come"):
            snapshot = await studio.look()
            assert snapshot.state is UpdateState.FAILED
            assert snapshot.failure is not None
            assert words in snapshot.failure.summary
        assert (await studio.look()).state is UpdateState.AVAILABLE


async def test_switched_off_by_the_organisation_there_is_not_one_packet(papers: TlsPapers, tmp_path: Path) -> None:
    with served(papers, gives(SIGNER.envelope(manifest_now()))) as server:
        assert (await _Studio(server, tmp_path, updates=False).look()).state is UpdateState.OFF
        assert server.connections == 0
    assert FileUpdateMemory(tmp_path / "updates.json", keeping()).load() == UpdateNotes()


def test_the_tests_server_is_judged_by_its_certificate(papers: TlsPapers) -> None:
    assert papers.client_context().verify_mode is ssl.CERT_REQUIRED
