"""A container in memory, and the part of a connection that downloads use; faults are put in by hooks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from tiepoint.domain.digest import composite
from tiepoint.runtime.stop import Stop
from tiepoint.transfer.blob.errors import BlobMissing, Changed, Unreachable
from tiepoint.transfer.blob.facts import BlobFacts, Block, BlockList, Page
from tiepoint.transfer.listed import our_metadata


@dataclass
class FakeBlob:
    data: bytes
    etag: str
    md5: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    block_size: int = 0

    def blocks(self) -> tuple[Block, ...]:
        if not self.block_size:
            return ()
        pieces = [self.data[at : at + self.block_size] for at in range(0, len(self.data), self.block_size)]
        return tuple(
            Block(bytes(4) + index.to_bytes(4, "big") + hashlib.md5(piece).digest(), len(piece))
            for index, piece in enumerate(pieces)
        )


class FakeContainer:
    """Blobs by name. `requests` counts what was asked; `on_range` may raise or change what is sent."""

    def __init__(self) -> None:
        self.blobs: dict[str, FakeBlob] = {}
        self.requests: list[tuple[str, str, int]] = []
        self.on_range: Callable[[str, int, bytes], bytes] = lambda name, offset, data: data
        self.on_blocks: Exception | None = None
        self._etags = count(1)

    def put(
        self, name: str, data: bytes, *, md5: str | None = None, metadata: Mapping[str, str] | None = None
    ) -> FakeBlob:
        digest = hashlib.md5(data).hexdigest() if md5 is None else md5
        self.blobs[name] = FakeBlob(data, f"0x{next(self._etags)}", digest, metadata or {})
        return self.blobs[name]

    def put_in_blocks(self, name: str, data: bytes, block_size: int, *, has_metadata: bool = True) -> FakeBlob:
        blob = FakeBlob(data, f"0x{next(self._etags)}", "", {}, block_size)
        if has_metadata:
            blob.metadata = our_metadata(composite(block.id[8:] for block in blob.blocks()), block_size)
        self.blobs[name] = blob
        return blob

    def count(self, kind: str) -> int:
        return sum(each[0] == kind for each in self.requests)

    def connection(self, stop: Stop) -> FakeConnection:
        return FakeConnection(self, stop)


class FakeConnection:
    """What downloads ask of `transfer.blob.connection.BlobConnection`."""

    def __init__(self, container: FakeContainer, stop: Stop) -> None:
        self._container = container
        self._stop = stop

    def list_pages(self, prefix: str = "", *, delimiter: str = "", has_metadata: bool = True) -> Iterator[Page]:
        self._ask("list", prefix)
        names = sorted(name for name in self._container.blobs if name.startswith(prefix))
        yield Page(tuple(self._facts(name) for name in names[:3]))
        if len(names) > 3:
            yield Page(tuple(self._facts(name) for name in names[3:]))

    def head(self, name: str) -> BlobFacts:
        self._ask("head", name)
        if name not in self._container.blobs:
            raise BlobMissing("There is no such blob.")
        return self._facts(name)

    def get_block_list(self, name: str) -> BlockList:
        self._ask("blocks", name)
        if self._container.on_blocks is not None:
            raise self._container.on_blocks
        blob = self._container.blobs[name]
        return BlockList(blob.blocks(), (), blob.etag, len(blob.data))

    def get_range(
        self,
        name: str,
        offset: int,
        length: int,
        *,
        etag: str,
        buffer: memoryview,
        take: Callable[[memoryview], None],
    ) -> None:
        self._ask("get", name, offset)
        blob = self._container.blobs.get(name)
        if blob is None:
            raise BlobMissing("There is no such blob.")
        if etag and blob.etag != etag:
            raise Changed("It is another version.")
        data = self._container.on_range(name, offset, blob.data[offset : offset + length])
        for at in range(0, len(data), len(buffer)):
            self._stop.check()
            piece = data[at : at + len(buffer)]
            buffer[: len(piece)] = piece
            take(buffer[: len(piece)])
        if len(data) != length:
            raise Unreachable("The connection broke.")

    def _facts(self, name: str) -> BlobFacts:
        blob = self._container.blobs[name]
        return BlobFacts(name, len(blob.data), blob.etag, blob.md5, blob.metadata)

    def _ask(self, kind: str, name: str, offset: int = 0) -> None:
        self._stop.check()
        self._container.requests.append((kind, name, offset))
