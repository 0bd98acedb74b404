"""Requests to one container: what the worker can ask of Blob storage, one blocking call each.

Must not retry, but once on a connection that the server closed while it was idle: when to try again is decided above.
Belongs to one thread; only its `Stop` may be touched by others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.transfer.blob.bucket import TokenBucket
from tiepoint.transfer.blob.credentials import Credentials
from tiepoint.transfer.blob.facts import ANYTHING, BlobFacts, BlockList, Condition, Page, Written
from tiepoint.transfer.blob.line import Line
from tiepoint.transfer.blob.stop import Stop

Body = Iterable[memoryview]
"""Pieces of content, each taken over before the next is asked for, so that one buffer can serve them all. An error that
it raises (a file that changed) ends the request, leaves nothing behind on the server and passes unchanged. If it can be
gone through again (no generator), a connection found closed at the first byte is replaced without a word."""
BINARY = "application/octet-stream"
MOST_SMALL_BYTES = 64 * 2**20
MOST_LISTED = 5000


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
        raise NotImplementedError

    def close(self) -> None:
        """Close the line if it is its own. Idempotent."""

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
        raise NotImplementedError

    def put_block(self, name: str, block_id: bytes, size: int, md5: bytes, body: Body) -> None:
        """Send a block, to be committed later; the server checks its MD5. The same id again replaces it: idempotent.

        Raises:
            Corrupted: What arrived has another MD5.
        """

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
        raise NotImplementedError

    def get_block_list(self, name: str) -> BlockList:
        """Return committed and uncommitted blocks.

        Raises:
            BlobMissing: Neither a blob nor a block of this name is there.
        """
        raise NotImplementedError

    def head(self, name: str) -> BlobFacts:
        """Return the properties of a blob.

        Raises:
            BlobMissing: It is not there.
        """
        raise NotImplementedError

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

    def get_small(self, name: str, *, most_bytes: int = MOST_SMALL_BYTES, etag: str = "") -> tuple[BlobFacts, bytes]:
        """Receive a whole blob into memory; its MD5 is checked when it has one.

        Raises:
            BlobMissing: It is not there.
            Changed: It is another version.
            Corrupted: What arrived has another MD5.
            BadRequest: It is larger than `most_bytes`.
        """
        raise NotImplementedError

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
        raise NotImplementedError

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
        raise NotImplementedError
