"""Stage `publish`: products, log and `job.json` of a job go into Blob, each checked by the server. Blocks.

`job.json` comes last: where it is, everything is. What is there with the same size and content is not sent again, and
of a large file begun by an earlier run only the missing blocks are.
"""

from __future__ import annotations

import mimetypes
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tiepoint.agent.round import blobs
from tiepoint.agent.round.blobs import Blob
from tiepoint.agent.round.crew import Tally, opened, work_through
from tiepoint.agent.round.disk import md5_of, writing
from tiepoint.agent.round.door import Account, Door
from tiepoint.domain.blob_names import blob_name, fault_of
from tiepoint.domain.errors import OperationFailed
from tiepoint.domain.plain_text import plain
from tiepoint.runtime.stop import Stop

THREADS: Final = 6
ONE_PIECE: Final = 16 << 20
BLOCK: Final = 8 << 20
_MOST_BLOCKS: Final = 45_000
_HEAD: Final = struct.Struct(">II")
_LAST: Final = "job.json"
_LOG: Final = "job.log"


@dataclass(frozen=True, slots=True)
class _File:
    """A file to publish: where it lies, its blob's whole name, its size."""

    path: Path
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Published:
    """What came of it: files, their bytes, and how many of those had to be moved."""

    files: int
    size_bytes: int
    moved_bytes: int


def publish_job(
    account: Account, root: Path, names: Sequence[str], stop: Stop, told: Callable[[int, int], None]
) -> Published:
    """Put a job's products into Blob.

    Args:
        account: The job's folder in Blob.
        root: The job's folder here.
        names: Files and folders below its `products`.
        stop: Ends it at once; what has been put stays.
        told: Called with bytes there and in all, by any thread.

    Raises:
        TiepointError: Blob refuses, or cannot be reached for long, or a product cannot be read.
        Stopped: It was stopped.
    """
    prefix = account.place.prefix
    with writing(root):
        files = list(_files(root / "products", names, f"{prefix}/products"))
        last = [_file(root / name, f"{prefix}/{name}") for name in (_LOG, _LAST) if (root / name).is_file()]
    return _Publish(account, root, stop, told).run(files, last)


class _Publish:
    def __init__(self, account: Account, root: Path, stop: Stop, told: Callable[[int, int], None]) -> None:
        self._account, self._root, self._stop, self._told = account, root, stop, told
        self._moved = 0
        self._sent: dict[str, tuple[int, str]] = {}

    def run(self, files: list[_File], last: list[_File]) -> Published:
        total = sum(each.size for each in (*files, *last))
        tally = Tally(total, self._told)
        there = self._listed()
        small = [each for each in files if each.size <= ONE_PIECE]
        work_through(
            small, lambda each, door: self._put(each, door, there, tally), self._account, self._stop, threads=THREADS
        )
        for each in files:
            if each.size > ONE_PIECE:
                self._put_large(each, there.get(each.name), tally)
        self._require(self._listed())
        with opened(self._account, self._stop) as door:
            for each in last:
                self._put(each, door, {}, tally)
        return Published(len(files) + len(last), total, self._moved)

    def _listed(self) -> dict[str, Blob]:
        with opened(self._account, self._stop) as door:
            return {blob.name: blob for blob in blobs.listed(door, f"{self._account.place.prefix}/")}

    def _put(self, file: _File, door: Door, there: dict[str, Blob], tally: Tally) -> None:
        with writing(self._root):
            data = file.path.read_bytes()
        found = there.get(file.name)
        md5 = blobs.md5_of(data)
        if found is None or (found.size, found.md5) != (len(data), md5):
            blobs.put(door, file.name, data, _kind(file.path))
            self._moved += len(data)
        self._sent[file.name] = (len(data), md5)
        tally.add(file.size)

    def _put_large(self, file: _File, found: Blob | None, tally: Tally) -> None:
        with writing(self._root):
            md5 = md5_of(file.path, self._stop)
        self._sent[file.name] = (file.size, md5)
        if found is not None and (found.size, found.md5) == (file.size, md5):
            tally.add(file.size)
            return
        size = max(BLOCK, -(-file.size // _MOST_BLOCKS >> 20) << 20)
        with opened(self._account, self._stop) as door:
            waiting = blobs.waiting_blocks(door, file.name)
        ids: dict[int, bytes] = {}

        def send(number: int, door: Door) -> None:
            with writing(self._root), file.path.open("rb", buffering=0) as source:
                source.seek(number * size)
                data = source.read(size)
            ids[number] = _HEAD.pack(0, number) + bytes.fromhex(blobs.md5_of(data))
            if ids[number] not in waiting:
                blobs.put_block(door, file.name, ids[number], data)
                self._moved += len(data)
            tally.add(len(data))

        count = -(-file.size // size)
        work_through(range(count), send, self._account, self._stop, threads=THREADS)
        with opened(self._account, self._stop) as door:
            blobs.commit(door, file.name, [ids[number] for number in range(count)], md5, _kind(file.path))

    def _require(self, there: dict[str, Blob]) -> None:
        """Make sure that Blob has everything as it was sent, before `job.json` says so."""
        for name, (size, md5) in self._sent.items():
            blob = there.get(name)
            if blob is None or (blob.size, blob.md5) != (size, md5):
                raise OperationFailed(
                    f"{plain(name.rpartition('/')[2])} is not in Blob storage as it was put there.",
                    remedy="Somebody else changed or deleted it meanwhile; resume the job and it is put again.",
                    retryable=True,
                )


def _files(products: Path, names: Sequence[str], prefix: str) -> Iterator[_File]:
    for name in names:
        path = products / name
        for found in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if found.is_file() and not found.is_symlink():
                yield _file(found, f"{prefix}/{blob_name(found.relative_to(products).as_posix())}")


def _file(path: Path, name: str) -> _File:
    fault = fault_of(name)
    if fault is not None:
        raise OperationFailed(
            f"The product {plain(name.rpartition('/')[2])} cannot go into Blob storage: its name {fault}.",
            remedy="Rename the product in the project, then run its export again.",
        )
    return _File(path, name, path.stat().st_size)


def _kind(path: Path) -> str:
    kind, packed = mimetypes.guess_type(path.name)
    return kind if kind and not packed else "application/octet-stream"
