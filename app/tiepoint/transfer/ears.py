"""What changed since each client last heard, and the telling of it.

Must not know how clients are reached. Everything but `deliver` is under the desk's lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from tiepoint.domain.transfer import Limits, Transfer, TransferFile, TransferId
from tiepoint.protocol.transfers import MOST_FILES_A_MESSAGE, CredentialWanted
from tiepoint.transfer.records import FileRecord, TransferRecord

MOST_FILES_A_NEWS: Final = MOST_FILES_A_MESSAGE


@dataclass(frozen=True, slots=True)
class News:
    """What changed since the last news of the same subscription; at most four times a second.

    Args:
        transfers: Whole summaries of those that changed.
        removed: Those that are no more.
        watched: The transfer whose rows follow.
        files: Its rows that changed; at most 1,000, the rest comes with the next news.
        limits: The limits, when they changed; None otherwise.
        wanted: Containers a credential is wanted for, each told once until it was given.
    """

    transfers: tuple[Transfer, ...] = ()
    removed: tuple[TransferId, ...] = ()
    watched: TransferId | None = None
    files: tuple[TransferFile, ...] = ()
    limits: Limits | None = None
    wanted: tuple[CredentialWanted, ...] = ()


Listener: TypeAlias = Callable[[News], None]


class Ear:
    """One client's: what it has not heard yet.

    Args:
        listener: Called from a thread of the desk.
    """

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.watched: TransferId | None = None
        self.transfers: set[TransferId] = set()
        self.removed: set[TransferId] = set()
        self.files: dict[int, FileRecord] = {}
        self.limits: Limits | None = None
        self.wanted: dict[str, CredentialWanted] = {}

    def watch(self, transfer: TransferId | None) -> None:
        """Collect rows of this transfer from now on."""
        self.watched = transfer
        self.files.clear()

    @property
    def has_news(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.transfers or self.removed or self.files or self.limits or self.wanted)

    def take(self, summary: Callable[[TransferId], Transfer | None], rates: Mapping[int, float]) -> News:
        """Return what is to be told, as it is now; it counts as told.

        Args:
            summary: Returns a transfer as it is now, None when it is no more.
            rates: Bytes a second of rows of the watched transfer, by index.
        """
        found = (summary(each) for each in self.transfers)
        told = list(self.files)[:MOST_FILES_A_NEWS]
        rows = tuple(self.files.pop(index).snapshot(rates.get(index, 0.0)) for index in told)
        news = News(
            tuple(each for each in found if each is not None),
            tuple(self.removed),
            self.watched,
            rows,
            self.limits,
            tuple(self.wanted.values()),
        )
        self.transfers.clear()
        self.removed.clear()
        self.limits = None
        self.wanted.clear()
        return news


class Ears:
    """All clients' ears.

    Args:
        bell: Set when there is something to tell.
    """

    def __init__(self, bell: threading.Event | None = None) -> None:
        self.bell = bell or threading.Event()
        self._ears: list[Ear] = []

    def __iter__(self) -> Iterator[Ear]:
        return iter(tuple(self._ears))

    def _ring(self) -> None:
        if not self.bell.is_set():
            self.bell.set()

    def add(self, ear: Ear) -> None:
        """Let it hear from now on."""
        self._ears.append(ear)

    def drop(self, ear: Ear) -> None:
        """Let it hear no more. Idempotent."""
        if ear in self._ears:
            self._ears.remove(ear)

    def transfer(self, record: TransferRecord) -> None:
        """A summary changed."""
        self._ring()
        for ear in self._ears:
            ear.transfers.add(record.id)
            ear.removed.discard(record.id)

    def removed(self, transfer: TransferId) -> None:
        """A transfer is no more."""
        self._ring()
        for ear in self._ears:
            ear.transfers.discard(transfer)
            ear.removed.add(transfer)
            if ear.watched == transfer:
                ear.watch(None)

    def file(self, record: TransferRecord, file: FileRecord) -> None:
        """A row changed."""
        self._ring()
        for ear in self._ears:
            ear.transfers.add(record.id)
            if ear.watched == record.id:
                ear.files[file.index] = file

    def files(self, record: TransferRecord) -> None:
        """All rows changed."""
        self._ring()
        for ear in self._ears:
            ear.transfers.add(record.id)
            if ear.watched == record.id:
                ear.files = {file.index: file for file in record.files}

    def limits(self, limits: Limits) -> None:
        """The limits changed."""
        self._ring()
        for ear in self._ears:
            ear.limits = limits

    def wanted(self, wanted: CredentialWanted) -> None:
        """A credential is wanted."""
        self._ring()
        for ear in self._ears:
            ear.wanted[wanted.place.container_url] = wanted
