"""A download without a desk: its tasks run one after the other, or several threads' worth of them out of order."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from fakes.blob_container import FakeContainer
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import TiepointError
from tiepoint.domain.transfer import Direction, FileState, TransferId, TransferState
from tiepoint.runtime.stop import Stop
from tiepoint.transfer.blob.connection import BlobConnection
from tiepoint.transfer.blob.errors import Unreachable
from tiepoint.transfer.download.tuning import DownloadTuning
from tiepoint.transfer.download.work import DownloadWork
from tiepoint.transfer.hash_cache import HashCache
from tiepoint.transfer.journal import Journal
from tiepoint.transfer.journal_writer import JournalWriter
from tiepoint.transfer.records import FileRecord, TransferRecord
from tiepoint.transfer.work import Hand, Task

KIB = 1024
QUIET_S = 2.0
SMALL_SIZES = DownloadTuning(range_bytes=64 * KIB, hash_bytes=128 * KIB, hash_lag_bytes=64 * KIB, margin_bytes=0)


class BenchChanges:
    """Tells the journal, as the desk does."""

    def __init__(self, writer: JournalWriter) -> None:
        self._writer = writer
        self.transfer = writer.transfer
        self.file = writer.file
        self.forget_pieces = writer.forget_pieces
        self.files = writer.files

    def piece(self, record: TransferRecord, file: FileRecord, number: int, digest: bytes) -> None:
        self._writer.piece(record, file, number, digest)
        self._writer.file(record, file)

    def row(self, record: TransferRecord, file: FileRecord) -> None:
        pass


class Bench:
    """One download from a container in memory into a folder."""

    def __init__(
        self, folder: Path, container: FakeContainer | None = None, *, connect: Callable[[Stop], object] | None = None
    ) -> None:
        self.folder = folder / "target"
        self.folder.mkdir(exist_ok=True)
        self.container = container or FakeContainer()
        self.connect = connect or self.container.connection
        self.writer = JournalWriter(Journal(folder / "transfers.sqlite3"))
        self.tuning = SMALL_SIZES
        self.now_s = 0.0
        self.free_bytes = 10**12
        self.stop = Stop()
        self.record = TransferRecord(
            TransferId("t1"),
            Direction.DOWN,
            "demo",
            *[BlobPlace("http://127.0.0.1:1/account", "box", "cap")] * 2,
            str(self.folder),
            TransferState.QUEUED,
            datetime.now(UTC),
        )
        self.work: DownloadWork

    def place(self, prefix: str) -> None:
        self.record.base = self.record.place = BlobPlace("http://127.0.0.1:1/account", "box", prefix)

    def begin(self) -> DownloadWork:
        self.stop = Stop()
        self.work = DownloadWork(
            self.record,
            BenchChanges(self.writer),
            self.writer,
            HashCache(self.writer),
            self.tuning,
            lambda _: self.free_bytes,
        )
        return self.work

    def hand(self) -> Hand:
        hand = Hand(self.stop)
        hand.connection = cast(BlobConnection, self.connect(self.stop))
        return hand

    def step(self) -> bool:
        """Do one task from beginning to end; False when there is none."""
        task = self.next()
        if task is not None:
            self.do(task)
        return task is not None

    def go_on(self) -> None:
        """Do what is left, one after the other."""
        while self.step():
            pass

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

    def run(self, *, most_steps: int = 2000) -> TransferState:
        """Do everything, one after the other."""
        self.begin()
        for _ in range(most_steps):
            if not self.step():
                break
        return self.work.phase

    def run_mixed(self, seed: int = 0, *, width: int = 5) -> TransferState:
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

    def restart(self) -> None:
        """What a kill and a new start do: the journal alone is left."""
        self.writer.flush()
        (self.record,) = self.writer.journal.load()

    def file(self, path: str) -> FileRecord:
        return next(each for each in self.record.files if each.path == path)

    def states(self) -> dict[str, FileState]:
        return {each.path: each.state for each in self.record.files}

    def names(self) -> list[str]:
        """Everything in the target, folders too."""
        return sorted(each.relative_to(self.folder).as_posix() for each in self.folder.rglob("*"))

    def read(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()

    def close(self) -> None:
        self.writer.close()
