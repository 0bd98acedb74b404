"""The end of an upload: every photo confirmed by the server, the manifest written last, the receipt made.

Runs on a sender's thread, without the lock; no other task of the transfer is under way then.
"""

from __future__ import annotations

import logging
from collections.abc import Container
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from tiepoint.domain.errors import OperationFailed
from tiepoint.domain.photo import PhotoEntry
from tiepoint.domain.transfer import ReceiptPlace
from tiepoint.protocol.capture_document import CaptureDocument
from tiepoint.transfer.blob.errors import BlobMissing, Changed, ConditionFailed, Corrupted
from tiepoint.transfer.blob.facts import NEW, BlobFacts, Condition
from tiepoint.transfer.layout import manifest_blob
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.manifest import MOST_BYTES, entry_of, manifest_bytes, read_manifest
from tiepoint.transfer.receipts.judging import Expected, judged
from tiepoint.transfer.receipts.making import make_receipt
from tiepoint.transfer.receipts.store import write_receipt
from tiepoint.transfer.records import FileRecord
from tiepoint.transfer.upload.constancy import changed_since_sent
from tiepoint.transfer.upload.kit import Kit
from tiepoint.transfer.upload.looking import LookInto
from tiepoint.transfer.upload.survey import list_photos
from tiepoint.transfer.upload.writing import put_small
from tiepoint.transfer.work import Hand

_ROUNDS: Final = 5
_FRESH: Final = timedelta(minutes=10)
"""An older listing certifies nothing: the transfer may have been paused for days since."""
_JSON: Final = "application/json"
_log = logging.getLogger(__name__)


class Finish:
    """The task of finishing. Given back, it goes on where it was.

    Args:
        kit: The upload's.
        listing: What is there, when nothing was sent since it was listed; None = to be listed.
        listed: When that was.
        looked: Indices of files that were looked into already.

    Attributes:
        gone: Files that were there and are not any more.
        changed: Files that are another here than what was sent.
        entries: What was found out about photos, for their records.
        receipt: The receipt that was written; None when there is nothing to certify.
    """

    def __init__(
        self, kit: Kit, listing: dict[str, ListedBlob] | None, listed: datetime, looked: Container[int]
    ) -> None:
        self.gone: list[FileRecord] = []
        self.changed: list[FileRecord] = []
        self.entries: list[tuple[FileRecord, PhotoEntry]] = []
        self.receipt: ReceiptPlace | None = None
        self._kit = kit
        self._listing = listing
        self._looked = looked
        self._listed = listed
        self._looking: LookInto | None = None

    def run(self, hand: Hand) -> None:
        """See `Task.run`."""
        record = self._kit.record
        capture = record.capture
        there = [file for file in record.files if file.state.is_there]
        if capture is None or not there:
            return
        now = datetime.now().astimezone()
        if self._listing is None or now - self._listed > _FRESH:
            self._listed = now
            self._listing = list_photos(hand, record.place)
        listing = self._listing
        self.gone = [file for file in there if judged(_expected(file), listing.get(file.path))]
        gone = {file.index for file in self.gone}
        confirmed = [file for file in there if file.index not in gone]
        self.changed = changed_since_sent(self._kit, hand, confirmed)
        if len(confirmed) == len(record.files) and not self.changed:
            self._write_manifest(hand, confirmed, listing)
        changed = {file.path for file in self.changed}
        self.receipt = write_receipt(make_receipt(record, listing, self._listed, changed), self._kit.receipts)

    def _write_manifest(self, hand: Hand, files: list[FileRecord], listing: dict[str, ListedBlob]) -> None:
        """Write the manifest, unless it says the same already; whoever else writes it too finds ours in it."""
        record = self._kit.record
        assert record.capture is not None
        name = manifest_blob(record.place)
        for _ in range(_ROUNDS):
            facts, data = _small(hand, name)
            before = read_manifest(data)
            self._look_into(hand, files, before)
            content = manifest_bytes(
                record.capture, record.name, record.created, self._with_entries(files), before=before, there=listing
            )
            if content == data:
                return
            condition = Condition(etag=facts.etag) if facts else NEW
            try:
                put_small(hand, name, content, condition, content_type=_JSON)
            except (ConditionFailed, Corrupted):
                continue  # another computer was quicker, the reply to our own writing was lost, or it was damaged
            return
        raise OperationFailed(
            f"The manifest of {record.name} is written by somebody else again and again.",
            remedy="Retry it when the other upload is over.",
            retryable=True,
        )

    def _look_into(self, hand: Hand, files: list[FileRecord], before: CaptureDocument | None) -> None:
        """Read the facts of photos that neither the teller nor the manifest knows."""
        known = {photo.path: (photo.size, photo.md5) for photo in (before.photos if before else ())}
        wanted = [
            file
            for file in files
            if file.entry is None
            and file.index not in self._looked
            and known.get(file.path) != (file.size, file.digest)
        ]
        if wanted and self._looking is None:
            self._looking = LookInto(wanted)
        if self._looking is not None:
            self._looking.run(hand)
            found = self._looking.found
            self.entries = [(file, entry_of(file, found[file.index])) for file in wanted if file.index in found]

    def _with_entries(self, files: list[FileRecord]) -> list[FileRecord]:
        found = {file.index: entry for file, entry in self.entries}
        return [replace(file, entry=found[file.index]) if file.index in found else file for file in files]


def _expected(file: FileRecord) -> Expected:
    return Expected(file.path, file.size, file.digest, file.etag)


def _small(hand: Hand, name: str) -> tuple[BlobFacts | None, bytes]:
    for _ in range(_ROUNDS):
        try:
            return hand.connection.get_small(name, most_bytes=MOST_BYTES)
        except BlobMissing:
            return None, b""
        except (Changed, Corrupted) as error:
            _log.info("the manifest is read again: %s", error.summary)
    raise OperationFailed(f"{name} cannot be read whole.", remedy="Retry it.", retryable=True)
