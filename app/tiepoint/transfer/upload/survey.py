"""Looking what is there before anything is sent: which capture it is, what its folder holds, what lies here.

One listing, one `stat` per file, one question to the hash cache: ten thousand finished photos take a second or two.
Runs on a sender's thread, without the lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.identifiers import CaptureId, is_id
from tiepoint.domain.transfer import FileState
from tiepoint.transfer.blob.errors import BadRequest, BlobMissing, Changed, Corrupted
from tiepoint.transfer.comparison import Standing, compare
from tiepoint.transfer.journal_rows import FileStamp, KnownDigest
from tiepoint.transfer.layout import listed_capture, manifest_blob, new_capture_id, photo_path, photos_place
from tiepoint.transfer.listed import ListedBlob, listed_blob
from tiepoint.transfer.manifest import MOST_BYTES, read_manifest
from tiepoint.transfer.records import FileRecord
from tiepoint.transfer.upload.judging import local_file
from tiepoint.transfer.upload.kit import Kit
from tiepoint.transfer.upload.outcome import Outcome, conflict
from tiepoint.transfer.upload.sending import of_fault
from tiepoint.transfer.upload.source import SourceFault, stamp_of
from tiepoint.transfer.work import Hand

_STATS_A_LOOK = 256


@dataclass(slots=True)
class Findings:
    """What a survey found.

    Attributes:
        capture: Which capture it is.
        listed: When the listing was asked for.
        listing: Photos there by path.
        outcomes: Files that need nothing more.
        to_send: Files to be sent, with the version they replace (empty = none).
        to_judge: Files that must be hashed or proven before one can say.
        stamps: Files that are not what was told, as they are.
    """

    capture: CaptureId
    listed: datetime
    listing: dict[str, ListedBlob] = field(default_factory=dict)
    outcomes: list[tuple[FileRecord, Outcome]] = field(default_factory=list)
    to_send: list[tuple[FileRecord, str]] = field(default_factory=list)
    to_judge: list[FileRecord] = field(default_factory=list)
    stamps: list[tuple[FileRecord, FileStamp]] = field(default_factory=list)


class Survey:
    """The task of looking.

    Args:
        kit: The upload's.
        files: Those that are not known to be there.

    Attributes:
        findings: Once it has run.
    """

    def __init__(self, kit: Kit, files: list[FileRecord]) -> None:
        self.findings: Findings | None = None
        self._kit = kit
        self._files = files

    def run(self, hand: Hand) -> None:
        """See `Task.run`."""
        capture = self._kit.record.capture or find_capture(self._kit, hand)
        findings = Findings(capture, datetime.now().astimezone())
        findings.listing = list_photos(hand, self._kit.record.base.below(capture))
        stamps = self._stamps(hand, findings)
        known = self._kit.cache.look_up_many({file.source: stamp for file, stamp in stamps})
        self._kit.known.update(
            {file.source: (stamp, known[file.source]) for file, stamp in stamps if file.source in known}
        )
        sizes = {stamp.size for _, stamp in stamps}
        self._kit.copyable.update(self._kit.writer.seen_sizes(self._kit.container.endpoint, sizes))
        for file, stamp in stamps:
            self._place(findings, file, stamp, known.get(file.source, KnownDigest()))
        self.findings = findings

    def _stamps(self, hand: Hand, findings: Findings) -> list[tuple[FileRecord, FileStamp]]:
        stamps = []
        for number, file in enumerate(self._files):
            if number % _STATS_A_LOOK == 0:
                hand.stop.check()
            try:
                stamps.append((file, stamp_of(file.source, file.path)))
            except SourceFault as fault:
                findings.outcomes.append((file, of_fault(fault)))
        return stamps

    def _place(self, findings: Findings, file: FileRecord, stamp: FileStamp, known: KnownDigest) -> None:
        if (stamp.size, stamp.mtime_ns) != (file.size, file.mtime_ns):
            findings.stamps.append((file, stamp))
        listed = findings.listing.get(file.path)
        found = compare(listed, local_file(stamp.size, known))
        if listed is None:
            findings.to_send.append((file, ""))
        elif found.standing is Standing.SAME:
            findings.outcomes.append((file, Outcome(FileState.SKIPPED, found.digest, listed.etag)))
        elif found.standing is not Standing.DIFFERENT:
            findings.to_judge.append(file)
        elif self._kit.record.replaces or listed.etag == file.etag:  # the latter: what we wrote of it before
            findings.to_send.append((file, listed.etag))
        else:
            findings.outcomes.append((file, conflict(file.path)))


def find_capture(kit: Kit, hand: Hand) -> CaptureId:
    """Return which capture the transfer is: by its id, by what lies there under its name, or a new one.

    Raises:
        BlobError: The server cannot be asked.
    """
    name, base = kit.record.name, kit.record.base
    if is_id(name):
        return CaptureId(name)
    prefix = f"{base.prefix}/" if base.prefix else ""
    pages = hand.connection.list_pages(prefix, delimiter="/", has_metadata=False)
    folders = [folder for page in pages for folder in page.prefixes]
    found = listed_capture(name, folders, lambda capture: _name_in_manifest(kit, hand, capture))
    return found or new_capture_id(name, datetime.now(UTC))


def list_photos(hand: Hand, place: BlobPlace) -> dict[str, ListedBlob]:
    """Return the photos of a capture in Blob by their paths.

    Args:
        hand: The thread's.
        place: The folder of the capture.

    Raises:
        BlobError: The server cannot be asked.
    """
    return {photo_path(place, blob.name): blob for blob in _listed(hand, f"{photos_place(place).prefix}/")}


def _listed(hand: Hand, prefix: str) -> Iterator[ListedBlob]:
    for page in hand.connection.list_pages(prefix):
        hand.stop.check()
        yield from map(listed_blob, page.blobs)


def _name_in_manifest(kit: Kit, hand: Hand, capture: CaptureId) -> str | None:
    try:
        _, data = hand.connection.get_small(manifest_blob(kit.record.base.below(capture)), most_bytes=MOST_BYTES)
    except (BlobMissing, Changed, Corrupted, BadRequest):
        return None
    document = read_manifest(data)
    return document.name if document else None
