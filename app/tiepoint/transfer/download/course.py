"""A large file on its way down: which ranges are here, what is hashed, and the one next thing to do about it.

Must not read or write anything: the tasks do, on senders' threads; what they bring is taken over here. Under the desk's
lock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from tiepoint.domain.digest import composite
from tiepoint.transfer.download.digester import Digester
from tiepoint.transfer.download.ranges import Ranges
from tiepoint.transfer.download.tuning import DownloadTuning
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.records import FileRecord


@dataclass(slots=True)
class Opened:
    """What was found or made for a large file before its first range.

    Args:
        blob: The blob, with the digest that its blocks gave if it had no other.
        range_bytes: Bytes of a range.
        part: Identity of the part file.
        kept: Ranges in it that arrived earlier, by number, with the MD5 of each where there is one.
        block_md5s: MD5 that each range must have; empty when nobody knows.
    """

    blob: ListedBlob
    range_bytes: int
    part: int
    kept: Mapping[int, bytes] = field(default_factory=dict)
    block_md5s: tuple[bytes, ...] = ()


class Doing(Enum):
    """What is to be done next."""

    CHECK = auto()
    """Ranges kept from earlier are read again: after a power loss they may not hold what the journal says."""
    HASH = auto()
    RECEIVE = auto()
    SEAL = auto()


class Course:
    """One large file with an open part file.

    Args:
        file: Its row.
        opened: What there is of it.
        tuning: Sizes.

    Attributes:
        ranges: Which are here. Those that are still to be checked count as under way.
        digester: Of all bytes up to `hashed`; used by one task at a time, which works on a copy.
        hashed: So many bytes from the beginning are in the digest.
        block_md5s: MD5 that each range must have; empty when nobody knows.
    """

    def __init__(self, file: FileRecord, opened: Opened, tuning: DownloadTuning) -> None:
        self.file = file
        self.blob = opened.blob
        self.part = opened.part
        self.block_md5s = opened.block_md5s
        self._tuning = tuning
        self._is_composite = opened.blob.block_size > 0
        self._md5s = dict(opened.kept) if self._is_composite else {}
        self.ranges = Ranges(opened.blob.size, opened.range_bytes, () if self._is_composite else opened.kept)
        self._unchecked = self.ranges.take_these(self._md5s) if self._is_composite else []
        self.digester = Digester()
        self.hashed = 0
        self._is_hashing = False
        self._is_sealing = False

    @property
    def is_hashed_in_order(self) -> bool:
        """Whether one digest of the whole is made: its ranges cannot be checked by themselves."""
        return bool(self.blob.digest) and not self._is_composite

    @property
    def kept_bytes(self) -> int:
        """Bytes that are here, those to be checked too."""
        return self.ranges.arrived_bytes + sum(self.ranges.span(number)[1] for number in self._unchecked)

    @property
    def is_idle(self) -> bool:
        """Whether no task of it is under way."""
        return self.ranges.count_under_way == len(self._unchecked) and not self._is_hashing and not self._is_sealing

    @property
    def digest(self) -> str:
        """What all of it came to; to be asked once it is whole and hashed."""
        if self._is_composite:
            return composite(self._md5s[number] for number in range(self.ranges.count))
        return self.digester.text() if self.blob.digest else ""

    def next(self) -> tuple[Doing, tuple[int, ...]] | None:
        """Return what to do next and the numbers of ranges, or the bytes from and to, that it is about.

        It counts as under way from now on. None: all that can be done now is under way.
        """
        if self._is_sealing:
            return None
        if self._unchecked:
            return Doing.CHECK, (self._unchecked.pop(),)
        if (span := self._to_hash()) is not None:
            self._is_hashing = True
            return Doing.HASH, span
        if (number := self.ranges.take()) is not None:
            return Doing.RECEIVE, (number,)
        if self.ranges.is_whole and not self._is_hashing:
            self._is_sealing = True
            return Doing.SEAL, ()
        return None

    def arrived(self, number: int, md5: bytes) -> None:
        """A range was received."""
        if self._is_composite:
            self._md5s[number] = md5
        self.ranges.settle(number)

    def checked(self, number: int, md5: bytes) -> bool:
        """A range kept from earlier was read again; return whether it still holds what it held."""
        if self._md5s[number] == md5:
            self.ranges.settle(number)
            return True
        del self._md5s[number]
        self.ranges.give_back(number)
        return False

    def hashed_to(self, digester: Digester, end: int) -> None:
        """More of it is hashed."""
        self.digester, self.hashed, self._is_hashing = digester, end, False

    def give_back(self, doing: Doing, numbers: tuple[int, ...]) -> None:
        """Something that was begun did not come to its end."""
        if doing is Doing.CHECK:
            self._unchecked.extend(numbers)
        elif doing is Doing.RECEIVE:
            self.ranges.give_back(numbers[0])
        elif doing is Doing.HASH:
            self._is_hashing = False
        else:
            self._is_sealing = False

    def _to_hash(self) -> tuple[int, int] | None:
        if not self.is_hashed_in_order or self._is_hashing:
            return None
        ready = self.ranges.front_bytes
        if ready == self.hashed or (not self.ranges.is_whole and ready - self.hashed < self._tuning.hash_lag_bytes):
            return None
        return self.hashed, min(ready, self.hashed + self._tuning.hash_bytes)
