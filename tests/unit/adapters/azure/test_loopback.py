"""The small web server that hears the browser's answer: what it takes, what it lets pass, and that it is gone after."""

from __future__ import annotations

import contextlib
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import pytest

from patience import PATIENCE_S, Watch
from tiepoint.adapters.azure.loopback import Loopback
from tiepoint.domain.errors import Canceled, SignInNeeded, TiepointError

ANSWER = {"code": "planted-code", "state": "s1"}


class _Waiting:
    """A loopback that is waited for in a thread, as a sign-in does."""

    def __init__(self, loopback: Loopback, limit_s: float = 10) -> None:
        self.loopback = loopback
        self.result: Mapping[str, str] = {}
        self.error: TiepointError | None = None
        self._limit_s = limit_s
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.result = self.loopback.wait("s1", self._limit_s)
            self.loopback.answer(is_signed_in=True)
        except TiepointError as error:
            self.error = error


@pytest.fixture
def waiting() -> Iterator[_Waiting]:
    with contextlib.closing(Loopback()) as loopback:
        made = _Waiting(loopback)
        yield made
        loopback.cancel()
        made.thread.join(PATIENCE_S)


def _post(address: str, fields: dict[str, str]) -> str:
    request = urllib.request.Request(address, urlencode(fields).encode())
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:
        assert reply.headers["Cache-Control"] == "no-store"
        return bytes(reply.read()).decode()


def test_a_posted_answer_is_taken_and_the_page_says_so(waiting: _Waiting) -> None:
    page = _post(waiting.loopback.address, ANSWER)
    waiting.thread.join(PATIENCE_S)
    assert waiting.result == ANSWER
    assert "You are signed in" in page
    assert "planted-code" not in page


def test_an_answer_in_the_address_is_taken_too(waiting: _Waiting) -> None:
    with urllib.request.urlopen(f"{waiting.loopback.address}/?{urlencode(ANSWER)}", timeout=PATIENCE_S) as reply:
        assert reply.status == 200
    waiting.thread.join(PATIENCE_S)
    assert waiting.result == ANSWER


def test_a_refusal_is_an_answer(waiting: _Waiting) -> None:
    _post(waiting.loopback.address, {"error": "access_denied", "state": "s1"})
    waiting.thread.join(PATIENCE_S)
    assert waiting.result["error"] == "access_denied"


def test_idle_connections_icons_and_older_pages_do_not_disturb(waiting: _Waiting) -> None:
    port = int(waiting.loopback.address.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)), socket.create_connection(("127.0.0.1", port)) as half:
        half.sendall(b"POST / HTTP/1.1\r\nContent-Le")
        with pytest.raises(urllib.error.HTTPError, match="404") as missing:
            urllib.request.urlopen(f"{waiting.loopback.address}/favicon.ico", timeout=PATIENCE_S)
        missing.value.close()
        assert "older sign-in" in _post(waiting.loopback.address, {"code": "x", "state": "old"})
        assert waiting.thread.is_alive()
        _post(waiting.loopback.address, ANSWER)
    waiting.thread.join(PATIENCE_S)
    assert waiting.result == ANSWER


def test_an_endless_request_is_cut_off(waiting: _Waiting) -> None:
    port = int(waiting.loopback.address.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(b"POST / HTTP/1.1\r\n" + b"x" * 200_000)
        with contextlib.suppress(OSError):
            assert connection.recv(1) == b""
    _post(waiting.loopback.address, ANSWER)
    waiting.thread.join(PATIENCE_S)
    assert waiting.result == ANSWER


def test_cancelling_ends_the_wait_at_once_and_closes_the_port() -> None:
    loopback = Loopback()
    port = int(loopback.address.rsplit(":", 1)[1])
    waiting = _Waiting(loopback)
    watch = Watch()
    loopback.cancel()
    waiting.thread.join(PATIENCE_S)
    assert watch.took_s() < 2
    assert isinstance(waiting.error, Canceled)
    loopback.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 2)


def test_a_browser_that_was_closed_is_given_up_in_time() -> None:
    with contextlib.closing(Loopback()) as loopback:
        waiting = _Waiting(loopback, limit_s=0.05)
        waiting.thread.join(PATIENCE_S)
    assert isinstance(waiting.error, SignInNeeded)
    assert "may have been closed" in waiting.error.summary
