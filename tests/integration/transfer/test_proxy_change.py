"""Another proxy while files move: the worker, a process of its own, takes it at once and loses nothing."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from blob_server import Container
from flights import BLOCKS, SMALL, assert_is_up, write_flight
from program import wait_until
from tiepoint.domain.transfer import TransferState
from tiepoint.protocol import transfers as messages
from workstation import IMPATIENT, Workstation, assert_completed

NOBODY = "http://127.0.0.1:9"
"""The port `discard`, where nothing listens."""
NEVER = {"backoff_first_s": 3600.0, "backoff_most_s": 3600.0, "progress_s": 30.0}
"""Who waits for the network waits longer than any test, unless it is told that things have changed."""


class ForwardProxy(ThreadingHTTPServer):
    """A proxy for plain http that sends everything to one server, whatever host was meant."""

    daemon_threads = True
    block_on_close = True

    def __init__(self, port: int, *, most: int | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Forward)
        self.port, self.most = port, most
        self.guard = threading.Lock()
        self.connections = 0
        self.requests: list[str] = []
        self.is_free = threading.Event()
        """Set, requests beyond `most` go on; until then they wait."""
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None = None, value: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:  # fmt: skip
        self.is_free.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Forward(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ForwardProxy

    def setup(self) -> None:
        super().setup()
        self.far = http.client.HTTPConnection("127.0.0.1", self.server.port)
        with self.server.guard:
            self.server.connections += 1

    def finish(self) -> None:
        self.far.close()
        super().finish()

    def pass_on(self) -> None:
        with self.server.guard:
            self.server.requests.append(self.path)
            is_held = self.server.most is not None and len(self.server.requests) > self.server.most
        if is_held:
            self.server.is_free.wait(60)
        target = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        self.far.request(self.command, f"{target.path}?{target.query}", body, headers)
        reply = self.far.getresponse()
        content = reply.read()
        self.send_response_only(reply.status, reply.reason)
        for name, value in reply.getheaders():
            if name.lower() not in {"transfer-encoding", "content-length", "connection", "keep-alive"}:
                self.send_header(name, value)
        length = reply.getheader("Content-Length") if self.command == "HEAD" else None
        self.send_header("Content-Length", length or str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PUT = do_HEAD = pass_on

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the library calls it
        """Say nothing."""


def test_a_running_worker_takes_another_proxy_at_once(
    make_station: Callable[..., Workstation], container: Container, tmp_path: Path
) -> None:
    away = {name: NOBODY for name in ("http_proxy", "HTTP_PROXY")} | {"no_proxy": "", "NO_PROXY": ""}
    station = make_station(tuning={**IMPATIENT, **NEVER}, env=away)
    photos = write_flight(tmp_path / "photos", [*SMALL, *BLOCKS])
    url = container.url.replace("127.0.0.1", "blobs.example")
    with ForwardProxy(container.server.port, most=4) as first, ForwardProxy(container.server.port) as second:
        station.authorize(url)
        upload = station.upload(photos, url)
        station.wait(upload.id, TransferState.WAITING)

        station.ask(messages.SET_PROXY, messages.ProxyParams(first.url))
        wait_until(lambda: len(first.requests) > 4, timeout_s=30, what="requests through the first proxy")
        station.ask(messages.SET_PROXY, messages.ProxyParams(second.url))
        before = len(first.requests)
        first.is_free.set()
        done = station.wait(upload.id)
        assert_completed(station, done)
        assert second.requests
        # What was being sent as the proxy changed ends the way it began, one request a line, and nothing else.
        assert len(first.requests) - before <= first.connections, (first.connections, second.connections)
        assert all(each.startswith("http://blobs.example:") for each in (*first.requests, *second.requests))

        station.ask(messages.SET_PROXY, messages.ProxyParams(None))
        later = station.upload(write_flight(tmp_path / "later", SMALL), url, "later")
        waiting = station.wait(later.id, TransferState.WAITING)
        assert waiting.trouble is not None
        assert "127.0.0.1:9" in waiting.trouble.summary
        station.cancel(later.id)
    assert_is_up(container, done, photos)
