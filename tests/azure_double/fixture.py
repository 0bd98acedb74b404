"""The double for tests: import these fixtures in a conftest.

One Azurite serves a whole run (its start takes a second), a fresh double every test (its start takes few milliseconds).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from azure_double.blobs import ACCOUNTS, BlobPool
from azure_double.double import AzureDouble
from blob_server import BlobServer
from tls_papers import TlsPapers, make_papers


@pytest.fixture(scope="session")
def azure_papers(tmp_path_factory: pytest.TempPathFactory) -> TlsPapers:
    """The certificate of double and Azurite."""
    return make_papers(tmp_path_factory.mktemp("azure-papers"))


@pytest.fixture(scope="session")
def azure_blobs(azure_papers: TlsPapers) -> Iterator[BlobPool]:
    """Azurite's accounts."""
    server = BlobServer(azure_papers, ACCOUNTS)
    pool = BlobPool(server)
    yield pool
    pool.close()
    server.close()


@pytest.fixture
def azure_double(azure_papers: TlsPapers, azure_blobs: BlobPool) -> Iterator[AzureDouble]:
    """A fresh double with Azurite behind it."""
    double = AzureDouble(azure_papers, azure_blobs)
    yield double
    double.close()
    assert not double.crashes, double.crashes[0]


@pytest.fixture
def azure_double_without_blobs(azure_papers: TlsPapers) -> Iterator[AzureDouble]:
    """A fresh double without Azurite: quicker where no blob is needed."""
    double = AzureDouble(azure_papers)
    yield double
    double.close()
    assert not double.crashes, double.crashes[0]
