"""The network and what belongs to it, looked at with the standard library alone. Blocking calls run in threads.

Nothing is kept open and nothing is sent but a connection and the head of a page. A name that nobody answers for and a
store that waits for somebody block for as long as they like; they are left to themselves after a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import socket
import ssl
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, TypeVar, cast

from tiepoint.domain.errors import ConnectionLost
from tiepoint.network.certificates import asks_the_system, system_bundle, system_context
from tiepoint.network.proxies import proxy_before, proxy_url
from tiepoint.ports.surroundings import CertificateFacts, Reached, Reply, SecretStore

T = TypeVar("T")

PATIENCE_S: Final = 4.0
_LATE: Final = Reply(Reached.NO, "no answer")
_FILE_VARIABLES: Final = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class LocalSurroundings:
    """Implements `ports.surroundings.Surroundings`.

    Args:
        secret_store: Looks at the system's store for secrets; blocks.
        patience_s: How long a place may take to answer; to be looked up and answer, twice as long.
    """

    def __init__(self, secret_store: Callable[[], SecretStore], patience_s: float = PATIENCE_S) -> None:
        self._secret_store, self._patience_s = secret_store, patience_s

    async def loopback(self) -> str:
        """Let two ends of this computer meet."""
        return await asyncio.to_thread(_meet, self._patience_s)

    def proxy(self, host: str) -> str:
        """Return the proxy through which a host is reached."""
        with contextlib.suppress(OSError, ValueError):
            return proxy_url("https", host, http.client.HTTPS_PORT)
        return ""

    async def connect(self, host: str, port: int) -> Reply:
        """Open a connection and close it."""
        return await self._in_time(lambda: self._connect(host, port), _LATE)

    async def ask_https(self, host: str, port: int, ca_file: str = "") -> Reply:
        """Ask a web server for its head."""
        return await self._in_time(lambda: self._ask(host, port, ca_file), _LATE)

    async def certificates(self) -> CertificateFacts:
        """Look at the certificates that are believed."""
        return await asyncio.to_thread(_certificates)

    async def secrets(self) -> SecretStore:
        """Look at the system's store for secrets."""
        return await self._in_time(self._secret_store, SecretStore.LOCKED)

    def built(self) -> datetime:
        """Return when this program was put together."""
        own = Path(sys.executable if getattr(sys, "frozen", False) else __file__)
        try:
            return datetime.fromtimestamp(own.stat().st_mtime, UTC)
        except OSError:
            return datetime(2026, 1, 1, tzinfo=UTC)

    async def _in_time(self, look: Callable[[], T], late: T) -> T:
        """Look in a thread that nobody waits for at the end; `late` when that takes too long."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, error: BaseException | None) -> None:
            if found.done():
                return
            if error is not None:
                found.set_exception(error)
            else:
                found.set_result(cast("T", result))

        def work() -> None:
            result, trouble = None, None
            try:
                result = look()
            except BaseException as error:  # noqa: BLE001  it is raised where it is waited for
                trouble = error
            with contextlib.suppress(RuntimeError):  # nobody waits any more, and the loop has ended
                loop.call_soon_threadsafe(settle, result, trouble)

        threading.Thread(target=work, name="doctor", daemon=True).start()
        try:
            async with asyncio.timeout(2 * self._patience_s):
                return await found
        except TimeoutError:
            return late

    def _connect(self, host: str, port: int) -> Reply:
        try:
            with socket.create_connection((host, port), self._patience_s):
                return Reply(Reached.YES)
        except (OSError, UnicodeError) as error:
            return Reply(Reached.NO, _said(error))

    def _ask(self, host: str, port: int, ca_file: str) -> Reply:
        try:
            context = ssl.create_default_context(cafile=ca_file) if ca_file else system_context()
            connection = self._connection(host, port, context)
            with contextlib.closing(connection):
                connection.request("HEAD", "/", headers={"User-Agent": "tiepoint"})
                answer = connection.getresponse()
                return Reply(Reached.YES, date=_date(answer.getheader("Date")))
        except ssl.SSLCertVerificationError as error:
            return Reply(Reached.UNTRUSTED, error.verify_message or str(error))
        except ConnectionLost as error:
            return Reply(Reached.NO, error.summary)
        except (OSError, http.client.HTTPException, UnicodeError, ValueError) as error:
            return Reply(Reached.NO, _said(error))

    def _connection(self, host: str, port: int, context: ssl.SSLContext) -> http.client.HTTPSConnection:
        proxy = proxy_before("https", host, port)
        near, door = (proxy.host, proxy.port) if proxy else (host, port)
        made = http.client.HTTPSConnection(near, door, timeout=self._patience_s, context=context)
        if proxy is not None:
            made.set_tunnel(host, port, proxy.headers)
        return made


def _meet(patience_s: float) -> str:
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(patience_s)
            with socket.create_connection(server.getsockname()[:2], patience_s) as near:
                far, _ = server.accept()
                with far:
                    far.settimeout(patience_s)
                    threading.Thread(target=near.sendall, args=(b"?",), daemon=True).start()
                    return "" if far.recv(1) == b"?" else "what was sent did not arrive"
    except OSError as error:
        return _said(error)


def _certificates() -> CertificateFacts:
    for name in _FILE_VARIABLES:
        path = os.environ.get(name)
        if path and not (os.path.isdir(path) or os.access(path, os.R_OK)):
            return CertificateFacts(0, f"{name}={path}", "the file cannot be read")
    source = os.environ.get("SSL_CERT_FILE") or ("" if asks_the_system() else system_bundle())
    try:
        context = ssl.create_default_context(cafile=source or None)
    except (OSError, ValueError) as error:
        return CertificateFacts(0, source, _said(error))
    count = context.cert_store_stats()["x509_ca"]
    return CertificateFacts(count, source or "the system's store", "" if count else "it holds none")


def _date(text: str | None) -> datetime | None:
    with contextlib.suppress(TypeError, ValueError):
        found = parsedate_to_datetime(text or "")
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _said(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__)
