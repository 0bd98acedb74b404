"""A container in memory that uploads can write to, with the server's rules; faults are put in by hooks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence

from fakes.blob_container import FakeBlob, FakeConnection, FakeContainer
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.runtime.stop import Stop
from tiepoint.transfer.blob.connection import Body
from tiepoint.transfer.blob.errors import BlobMissing, Changed, Corrupted, Exists
from tiepoint.transfer.blob.facts import ANYTHING, BlobFacts, Block, BlockList, Condition, Page, Written

Hook = Callable[[str, str, bytes], bytes]


class UploadContainer(FakeContainer):
    """Blobs and waiting blocks by name.

    `on_write` sees kind, name and content of what arrives; it may raise or change it. `on_written` is called after it
    was done and may raise: a lost reply.
    """

    def __init__(self) -> None:
        super().__init__()
        self.waiting: dict[str, dict[bytes, bytes]] = {}
        self.committed: dict[str, tuple[Block, ...]] = {}
        self.on_write: Hook = lambda kind, name, data: data
        self.on_written: Callable[[str, str], None] = lambda kind, name: None
        self.sent_bytes = 0

    def connect(self, stop: Stop) -> UploadConnection:
        return UploadConnection(self, stop)

    def check(self, name: str, condition: Condition) -> None:
        there = self.blobs.get(name)
        if condition.is_new and there is not None:
            raise Exists("Something of this name is there.", status=409)
        if condition.etag and (there is None or there.etag != condition.etag):
            raise Changed("It is another version.", status=412)

    def write(self, name: str, data: bytes, md5: str, metadata: Mapping[str, str] | None) -> FakeBlob:
        self.waiting.pop(name, None)
        self.committed.pop(name, None)
        return self.put(name, data, md5=md5, metadata=metadata)


class UploadConnection(FakeConnection):
    """What uploads ask of `transfer.blob.connection.BlobConnection`."""

    def __init__(self, container: UploadContainer, stop: Stop) -> None:
        super().__init__(container, stop)
        self._box = container

    def list_pages(self, prefix: str = "", *, delimiter: str = "", has_metadata: bool = True) -> Iterator[Page]:
        if not delimiter:
            yield from super().list_pages(prefix)
            return
        self._ask("list", prefix)
        rest = {name[len(prefix) :] for name in self._box.blobs if name.startswith(prefix)}
        folders = {prefix + each.partition(delimiter)[0] + delimiter for each in rest if delimiter in each}
        yield Page((), tuple(sorted(folders)))

    def put_blob(
        self,
        name: str,
        size: int,
        md5: bytes,
        body: Body,
        *,
        condition: Condition = ANYTHING,
        metadata: Mapping[str, str] | None = None,
        content_type: str = "",
    ) -> Written:
        data = self._arrived("put", name, size, md5, body)
        self._box.check(name, condition)
        blob = self._box.write(name, data, md5.hex(), metadata)
        self._box.on_written("put", name)
        return Written(blob.etag, blob.md5)

    def put_block(self, name: str, block_id: bytes, size: int, md5: bytes, body: Body) -> None:
        data = self._arrived("block", name, size, md5, body)
        self._box.waiting.setdefault(name, {})[block_id] = data
        self._box.on_written("block", name)

    def put_block_list(
        self,
        name: str,
        block_ids: Sequence[bytes],
        *,
        md5: bytes | None = None,
        condition: Condition = ANYTHING,
        metadata: Mapping[str, str] | None = None,
        content_type: str = "",
    ) -> Written:
        self._ask("commit", name)
        self._box.on_write("commit", name, b"")
        self._box.check(name, condition)
        waiting = self._box.waiting.get(name, {})
        if not all(each in waiting for each in block_ids):
            raise BlobMissing("A block is not there.", status=400, code="InvalidBlockList")
        blocks = tuple(Block(each, len(waiting[each])) for each in block_ids)
        data = b"".join(waiting[each] for each in block_ids)
        blob = self._box.write(name, data, md5.hex() if md5 else "", metadata)
        self._box.committed[name] = blocks
        self._box.on_written("commit", name)
        return Written(blob.etag)

    def get_block_list(self, name: str) -> BlockList:
        self._ask("blocks", name)
        waiting = self._box.waiting.get(name, {})
        blob = self._box.blobs.get(name)
        if blob is None and not waiting:
            raise BlobMissing("There is no such blob.")
        found = tuple(Block(each, len(data)) for each, data in waiting.items())
        committed = self._box.committed.get(name, ())
        if blob is None:  # as Azurite does: a version, and no content
            return BlockList((), found, "0xuncommitted", 0)
        return BlockList(committed, found, blob.etag, len(blob.data))

    def get_small(self, name: str, *, most_bytes: int = 0, etag: str = "") -> tuple[BlobFacts, bytes]:
        facts = self.head(name)
        return facts, self._box.blobs[name].data

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
        self._ask("copy", name)
        self._box.on_write("copy", name, b"")
        there = self._box.blobs.get(source_name)
        if there is None:
            raise BlobMissing("There is no original.")
        if source_etag and there.etag != source_etag:
            raise Changed("The original is another version.")
        self._box.check(name, condition)
        blob = self._box.write(name, there.data, there.md5, metadata)
        return Written(blob.etag)

    def _arrived(self, kind: str, name: str, size: int, md5: bytes, body: Body) -> bytes:
        self._ask(kind, name)
        data = b"".join(bytes(piece) for piece in body)
        assert len(data) == size, (name, len(data), size)
        self._box.sent_bytes += size
        data = self._box.on_write(kind, name, data)
        if hashlib.md5(data).digest() != md5:
            raise Corrupted("It was damaged on its way.", status=400)
        return data
