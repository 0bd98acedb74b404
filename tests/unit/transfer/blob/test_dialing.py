"""How connections come about: proxies, encryption, names nobody knows, and being stopped on the way."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripted_server import Exchange, ScriptedServer, answer, created
from tiepoint.domain.blob_place import BlobPlace, read_place
from tiepoint.domain.errors import ConnectionLost, UsageError
from tiepoint.runtime.stop import Stop, Stopped
from tiepoint.transfer.blob.connection import BlobConnection
from tiepoint.transfer.blob.credentials import BEARER, SAS, Credentials
from tiepoint.transfer.blob.errors import Refused, RefusedWhy, Unreachable, Untrusted
from tiepoint.transfer.blob.line import Course, Line, LineSettings
from tiepoint.transfer.blob.proxies import is_loopback, origin_of, proxy_for
from tiepoint.transfer.blob.trust import system_context, untrusted
from tls_papers import TlsPapers, make_papers

FAR = "account.blob.core.windows.net"
SECRET = "sp=rcwl&sr=c&sig=TopSecret"


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> TlsPapers:
    return make_papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


class Stand:
    def __init__(self, endpoint: str, kind: str = SAS, context: ssl.SSLContext | None = None) -> None:
        self.stop = Stop()
        self.line = Line(LineSettings(progress_s=20.0, connect_s=10.0, context=context))
        self.place = BlobPlace(endpoint, "box")
        self.credentials = Credentials()
        self.credentials.give(self.place, kind, SECRET if kind == SAS else "TopSecret")
        self.blob = BlobConnection(self.place, self.credentials, line=self.line, stop=self.stop)

    def put(self) -> None:
        self.blob.put_blob("a.jpg", 7, b"0" * 16, [memoryview(b"content")])


@pytest.fixture
def stands() -> Iterator[list[Stand]]:
    made: list[Stand] = []
    yield made
    for stand in made:
        stand.line.close()


def trusting(papers: TlsPapers) -> ssl.SSLContext:
    context = papers.client_context()
    context.check_hostname = False  # the far server is played by this computer
    return context


def bridge_to(port: int, seen: list[str]) -> ScriptedServer:
    """A proxy that lets one connection through, wherever it wanted to go."""

    def step(exchange: Exchange) -> None:
        seen.append(exchange.head)
        exchange.sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as far:
            back = threading.Thread(target=_pump, args=(far, exchange.sock))
            back.start()
            _pump(exchange.sock, far)
            back.join()
        exchange.close()

    return ScriptedServer(step)


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while part := source.recv(65536):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


def test_https_goes_through_the_proxy_of_the_environment(
    papers: TlsPapers, monkeypatch: pytest.MonkeyPatch, stands: list[Stand]
) -> None:
    seen: list[str] = []
    with ScriptedServer(created, context=papers.server_context()) as server, bridge_to(server.port, seen) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:pass%40word@127.0.0.1:{proxy.port}")
        stands.append(Stand(f"https://{FAR}", context=trusting(papers)))
        stands[0].put()
        stands[0].put()
        assert (proxy.connections, len(server.seen)) == (1, 2)
        assert seen[0].startswith(f"CONNECT {FAR}:443 HTTP/1.1\r\nHost: {FAR}:443")
        assert f"Basic {base64.b64encode(b'me:pass@word').decode()}" in seen[0]
        assert "TopSecret" not in seen[0]
        assert "Proxy-Authorization" not in server.seen[0].head
        assert server.seen[0].header("Host") == FAR
        stands[0].line.close()


def test_http_goes_through_the_proxy_with_its_whole_address(
    monkeypatch: pytest.MonkeyPatch, stands: list[Stand]
) -> None:
    with ScriptedServer(created) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        stands.append(Stand("http://blobs.example:8080/account"))
        stands[0].put()
        assert proxy.seen[0].line == f"PUT http://blobs.example:8080/account/box/a.jpg?{SECRET} HTTP/1.1"


@pytest.mark.parametrize(("status", "words"), [(407, "wants a user name"), (403, "lets nobody through")])
def test_a_proxy_that_refuses_is_said(
    status: int, words: str, monkeypatch: pytest.MonkeyPatch, stands: list[Stand]
) -> None:
    with ScriptedServer(answer(status)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:TopSecret@127.0.0.1:{proxy.port}")
        stands.append(Stand(f"https://{FAR}"))
        with pytest.raises(Unreachable, match=words) as caught:
            stands[0].put()
        assert "TopSecret" not in repr(caught.value.to_dict())


def test_exceptions_of_the_environment_are_honoured_and_loopback_never_goes_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example")
    monkeypatch.setenv("NO_PROXY", "blob.core.example,10.0.0.9")
    for url in ("https://a.blob.core.example", "https://127.0.0.1:1", "http://localhost:1/a", "https://[::1]:1/a"):
        assert proxy_for(origin_of(url)) is None
    through = proxy_for(origin_of(f"https://{FAR}"))
    assert through is not None
    assert (through.host, through.port) == ("proxy.example", 3128)
    monkeypatch.setenv("HTTPS_PROXY", "http://me:TopSecret@proxy.example:99999")
    with pytest.raises(ConnectionLost) as caught:
        proxy_for(origin_of(f"https://{FAR}"))
    assert "TopSecret" not in repr(caught.value.to_dict())
    monkeypatch.setenv("HTTPS_PROXY", "socks5://me:TopSecret@proxy.example:1080")
    with pytest.raises(ConnectionLost, match="socks5"):
        proxy_for(origin_of(f"https://{FAR}"))


def test_servers_are_addressed_as_http_has_it() -> None:
    assert origin_of("https://[::1]:99/a").netloc == "[::1]:99"
    assert origin_of("https://käse.example/a").netloc == "xn--kse-qla.example"
    assert origin_of(f"https://{FAR}").port == 443
    with pytest.raises(UsageError):
        origin_of(f"https://{'ä' * 70}.example")


def test_what_this_computer_is_called() -> None:
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.8.8.8", "::1", "blobs.localhost")))
    assert not any(map(is_loopback, ("10.0.0.1", "localhost.example", "example")))


def test_a_token_never_travels_unencrypted_but_to_this_computer(stands: list[Stand]) -> None:
    stands.append(Stand("http://blobs.example/account", BEARER))
    with pytest.raises(Refused) as caught:
        stands[0].put()
    assert caught.value.why is RefusedWhy.INSECURE
    assert stands[0].credentials.standing(stands[0].place).refusal is not None  # nobody takes it for a better one
    with ScriptedServer(created) as server:
        place, _ = read_place(server.url)
        stands.append(Stand(place.endpoint, BEARER))
        stands[1].put()
        assert server.seen[0].header("Authorization") == "Bearer TopSecret"
        assert server.seen[0].header("x-ms-date").endswith("GMT")
        assert "TopSecret" not in server.seen[0].line


def test_a_name_nobody_knows_is_said(stands: list[Stand]) -> None:
    stands.append(Stand("https://no-such-account.invalid"))
    with pytest.raises(Unreachable, match="no storage account of this name, or no network") as caught:
        stands[0].put()
    assert caught.value.is_offline


def test_large_bodies_pass_through_encryption_unchanged(papers: TlsPapers, stands: list[Stand]) -> None:
    content = bytes(range(256)) * 40_000

    def give(exchange: Exchange) -> None:
        exchange.reply(200, "", content)

    with ScriptedServer(created, give, context=papers.server_context()) as server:
        place, _ = read_place(server.url)
        stands.append(Stand(place.endpoint, context=papers.client_context()))
        pieces = [memoryview(content)[at : at + 1_000_000] for at in range(0, len(content), 1_000_000)]
        stands[0].blob.put_blob("a", len(content), b"0" * 16, pieces)
        assert server.seen[0].body == content
        assert stands[0].blob.get_small("a")[1] == content
        assert server.connections == 1


def test_an_early_answer_is_heard_through_encryption(papers: TlsPapers, stands: list[Stand]) -> None:
    def hasty(exchange: Exchange) -> None:
        exchange.reply(503)
        exchange.over.wait(60)

    with ScriptedServer(hasty, context=papers.server_context()) as server:
        place, _ = read_place(server.url)
        stands.append(Stand(place.endpoint, context=papers.client_context()))
        body = memoryview(bytes(64 * 2**20))
        with pytest.raises(Exception, match="asks for patience"):
            stands[0].blob.put_blob("a", len(body), b"0" * 16, [body[:1000], body[1000:]])


def test_stopping_ends_a_sender_through_encryption(papers: TlsPapers, stands: list[Stand]) -> None:
    def stopping(exchange: Exchange) -> None:
        stands[0].stop.stop()
        exchange.say_nothing()

    with ScriptedServer(stopping, context=papers.server_context()) as server:
        place, _ = read_place(server.url)
        stands.append(Stand(place.endpoint, context=papers.client_context()))
        body = memoryview(bytes(64 * 2**20))
        with pytest.raises(Stopped):
            stands[0].blob.put_blob("a", len(body), b"0" * 16, [body])


def test_stopping_ends_a_handshake_nobody_answers(stands: list[Stand]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stands.append(Stand(f"https://127.0.0.1:{listener.getsockname()[1]}/account"))
        timer = threading.Timer(0.1, stands[0].stop.stop)
        timer.start()
        with pytest.raises(Stopped):
            stands[0].put()
        timer.join()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="another system queues otherwise")
def test_stopping_ends_a_connection_that_does_not_come_about(stands: list[Stand]) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:  # fills the queue, so that the next one hears nothing
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        stands.append(Stand(f"http://127.0.0.1:{port}/account"))
        timer = threading.Timer(0.3, stands[0].stop.stop)
        timer.start()
        with pytest.raises(Stopped):
            stands[0].put()
        timer.join()
        for each in waiting:
            each.close()


def test_the_systems_certificates_are_read_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert system_context() is system_context()
    assert system_context().verify_mode is ssl.CERT_REQUIRED
    assert system_context().check_hostname
    before = system_context()
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert system_context() is not before


@pytest.mark.parametrize(
    ("code", "words"), [(9, "clock is wrong"), (10, "has expired"), (62, "another name"), (20, "not trusted")]
)
def test_every_fault_of_a_certificate_has_its_sentence(code: int, words: str) -> None:
    error = ssl.SSLCertVerificationError("no")
    error.verify_code, error.verify_message = code, "no"
    said = untrusted(error, FAR)
    assert isinstance(said, Untrusted)
    assert words in said.summary
    assert FAR in said.summary


def test_trouble_on_the_old_way_is_none_once_there_is_another(
    stands: list[Stand], monkeypatch: pytest.MonkeyPatch
) -> None:
    course = Course()
    with ScriptedServer(created) as proxy:

        def look_up(host: str, port: int, **more: int) -> list[tuple[object, ...]]:
            if host != "old.example":
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
            monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
            course.change()
            raise socket.gaierror("unknown")

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        monkeypatch.setenv("http_proxy", "http://old.example:3128")
        stand = Stand("http://blobs.example:8080/account")
        stand.line = Line(LineSettings(course=course))
        stand.blob = BlobConnection(stand.place, stand.credentials, line=stand.line, stop=stand.stop)
        stands.append(stand)
        stand.put()
        assert len(proxy.seen) == 1
