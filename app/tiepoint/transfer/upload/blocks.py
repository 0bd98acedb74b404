"""A large file on its way in blocks: which are there, which are to be sent, and the commit that makes a blob of them.

The id of a block is made of the file's generation, the block's number and the MD5 of its content: whoever has a list
of ids knows what is on the server, two computers that send the same make the same ids, and blocks of different
contents never mix. `BlockCourse` is under the desk's lock; the tasks run on senders' threads without it.
"""

from __future__ import annotations

import struct
from collections import Counter, deque
from dataclasses import replace
from typing import Final

from tiepoint.domain.digest import composite
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import FileState
from tiepoint.transfer.blob.errors import BadRequest, BlobMissing, ConditionFailed, Corrupted, NameRefused
from tiepoint.transfer.blob.facts import BlockList
from tiepoint.transfer.comparison import Standing, compare
from tiepoint.transfer.journal_rows import FileStamp
from tiepoint.transfer.listed import listed_blob, our_metadata
from tiepoint.transfer.records import FileRecord
from tiepoint.transfer.upload.copying import copied, is_copyable
from tiepoint.transfer.upload.judging import hashed, local_file
from tiepoint.transfer.upload.kit import Kit
from tiepoint.transfer.upload.outcome import Outcome, again, failed
from tiepoint.transfer.upload.sending import condition_of, of_fault, settled_by_looking
from tiepoint.transfer.upload.source import Part, Source, SourceFault
from tiepoint.transfer.work import Hand

MOST_IN_FLIGHT: Final = 16
_MOST_DAMAGED: Final = 3
_HEAD: Final = struct.Struct(">II")
_NO_PLACE: Final = (NameRefused, BadRequest, ConditionFailed)
"""What the server says where blocks cannot go: the name is none, or a blob of pages has it."""


def block_id(generation: int, number: int, md5: bytes) -> bytes:
    """Return the raw id of a block: 24 bytes that say what is in it."""
    return _HEAD.pack(generation, number) + md5


class BlockCourse:
    """One file's blocks.

    Args:
        file: Which.
        stamp: What the file is; another stamp ends this course.
        block_size: Bytes of each block but the last.
        generation: Of its content, part of the ids.
        on_server: Ids of the blocks there, those too that the journal does not know: somebody else sent them, or we
            did before it was lost.
    """

    def __init__(
        self, file: FileRecord, stamp: FileStamp, block_size: int, generation: int, on_server: frozenset[bytes]
    ) -> None:
        self.file = file
        self.stamp = stamp
        self.generation = generation
        self.block_size = block_size
        self.count = -(-stamp.size // self.block_size)
        self.md5s: dict[int, bytes] = {}
        self.on_server = on_server
        self.in_flight = 0
        self.damaged: Counter[int] = Counter()
        self.is_committing = False
        self._pending = deque(number for number in range(self.count))

    def keep(self, md5s: dict[int, bytes]) -> None:
        """These blocks are on the server already."""
        self.md5s.update(md5s)
        self._pending = deque(number for number in self._pending if number not in md5s)

    def length(self, number: int) -> int:
        """Return the bytes of a block."""
        return min(self.block_size, self.stamp.size - number * self.block_size)

    def next_task(self, kit: Kit) -> SendBlock | CommitBlocks | None:
        """Return the next block to send, the commit when all are there, or None."""
        if self._pending and self.in_flight < MOST_IN_FLIGHT:
            self.in_flight += 1
            return SendBlock(kit, self, self._pending.popleft())
        if len(self.md5s) == self.count and not self.is_committing:
            self.is_committing = True
            return CommitBlocks(kit, self)
        return None

    def acknowledge(self, number: int, md5: bytes) -> None:
        """A block is there."""
        self.in_flight -= 1
        self.md5s[number] = md5

    def give_back(self, task: SendBlock | CommitBlocks) -> None:
        """A task could not be done for no fault of its own."""
        if isinstance(task, CommitBlocks):
            self.is_committing = False
        else:
            self.in_flight -= 1
            self._pending.appendleft(task.number)

    def note_damage(self, number: int) -> bool:
        """A block was damaged on its way; returns whether that happened to it too often to be chance."""
        self.damaged[number] += 1
        return self.damaged[number] >= _MOST_DAMAGED

    @property
    def is_idle(self) -> bool:
        """Whether nothing of it is under way."""
        return not self.in_flight and not self.is_committing

    @property
    def done_bytes(self) -> int:
        """Bytes of the blocks that are there."""
        return sum(self.length(number) for number in self.md5s)


class OpenBlocks:
    """The task of finding out which blocks of a file are there already.

    Attributes:
        outcome: When nothing is to be sent (copied, or unreadable); None otherwise.
        course: What is to be sent; None with an outcome.
    """

    def __init__(self, kit: Kit, file: FileRecord) -> None:
        self.file = file
        self.outcome: Outcome | None = None
        self.course: BlockCourse | None = None
        self._kit = kit

    def run(self, hand: Hand) -> None:
        """See `Task.run`."""
        hand.file = self.file
        try:
            with Source(self.file.source, self.file.path, hand) as source:
                self._open(hand, source)
        except SourceFault as fault:
            self.outcome = of_fault(fault)
        except _NO_PLACE as error:
            self.outcome = failed(error)

    def _open(self, hand: Hand, source: Source) -> None:
        kit, file, stamp = self._kit, self.file, source.stamp
        if not kit.block_size_of(stamp.size):
            self.outcome = Outcome(FileState.WAITING, size=stamp.size, is_at_once=True)  # it became a small one
            return
        known = kit.digests(file.source, stamp)
        if is_copyable(kit, stamp.size):
            if not known.composite:
                known = hashed(kit, file.source, source, known, kit.block_size_of(stamp.size))
            self.outcome = copied(kit, hand, file, stamp.size, known)
        if self.outcome is not None:
            return
        blocks = self._blocks(hand)
        # Azurite names a version of blobs too that have uncommitted blocks only.
        is_whole = bool(blocks.committed or blocks.size)
        if is_whole and blocks.etag != file.etag:  # somebody finished it since it was listed
            self.outcome = settled_by_looking(kit, hand, file, source, known)
            return
        self.course = self._course(stamp, {block.id: block.size for block in blocks.uncommitted})

    def _course(self, stamp: FileStamp, there: dict[bytes, int]) -> BlockCourse:
        file = self.file
        is_same = (file.size, file.mtime_ns, file.ctime_ns) == (stamp.size, stamp.mtime_ns, stamp.ctime_ns)
        block_size = self._kit.block_size_of(stamp.size)
        is_same = is_same and file.block_size == block_size
        generation = file.generation if is_same or not file.ctime_ns else file.generation + 1
        course = BlockCourse(file, stamp, block_size, generation, frozenset(there))
        if is_same:
            pieces = self._kit.writer.pieces(self._kit.record, file)
            course.keep({number: md5 for number, md5 in pieces.items() if _is_there(course, number, md5, there)})
        return course

    def _blocks(self, hand: Hand) -> BlockList:
        try:
            return hand.connection.get_block_list(self._kit.blob_name(self.file))
        except BlobMissing:
            return BlockList()


def _is_there(course: BlockCourse, number: int, md5: bytes, there: dict[bytes, int]) -> bool:
    is_part = number < course.count
    return is_part and there.get(block_id(course.generation, number, md5)) == course.length(number)


class SendBlock:
    """The task of sending one block, or of finding that its content is there.

    Attributes:
        md5: Of the block, once it is there.
        outcome: When the file cannot go on; None otherwise.
    """

    def __init__(self, kit: Kit, course: BlockCourse, number: int) -> None:
        self.course = course
        self.number = number
        self.md5 = b""
        self.outcome: Outcome | None = None
        self._kit = kit

    @property
    def file(self) -> FileRecord:
        """Whose block it is."""
        return self.course.file

    def run(self, hand: Hand) -> None:
        """See `Task.run`."""
        hand.file = self.file
        try:
            with Source(self.file.source, self.file.path, hand) as source:
                source.check_unchanged(self.course.stamp)
                self.md5 = self._send(hand, source)
                source.check_unchanged()
        except SourceFault as fault:
            self.outcome = of_fault(fault)
        except Corrupted as error:
            self.outcome = again(Failure.of(error), is_at_once=True)
        except _NO_PLACE as error:
            self.outcome = failed(error)

    def _send(self, hand: Hand, source: Source) -> bytes:
        course, number = self.course, self.number
        offset, length = number * course.block_size, course.length(number)
        md5 = source.md5(offset, length)
        name = block_id(course.generation, number, md5)
        if name not in course.on_server:
            part = Part(source, hand, offset, length)
            hand.connection.put_block(self._kit.blob_name(self.file), name, length, md5, part)
        return md5


class CommitBlocks:
    """The task of making a blob of the blocks, and of looking at it once.

    Attributes:
        outcome: What came of the file.
    """

    def __init__(self, kit: Kit, course: BlockCourse) -> None:
        self.course = course
        self.outcome: Outcome | None = None
        self._kit = kit

    @property
    def file(self) -> FileRecord:
        """Whose blocks they are."""
        return self.course.file

    def run(self, hand: Hand) -> None:
        """See `Task.run`."""
        hand.file = self.file
        try:
            with Source(self.file.source, self.file.path, hand) as source:
                source.check_unchanged(self.course.stamp)
                self.outcome = self._commit(hand, source)
        except SourceFault as fault:
            self.outcome = of_fault(fault)
        except Corrupted as error:  # the list of blocks was; they are all there
            self.outcome = again(Failure.of(error), is_at_once=True)
        except (NameRefused, BadRequest) as error:
            self.outcome = failed(error)

    def _commit(self, hand: Hand, source: Source) -> Outcome:
        kit, file, course = self._kit, self.file, self.course
        md5s = [course.md5s[number] for number in range(course.count)]
        digest = composite(md5s)
        known = replace(kit.digests(file.source, source.stamp), composite=digest, block_size=course.block_size)
        whole = known.md5 or kit.told_md5(file, source.stamp)
        name = kit.blob_name(file)
        try:
            hand.connection.put_block_list(
                name,
                [block_id(course.generation, number, md5) for number, md5 in enumerate(md5s)],
                md5=bytes.fromhex(whole) if whole else None,
                condition=condition_of(file),
                metadata=our_metadata(digest, course.block_size),
            )
            found = listed_blob(hand.connection.head(name))
        except (ConditionFailed, BlobMissing):  # blocks are kept for a week, or until somebody writes the blob
            return settled_by_looking(kit, hand, file, source, known)
        if compare(found, local_file(source.stamp.size, known)).standing is not Standing.SAME:
            return settled_by_looking(kit, hand, file, source, known)
        kit.cache.keep(file.source, source.stamp, composite=digest, block_size=course.block_size)
        return Outcome(FileState.VERIFIED, digest, found.etag, source.stamp.size)
