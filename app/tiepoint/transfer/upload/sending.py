"""Sending a file in one piece: hashed, then sent with its MD5, on condition that nothing else is there.

Runs on a sender's thread, without the lock. A file of at most the buffer's size is read once.
"""

from __future__ import annotations

from typing import Final

from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import FileState
from tiepoint.transfer.blob.errors import BadRequest, BlobMissing, ConditionFailed, Corrupted, Exists, NameRefused
from tiepoint.transfer.blob.facts import NEW, Condition, Written
from tiepoint.transfer.comparison import Standing
from tiepoint.transfer.journal_rows import KnownDigest
from tiepoint.transfer.listed import listed_blob, our_metadata
from tiepoint.transfer.records import FileRecord
from tiepoint.transfer.upload.copying import copied, is_copyable
from tiepoint.transfer.upload.judging import hashed, judge
from tiepoint.transfer.upload.kit import Kit
from tiepoint.transfer.upload.outcome import Outcome, again, conflict, failed
from tiepoint.transfer.upload.source import Part, Source, SourceFault
from tiepoint.transfer.work import Hand

_ONE_BLOCK: Final = bytes(8)
"""What ids of blocks begin with, see `blocks`; all of a blob must be of one length."""


class SendFile:
    """The task of sending one file of at most `Tuning.whole_bytes`.

    Args:
        kit: The upload's.
        file: Which.

    Attributes:
        outcome: What came of it, once it has run.
    """

    def __init__(self, kit: Kit, file: FileRecord) -> None:
        self.file = file
        self.outcome: Outcome | None = None
        self._kit = kit

    def run(self, hand: Hand) -> None:
        """See `Task.run`."""
        hand.file = self.file
        try:
            with Source(self.file.source, self.file.path, hand) as source:
                self.outcome = self._send(hand, source)
        except SourceFault as fault:
            self.outcome = of_fault(fault)
        except (NameRefused, BadRequest) as error:
            self.outcome = failed(error)

    def _send(self, hand: Hand, source: Source) -> Outcome:
        kit, file, size = self._kit, self.file, source.stamp.size
        known, held = self._known(source), None
        told = "" if known.md5 or self._is_mistrusted or is_copyable(kit, size) else kit.told_md5(file, source.stamp)
        if not known.md5 and not told:
            known = hashed(kit, file.source, source, known, 0)
            held = memoryview(hand.buffer)[:size] if size <= len(hand.buffer) else None  # it was just read into it
        found = copied(kit, hand, file, size, known)
        return found or self._put(hand, source, known, told or known.md5, held)

    def _put(self, hand: Hand, source: Source, known: KnownDigest, md5: str, held: memoryview | None) -> Outcome:
        kit, file, size = self._kit, self.file, source.stamp.size
        try:
            written = self._written(hand, Part(source, hand, 0, size, held), bytes.fromhex(md5), size)
        except (ConditionFailed, BlobMissing):
            return settled_by_looking(kit, hand, file, source, known)
        except Corrupted as error:
            source.check_unchanged()
            return again(Failure.of(error), is_at_once=True)
        if written.md5 and written.md5 != md5:
            return again(Failure.of(_not_what_was_sent(file)), etag=written.etag)
        try:
            source.check_unchanged()
        except SourceFault as fault:
            return again(fault.failure, etag=written.etag)
        if not known.md5:
            kit.cache.keep(file.source, source.stamp, md5=md5)
        return Outcome(FileState.VERIFIED, md5, written.etag, size)

    def _written(self, hand: Hand, part: Part, md5: bytes, size: int) -> Written:
        """Write the blob; as a block and its commit when the server contradicts itself.

        Blocks that wait under the name, of a file that was large before, are no blob; still some servers refuse to put
        one there on condition that there is none.
        """
        name, condition, metadata = self._kit.blob_name(self.file), condition_of(self.file), our_metadata()
        try:
            return hand.connection.put_blob(name, size, md5, part, condition=condition, metadata=metadata)
        except Exists:
            if not size or not _is_absent(hand, name):
                raise
        block = _ONE_BLOCK + md5
        hand.connection.put_block(name, block, size, md5, part)
        return hand.connection.put_block_list(name, (block,), md5=md5, condition=condition, metadata=metadata)

    @property
    def _is_mistrusted(self) -> bool:
        """Whether a digest has led to a refusal before."""
        return self.file.attempts > 1

    def _known(self, source: Source) -> KnownDigest:
        return KnownDigest() if self._is_mistrusted else self._kit.digests(self.file.source, source.stamp)


def condition_of(file: FileRecord) -> Condition:
    """Return what must be there for the file to be written: nothing, or the version that is to be replaced."""
    return Condition(etag=file.etag) if file.etag else NEW


def of_fault(fault: SourceFault) -> Outcome:
    """Return what becomes of a file that cannot be read as it is."""
    return again(fault.failure) if fault.is_passing else Outcome(FileState.FAILED, trouble=fault.failure)


def settled_by_looking(kit: Kit, hand: Hand, file: FileRecord, source: Source, known: KnownDigest) -> Outcome:
    """A condition did not hold: our own reply was lost, somebody sent the same, or something else is there.

    Raises:
        SourceFault: The file here changes.
        BlobError: The server cannot be asked.
    """
    name = kit.blob_name(file)
    try:
        listed = listed_blob(hand.connection.head(name))
    except BlobMissing as error:
        return Outcome(FileState.WAITING, trouble=_contradiction(file, error), is_absent=True)
    found = judge(kit, hand, file.source, source, listed, known)
    if found.standing is Standing.SAME:
        return Outcome(FileState.VERIFIED, found.digest, listed.etag, source.stamp.size)
    if kit.record.replaces:
        return again(_replaced_meanwhile(file), etag=listed.etag, is_at_once=True)
    return conflict(file.path)


def _is_absent(hand: Hand, name: str) -> bool:
    try:
        hand.connection.head(name)
    except BlobMissing:
        return True
    return False


def _contradiction(file: FileRecord, error: BlobMissing) -> Failure:
    return Failure(
        "operation",
        f"The server did not take {file.path}: it says that something of this name is there, and that nothing is.",
        "Retry it.",
        retryable=True,
        detail=error.detail,
    )


def _not_what_was_sent(file: FileRecord) -> Corrupted:
    return Corrupted(
        f"{file.path} arrived with another content than was sent.",
        remedy="Look whether this computer's memory and network are all right, then retry it.",
        retryable=True,
    )


def _replaced_meanwhile(file: FileRecord) -> Failure:
    return Failure(
        "conflict", f"{file.path} was written by somebody else at the same time.", "Retry it.", retryable=True
    )
