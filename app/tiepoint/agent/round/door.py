"""One thread's way to one storage account: a connection kept open, the machine's right, and trying again.

Must not know what is fetched or put. Every request is idempotent, so it may be sent twice. Belongs to one thread.
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Final, TypeVar
from urllib.parse import urlencode, urlsplit

from tiepoint.agent.round.address import target_of
from tiepoint.agent.round.identity import MachineIdentity
from tiepoint.agent.round.patience import Attempts, Patience, read_retry_after
from tiepoint.agent.round.refusals import refusal_of, signed_refusal_of, unreachable
from tiepoint.agent.round.signatures import signature_for
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.runtime.stop import Stop

T = TypeVar("T")
_VERSION: Final = "2021-12-02"
_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})
_MOST_BYTES: Final = 64 << 20
"""Of an answer that is held whole: a page of a listing takes some megabytes."""
_MOST_TOLD: Final = 64 << 10


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Args:
        status: Of HTTP.
        headers: By lower-case name.
        body: Its content where it was read whole.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def etag(self) -> str:
        """The blob's version."""
        return self.headers.get("etag", "").strip('"')


@dataclass(frozen=True, slots=True)
class Account:
    """What is needed to speak with an account; shared by threads.

    Args:
        place: A folder in it.
        identity: Gives tokens.
        patience: How patient to be.
        context: For https.
        signatures: File with signatures, which go before tokens; empty = none.
    """

    place: BlobPlace
    identity: MachineIdentity
    patience: Patience = Patience()
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    signatures: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request.

    Args:
        method: GET, HEAD or PUT.
        name: Whole name of the blob; empty = the container.
        query: Parameters.
        headers: Lines besides the usual ones.
        body: What is sent.
        good: Statuses that are no refusal.
    """

    method: str
    name: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | memoryview = b""
    good: Sequence[int] = (200, 201, 206)


class Door:
    """See the module.

    Args:
        account: Which.
        stop: Ends everything at once.
    """

    def __init__(self, account: Account, stop: Stop) -> None:
        self._account, self._stop = account, stop
        self._connection: http.client.HTTPSConnection | None = None
        self._token = ""
        self._signature = ""

    @property
    def place(self) -> BlobPlace:
        """The folder it was opened for."""
        return self._account.place

    def close(self) -> None:
        """Close the connection. Idempotent; the next request makes another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def ask(self, request: Ask) -> Reply:
        """Send a request until it is answered, and return the answer whole.

        Raises:
            TiepointError: It is refused, or the account cannot be reached for long.
            Stopped: It was stopped.
        """

        def whole(reply: http.client.HTTPResponse) -> Reply:
            return Reply(reply.status, _headers(reply), _limited(reply))

        return self._tried(lambda: request, Attempts(self._account.patience), whole)

    def read(self, name: str, *, start: int, size: int, etag: str, write: Callable[[memoryview], None]) -> None:
        """Read a blob from a place to its end, going on where a connection broke.

        Args:
            name: Whole name of the blob.
            start: First byte wanted.
            size: Bytes of the whole blob.
            etag: Its version; another one is refused.
            write: Takes the next bytes; raises no OSError.

        Raises:
            TiepointError: As `ask`; NotThere when it is another version or gone.
            Stopped: It was stopped.
        """
        at = start
        attempts = Attempts(self._account.patience)
        buffer = memoryview(bytearray(min(1 << 20, max(size - start, 1))))

        def take(reply: http.client.HTTPResponse) -> None:
            nonlocal at
            if reply.status != 206 and at:
                raise http.client.HTTPException("the server does not send parts")
            while at < size:
                count = reply.readinto(buffer[: min(len(buffer), size - at)])
                if not count:
                    raise http.client.IncompleteRead(b"", size - at)
                write(buffer[:count])
                at += count
                attempts.reset()
                self._stop.check()

        if at < size:
            self._tried(lambda: _part(name, at, size, etag), attempts, take)

    def _tried(self, wanted: Callable[[], Ask], attempts: Attempts, take: Callable[[http.client.HTTPResponse], T]) -> T:
        is_renewed = False
        while True:
            request = wanted()
            try:
                with self._exchange(request) as reply:
                    if reply.status in request.good:
                        return take(reply)
                    failed = Reply(reply.status, _headers(reply), reply.read(_MOST_TOLD))
                asked_s = read_retry_after(failed.headers.get("retry-after"))
                refusal = signed_refusal_of if self._signature else refusal_of
                error = refusal(failed.status, failed.headers, self._account.place, request.name)
                if failed.status == 401 and not is_renewed and not self._signature:
                    is_renewed = True
                    self._account.identity.token(self._stop, refused=self._token)
                    continue
                wait_s = attempts.next_s(asked_s) if failed.status in _AGAIN else None
            except (OSError, http.client.HTTPException) as broken:
                self._stop.check()
                error = unreachable(self._account.place, broken)
                wait_s = None if isinstance(broken, ssl.SSLCertVerificationError) else attempts.next_s()
            if wait_s is None:
                raise error
            self._stop.wait(wait_s)

    @contextlib.contextmanager
    def _exchange(self, request: Ask) -> Iterator[http.client.HTTPResponse]:
        self._stop.check()
        self._signature = signature_for(self._account.signatures, self._account.place)
        self._token = "" if self._signature else self._account.identity.token(self._stop)
        is_good = False
        connection = self._joined()
        try:
            with self._stop.covering(connection.sock):
                query = "&".join(filter(None, (urlencode(request.query), self._signature)))
                headers = {
                    **({"Authorization": f"Bearer {self._token}"} if self._token else {}),
                    "x-ms-version": _VERSION,
                    "x-ms-date": formatdate(usegmt=True),
                    **request.headers,
                }
                target = target_of(self._account.place, request.name) + (f"?{query}" if query else "")
                connection.request(request.method, target, request.body or None, headers)
                reply = connection.getresponse()
                try:
                    yield reply
                    is_good = reply.isclosed() and not reply.will_close
                finally:
                    reply.close()
        finally:
            if not is_good:
                self.close()

    def _joined(self) -> http.client.HTTPSConnection:
        if self._connection is None:
            parts = urlsplit(self._account.place.endpoint)
            patience = self._account.patience
            connection = http.client.HTTPSConnection(
                parts.hostname or "", parts.port or 443, timeout=patience.connect_s, context=self._account.context
            )
            connection.connect()
            connection.sock.settimeout(patience.progress_s)
            self._connection = connection
        return self._connection


def _part(name: str, at: int, size: int, etag: str) -> Ask:
    headers = {"Range": f"bytes={at}-{size - 1}", **({"If-Match": f'"{etag}"'} if etag else {})}
    return Ask("GET", name, headers=headers, good=(200, 206))


def _headers(reply: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in reply.getheaders()}


def _limited(reply: http.client.HTTPResponse) -> bytes:
    body = reply.read(_MOST_BYTES + 1)
    if len(body) > _MOST_BYTES:
        raise http.client.HTTPException("the answer is longer than any should be")
    return body
