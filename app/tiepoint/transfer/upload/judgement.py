"""The task of telling whether one file is there already, when the listing alone does not say.

Runs on a sender's thread, without the lock.
"""

from __future__ import annotations

from tiepoint.domain.transfer import FileState
from tiepoint.transfer.blob.errors import BadRequest
from tiepoint.transfer.comparison import Standing
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.records import FileRecord
from tiepoint.transfer.upload.judging import judge
from tiepoint.transfer.upload.kit import Kit
from tiepoint.transfer.upload.outcome import Outcome, conflict, failed
from tiepoint.transfer.upload.sending import of_fault
from tiepoint.transfer.upload.source import Source, SourceFault
from tiepoint.transfer.work import Hand


class Judge:
    """Compare one file with what is listed under its name.

    Args:
        kit: The upload's.
        file: Which.
        listed: What is there.

    Attributes:
        outcome: SKIPPED, CONFLICT, FAILED, WAITING (it changes), or None when it is to be sent.
    """

    def __init__(self, kit: Kit, file: FileRecord, listed: ListedBlob) -> None:
        self.file = file
        self.listed = listed
        self.outcome: Outcome | None = None
        self._kit = kit

    def run(self, hand: Hand) -> None:
        """See `Task.run`."""
        hand.file = self.file
        try:
            with Source(self.file.source, self.file.path, hand) as source:
                self.outcome = self._judged(hand, source)
        except SourceFault as fault:
            self.outcome = of_fault(fault)
        except BadRequest as error:  # it lies where nobody can read it back: in the archive, for instance
            self.outcome = failed(error)

    def _judged(self, hand: Hand, source: Source) -> Outcome | None:
        known = self._kit.digests(self.file.source, source.stamp)
        found = judge(self._kit, hand, self.file.source, source, self.listed, known)
        if found.standing is Standing.SAME:
            return Outcome(FileState.SKIPPED, found.digest, self.listed.etag, source.stamp.size)
        if not self._kit.record.replaces:
            return conflict(self.file.path)
        path = self.file.source
        self._kit.known[path] = source.stamp, self._kit.cache.look_up(path, source.stamp)  # it was just hashed
        return None
