"""The server that benchmarks of transfers send to: compiled when first wanted, started, asked what it counted."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from tls_papers import TlsPapers

SOURCE = Path(__file__).with_name("blob_sink.c")
ACCOUNT = "devstoreaccount1"
ANY_RIGHT = "sv=2021-12-02&sr=c&sp=racwdl&se=2099-01-01T00%3A00%3A00Z&sig=c2luaw%3D%3D"
"""A signature as it looks; the sink asks for none, clients do."""


class Sink:
    """The server; a context manager.

    Args:
        papers: Given, it talks https.
        served: A file that is there from the start as `served/mesh.bin`, and its MD5 in base64.
    """

    def __init__(self, papers: TlsPapers | None = None, served: tuple[Path, str] | None = None) -> None:
        self._papers, self._served = papers, served
        self._scratch = tempfile.TemporaryDirectory(prefix="tp-sink-")
        self.port = 0

    def __enter__(self) -> Self:
        program = Path(self._scratch.name) / "blob_sink"
        build = ["cc", "-O2", "-pthread", str(SOURCE), "-o", str(program), "-lssl", "-lcrypto"]
        try:
            subprocess.run(build, check=True)
        except (OSError, subprocess.CalledProcessError):
            raise SystemExit("The sink needs a C compiler and OpenSSL's headers: gcc libc6-dev libssl-dev") from None
        papers = [str(self._papers.certificate), str(self._papers.key)] if self._papers else ["-", "-"]
        served = [str(self._served[0]), self._served[1]] if self._served else []
        self._process = subprocess.Popen([str(program), *papers, *served], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._scratch.cleanup()

    def url(self, container: str) -> str:
        """Address of a container; any name will do."""
        return f"{'https' if self._papers else 'http'}://127.0.0.1:{self.port}/{ACCOUNT}/{container}"

    def environment(self) -> dict[str, str]:
        """What lets a client trust it."""
        if not self._papers:
            return {}
        return {
            "SSL_CERT_FILE": str(self._papers.authority),
            "SSL_CERT_DIR": str(self._papers.authority.parent / "none"),
        }

    def stats(self, *, forget: bool = False) -> dict[str, int]:
        """Return what it counted since the last time; with `forget` it loses its memory of all blobs."""
        context = ssl.create_default_context(cafile=self._papers.authority) if self._papers else None
        wire = (
            http.client.HTTPSConnection("127.0.0.1", self.port, context=context)
            if context
            else http.client.HTTPConnection("127.0.0.1", self.port)
        )
        with closing(wire):
            wire.request("GET", "/forget" if forget else "/stats")
            found: dict[str, int] = json.loads(wire.getresponse().read())
            return found
