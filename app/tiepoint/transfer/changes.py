"""Where every change of a record is told once: to the journal's writer and to the clients' ears.

Must not wait for either. Under the desk's lock.
"""

from __future__ import annotations

from tiepoint.domain.transfer import TransferId
from tiepoint.transfer.ears import Ears
from tiepoint.transfer.journal_writer import JournalWriter
from tiepoint.transfer.records import FileRecord, TransferRecord


class ChangeBook:
    """The `work.Changes` that everybody on the desk uses.

    Args:
        writer: The journal's.
        ears: The clients'.
    """

    def __init__(self, writer: JournalWriter, ears: Ears) -> None:
        self._writer = writer
        self._ears = ears

    def transfer(self, record: TransferRecord) -> None:
        """The summary changed in more than its counts."""
        self._writer.transfer(record)
        self._writer.hurry()
        self._ears.transfer(record)

    def file(self, record: TransferRecord, file: FileRecord) -> None:
        """A row changed."""
        self._writer.file(record, file)
        self._ears.file(record, file)

    def row(self, record: TransferRecord, file: FileRecord) -> None:
        """A row changed in a way that the journal need not know: it has begun to move, it waits again."""
        self._ears.file(record, file)

    def piece(self, record: TransferRecord, file: FileRecord, number: int, digest: bytes) -> None:
        """A block was acknowledged or a range received."""
        self._writer.piece(record, file, number, digest)
        self.file(record, file)

    def forget_pieces(self, record: TransferRecord, file: FileRecord) -> None:
        """The blocks or ranges of a file are of no more use."""
        self._writer.forget_pieces(record, file)

    def files(self, record: TransferRecord) -> None:
        """The list of files is another one."""
        self._writer.files(record)
        self._writer.hurry()
        self._ears.files(record)

    def removed(self, transfer: TransferId) -> None:
        """A transfer is no more."""
        self._writer.remove(transfer)
        self._ears.removed(transfer)
