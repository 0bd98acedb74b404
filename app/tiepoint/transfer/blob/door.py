"""The door of one container: every request gets its address, version and credential here, every reply is judged here.

Must not know single operations. Belongs to one thread.
"""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Final
from urllib.parse import quote, urlsplit

import tiepoint
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.runtime.stop import Stop
from tiepoint.transfer.blob.bucket import TokenBucket
from tiepoint.transfer.blob.credentials import BEARER, Credentials, Grant, refused
from tiepoint.transfer.blob.errors import BlobError, RefusedWhy
from tiepoint.transfer.blob.flow import Severed
from tiepoint.transfer.blob.judging import Refusal, judge
from tiepoint.transfer.blob.line import Line, Request
from tiepoint.transfer.blob.names import quoted_name
from tiepoint.transfer.blob.proxies import origin_of
from tiepoint.transfer.blob.refusals import Case, explain, is_refusal
from tiepoint.transfer.blob.reply import Reply

VERSION: Final = "2021-12-02"
"""Of the protocol: the first that writes names XML cannot hold in another way; Azurite knows it too."""
_FIXED: Final = (f"x-ms-version: {VERSION}", f"User-Agent: tiepoint/{tiepoint.__version__}")
_MARK: Final = "x-ms-request-id"
"""Every reply of Blob storage has it; a web page that a network shows instead, with status 200, has not."""
_MOST_SAID: Final = 64 * 1024


class Door:
    """One container and the way to it.

    Args:
        place: The container; the prefix does not matter.
        credentials: Asked for every request.
        line: The thread's connection.
        stop: Ends a request from outside.
        bucket: Slows bodies down; None = never.
    """

    def __init__(
        self, place: BlobPlace, credentials: Credentials, line: Line, stop: Stop, bucket: TokenBucket | None
    ) -> None:
        self.place = place
        self.credentials = credentials
        self.stop = stop
        self.bucket = bucket
        self._line = line
        self._origin = origin_of(place.endpoint)
        self._path = container_path(place)

    @contextlib.contextmanager
    def ask(
        self,
        method: str,
        name: str | None,
        query: str,
        headers: Sequence[str],
        expected: Sequence[int],
        *,
        body: Iterable[memoryview] | None = None,
        size: int = 0,
        is_judging_credential: bool = True,
    ) -> Iterator[Reply]:
        """Ask something and give the reply if it is one of those expected.

        Args:
            method: GET, HEAD or PUT.
            name: The blob; None = the container.
            query: Without question mark; may be empty.
            headers: Lines besides those that every request has.
            expected: Statuses that mean success.
            body: Content; None = none.
            size: Its bytes.
            is_judging_credential: Whether 401 and 403 mean that the credential is refused.

        Raises:
            BlobError: Any of them.
        """
        grant = self._grant()
        request = self._request(method, name, query, headers, grant, body, size)
        with self._line.exchange(self._origin, request, self.stop, self.bucket) as reply:
            if reply.status not in expected or _MARK not in reply.by_name:
                raise self._judged(reply, name, grant, method, has_body=size > 0, is_judging=is_judging_credential)
            yield reply

    def signed(self, place: BlobPlace, name: str) -> tuple[str, Grant]:
        """Return the address of a blob of any container with the signature that opens it, and the grant.

        Raises:
            Refused: Nothing opens it; nobody is asked for more, because it would only spare sending.
        """
        grant = self.credentials.grant(place, is_telling=False)
        address = f"{place.endpoint}/{quote(place.container)}/{quoted_name(name)}"
        return (address if grant.kind == BEARER else f"{address}?{grant.secret}"), grant

    def _grant(self) -> Grant:
        grant = self.credentials.grant(self.place)
        if grant.kind == BEARER and self._origin.scheme != "https" and not self._origin.is_loopback:
            error = refused(
                RefusedWhy.INSECURE,
                f"An access token must not travel unencrypted, and {self._origin.netloc} is addressed by http.",
                remedy="Give the address with https://, or use a shared access signature.",
            )
            self.credentials.refuse(grant, error)  # else whoever retries would believe that a better one has come
            raise error
        return grant

    def _request(
        self,
        method: str,
        name: str | None,
        query: str,
        headers: Sequence[str],
        grant: Grant,
        body: Iterable[memoryview] | None,
        size: int,
    ) -> Request:
        target = f"{self._path}/{quoted_name(name)}" if name is not None else self._path
        lines = [*_FIXED, *headers]
        if method == "PUT":
            lines.append(f"Content-Length: {size}")
        if grant.kind == BEARER:
            lines.append(f"Authorization: Bearer {grant.secret}")
            lines.append(f"x-ms-date: {formatdate(usegmt=True)}")
        else:
            query = f"{query}&{grant.secret}" if query else grant.secret
        return Request(method, f"{target}?{query}" if query else target, lines, body, size)

    def _judged(
        self, reply: Reply, name: str | None, grant: Grant, method: str, *, has_body: bool, is_judging: bool
    ) -> BlobError:
        refusal = Refusal(reply.status, reply.by_name, _said(reply), self.place, name or "", has_body)
        if not (is_judging and is_refusal(refusal)):
            return judge(refusal)
        error = explain(Case(refusal, grant, method == "PUT", datetime.now(UTC)))
        self.credentials.refuse(grant, error)
        return error


def container_path(place: BlobPlace) -> str:
    """Return the path of a container as requests have it."""
    return f"{urlsplit(place.endpoint).path.rstrip('/')}/{quote(place.container)}"


def _said(reply: Reply) -> str:
    """Return what a reply says about its refusal; an unreadable one says nothing."""
    try:
        return reply.take(_MOST_SAID).decode("utf-8", "replace") or reply.reason
    except (ValueError, Severed, http.client.HTTPException):
        return ""
