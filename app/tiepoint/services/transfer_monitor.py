"""The eye on the transfer worker: what is known of all transfers, and of the files of the one that is looked at.

Nothing happens before `start`: a program without transfers starts no worker. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import TiepointError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Limits, Transfer, TransferFile, TransferId
from tiepoint.services.credentials import CredentialKeeper
from tiepoint.services.event import Event
from tiepoint.services.transfer_files import FilesChange, WatchedFiles

if TYPE_CHECKING:
    from tiepoint.ports.transfer_worker import TransferWorker, WorkerSnapshot

_PAUSES_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class TransfersSnapshot:
    """All transfers at one moment.

    Args:
        transfers: Newest first.
        limits: What holds for all of them.
        wanted: Containers for which a person must sign in or paste a signature: no source here has a good one.
        is_following: Whether the worker is followed at all; False before `start`, when nothing is known.
        is_connected: Whether it is heard now; else the rest is as last heard.
        problem: Why it is not heard.
    """

    transfers: tuple[Transfer, ...] = ()
    limits: Limits = Limits()
    wanted: tuple[BlobPlace, ...] = ()
    is_following: bool = False
    is_connected: bool = False
    problem: Failure | None = None

    def transfer(self, transfer_id: str) -> Transfer | None:
        """One transfer, None when it is not known."""
        return next((each for each in self.transfers if each.id == transfer_id), None)

    @property
    def unfinished(self) -> tuple[Transfer, ...]:
        """Those that are not over."""
        return tuple(each for each in self.transfers if not each.state.is_over)


class TransferMonitor:
    """Follows the worker, over lost connections too, and gives it the credentials it wants.

    Args:
        worker: What does the work.
        has_journal: Whether there ever was a transfer on this computer.
        sleep: Waits between attempts to follow; a test gives its own.
    """

    def __init__(
        self,
        worker: TransferWorker,
        has_journal: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.changed: Event[TransfersSnapshot] = Event()
        """Every new snapshot: at most ten a second."""
        self.files_changed: Event[FilesChange] = Event()
        """Rows of the watched transfer that changed; look them up in `rows`."""
        self._worker = worker
        self._has_journal = has_journal
        self._sleep = sleep
        self._snapshot = TransfersSnapshot()
        self._credentials = CredentialKeeper(worker)
        self._files = WatchedFiles(worker, self.files_changed)
        self._task: asyncio.Task[None] | None = None

    @property
    def snapshot(self) -> TransfersSnapshot:
        """What is known now."""
        return self._snapshot

    @property
    def rows(self) -> Sequence[TransferFile]:
        """Files of the watched transfer, the row's number being the file's index; changes in place, see above."""
        return self._files.rows

    @property
    def watched(self) -> TransferId | None:
        """The transfer whose files are in `rows`."""
        return self._files.transfer

    def load(self) -> None:
        """Follow the worker if there ever was a transfer on this computer; returns at once. See `start`."""
        if self._has_journal():
            self.start()

    def start(self) -> None:
        """Follow the worker, starting it when it is not there; returns at once. Calling it again does nothing."""
        if self._task is None:
            self._put(is_following=True)
            self._task = asyncio.get_running_loop().create_task(self._follow(), name="transfers")

    async def stop(self) -> None:
        """Stop following; the worker and its transfers go on."""
        await self._files.close()
        await self._credentials.close()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
            self._put(is_following=False, is_connected=False)

    async def follow(self, transfer: TransferId) -> AsyncGenerator[Transfer, None]:
        """Follow one transfer: as it is now and then every change, to its end. Starts following. Close it when done.

        Raises:
            UsageError: Somebody removed it.
            AgentUnavailable: The worker cannot be started.
        """
        news = asyncio.Event()
        unsubscribe = self.changed.subscribe(lambda _: news.set())
        self.start()
        told: Transfer | None = None
        try:
            while told is None or not told.state.is_over:
                found = self._snapshot.transfer(transfer)
                if found is None and self._snapshot.is_connected:
                    raise UsageError("The transfer was removed.")
                if found is not None and found != told:
                    told = found
                    yield found
                elif told is None and self._snapshot.problem is not None:
                    raise self._snapshot.problem.as_error()
                else:
                    await news.wait()
                    news.clear()
        finally:
            unsubscribe()

    async def watch(self, transfer: TransferId | None) -> None:
        """Keep the files of one transfer in `rows`, and follow them; None = of none.

        `files_changed` first tells a reset when its rows are there, then every change of rows.
        """
        await self._files.watch(transfer)

    async def _follow(self) -> None:
        failures = 0
        while True:
            try:
                async with contextlib.aclosing(self._worker.follow()) as snapshots:
                    async for told in snapshots:
                        failures = 0
                        self._take(told)
            except TiepointError as error:
                self._put(is_connected=False, problem=Failure.of(error))
            await self._sleep(_PAUSES_S[min(failures, len(_PAUSES_S) - 1)])
            failures += 1

    def _take(self, told: WorkerSnapshot) -> None:
        if told.is_fresh:
            self._credentials.forget_given()
        wanted = self._credentials.answer(told.wanted) if told.is_connected else self._snapshot.wanted
        self._put(
            transfers=told.transfers,
            limits=told.limits,
            wanted=wanted,
            is_connected=told.is_connected,
            problem=told.problem,
        )
        self._files.take(told)

    def _known(self, transfer: Transfer) -> Transfer:
        """Put the answer of a call into the snapshot at once: whoever asked need not wait until it is told.

        Of a worker that is followed the latest is taken, for the transfer may be further already than the answer says.
        """
        latest = self._worker.latest()
        if latest is None:
            latest = (transfer, *(each for each in self._snapshot.transfers if each.id != transfer.id))
        self._put(transfers=latest)
        return transfer

    def _put(self, **changes: object) -> None:
        self._snapshot = dataclasses.replace(self._snapshot, **changes)  # type: ignore[arg-type]
        self.changed.emit(self._snapshot)
