"""Real Blob servers for the tests of transfers: over http for signatures, over https for bearer tokens, and proxies."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from blob_server import BlobServer, Container
from fault_proxy import FaultProxy
from tls_papers import TlsPapers, make_papers
from workstation import Workstation, assert_quiet

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> TlsPapers:
    """An authority of the tests and a certificate of 127.0.0.1; trust it with `trusts_papers`."""
    return make_papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def trusts_papers(papers: TlsPapers, monkeypatch: pytest.MonkeyPatch) -> TlsPapers:
    """Let this process and its children trust the tests' authority as if it were among the system's."""
    monkeypatch.setenv("SSL_CERT_FILE", str(papers.authority))
    monkeypatch.setenv("SSL_CERT_DIR", str(papers.authority.parent / "none"))
    return papers


@pytest.fixture(scope="session")
def azurite_http() -> Iterator[BlobServer]:
    """A Blob server over http; it takes signatures."""
    server = BlobServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def azurite_https(papers: TlsPapers) -> Iterator[BlobServer]:
    """A Blob server over https; it takes signatures and bearer tokens."""
    server = BlobServer(papers)
    yield server
    server.close()


@pytest.fixture
def container(azurite_http: BlobServer) -> Iterator[Container]:
    """An empty container of this test's own, over http."""
    yield from _container(azurite_http)


@pytest.fixture
def container_https(azurite_https: BlobServer) -> Iterator[Container]:
    """An empty container of this test's own, over https."""
    yield from _container(azurite_https)


@pytest.fixture
def fault_proxy(azurite_http: BlobServer) -> Iterator[FaultProxy]:
    """A proxy before the http server that does what it is told; quiet until then."""
    with FaultProxy(azurite_http.port) as proxy:
        yield proxy


@pytest.fixture
def make_container(azurite_http: BlobServer) -> Iterator[Callable[[], Container]]:
    """Make further containers; all are gone after the test."""
    made = []

    def make() -> Container:
        made.append(_container(azurite_http))
        return next(made[-1])

    yield make
    for each in made:
        next(each, None)


def _container(server: BlobServer) -> Iterator[Container]:
    with server.witness() as service:
        client = service.create_container(f"test-{next(_numbers):04}")
        try:
            yield Container(server, client)
        finally:
            client.delete_container()


@pytest.fixture
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workstation]:
    """A computer whose worker runs, impatient and with small blocks; its log must stay free of noise and secrets."""
    yield from _station(tmp_path_factory)


@pytest.fixture
def make_station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Workstation]]:
    """Make computers; takes what `Workstation` takes after its home."""
    made = []

    def make(**more: Mapping[str, Any]) -> Workstation:
        made.append(_station(tmp_path_factory, **more))
        return next(made[-1])

    yield make
    for each in made:
        next(each, None)


def _station(factory: pytest.TempPathFactory, **more: Any) -> Iterator[Workstation]:
    with Workstation(factory.mktemp("w"), **more) as station:
        station.start()
        yield station
    assert_quiet(station)
