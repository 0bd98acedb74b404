"""The files of the one transfer that somebody looks at, as a list that changes in place.

Must not keep more than one transfer's rows. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.transfer import TransferFile, TransferId
from tiepoint.services.event import Event

if TYPE_CHECKING:
    from tiepoint.ports.transfer_worker import TransferWorker, WorkerSnapshot

_PAGE: Final = 1000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FilesChange:
    """What happened to the rows.

    Args:
        transfer: Whose they are; None when none is watched any more.
        is_reset: All rows are new, their number too.
        indices: Rows that changed, rising; those at the end may be new ones.
    """

    transfer: TransferId | None
    is_reset: bool = False
    indices: tuple[int, ...] = ()


class WatchedFiles:
    """Fetches the rows of a transfer and keeps them as the worker tells their changes.

    Args:
        worker: Knows the rows.
        changed: Told of every change.
    """

    def __init__(self, worker: TransferWorker, changed: Event[FilesChange]) -> None:
        self._worker = worker
        self._changed = changed
        self._rows: list[TransferFile] = []
        self._early: dict[int, TransferFile] | None = None
        self._loading: asyncio.Task[None] | None = None
        self.transfer: TransferId | None = None

    @property
    def rows(self) -> Sequence[TransferFile]:
        """The rows by index."""
        return self._rows

    async def watch(self, transfer: TransferId | None) -> None:
        """Keep another transfer's rows from now on; returns once they are there.

        Raises:
            TiepointError: The worker cannot be asked; the rows are then empty.
        """
        if transfer == self.transfer and self._early is None:
            return
        await self.close()
        self.transfer = transfer
        self._replace([])
        await self._worker.watch(transfer)
        if transfer is not None and transfer == self.transfer:
            self._load(transfer)
            await asyncio.wait([self._loading] if self._loading is not None else [])

    def take(self, told: WorkerSnapshot) -> None:
        """Take what the worker told."""
        if self.transfer is None:
            return
        if told.is_fresh:
            self._load(self.transfer)
        if told.watched == self.transfer:
            self._put(told.files)

    async def close(self) -> None:
        """Stop fetching."""
        loading, self._loading = self._loading, None
        if loading is not None:
            loading.cancel()
            await asyncio.wait([loading])

    def _put(self, files: Iterable[TransferFile]) -> None:
        told = sorted(files, key=lambda file: file.index)
        if self._early is not None:
            self._early.update({file.index: file for file in told})
        elif told and self._are_next(told):
            for file in told:
                self._rows[file.index : file.index + 1] = [file]
            self._changed.emit(FilesChange(self.transfer, indices=tuple(file.index for file in told)))
        elif told and self.transfer is not None:
            self._load(self.transfer)

    def _are_next(self, told: Sequence[TransferFile]) -> bool:
        """Whether no row is missing between those known and those told."""
        new = [file.index for file in told if file.index >= len(self._rows)]
        return new == list(range(len(self._rows), len(self._rows) + len(new)))

    def _load(self, transfer: TransferId) -> None:
        if self._loading is not None:
            self._loading.cancel()
        self._early = {}
        self._loading = asyncio.get_running_loop().create_task(self._fetch(transfer), name="files of a transfer")

    async def _fetch(self, transfer: TransferId) -> None:
        rows: list[TransferFile] = []
        try:
            while True:
                page = await self._worker.files(transfer, len(rows), _PAGE)
                rows.extend(page.files)
                if not page.files or len(rows) >= page.total:
                    break
        except TiepointError as error:
            # The rows come with the next connection, or the transfer is gone and its page with it.
            _log.info("the files of %s cannot be listed: %s", transfer, error.summary)
        early, self._early = self._early or {}, None
        self._replace(rows)
        self._put(early.values())

    def _replace(self, rows: list[TransferFile]) -> None:
        self._rows = rows
        self._changed.emit(FilesChange(self.transfer, is_reset=True))
