"""A sign-in server alone, the Azure double's, and the two ways in which a person answers it."""

from __future__ import annotations

import re
import ssl
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azure_double.entra.endpoints import Entra
from azure_double.entra.sessions import Sessions
from azure_double.exchange import AzureError, Request, Response
from azure_double.listener import Listener
from azure_double.people import People
from azure_double.routing import Router
from patience import PATIENCE_S
from tiepoint.domain.cloud import Cloud, custom_cloud
from tls_papers import make_papers

MILA = "mila@studio.example"
STUDIO = "studio.example"


@dataclass
class EntraStand:
    """The server and what it saw.

    Args:
        url: Its address.
        ca_file: Whom to believe.
        sessions: What it remembers; a test may end them.
        entra: Its settings.
        seen: Method and path of every request.
        pages: The last page that each answering browser was shown.
    """

    url: str
    ca_file: Path
    sessions: Sessions
    entra: Entra
    seen: list[tuple[str, str]] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    lost: bool = False

    @property
    def cloud(self) -> Cloud:
        """The custom cloud it is."""
        return custom_cloud({"authority": self.url, "management": self.url, "ca_file": str(self.ca_file)})

    def count(self, pattern: str) -> int:
        """How many requests had a path like that."""
        return sum(bool(re.search(pattern, path)) for _, path in self.seen)

    def browse(self, address: str, username: str = MILA, answer: str = "ok") -> None:
        """Be the browser: answer the page and bring the answer back."""
        parts = urllib.parse.urlsplit(address)
        tenant = parts.path.strip("/").split("/")[0]
        query = dict(urllib.parse.parse_qsl(parts.query))
        redirect, fields = self.entra.answer(query, tenant, username, answer)
        data = urllib.parse.urlencode(fields).encode()
        with urllib.request.urlopen(urllib.request.Request(redirect, data), timeout=PATIENCE_S) as page:
            self.pages.append(page.read().decode())

    def browser(self, username: str = MILA, answer: str = "ok") -> Any:
        """Return an opener of pages that answers by itself, in a thread as a browser would."""

        def open_page(address: str) -> bool:
            thread = threading.Thread(target=self.browse, args=(address, username, answer))
            self.threads.append(thread)
            thread.start()
            return True

        return open_page

    threads: list[threading.Thread] = field(default_factory=list)


@contextmanager
def entra_stand(folder: Path) -> Iterator[EntraStand]:
    """Open the server for a while."""
    papers = make_papers(folder)
    stand: EntraStand
    people = People()

    def answer(request: Request) -> Response:
        stand.seen.append((request.method, request.path))
        found = router.find(request)
        if found is None:
            return AzureError(404, "NotFound", request.path).response()
        return found()

    context: ssl.SSLContext = papers.server_context()
    router = Router([])
    listener = Listener(answer, context)
    try:
        sessions = Sessions(people, listener.url)
        entra = Entra(sessions)
        entra.device_interval_s = 1
        router = Router(entra.routes())
        stand = EntraStand(listener.url, papers.authority, sessions, entra)
        yield stand
        for thread in stand.threads:
            thread.join(PATIENCE_S)
    finally:
        listener.close()
