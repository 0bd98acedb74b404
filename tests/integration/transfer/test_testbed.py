"""The ground the tests of transfers stand on: the servers take what they should, the proxy harms what it should."""

from __future__ import annotations

import hashlib
import http.client
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

import blob_rights
from blob_server import Container
from fault_proxy import FaultProxy
from faults import Answer, CorruptReply, CorruptRequest, CutReply, CutRequest, LoseReply, Stall, StallReply, busy
from tls_papers import TlsPapers

CONTENT = bytes(range(256)) * 1000
VERSION = {"x-ms-version": "2021-12-02"}
PUT = {**VERSION, "x-ms-blob-type": "BlockBlob"}


@pytest.fixture
def wire(fault_proxy: FaultProxy) -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection("127.0.0.1", fault_proxy.port, timeout=20)) as connection:
        yield connection


def ask(
    wire: http.client.HTTPConnection, method: str, target: str, body: bytes = b"", **headers: str
) -> tuple[int, bytes]:
    wire.request(method, target, body, {**PUT, **{name.replace("_", "-"): value for name, value in headers.items()}})
    reply = wire.getresponse()
    return reply.status, reply.read()


def target(container: Container, name: str = "a b.jpg", rights: str = blob_rights.FULL, **life: float) -> str:
    path = f"/{blob_rights.ACCOUNT}/{container.name}" + (f"/{name.replace(' ', '%20')}" if name else "")
    return f"{path}?{blob_rights.sas(container.name, rights, **life)}"


def test_signatures_open_what_they_say(container: Container, wire: http.client.HTTPConnection) -> None:
    assert ask(wire, "PUT", target(container), CONTENT)[0] == 201
    assert container.names() == ["a b.jpg"]
    assert container.content("a b.jpg") == CONTENT
    assert container.md5("a b.jpg") == hashlib.md5(CONTENT).hexdigest()
    assert ask(wire, "GET", target(container, rights=blob_rights.READ_ONLY))[1] == CONTENT
    assert ask(wire, "PUT", target(container, rights=blob_rights.READ_ONLY), CONTENT)[0] == 403
    assert ask(wire, "PUT", target(container, lives_s=-60), CONTENT)[0] == 403
    listing = "&restype=container&comp=list"
    assert ask(wire, "GET", target(container, "", blob_rights.READ_ONLY) + listing)[0] == 200
    assert ask(wire, "GET", target(container, "", blob_rights.WITHOUT_LIST) + listing)[0] == 403


def test_bearer_tokens_open_the_https_server(container_https: Container, trusts_papers: TlsPapers) -> None:
    context, port = ssl.create_default_context(), container_https.server.port
    with closing(http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=context)) as wire:
        path = f"/{blob_rights.ACCOUNT}/{container_https.name}/a.jpg"
        good, old = (f"Bearer {blob_rights.bearer(lives_s=lives_s)}" for lives_s in (20, -1))
        assert ask(wire, "PUT", path, CONTENT, Authorization=good)[0] == 201
        assert ask(wire, "PUT", path, CONTENT, Authorization=old)[0] in (401, 403)
    assert container_https.content("a.jpg") == CONTENT


def test_the_proxy_counts(container: Container, wire: http.client.HTTPConnection, fault_proxy: FaultProxy) -> None:
    ask(wire, "PUT", target(container), CONTENT)
    ask(wire, "PUT", target(container, "b") + "&comp=block&blockid=AAAA", CONTENT)
    ask(wire, "GET", target(container, "") + "&restype=container&comp=list")
    ask(wire, "HEAD", target(container))
    ask(wire, "GET", target(container))
    assert fault_proxy.counts == {"put": 1, "block": 1, "list": 1, "head": 1, "get": 1}
    assert fault_proxy.sent() == 2 * len(CONTENT)
    assert fault_proxy.sent("block") == len(CONTENT)
    assert fault_proxy.got() == len(CONTENT)
    assert [request.status for request in fault_proxy.requests] == [201, 201, 200, 200, 200]


@pytest.mark.parametrize("fault", [CutRequest(5000), LoseReply()])
def test_a_cut_request_is_a_reset(
    container: Container, wire: http.client.HTTPConnection, fault_proxy: FaultProxy, fault: CutRequest | LoseReply
) -> None:
    fault_proxy.add(fault, "put")
    with pytest.raises(OSError):  # noqa: PT011 - a reset or a broken pipe, as it happens
        ask(wire, "PUT", target(container), CONTENT)
    wire.close()
    assert container.names() == (["a b.jpg"] if isinstance(fault, LoseReply) else [])
    assert ask(wire, "PUT", target(container), CONTENT)[0] == 201
    assert [request.fault for request in fault_proxy.befallen] == [type(fault).__name__]


def test_a_cut_reply_is_short(container: Container, wire: http.client.HTTPConnection, fault_proxy: FaultProxy) -> None:
    container.put("a b.jpg", CONTENT)
    fault_proxy.add(CutReply(5000), "get")
    with pytest.raises((OSError, http.client.IncompleteRead)):
        ask(wire, "GET", target(container))
    wire.close()
    assert ask(wire, "GET", target(container))[1] == CONTENT


def test_a_byte_is_changed_either_way(
    container: Container, wire: http.client.HTTPConnection, fault_proxy: FaultProxy
) -> None:
    fault_proxy.add(CorruptRequest(at=300_000 % len(CONTENT)), "put")
    ask(wire, "PUT", target(container), CONTENT)
    assert sum(a != b for a, b in zip(container.content("a b.jpg"), CONTENT, strict=True)) == 1
    container.put("a b.jpg", CONTENT)
    fault_proxy.add(CorruptReply(), "get")
    assert sum(a != b for a, b in zip(ask(wire, "GET", target(container))[1], CONTENT, strict=True)) == 1


def test_the_proxy_answers_in_the_servers_place(
    container: Container, wire: http.client.HTTPConnection, fault_proxy: FaultProxy
) -> None:
    fault_proxy.add(busy(429, 1), "put", skip=1)
    fault_proxy.add(Answer(403, "AuthenticationFailed", {"Date": "Thu, 01 Jan 2026 00:00:00 GMT"}), "put")
    answers = [ask(wire, "PUT", target(container, str(index)), CONTENT)[0] for index in range(3)]
    assert answers == [403, 429, 201]


@pytest.mark.parametrize(("fault", "method"), [(Stall(0.3), "PUT"), (StallReply(0.3), "GET")])
def test_a_stall_takes_its_time_and_harms_nothing(
    container: Container, wire: http.client.HTTPConnection, fault_proxy: FaultProxy, fault: Stall, method: str
) -> None:
    container.put("a b.jpg", CONTENT)
    fault_proxy.add(fault, "put get")
    began = time.monotonic()
    ask(wire, method, target(container), CONTENT if method == "PUT" else b"")
    assert time.monotonic() - began >= 0.3
    assert container.content("a b.jpg") == CONTENT


def test_a_black_hole_swallows_for_a_while(
    container: Container, wire: http.client.HTTPConnection, fault_proxy: FaultProxy
) -> None:
    fault_proxy.black_hole(0.4)
    began = time.monotonic()
    assert ask(wire, "PUT", target(container), CONTENT)[0] == 201
    assert time.monotonic() - began >= 0.4


def test_offline_refuses_and_online_listens_again(
    container: Container, wire: http.client.HTTPConnection, fault_proxy: FaultProxy
) -> None:
    assert ask(wire, "PUT", target(container), CONTENT)[0] == 201
    fault_proxy.offline()
    wire.close()
    with pytest.raises(ConnectionRefusedError):
        ask(wire, "PUT", target(container), CONTENT)
    wire.close()
    fault_proxy.online()
    assert ask(wire, "PUT", target(container), CONTENT)[0] == 201


def test_the_proxy_ends_though_clients_hold_on(container_https: Container, trusts_papers: TlsPapers) -> None:
    context = ssl.create_default_context()
    with ExitStack() as held:
        for number in range(40):
            with FaultProxy(container_https.server.port, trusts_papers) as proxy:
                raw = held.enter_context(socket.create_connection(("127.0.0.1", proxy.port)))
                held.enter_context(context.wrap_socket(raw, server_hostname="127.0.0.1"))
                time.sleep(number / 10_000)  # the end comes at another step each time
