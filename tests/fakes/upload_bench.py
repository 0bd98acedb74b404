"""An upload without a desk: its tasks run one after the other, or several threads' worth of them out of order."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from fakes.download_bench import KIB, QUIET_S, BenchChanges
from fakes.upload_container import UploadContainer
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import TiepointError
from tiepoint.domain.photo import PhotoEntry
from tiepoint.domain.transfer import Direction, FileState, TransferId, TransferState
from tiepoint.runtime.stop import Stop
from tiepoint.transfer.blob.connection import BlobConnection
from tiepoint.transfer.blob.errors import Unreachable
from tiepoint.transfer.hash_cache import HashCache
from tiepoint.transfer.journal import Journal
from tiepoint.transfer.journal_writer import JournalWriter
from tiepoint.transfer.records import FileRecord, TransferRecord
from tiepoint.transfer.tuning import Tuning
from tiepoint.transfer.upload.kit import Kit
from tiepoint.transfer.upload.work import UploadWork
from tiepoint.transfer.work import Hand, Task

PLACE = BlobPlace("http://127.0.0.1:1/account", "box", "caps")
SMALL_SIZES = Tuning(whole_bytes=256 * KIB, block_bytes=64 * KIB)
LONG_AGO_NS = 1_700_000_000_000_000_000


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


class UploadBench:
    """One upload from a folder into a container in memory."""

    def __init__(self, folder: Path, container: UploadContainer | None = None) -> None:
        self.folder = folder
        self.photos = folder / "photos"
        self.photos.mkdir(parents=True, exist_ok=True)
        self.container = container or UploadContainer()
        self.writer = JournalWriter(Journal(folder / "transfers.sqlite3"))
        self.cache = HashCache(self.writer)
        self.now_s = 0.0
        self.tells_entries = True
        self.can_use: Callable[[BlobPlace], bool] = lambda place: True
        self.stop = Stop()
        self.record: TransferRecord
        self.work: UploadWork

    def write(self, content: Mapping[str, bytes]) -> None:
        for path, data in content.items():
            file = self.photos / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)

    def tell(self, name: str = "demo", *, replaces: bool = False, number: int = 1) -> None:
        """A new transfer of what lies in the folder."""
        self.record = TransferRecord(
            TransferId(f"t{number}"),
            Direction.UP,
            name,
            PLACE,
            PLACE,
            str(self.photos),
            TransferState.QUEUED,
            datetime.now(UTC),
            replaces=replaces,
        )
        files = sorted(each for each in self.photos.rglob("*") if each.is_file())
        self.record.set_files([self._told(index, each) for index, each in enumerate(files)])
        self.writer.files(self.record)

    def _told(self, index: int, file: Path) -> FileRecord:
        path, found = file.relative_to(self.photos).as_posix(), os.stat(file)
        entry = PhotoEntry(path, found.st_size, "", width=1, height=1) if self.tells_entries else None
        return FileRecord(index, path, str(file), found.st_size, found.st_mtime_ns, entry=entry)

    def begin(self) -> UploadWork:
        self.stop = Stop()
        kit = Kit(self.record, self.writer, self.cache, self.folder / "receipts", SMALL_SIZES, self.can_use)
        self.work = UploadWork(kit, BenchChanges(self.writer))
        return self.work

    def hand(self) -> Hand:
        hand = Hand(self.stop)
        hand.connection = cast(BlobConnection, self.container.connect(self.stop))
        return hand

    def next(self) -> Task | None:
        task = self.work.next_task(self.now_s)
        if task is None and not self.work.phase.is_over:  # a quiet time runs
            self.now_s += QUIET_S
            task = self.work.next_task(self.now_s)
        return task

    def do(self, task: Task) -> None:
        """Run a task and give it to the work, as the desk does."""
        try:
            task.run(self.hand())
        except Unreachable:
            self.work.give_back(task)
        except TiepointError:
            self.work.give_back(task)
            raise
        else:
            self.work.settle(task, self.now_s)

    def step(self) -> bool:
        task = self.next()
        if task is not None:
            self.do(task)
        return task is not None

    def run(self, *, most_steps: int = 2000) -> TransferState:
        """Do everything, one after the other."""
        self.begin()
        for _ in range(most_steps):
            if not self.step():
                break
        return self.work.phase

    def run_mixed(self, seed: int, *, width: int = 5) -> TransferState:
        """Do everything, several tasks at once taken and settled in a random order."""
        chance = random.Random(seed)
        self.begin()
        held: list[Task] = []
        while True:
            while len(held) < width and (task := self.next()) is not None:
                held.append(task)
            if not held:
                return self.work.phase
            self.do(held.pop(chance.randrange(len(held))))

    def upload(self, name: str = "demo", *, replaces: bool = False, number: int = 1) -> TransferState:
        self.tell(name, replaces=replaces, number=number)
        return self.run()

    def restart(self) -> None:
        """What a kill and a new start do: the journal alone is left."""
        self.writer.flush()
        (self.record,) = self.writer.journal.load()

    def file(self, path: str) -> FileRecord:
        return next(each for each in self.record.files if each.path == path)

    def states(self) -> dict[str, FileState]:
        return {each.path: each.state for each in self.record.files}

    def blob(self, path: str) -> str:
        return f"{self.record.place.prefix}/photos/{path}"

    def in_blob(self) -> dict[str, bytes]:
        """Content of all photos there, by path."""
        prefix = f"{self.record.place.prefix}/photos/"
        return {
            name.removeprefix(prefix): blob.data
            for name, blob in self.container.blobs.items()
            if name.startswith(prefix)
        }

    @property
    def manifest(self) -> bytes | None:
        blob = self.container.blobs.get(f"{self.record.place.prefix}/capture.json")
        return blob.data if blob else None

    def close(self) -> None:
        self.writer.close()
