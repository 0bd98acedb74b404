"""A floor without threads: tasks are taken and brought back by the test, time stands still until told."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.transfer import Direction, TransferId, TransferState
from tiepoint.runtime.stop import Stop
from tiepoint.transfer.blob.backoff import Backoff
from tiepoint.transfer.blob.credentials import Credentials
from tiepoint.transfer.changes import ChangeBook
from tiepoint.transfer.dispatch import Assignment
from tiepoint.transfer.ears import Ears
from tiepoint.transfer.floor import Floor
from tiepoint.transfer.journal import Journal
from tiepoint.transfer.journal_writer import JournalWriter
from tiepoint.transfer.lane import Lane
from tiepoint.transfer.records import TransferRecord
from tiepoint.transfer.work import Hand, Task

SIGNATURE = "sv=2021-12-02&sr=c&sp=racwdl&se=2099-01-01T00%3A00%3A00Z&sig=c2VjcmV0"


class FakeTask:
    def __init__(self, name: str) -> None:
        self.name = name

    def run(self, hand: Hand) -> None:
        """Nothing."""


class FakeWork:
    """Offers tasks by their names and ends when all have settled."""

    def __init__(self, *names: str) -> None:
        self.left = deque(names)
        self.in_flight: list[str] = []
        self.settled: list[str] = []
        self.given_back: list[str] = []

    @property
    def phase(self) -> TransferState:
        return TransferState.RUNNING if self.left or self.in_flight else TransferState.COMPLETED

    def next_task(self, now_s: float) -> Task | None:
        if not self.left:
            return None
        self.in_flight.append(self.left[0])
        return FakeTask(self.left.popleft())

    def settle(self, task: Task, now_s: float) -> None:
        assert isinstance(task, FakeTask)
        self.in_flight.remove(task.name)
        self.settled.append(task.name)

    def give_back(self, task: Task) -> None:
        assert isinstance(task, FakeTask)
        self.in_flight.remove(task.name)
        self.left.appendleft(task.name)
        self.given_back.append(task.name)


class FloorBench:
    """A floor, its clock and its lanes."""

    def __init__(self, folder: Path) -> None:
        self.now_s = 100.0
        self.writer = JournalWriter(Journal(folder / "transfers.sqlite3"))
        self.ears = Ears()
        self.credentials = Credentials()
        self.floor = Floor(ChangeBook(self.writer, self.ears), self.credentials, lambda: self.now_s)

    def lane(self, name: str, *tasks: str, container: str = "box", priority: int = 0) -> tuple[Lane, FakeWork]:
        """A transfer that offers these tasks, younger than those before."""
        place = BlobPlace("http://127.0.0.1:1/account", container)
        made = datetime(2026, 11, 25, tzinfo=UTC) + timedelta(seconds=len(self.floor.lanes))
        record = TransferRecord(
            TransferId(name), Direction.UP, name, place, place, "/photos", TransferState.QUEUED, made, priority=priority
        )
        lane = Lane(record, Backoff(first_s=1.0))
        lane.stop = Stop()
        lane.work = work = FakeWork(*tasks)
        with self.floor.lock:
            self.floor.put(lane)
        return lane, work

    def take(self) -> tuple[Hand, Assignment] | None:
        """What a free thread is given now; None when it would wait."""
        hand = Hand(Stop())
        with self.floor.lock:
            given = self.floor._give(hand)
        return None if given is None else (hand, given)

    def bring(self, taken: tuple[Hand, Assignment], error: Exception | None = None) -> None:
        """Bring a task back."""
        hand, given = taken
        with self.floor.lock:
            self.floor._take_back(hand, given, error)

    def name(self, taken: tuple[Hand, Assignment] | None) -> str:
        """The name of what was taken; empty when nothing was."""
        if taken is None:
            return ""
        task = taken[1].task
        assert isinstance(task, FakeTask)
        return task.name

    def close(self) -> None:
        self.writer.close()


@contextmanager
def floor_bench(folder: Path) -> Iterator[FloorBench]:
    """A bench that is closed in the end."""
    bench = FloorBench(folder)
    try:
        yield bench
    finally:
        bench.close()
