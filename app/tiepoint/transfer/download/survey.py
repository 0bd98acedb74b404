"""The first task of a download: list the place, decide what comes, look what is here, and whether there is room.

Blocking, on a sender's thread; what it finds is taken over by `joining`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from tiepoint.domain.errors import InputError
from tiepoint.domain.transfer import FileState
from tiepoint.transfer.blob.errors import BlobMissing
from tiepoint.transfer.download.found import Found, found_alone, found_below
from tiepoint.transfer.download.kit import Kit
from tiepoint.transfer.download.room import check_room
from tiepoint.transfer.records import FileRecord
from tiepoint.transfer.work import Hand

_TO_COME = frozenset({FileState.WAITING, FileState.MOVING})


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file here is at the moment: bytes and times."""

    size: int
    mtime_ns: int
    ctime_ns: int


@dataclass(frozen=True, slots=True)
class Known:
    """What a row said before the survey."""

    etag: str
    state: FileState
    done_bytes: int
    stamp: Stamp

    @classmethod
    def of(cls, file: FileRecord) -> Known:
        """Keep what a row says."""
        return cls(file.etag, file.state, file.done_bytes, Stamp(file.size, file.mtime_ns, file.ctime_ns))


class Survey:
    """List and look.

    Args:
        kit: The download's.
        known: Rows of an earlier beginning by the names of their blobs.

    Attributes:
        found: What is in Blob storage, after `run`.
        stamps: What is here already, by path; nothing of what is not here.
    """

    def __init__(self, kit: Kit, known: Mapping[str, Known]) -> None:
        self.kit = kit
        self.found: list[Found] = []
        self.stamps: dict[str, Stamp] = {}
        self._known = known

    def run(self, hand: Hand) -> None:
        """See `work.Task`."""
        self.found = self._list(hand)
        if not self.found and not self._known:
            raise self._nothing()
        hand.stop.check()
        self.stamps = self._look()
        check_room(self.kit, sum(self._wanted_bytes(each) for each in self.found))

    def _list(self, hand: Hand) -> list[Found]:
        record, kit = self.kit.record, self.kit
        prefix = record.place.prefix
        blobs = [blob for page in hand.connection.list_pages(f"{prefix}/" if prefix else "") for blob in page.blobs]
        if blobs or not prefix:
            return found_below(
                blobs,
                prefix,
                tag=kit.tag,
                folder_bytes=kit.folder_bytes,
                is_products_only=record.is_products_only,
            )
        try:
            return found_alone(hand.connection.head(prefix), tag=kit.tag, folder_bytes=kit.folder_bytes)
        except BlobMissing:
            return []

    def _look(self) -> dict[str, Stamp]:
        """See what is here under the paths; nothing is opened, and what lies behind a link is never written."""
        stamps = {}
        for each in self.found:
            if each.refusal is None:
                try:
                    facts = os.lstat(os.path.join(self.kit.record.folder, each.path))
                except OSError:
                    continue
                stamps[each.path] = Stamp(facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
        return stamps

    def _wanted_bytes(self, found: Found) -> int:
        """Return how many bytes of a file are still to be written, as far as one can say."""
        known = self._known.get(found.blob.name)
        if found.refusal is not None or (known is not None and known.state not in _TO_COME):
            return 0
        stamp = self.stamps.get(found.path)
        if stamp is not None and (stamp.size == found.blob.size or not self.kit.record.replaces):
            return 0
        kept = known.done_bytes if known is not None and known.etag == found.blob.etag else 0
        return max(0, found.blob.size - kept)

    def _nothing(self) -> InputError:
        record = self.kit.record
        what = "no products" if record.is_products_only else "nothing"
        return InputError(
            f"There is {what} to download at {record.place.url}.",
            remedy="Look whether the name is right; capital letters matter."
            if not record.is_products_only
            else "Its job may not have written any yet; download the whole capture, or try again later.",
            retryable=True,
        )
