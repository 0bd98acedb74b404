"""Requests to one container: what the worker can ask of Blob storage, one blocking call each.

Must not retry, but once on a connection that the server closed while it was idle: when to try again is decided above.
Belongs to one thread; only its `Stop` may be touched by others.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.runtime.stop import Stop
from tiepoint.transfer.blob.bucket import TokenBucket
from tiepoint.transfer.blob.credentials import BEARER, Credentials
from tiepoint.transfer.blob.door import Door
from tiepoint.transfer.blob.errors import BadRequest, BlobMissing, Changed, Corrupted
from tiepoint.transfer.blob.facts import ANYTHING, BlobFacts, BlockList, Condition, Page, Written
from tiepoint.transfer.blob.flow import Severed
from tiepoint.transfer.blob.line import Line
from tiepoint.transfer.blob.markup import BadMarkup, BlocksReader, PageReader, block_list_document, md5_text
from tiepoint.transfer.blob.reply import Reply, read_number

Body = Iterable[memoryview]
"""Pieces of content, each taken over before the next is asked for, so that one buffer can serve them all. An error that
it raises (a file that changed) ends the request, leaves nothing behind on the server and passes unchanged. If it can be
gone through again (no generator), a connection found closed at the first byte is replaced without a word. It must give
exactly the bytes it was said to have, else ValueError is raised and nothing is left behind either."""
BINARY: Final = "application/octet-stream"
MOST_SMALL_BYTES: Final = 64 * 2**20
MOST_LISTED: Final = 5000
_PIECE: Final = 64 * 1024
_MOST_MARKUP_BYTES: Final = 64 * 2**20
"""Of one page: 5,000 blobs with the longest names and metadata fit into it."""
_NO_STORAGE: Final = "Check that the address is one of Blob storage."


class BlobConnection:
    """One container, over one connection that is kept open and made anew when needed.

    Cheap to make: a thread keeps its `Line` and makes one of these per transfer or task.

    Every method may raise Unreachable, Busy, Refused, ContainerMissing, BadRequest and Stopped; the rest is said there.
    A name that cannot be a blob raises NameRefused before anything is sent.

    Args:
        place: The container; the prefix does not matter, names are whole names in the container.
        credentials: Asked for every request.
        line: The thread's connection; None = one of its own, closed by `close`.
        stop: Ends a request from outside.
        bucket: The limit shared by all; None = none.
    """

    def __init__(
        self,
        place: BlobPlace,
        credentials: Credentials,
        *,
        line: Line | None = None,
        stop: Stop | None = None,
        bucket: TokenBucket | None = None,
    ) -> None:
        self._own = Line() if line is None else None
        self._door = Door(place, credentials, line or self._own or Line(), stop or Stop(), bucket)

    def close(self) -> None:
        """Close the line if it is its own. Idempotent."""
        if self._own is not None:
            self._own.close()

    def put_blob(
        self,
        name: str,
        size: int,
        md5: bytes,
        body: Body,
        *,
        condition: Condition = ANYTHING,
        metadata: Mapping[str, str] | None = None,
        content_type: str = BINARY,
    ) -> Written:
        """Write a blob in one piece; the server checks its MD5 and keeps it.

        Args:
            name: Whole name.
            size: Bytes the body gives, exactly.
            md5: Of the content, 16 bytes.
            body: The content.
            condition: What must hold.
            metadata: Kept with the blob.
            content_type: Kept with the blob.

        Raises:
            Exists: The condition was `is_new` and something is there.
            Changed: The condition named a version that is not there.
            Corrupted: What arrived has another MD5.
        """
        headers = [
            "x-ms-blob-type: BlockBlob",
            f"Content-Type: {content_type}",
            f"Content-MD5: {_encoded(md5)}",
            *_conditions(condition),
            *_metadata(metadata),
        ]
        with self._door.ask("PUT", name, "", headers, (201,), body=body, size=size) as reply:
            return _written(reply, name, md5)

    def put_block(self, name: str, block_id: bytes, size: int, md5: bytes, body: Body) -> None:
        """Send a block, to be committed later; the server checks its MD5. The same id again replaces it: idempotent.

        Raises:
            Corrupted: What arrived has another MD5.
        """
        query = f"comp=block&blockid={quote(_encoded(block_id), safe='')}"
        headers = [f"Content-MD5: {_encoded(md5)}"]
        with self._door.ask("PUT", name, query, headers, (201,), body=body, size=size) as reply:
            _written(reply, name, md5)

    def put_block_list(
        self,
        name: str,
        block_ids: Sequence[bytes],
        *,
        md5: bytes | None = None,
        condition: Condition = ANYTHING,
        metadata: Mapping[str, str] | None = None,
        content_type: str = BINARY,
    ) -> Written:
        """Make a blob of blocks, uncommitted ones first where an id has both.

        Args:
            name: Whole name.
            block_ids: In order.
            md5: Kept as its Content-MD5, unchecked by the server; None = none.
            condition: What must hold.
            metadata: Kept with the blob.
            content_type: Kept with the blob.

        Raises:
            Exists: The condition was `is_new` and something is there.
            Changed: The condition named a version that is not there.
            BlobMissing: A block is not there (any more).
        """
        document = block_list_document(block_ids)
        headers = [
            f"Content-MD5: {_encoded(hashlib.md5(document, usedforsecurity=False).digest())}",
            f"x-ms-blob-content-type: {content_type}",
            *_conditions(condition),
            *_metadata(metadata),
        ]
        if md5 is not None:
            headers.append(f"x-ms-blob-content-md5: {_encoded(md5)}")
        body = (memoryview(document),)
        with self._door.ask("PUT", name, "comp=blocklist", headers, (201,), body=body, size=len(document)) as reply:
            return Written(_etag(reply), md5.hex() if md5 is not None else "")

    def get_block_list(self, name: str) -> BlockList:
        """Return committed and uncommitted blocks.

        Raises:
            BlobMissing: Neither a blob nor a block of this name is there.
        """
        reader = BlocksReader()
        with self._door.ask("GET", name, "comp=blocklist&blocklisttype=all", (), (200,)) as reply:
            _read(reply, reader)
            return reader.blocks(_etag(reply), read_number(reply.text("x-ms-blob-content-length")) or 0)

    def head(self, name: str) -> BlobFacts:
        """Return the properties of a blob.

        Raises:
            BlobMissing: It is not there.
        """
        with self._door.ask("HEAD", name, "", (), (200,)) as reply:
            return _facts(name, reply)

    def get_range(
        self, name: str, offset: int, length: int, *, etag: str, buffer: memoryview, take: Callable[[memoryview], None]
    ) -> None:
        """Receive a part of a blob, piece by piece.

        Args:
            name: Whole name.
            offset: Of the first byte.
            length: Bytes, at least 1.
            etag: The version that must be there; empty = any.
            buffer: Where pieces are put, one after the other.
            take: Called with each piece, a part of `buffer`, in order; what it raises ends the request and passes.

        Raises:
            BlobMissing: It is not there.
            Changed: It is another version.
        """
        headers = [f"x-ms-range: bytes={offset}-{offset + length - 1}", *_conditions(Condition(etag=etag))]
        with self._door.ask("GET", name, "", headers, (200, 206)) as reply:
            _check_range(name, reply, offset, length)
            left, bucket = length, self._door.bucket
            while left:
                size = min(left, len(buffer), len(buffer) if bucket is None else bucket.piece_bytes)
                if bucket is not None:
                    bucket.take(size, self._door.stop)
                piece = buffer[: reply.fill(buffer[:size])]
                if not piece:
                    raise Severed("the reply is cut short")
                left -= len(piece)
                take(piece)

    def get_small(self, name: str, *, most_bytes: int = MOST_SMALL_BYTES, etag: str = "") -> tuple[BlobFacts, bytes]:
        """Receive a whole blob into memory; its MD5 is checked when it has one.

        Raises:
            BlobMissing: It is not there.
            Changed: It is another version.
            Corrupted: What arrived has another MD5.
            BadRequest: It is larger than `most_bytes`.
        """
        with self._door.ask("GET", name, "", _conditions(Condition(etag=etag)), (200,)) as reply:
            try:
                content = reply.take(most_bytes)
            except ValueError:
                raise BadRequest(f"{name} is larger than the {most_bytes} bytes expected.") from None
            facts = _facts(name, reply)
        if facts.md5 and hashlib.md5(content, usedforsecurity=False).hexdigest() != facts.md5:
            raise _damaged(name)
        return facts, content

    def copy_within(
        self,
        name: str,
        source: BlobPlace,
        source_name: str,
        *,
        source_etag: str = "",
        condition: Condition = ANYTHING,
        metadata: Mapping[str, str] | None = None,
    ) -> Written:
        """Let the server copy a blob of the same account (256 MiB at most, else it refuses); done when it returns.

        The content's digest is not said by every server: look at the copy's properties before trusting it.

        Args:
            name: Whole name of the copy.
            source: Container of the original; a credential for it must be held.
            source_name: Whole name of the original.
            source_etag: The version that must be there; empty = any.
            condition: What must hold for the copy's name.
            metadata: Kept with the copy; None = as the original.

        Raises:
            Exists: The condition was `is_new` and something is there.
            Changed: A condition named a version that is not there, on either side.
            BlobMissing: The original is not there.
        """
        address, grant = self._door.signed(source, source_name)
        headers = [
            f"x-ms-copy-source: {address}",
            "x-ms-requires-sync: true",
            *_conditions(condition),
            *_metadata(metadata),
        ]
        if grant.kind == BEARER:
            headers.append(f"x-ms-copy-source-authorization: Bearer {grant.secret}")
        if source_etag:
            headers.append(f'x-ms-source-if-match: "{source_etag}"')
        try:
            with self._door.ask("PUT", name, "", headers, (201, 202), is_judging_credential=False) as reply:
                return _copied(reply, name)
        except BlobMissing as error:
            summary = f"{source_name} is not in the container {source.container}."
            raise BlobMissing(summary, detail=error.detail, status=error.status, code=error.code) from None

    def list_pages(
        self, prefix: str = "", *, delimiter: str = "", has_metadata: bool = True, page_size: int = MOST_LISTED
    ) -> Iterator[Page]:
        """Go through the blobs whose names begin with something, one request per page, when the page is asked for.

        Args:
            prefix: Beginning of the names, as it is (with its slash at the end).
            delimiter: Names are cut after it and told once, as `prefixes`.
            has_metadata: Ask for metadata too.
            page_size: Most blobs of a page.
        """
        fixed = f"restype=container&comp=list&maxresults={page_size}"
        for key, value in (("prefix", prefix), ("delimiter", delimiter), ("include", "metadata" * has_metadata)):
            fixed += f"&{key}={quote(value, safe='')}" if value else ""
        marker, before = "", set[str]()
        while True:
            reader = PageReader()
            query = f"{fixed}&marker={quote(marker, safe='')}" if marker else fixed
            with self._door.ask("GET", None, query, (), (200,)) as reply:
                _read(reply, reader)
            yield reader.page()
            marker = reader.marker
            if not marker:
                return
            if marker in before:
                raise BadRequest("The server's list goes round in circles.", remedy=_NO_STORAGE)
            before.add(marker)


def _conditions(condition: Condition) -> list[str]:
    lines = ["If-None-Match: *"] if condition.is_new else []
    if condition.etag:
        lines.append(f'If-Match: "{condition.etag}"')
    return lines


def _metadata(metadata: Mapping[str, str] | None) -> list[str]:
    return [f"x-ms-meta-{key}: {value}" for key, value in metadata.items()] if metadata else []


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _etag(reply: Reply) -> str:
    return reply.text("etag").strip('"')


def _written(reply: Reply, name: str, md5: bytes) -> Written:
    said = md5_text(reply.text("content-md5"))
    if said and said != md5.hex():
        raise _damaged(name)
    return Written(_etag(reply), said)


def _copied(reply: Reply, name: str) -> Written:
    state = reply.text("x-ms-copy-status")
    if state not in ("", "success"):
        raise BadRequest(f"The server did not copy {name} at once ({state}).", code=state)
    return Written(_etag(reply), md5_text(reply.text("content-md5")))


def _facts(name: str, reply: Reply) -> BlobFacts:
    return BlobFacts(
        name,
        read_number(reply.text("content-length")) or 0,
        _etag(reply),
        md5_text(reply.text("content-md5")),
        {key.removeprefix("x-ms-meta-"): value for key, value in reply.by_name.items() if key.startswith("x-ms-meta-")},
    )


def _check_range(name: str, reply: Reply, offset: int, length: int) -> None:
    """Make sure that what comes is what was asked, before any of it is kept."""
    place = reply.text("content-range")
    starts = place.startswith(f"bytes {offset}-") if reply.status == 206 else offset == 0
    if not starts or reply.text("content-length") != str(length):
        raise Changed(
            f"{name} does not hold the part that was meant.",
            detail=f"asked {offset}+{length}, got {place or 'all'} of {reply.text('content-length')} bytes",
            status=reply.status,
        )


def _read(reply: Reply, reader: PageReader | BlocksReader) -> None:
    buffer = memoryview(bytearray(_PIECE))
    try:
        total = 0
        while size := reply.fill(buffer):
            total += size
            if total > _MOST_MARKUP_BYTES:
                raise BadRequest("The server's list does not end.", remedy=_NO_STORAGE)
            reader.feed(buffer[:size])
        reader.finish()
    except BadMarkup as error:
        raise Severed(f"the list cannot be read: {error}") from error


def _damaged(name: str) -> Corrupted:
    return Corrupted(
        f"{name} was damaged on its way.",
        remedy="It is tried again by itself; if this comes back, check memory and network of this computer.",
        retryable=True,
    )
