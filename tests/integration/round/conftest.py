"""Captures and products in a real Blob server over https, and a machine's own right to it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from blob_server import BlobServer, Container
from fault_proxy import FaultProxy
from machine_right import MetadataService
from round_stand import HASTY, Sent
from tiepoint.agent.round.address import blob_folder
from tiepoint.agent.round.door import Account
from tiepoint.agent.round.identity import MachineIdentity
from tls_papers import TlsPapers, make_papers

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> TlsPapers:
    return make_papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="session")
def azurite(papers: TlsPapers) -> Iterator[BlobServer]:
    server = BlobServer(papers)
    yield server
    server.close()


@pytest.fixture
def metadata() -> Iterator[MetadataService]:
    """A machine's metadata service."""
    with MetadataService() as service:
        yield service


@pytest.fixture
def container(azurite: BlobServer) -> Iterator[Container]:
    """An empty container, gone afterwards."""
    with azurite.witness() as service:
        client = service.create_container(f"round-{next(_numbers):04}")
        yield Container(azurite, client)
        client.delete_container()


@pytest.fixture
def proxy(azurite: BlobServer, papers: TlsPapers) -> Iterator[FaultProxy]:
    """What stands between the cluster and Blob."""
    with FaultProxy(azurite.port, papers) as proxy:
        yield proxy


@pytest.fixture
def sent(container: Container) -> Sent:
    return Sent(container)


@pytest.fixture
def account(
    container: Container, proxy: FaultProxy, papers: TlsPapers, metadata: MetadataService
) -> Callable[[str], Account]:
    """A folder of the container, through the proxy, with the machine's right."""
    identity = MachineIdentity(metadata.url, HASTY)

    def make(prefix: str) -> Account:
        place = blob_folder(f"{proxy.url(container.url)}/{prefix}")
        return Account(place, identity, HASTY, papers.client_context())

    return make
