"""A small blob comes down: one request, hashed as it passes, and it has its name once it is whole.

One task does all of it; what is half done when it is stopped is thrown away.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from tiepoint.domain.transfer import FileState
from tiepoint.transfer.download.busy import BUSY
from tiepoint.transfer.download.digester import Digester
from tiepoint.transfer.download.existing import standing
from tiepoint.transfer.download.faults import fault
from tiepoint.transfer.download.judging import judged
from tiepoint.transfer.download.kit import Kit
from tiepoint.transfer.download.outcome import Outcome, damaged, here
from tiepoint.transfer.download.target import Folder
from tiepoint.transfer.download.writing import write_all
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.records import FileRecord
from tiepoint.transfer.work import Hand


class Small:
    """Bring one small blob.

    Args:
        kit: The download's.
        file: Its row.
        blob: What is to come.

    Attributes:
        outcome: What came of it, after `run`.
    """

    def __init__(self, kit: Kit, file: FileRecord, blob: ListedBlob) -> None:
        self.kit = kit
        self.file = file
        self.blob = blob
        self.outcome = Outcome(FileState.WAITING)

    def run(self, hand: Hand) -> None:
        """See `work.Task`."""
        hand.file = self.file
        path, record = self.file.path, self.kit.record
        with BUSY.alone(record.id, path, hand.stop):
            self.outcome = judged(hand, self.blob.name, path, record.folder, lambda: self._bring(hand))

    def _bring(self, hand: Hand) -> Outcome:
        path = self.file.path
        with self.kit.target.folder_of(path, makes=True) as folder:
            part = self.kit.part(path)
            folder.remove(part)  # of a worker that was killed
            found = standing(self.kit, hand, folder, path, self.blob)
            if found is not None:
                return found
            try:
                return self._receive(hand, folder, part)
            finally:
                folder.remove(part)

    def _receive(self, hand: Hand, folder: Folder, part: str) -> Outcome:
        digester = Digester(self.blob.block_size)
        fd = folder.open_file(part, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        try:
            if self.blob.size:
                self._get(hand, taking(hand, fd, digester))
            if self.blob.digest and digester.text() != self.blob.digest:
                return damaged()
            os.fsync(fd)
        finally:
            os.close(fd)
        return settle_name(self.kit, folder, part, self.file.path, self.blob.digest)

    def _get(self, hand: Hand, take: Callable[[memoryview], None]) -> None:
        blob = self.blob
        buffer = memoryview(hand.buffer)
        hand.connection.get_range(blob.name, 0, blob.size, etag=blob.etag, buffer=buffer, take=take)


def taking(hand: Hand, fd: int, digester: Digester | None) -> Callable[[memoryview], None]:
    """Return what writes each piece to an open file at its place, hashes it and counts it."""
    hand.moving = 0

    def take(piece: memoryview) -> None:
        write_all(fd, piece)
        if digester is not None:
            digester.update(piece)
        hand.moving += len(piece)
        hand.moved += len(piece)

    return take


def settle_name(kit: Kit, folder: Folder, part: str, path: str, digest: str) -> Outcome:
    """Give a whole part file its name.

    Raises:
        FileFault: Something of this name has come there meanwhile.
    """
    name = path.rpartition("/")[2]
    try:
        folder.rename(part, name, replaces=kit.record.replaces)
    except FileExistsError as error:
        raise fault(
            path,
            "another file of this name has come into your folder; it was not overwritten",
            "Replace it, or take another folder.",
            is_conflict=True,
        ) from error
    facts = folder.look(name)
    if facts is None:
        raise fault(path, "another program took it away as soon as it was here", "Try it again.")
    return here(FileState.VERIFIED, digest, facts, path)
