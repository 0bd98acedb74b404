"""Captures and products in a real Blob server over https, and a machine's own right to it."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from blob_server import BlobServer, Container
from cluster_box.cloud import BoxCloud
from fault_proxy import FaultProxy
from flights import SMALL, write_flight
from machine_right import MetadataService
from program import Program
from round_cluster import RoundCluster
from round_panel import Panel, open_panel
from round_stand import PATIENT, Sent
from tiepoint.agent.round.address import blob_folder
from tiepoint.agent.round.door import Account
from tiepoint.agent.round.identity import MachineIdentity
from tiepoint.agent.round.patience import Patience
from tiepoint.transfer.tuning import TUNING_VARIABLE
from tls_papers import TlsPapers, make_papers
from workstation import IMPATIENT

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
) -> Callable[..., Account]:
    """A folder of the container, through the proxy, with the machine's right."""
    identity = MachineIdentity(metadata.url, PATIENT)

    def make(prefix: str, patience: Patience = PATIENT) -> Account:
        place = blob_folder(f"{proxy.url(container.url)}/{prefix}")
        return Account(place, identity, patience, papers.client_context())

    return make


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoxCloud]:
    cloud = BoxCloud(tmp_path_factory.mktemp("cloud") / "papers", ["scheduler"])
    yield cloud
    cloud.close()


@pytest.fixture
def worker(tiepoint_home: Path, cloud: BoxCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Impatience and trust for the transfer worker of this home, and its end."""
    monkeypatch.setenv("SSL_CERT_FILE", str(cloud.ca_file))
    monkeypatch.setenv(TUNING_VARIABLE, json.dumps(IMPATIENT))
    yield
    Program(tiepoint_home).stop()


@pytest.fixture
def cluster(cloud: BoxCloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoundCluster]:
    with RoundCluster(cloud, tmp_path_factory.mktemp("c")) as cluster:
        yield cluster


@pytest_asyncio.fixture
async def panel(cluster: RoundCluster, worker: None) -> AsyncIterator[Panel]:
    async with open_panel(cluster.panel()) as panel:
        panel.rounds.start()
        yield panel


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    number = next(_numbers)
    return write_flight(tmp_path / f"flight {number}", [*SMALL, 2200 * 1024], seed=number)
