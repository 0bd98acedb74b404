"""Transfers: captures up, products down, each one known and steered from here while the worker does the work.

Nothing happens before the first `start` or the first transfer: a program without transfers starts no worker. Secrets go
through to the worker and are never kept in a snapshot or said in a log. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.capture import Capture, Drop
from tiepoint.domain.errors import InputError, TiepointError, UsageError
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.left_out import left_out_of
from tiepoint.domain.photo import PhotoEntry
from tiepoint.domain.transfer import (
    FIRST_PRIORITY,
    FileState,
    Limits,
    Transfer,
    TransferFile,
    TransferId,
    TransferState,
    Verdict,
)
from tiepoint.services.transfer_monitor import TransferMonitor, TransfersSnapshot
from tiepoint.services.transfer_request import folder_text, upload_files

if TYPE_CHECKING:  # a program that moves nothing need not read what transfers are told with
    from tiepoint.ports.capture_store import CaptureStore
    from tiepoint.ports.token_source import TokenSource
    from tiepoint.ports.transfer_worker import TransferWorker
    from tiepoint.protocol.methods import Diagnostics
    from tiepoint.protocol.transfers import BeginParams

__all__ = ["TransferService", "TransfersSnapshot", "receipt_paths"]

_PAGE: Final = 1000
_log = logging.getLogger(__name__)
_FAILED: Final = (FileState.FAILED.value, FileState.CONFLICT.value)


class TransferService(TransferMonitor):
    """Starts, follows and steers transfers.

    Args:
        worker: What does the work.
        store: Where captures are kept.
        has_journal: Whether there ever was a transfer on this computer.
        sleep: Waits between attempts to follow; a test gives its own.
    """

    def __init__(
        self,
        worker: TransferWorker,
        store: CaptureStore,
        has_journal: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(worker, has_journal, sleep)
        self._store = store

    async def sendable(self, drop: Drop, given: Sequence[Path] = ()) -> Drop:
        """Leave out of a drop what only links that lead out of its folder reach; what is left out is in `skipped`.

        `upload_drop` does so by itself; ask to be able to tell it.

        Args:
            drop: The photos.
            given: Files that a person named one by one; they are taken though they be links.
        """
        return await self._store.sendable(drop, given)

    async def upload_drop(
        self,
        drop: Drop,
        name: str,
        place: BlobPlace,
        source: TokenSource | None = None,
        *,
        given: Sequence[Path] = (),
        capture: CaptureId | None = None,
        replaces: bool = False,
        is_first: bool = False,
    ) -> Transfer:
        """Let photos go up as a capture; returns once the worker has taken all their names.

        The same name at the same place is the same transfer: it goes on, or looks anew what is missing.

        Args:
            drop: The photos.
            name: Name of the capture, or its id; empty = the drop's own name.
            place: Container, with a prefix or without, below which the capture's folder goes.
            source: Gives the right to use the container; None = the one given before for it.
            given: See `sendable`.
            capture: The capture kept on this computer that the photos may be: when they are exactly its photos, they
                go up under its id, with what its manifest says of them.
            replaces: Replace other content under the same names.
            is_first: Let it go before all others.

        Raises:
            InputError: There is no photo, or a name that Blob or another computer would not take.
            SignInNeeded: The source has nothing to give; no transfer was begun.
            TiepointError: As `ports.transfer_worker`.
        """
        from tiepoint.protocol.transfers import BeginParams

        folder = await asyncio.to_thread(folder_text, drop)
        sendable = await self._store.sendable(drop, given)
        is_part = await asyncio.to_thread(lambda: any(path.is_file() for path in given))
        is_part = is_part or await self._store.has_others_beside(sendable)
        left_out = replace(left_out_of(sendable.skipped), is_part=is_part)
        kept = await self._kept(capture, sendable)
        called = name.strip() or drop.name
        begin = BeginParams(called, place, folder, kept.id if kept else None, replaces=replaces, left_out=left_out)
        entries = {photo.path: photo for photo in kept.photos} if kept else {}
        return await self._upload(begin, sendable, entries, source, is_first=is_first)

    async def _kept(self, capture: CaptureId | None, drop: Drop) -> Capture | None:
        """Return the kept capture if it has exactly these photos; None also when it is gone or cannot be read."""
        if capture is None:
            return None
        with contextlib.suppress(InputError, UsageError):
            kept = await self._store.get(capture)
            if {(each.path, each.size) for each in kept.photos} == {(each.path, each.size) for each in drop.photos}:
                return kept
        return None

    async def download(
        self,
        place: BlobPlace,
        folder: Path,
        source: TokenSource | None = None,
        *,
        name: str = "",
        replaces: bool = False,
        is_products_only: bool = False,
    ) -> Transfer:
        """Let something come down: a capture, a folder in it, or one blob.

        Args:
            place: What.
            folder: Where to, as a full path; it is made.
            source: Gives the right to use the container; None = the one given before for it.
            name: What to call the transfer; empty = the last part of the place.
            replaces: Replace other files under the same names.
            is_products_only: Leave the photos out.

        Raises:
            InputError: The folder cannot be written.
            SignInNeeded: The source has nothing to give; no transfer was begun.
        """
        from tiepoint.protocol.transfers import DownloadParams

        await self._give(place, source)
        self.start()
        params = DownloadParams(place, str(folder), name, replaces, is_products_only)
        return self._known(await self._resumed(await self._worker.download(params)))

    async def sign_in(self, place: BlobPlace, source: TokenSource) -> None:
        """Give the right to use a container, for transfers that wait for it and later ones; it is remembered.

        Raises:
            SignInNeeded: The source has nothing to give.
        """
        await self._credentials.give(place, source)

    async def forget_sign_in(self) -> None:
        """Take back what the sign-in to Azure gave the worker; what moves with it waits for another right.

        A worker that cannot be reached keeps it to its end, an hour at most.
        """
        try:
            await self._worker.forget_sign_in()
        except TiepointError as error:
            _log.info("the transfer worker could not be told of the sign-out: %s", error.summary)

    async def renew_proxy(self) -> None:
        """Let a worker that runs go through the proxy that holds now, for whatever it connects from now on.

        One that cannot be reached is told when it is connected to again.
        """
        try:
            await self._worker.renew_proxy()
        except TiepointError as error:
            _log.info("the transfer worker could not be told of another proxy: %s", error.summary)

    def can_use(self, place: BlobPlace) -> bool:
        """Whether a source for the container is known from earlier in the life of this program."""
        return self._credentials.knows(place)

    async def pause(self, transfer: TransferId) -> Transfer:
        """Stop for now; within two seconds."""
        return self._known(await self._worker.pause(transfer))

    async def resume(self, transfer: TransferId) -> Transfer:
        """Go on."""
        return self._known(await self._worker.resume(transfer))

    async def cancel(self, transfer: TransferId) -> Transfer:
        """Stop for good; what is there stays there."""
        return self._known(await self._worker.cancel(transfer))

    async def remove(self, transfer: TransferId) -> None:
        """Forget one that is over; its receipts stay."""
        await self._worker.remove(transfer)
        kept = tuple(each for each in self._snapshot.transfers if each.id != transfer)
        self._put(transfers=kept)

    async def retry(
        self, transfer: TransferId, indices: Sequence[int] | None = None, *, replaces: bool = False
    ) -> Transfer:
        """Begin failed files again, all or those of the indices; with `replaces` conflicts are settled by replacing."""
        return self._known(await self._worker.retry(transfer, indices, replaces=replaces))

    async def prioritise(self, transfer: TransferId, *, is_first: bool = True) -> Transfer:
        """Let one go before all others, or among them again."""
        highest = max((each.priority for each in self._snapshot.unfinished), default=0)
        priority = max(FIRST_PRIORITY, highest) if is_first else 0
        return self._known(await self._worker.set_priority(transfer, priority))

    async def set_limits(self, limits: Limits) -> None:
        """Set what holds for all transfers together, running ones too."""
        await self._worker.set_limits(limits)
        self._put(limits=limits)

    async def limits(self) -> Limits:
        """Ask for the limits, without following. They are part of the snapshot, too."""
        async with contextlib.aclosing(self._worker.follow()) as followed:
            async for told in followed:
                return told.limits
        return self._snapshot.limits

    async def transfers(self) -> tuple[Transfer, ...]:
        """Ask for all transfers, newest first, without following. Starts the worker only if there ever was one."""
        return await self._worker.transfers() if self._has_journal() or self._task is not None else ()

    async def find(self, text: str) -> Transfer:
        """Find a transfer by its id, the start of one, its capture's id or its name; the newest of several.

        Raises:
            UsageError: There is none.
        """
        known = await self.transfers()
        for claim in _claims(text):
            for each in known:
                if claim(each):
                    return each
        raise UsageError(f"There is no transfer “{text}”.", remedy="See them with: tiepoint transfers list")

    async def files(self, transfer: TransferId, states: Sequence[str] = ()) -> tuple[TransferFile, ...]:
        """Ask for the files of a transfer, of some states or all, in the order of their index."""
        found: list[TransferFile] = []
        while True:
            page = await self._worker.files(transfer, len(found), _PAGE, states)
            found.extend(page.files)
            if not page.files or len(found) >= page.total:
                return tuple(found)

    async def failed_files(self, transfer: TransferId) -> tuple[TransferFile, ...]:
        """Ask for the files that failed or met a conflict."""
        return await self.files(transfer, _FAILED)

    async def unchecked_files(self, transfer: TransferId) -> tuple[TransferFile, ...]:
        """Ask for the files that came down without a digest to check them by: their size is right, that is all."""
        files = await self.files(transfer, (FileState.VERIFIED.value,))
        return tuple(file for file in files if file.trouble is not None and not file.digest)

    async def failed_csv(self, transfer: TransferId) -> str:
        """Return the files that failed as CSV, harmless in a spreadsheet.

        Raises:
            UsageError: There is no such transfer.
        """
        from tiepoint.domain.transfer_table import files_csv

        known = self._snapshot.transfer(transfer) or await self.find(transfer)
        return files_csv(known, await self.failed_files(transfer))

    async def verify(
        self, transfer: TransferId | None = None, place: BlobPlace | None = None, source: TokenSource | None = None
    ) -> Verdict:
        """Check a capture in Blob against its receipt, or against its manifest there when no receipt is kept here.

        Args:
            transfer: The transfer that took it up; or
            place: where the capture lies.
            source: Gives the right to use the container; None = the one given before.

        Raises:
            SignInNeeded: The right is missing or refused.
            InputError: There is no such capture.
        """
        known = await self._asked(transfer) if transfer is not None and source is not None else None
        where = place or (known.place if known is not None else None)
        if where is not None:
            await self._give(where, source)
        return await self._worker.verify(transfer, place)

    async def diagnostics(self) -> Diagnostics | None:
        """Facts about the worker; None when it does not run."""
        return await self._worker.diagnostics()

    async def stop_worker(self) -> bool:
        """End the worker, and say whether one ran; unfinished transfers go on when it is started again."""
        await self.stop()
        return await self._worker.stop()

    async def _upload(
        self,
        begin: BeginParams,
        drop: Drop,
        entries: dict[str, PhotoEntry],
        source: TokenSource | None,
        *,
        is_first: bool,
    ) -> Transfer:
        files = await asyncio.to_thread(upload_files, drop, entries)  # ten thousand names take a tenth of a second
        await self._give(begin.place, source)
        self.start()
        transfer = await self._resumed(await self._worker.upload(begin, files))
        if is_first:
            transfer = await self._worker.set_priority(transfer.id, FIRST_PRIORITY)
        return self._known(transfer)

    async def _asked(self, transfer: TransferId) -> Transfer | None:
        return self._snapshot.transfer(transfer) or await self.find(transfer)

    async def _resumed(self, transfer: Transfer) -> Transfer:
        """Let a transfer go on that was paused: who asks for it again wants it."""
        return await self._worker.resume(transfer.id) if transfer.state is TransferState.PAUSED else transfer

    async def _give(self, place: BlobPlace, source: TokenSource | None) -> None:
        if source is not None:
            await self._credentials.give(place, source)


def receipt_paths(transfer: Transfer) -> tuple[Path, Path] | None:
    """Return where the newest receipt lies, for people (PDF) and for programs (JSON); None before the first."""
    receipt = transfer.receipt
    return (Path(receipt.pdf), Path(receipt.json)) if receipt is not None else None


def _claims(text: str) -> tuple[Callable[[Transfer], bool], ...]:
    return (
        lambda each: each.id == text,
        lambda each: each.capture == text,
        lambda each: each.name == text,
        lambda each: bool(text) and each.id.startswith(text),
        lambda each: bool(text) and each.place.url == text.rstrip("/"),
    )
