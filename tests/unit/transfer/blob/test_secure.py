from __future__ import annotations

import os
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tiepoint.transfer.blob.secure import Secure
from tls_papers import TlsPapers, make_papers

CONTENT = os.urandom(3_000_000)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> TlsPapers:
    return make_papers(tmp_path_factory.mktemp("papers"))


@contextmanager
def echoing(papers: TlsPapers) -> Iterator[socket.socket]:
    """A socket whose other end takes 3 MB, sends them back and hangs up."""
    here, there = socket.socketpair()

    def echo() -> None:
        try:
            with papers.server_context().wrap_socket(there, server_side=True) as far:
                got = bytearray()
                while len(got) < len(CONTENT) and (part := far.recv(1 << 16)):
                    got += part
                far.sendall(got)
        except OSError:
            there.close()

    thread = threading.Thread(target=echo)
    thread.start()
    here.settimeout(20)
    try:
        yield here
    finally:
        here.close()
        thread.join()


def send_all(sock: socket.socket, secure: Secure, content: bytes) -> None:
    view = memoryview(content)
    while view or secure.is_holding:
        try:
            view = view[secure.send(view) :]
        except BlockingIOError:
            select.select([], [sock], [], 20)


def receive_all(sock: socket.socket, secure: Secure, piece: int) -> bytes:
    got, buffer = bytearray(), bytearray(piece)
    while True:
        try:
            size = secure.recv_into(buffer)
        except BlockingIOError:
            select.select([sock], [], [], 20)
            continue
        if not size:
            return bytes(got)
        got += buffer[:size]


@pytest.mark.parametrize("piece", [1000, 1 << 20])
def test_what_is_sent_arrives_and_comes_back(papers: TlsPapers, piece: int) -> None:
    with echoing(papers) as sock:
        secure = Secure(sock, papers.client_context(), "127.0.0.1")
        secure.greet()
        sock.setblocking(False)
        send_all(sock, secure, CONTENT)
        assert receive_all(sock, secure, piece) == CONTENT


def test_nothing_there_yet_is_said_and_not_waited_for(papers: TlsPapers) -> None:
    with echoing(papers) as sock:
        secure = Secure(sock, papers.client_context(), "127.0.0.1")
        secure.greet()
        sock.setblocking(False)
        with pytest.raises(BlockingIOError):
            secure.recv(100)


def test_a_stranger_is_not_trusted(papers: TlsPapers) -> None:
    with echoing(papers) as sock, pytest.raises(ssl.SSLCertVerificationError):
        Secure(sock, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), "127.0.0.1").greet()


def test_another_name_is_not_trusted(papers: TlsPapers) -> None:
    with echoing(papers) as sock, pytest.raises(ssl.SSLCertVerificationError):
        Secure(sock, papers.client_context(), "photos.example").greet()


def test_who_hangs_up_during_the_greeting_is_an_error(papers: TlsPapers) -> None:
    here, there = socket.socketpair()
    there.close()
    with here, pytest.raises(OSError):  # noqa: PT011 - an end or a broken pipe, as it happens
        Secure(here, papers.client_context(), "127.0.0.1").greet()
