"""What a transfer has to offer so that the desk's threads can carry it: its next task, and what came of it.

Uploads and downloads implement `Work`; the desk knows no more of them. It handles by itself whatever is not a file's
own fault: `run` lets `Unreachable`, `Busy`, `Refused` and `Stopped` (and any `TiepointError`, which ends the
transfer) pass; the task is then given back. `next_task`, `settle` and `give_back` run under the desk's lock and do
nothing but arithmetic; `run` runs on a sender's thread without it and touches only what belongs to its task.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Protocol

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.transfer import TransferState
from tiepoint.runtime.stop import Stop
from tiepoint.transfer.blob.connection import BlobConnection
from tiepoint.transfer.records import FileRecord, TransferRecord

BUFFER_BYTES: Final = 2**20


@dataclass(slots=True, eq=False)
class Hand:
    """What one sender thread works with.

    Attributes:
        stop: Set when the transfer is to stop; long loops over local files look at it once per buffer.
        place: The container that `connection` is for.
        connection: To the container of the task's transfer; of this thread alone.
        buffer: 1 MiB, used again and again.
        file: The file it is about, for its rate; the task sets it, the desk clears it.
        moving: Bytes of the request on its way that were handed to the network; the task sets it without a lock, the
            desk reads it for the progress, and sets it to 0 between tasks.
        moved: Content bytes that this task has brought over the network; the desk adds them up when the task ends.
    """

    stop: Stop
    place: BlobPlace | None = None
    connection: BlobConnection = field(init=False)
    buffer: bytearray = field(default_factory=lambda: bytearray(BUFFER_BYTES))
    file: FileRecord | None = None
    moving: int = 0
    moved: int = 0


class Task(Protocol):
    """One request or a few: at most some seconds of work, so that pausing and fairness work."""

    def run(self, hand: Hand) -> None:
        """Do it and keep what came of it in itself.

        Raises:
            BlobError: `Unreachable`, `Busy`, `Refused` or `ContainerMissing`; it will be given back.
            Stopped: On request; it will be given back, too.
            TiepointError: The whole transfer cannot go on.
        """


class Changes(Protocol):
    """Where a work says what it changed, under the lock; journal and clients hear of it soon after."""

    def transfer(self, record: TransferRecord) -> None:
        """The summary changed in more than its counts (a state, a place, a receipt)."""

    def file(self, record: TransferRecord, file: FileRecord) -> None:
        """A row changed: clients that watch it and the journal are told."""

    def row(self, record: TransferRecord, file: FileRecord) -> None:
        """A row changed in a way that the journal need not know: it has begun to move, it waits again."""

    def piece(self, record: TransferRecord, file: FileRecord, number: int, digest: bytes) -> None:
        """A block was acknowledged (`digest` is its MD5) or a range received (it may be empty), and the row with it."""

    def forget_pieces(self, record: TransferRecord, file: FileRecord) -> None:
        """The blocks or ranges of a file are of no more use."""

    def files(self, record: TransferRecord) -> None:
        """The list of files itself is another one."""


class Work(Protocol):
    """One transfer's way from here to its end. Made anew whenever a transfer is started, resumed or retried."""

    @property
    def phase(self) -> TransferState:
        """PREPARING, RUNNING or FINISHING; or COMPLETED or FAILED when nothing is left to do (see record.trouble)."""

    def next_task(self, now_s: float) -> Task | None:
        """Return something to do, or None when nothing can be begun now (all is in flight, or a quiet time runs).

        Args:
            now_s: The desk's clock.
        """

    def settle(self, task: Task, now_s: float) -> None:
        """Take over what came of a task that ran to its end."""

    def give_back(self, task: Task) -> None:
        """Take back a task that could not be done for no fault of its own; `next_task` offers it again."""
