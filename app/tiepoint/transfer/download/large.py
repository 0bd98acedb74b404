"""The tasks of a large file: open it, check what was kept, receive a range, hash in order, and give it its name.

Each is some tenths of a second and keeps what came of it in itself. On senders' threads; the course they belong to is
only read for what does not change.
"""

from __future__ import annotations

import hashlib
import os

from tiepoint.domain.transfer import FileState
from tiepoint.transfer.download.busy import BUSY
from tiepoint.transfer.download.claims import claimed_by_blocks
from tiepoint.transfer.download.course import Course, Doing, Opened
from tiepoint.transfer.download.digester import Digester
from tiepoint.transfer.download.existing import read_into, standing
from tiepoint.transfer.download.judging import judged
from tiepoint.transfer.download.kit import Kit
from tiepoint.transfer.download.outcome import Outcome, damaged
from tiepoint.transfer.download.parts import PartLost, opened, prepare
from tiepoint.transfer.download.small import settle_name, taking
from tiepoint.transfer.download.writing import begin_writing, sync_data
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.records import FileRecord
from tiepoint.transfer.work import Hand

_GOES_ON = Outcome(FileState.MOVING)


class Open:
    """Look what is there of a large file, and make its part file.

    Args:
        kit: The download's.
        file: Its row.
        blob: What is to come.

    Attributes:
        outcome: MOVING when it goes on, with `opened`.
        opened: What was found or made.
    """

    def __init__(self, kit: Kit, file: FileRecord, blob: ListedBlob) -> None:
        self.kit = kit
        self.file = file
        self.blob = blob
        self.outcome = _GOES_ON
        self.opened: Opened | None = None
        self._known = (file.generation, file.etag, file.block_size)

    def run(self, hand: Hand) -> None:
        """See `work.Task`."""
        hand.file = self.file
        path, record = self.file.path, self.kit.record
        with BUSY.alone(record.id, path, hand.stop):
            self.outcome = judged(hand, self.blob.name, path, record.folder, lambda: self._open(hand))

    def _open(self, hand: Hand) -> Outcome:
        path, kit = self.file.path, self.kit
        blob, block_md5s = claimed_by_blocks(hand.connection, self.blob)
        with kit.target.folder_of(path, makes=True) as folder:
            found = standing(kit, hand, folder, path, blob)
            if found is not None:
                folder.remove(kit.part(path))
                return found
            hand.stop.check()
            range_bytes = blob.block_size or kit.tuning.range_bytes
            generation, etag, block_size = self._known
            is_same = etag == blob.etag and block_size == range_bytes
            part, is_kept = prepare(folder, kit.part(path), blob.size, generation if is_same else 0)
        kept = kit.writer.pieces(kit.record, self.file) if is_kept else {}
        if blob.block_size:
            kept = {number: md5 for number, md5 in kept.items() if len(md5) == hashlib.md5().digest_size}  # noqa: S324
        self.opened = Opened(blob, range_bytes, part, kept, block_md5s)
        return _GOES_ON


class Piece:
    """Something about one open file: see `Doing`.

    Args:
        kit: The download's.
        course: The file's.
        doing: What is to be done.
        numbers: Which range, or the bytes from and to that are to be hashed.

    Attributes:
        outcome: MOVING when the file goes on.
        is_lost: The part file is not what it was: begin again.
        md5: Of the range received or checked; empty when nobody asks for it.
        digester: After hashing.
    """

    def __init__(self, kit: Kit, course: Course, doing: Doing, numbers: tuple[int, ...]) -> None:
        self.kit = kit
        self.course = course
        self.file = course.file
        self.doing = doing
        self.numbers = numbers
        self.outcome = _GOES_ON
        self.is_lost = False
        self.md5 = b""
        self.digester: Digester | None = None

    def run(self, hand: Hand) -> None:
        """See `work.Task`."""
        hand.file = self.file
        action = {
            Doing.CHECK: self._check,
            Doing.RECEIVE: self._receive,
            Doing.HASH: self._hash,
            Doing.SEAL: self._seal,
        }[self.doing]
        try:
            blob, folder = self.course.blob, self.kit.record.folder
            self.outcome = judged(hand, blob.name, self.file.path, folder, lambda: action(hand))
        except PartLost:
            self.is_lost = True

    def _receive(self, hand: Hand) -> Outcome:
        blob = self.course.blob
        offset, length = self.course.ranges.span(self.numbers[0])
        digester = Digester() if blob.block_size else None
        with opened(self.kit, self.file.path, blob.size, self.course.part) as (_, fd):
            os.lseek(fd, offset, os.SEEK_SET)
            buffer, take = memoryview(hand.buffer), taking(hand, fd, digester)
            hand.connection.get_range(blob.name, offset, length, etag=blob.etag, buffer=buffer, take=take)
            if blob.digest:
                begin_writing(fd, offset, length)
            else:
                sync_data(fd)  # nothing would show later that it was lost with the power
        if digester is not None:
            self.md5 = bytes.fromhex(digester.text())
            if self.course.block_md5s and self.md5 != self.course.block_md5s[self.numbers[0]]:
                return damaged()
        return _GOES_ON

    def _check(self, hand: Hand) -> Outcome:
        offset, length = self.course.ranges.span(self.numbers[0])
        self.md5 = bytes.fromhex(self._read(hand, Digester(), offset, length).text())
        return _GOES_ON

    def _hash(self, hand: Hand) -> Outcome:
        start, end = self.numbers
        self.digester = self._read(hand, self.course.digester.copy(), start, end - start)
        return _GOES_ON

    def _seal(self, hand: Hand) -> Outcome:
        with BUSY.alone(self.kit.record.id, self.file.path, hand.stop):
            return self._name(self.course.blob, self.file.path)

    def _name(self, blob: ListedBlob, path: str) -> Outcome:
        is_right = self.course.digest == blob.digest
        with opened(self.kit, path, blob.size, self.course.part) as (_, fd):
            if is_right:
                os.fsync(fd)
        with self.kit.target.folder_of(path, makes=False) as folder:
            part = self.kit.part(path)
            if is_right:
                return settle_name(self.kit, folder, part, path, blob.digest)
            folder.remove(part)
            return damaged()

    def _read(self, hand: Hand, digester: Digester, offset: int, length: int) -> Digester:
        with opened(self.kit, self.file.path, self.course.blob.size, self.course.part) as (_, fd):
            if read_into(fd, offset, length, hand, digester) != length:
                raise PartLost
        return digester
