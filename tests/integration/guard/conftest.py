"""A real Blob server over https with an empty container `control`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from azure_double.fixture import azure_blobs, azure_double, azure_papers
from blob_server import BlobServer, Container
from tls_papers import TlsPapers, make_papers

__all__ = ["azure_blobs", "azure_double", "azure_papers"]


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> TlsPapers:
    return make_papers(tmp_path_factory.mktemp("papers"))


@pytest.fixture(scope="session")
def azurite(papers: TlsPapers) -> Iterator[BlobServer]:
    server = BlobServer(papers)
    yield server
    server.close()


@pytest.fixture
def control(azurite: BlobServer) -> Iterator[Container]:
    """The container, empty at first and gone afterwards."""
    with azurite.witness() as service:
        client = service.get_container_client("control")
        if client.exists():
            client.delete_container()
        client.create_container()
        yield Container(azurite, client)
