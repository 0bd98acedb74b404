"""A transfer worker that does what a test tells it: a real citizen of the port, without a process or a server."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import AgentUnavailable, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.transfer import (
    Direction,
    FileState,
    Limits,
    ReceiptPlace,
    Tally,
    Transfer,
    TransferFile,
    TransferId,
    TransferState,
    Verdict,
)
from tiepoint.ports.token_source import Credential
from tiepoint.ports.transfer_worker import WorkerSnapshot
from tiepoint.protocol.methods import Diagnostics
from tiepoint.protocol.transfers import BeginParams, DownloadParams, FilesResult, UploadFile

T0 = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
PLACE = BlobPlace("https://ourphotos.blob.core.windows.net", "captures")
RECEIPT = ReceiptPlace("/receipts/brighton.json", "/receipts/brighton.pdf", T0 + timedelta(minutes=9), 412, 412)
SIGN_IN = Failure("sign-in", "The signature for the container has ended.", "Paste a new one.", retryable=True)
UNREADABLE = Failure("input", "The file cannot be read.", "Allow your user to read it, then retry.", retryable=True)
THERE_ALREADY = Failure("conflict", "Another file of this name is there already.", "Replace it, or leave it.")


class FakeTransferWorker:
    """Implements `ports.transfer_worker.TransferWorker`; `begun` sees each new transfer and may let it run."""

    def __init__(self, begun: Callable[[FakeTransferWorker, Transfer], None] | None = None) -> None:
        self.all_transfers: dict[TransferId, Transfer] = {}
        self.all_files: dict[TransferId, list[TransferFile]] = {}
        self.limits = Limits()
        self.proxy_renewals = 0
        self.wanted: tuple[BlobPlace, ...] = ()
        self.given: list[tuple[BlobPlace, Credential]] = []
        self.begins: list[BeginParams] = []
        self.downloads: list[DownloadParams] = []
        self.sources: list[UploadFile] = []
        self.retries: list[tuple[TransferId, tuple[int, ...] | None, bool]] = []
        self.verdict = Verdict("brighton", PLACE.below("20261122-brighton-0a1b2c"), T0, 412, 412)
        self.watched: TransferId | None = None
        self.is_reachable = True
        self.is_closed = False
        self.stops = 0
        self.refusal: Exception | None = None
        """Raised by the next call that begins, changes or checks something."""
        self._begun = begun
        self._change = asyncio.Event()
        self._changed_files: dict[int, TransferFile] = {}

    # What a test lets happen.

    def put(self, transfer: Transfer, files: Iterable[TransferFile] = ()) -> Transfer:
        """Let there be a transfer, with its files or without."""
        self.all_transfers[transfer.id] = transfer
        self.all_files.setdefault(transfer.id, []).extend(files)
        self._tell()
        return transfer

    def set(self, transfer_id: str, **changes: Any) -> Transfer:
        """Let something happen to a transfer."""
        transfer = dataclasses.replace(self.all_transfers[TransferId(transfer_id)], **changes)
        self.all_transfers[transfer.id] = transfer
        self._tell()
        return transfer

    def set_file(self, transfer_id: str, index: int, **changes: Any) -> TransferFile:
        """Let something happen to a file; the transfer's tallies follow."""
        rows = self.all_files[TransferId(transfer_id)]
        rows[index] = dataclasses.replace(rows[index], **changes)
        if self.watched == transfer_id:
            self._changed_files[index] = rows[index]
        self.set(transfer_id, tallies=tallies_of(rows), done_bytes=sum(row.done_bytes for row in rows))
        return rows[index]

    def want(self, *places: BlobPlace) -> None:
        """Let it need credentials."""
        self.wanted = places
        self._tell()

    def lose(self) -> None:
        """Let the connection break until `come_back`."""
        self.is_reachable = False
        self._tell()

    def come_back(self) -> None:
        """Let there be a worker again."""
        self.is_reachable = True
        self._tell()

    # The port.

    async def transfers(self) -> tuple[Transfer, ...]:
        self._reach()
        return self._newest_first()

    def latest(self) -> tuple[Transfer, ...] | None:
        return self._newest_first()

    async def upload(self, begin: BeginParams, files: Sequence[UploadFile]) -> Transfer:
        self._reach()
        self.begins.append(begin)
        self.sources = list(files)
        known = next((each for each in self.all_transfers.values() if each.name == begin.name), None)
        if known is not None and not known.state.is_over:
            return known
        capture = begin.capture or CaptureId(f"20261122-{begin.name.lower()}-0a1b2c")
        rows = [TransferFile(index, file.path, file.size) for index, file in enumerate(files)]
        transfer = Transfer(
            id=known.id if known is not None else TransferId(f"transfer-{len(self.all_transfers) + 1}"),
            direction=Direction.UP,
            name=begin.name,
            place=begin.place.below(capture),
            folder=begin.folder,
            state=TransferState.QUEUED,
            created=T0 + timedelta(seconds=len(self.all_transfers)),
            capture=capture,
            files_total=len(rows),
            bytes_total=sum(row.size for row in rows),
            tallies=tallies_of(rows),
            credential=self._credential(begin.place),
            replaces=begin.replaces,
        )
        self.all_files.pop(transfer.id, None)
        return self._began(transfer, rows)

    async def download(self, params: DownloadParams) -> Transfer:
        self._reach()
        self.downloads.append(params)
        name = params.name or params.place.prefix.rpartition("/")[2] or params.place.container
        transfer = Transfer(
            id=TransferId(f"transfer-{len(self.all_transfers) + 1}"),
            direction=Direction.DOWN,
            name=name,
            place=params.place,
            folder=params.folder,
            state=TransferState.QUEUED,
            created=T0 + timedelta(seconds=len(self.all_transfers)),
            credential=self._credential(params.place),
            replaces=params.replaces,
        )
        return self._began(transfer, [])

    async def pause(self, transfer: TransferId) -> Transfer:
        return self._move(transfer, TransferState.PAUSED, rate_bytes_per_s=0.0, left_s=None, connections=0)

    async def resume(self, transfer: TransferId) -> Transfer:
        return self._move(transfer, TransferState.RUNNING)

    async def cancel(self, transfer: TransferId) -> Transfer:
        known = self._known(transfer)
        return known if known.state.is_over else self._move(transfer, TransferState.CANCELED, finished=T0)

    async def remove(self, transfer: TransferId) -> None:
        if not self._known(transfer).state.is_over:
            raise UsageError("The transfer is not over.", remedy="Cancel it first.")
        self.all_transfers.pop(transfer)
        self.all_files.pop(transfer, None)
        self._tell()

    async def retry(
        self, transfer: TransferId, indices: Sequence[int] | None = None, *, replaces: bool = False
    ) -> Transfer:
        self._known(transfer)
        self.retries.append((transfer, None if indices is None else tuple(indices), replaces))
        for row in tuple(self.all_files[transfer]):
            is_meant = indices is None or row.index in indices
            if is_meant and row.state in (FileState.FAILED, *((FileState.CONFLICT,) if replaces else ())):
                self.set_file(transfer, row.index, state=FileState.WAITING, trouble=None, done_bytes=0)
        return self.set(transfer, state=TransferState.RUNNING, trouble=None, finished=None)

    async def set_priority(self, transfer: TransferId, priority: int) -> Transfer:
        self._known(transfer)
        return self.set(transfer, priority=priority)

    async def files(
        self, transfer: TransferId, offset: int = 0, limit: int = 1000, states: Sequence[str] = ()
    ) -> FilesResult:
        self._known(transfer)
        rows = [row for row in self.all_files[transfer] if not states or row.state.value in states]
        return FilesResult(tuple(rows[offset : offset + min(limit, 1000)]), len(rows))

    async def watch(self, transfer: TransferId | None) -> None:
        self._reach()
        self.watched = transfer
        self._changed_files.clear()

    async def authorize(self, place: BlobPlace, credential: Credential) -> None:
        self._reach()
        self.given.append((place, credential))
        self.wanted = tuple(each for each in self.wanted if each.container_url != place.container_url)
        for each in tuple(self.all_transfers.values()):
            if each.place.container_url == place.container_url and each.state is TransferState.NEEDS_SIGN_IN:
                self.set(each.id, state=TransferState.RUNNING, trouble=None, credential=credential.kind)
        self._tell()

    async def forget_sign_in(self) -> None:
        self._reach()
        self.given = [each for each in self.given if not each[1].is_by_sign_in]

    async def renew_proxy(self) -> None:
        self._reach()
        self.proxy_renewals += 1

    async def verify(self, transfer: TransferId | None = None, place: BlobPlace | None = None) -> Verdict:
        self._reach()
        return self.verdict

    async def set_limits(self, limits: Limits) -> None:
        self._reach()
        self.limits = limits
        self._tell()

    async def diagnostics(self) -> Diagnostics | None:
        if not self.is_reachable:
            return None
        return Diagnostics(
            {"version": "0.1.0", "transfers": len(self.all_transfers), "unfinished": 0},
            "/somewhere/transfers.log",
            4243,
        )

    async def follow(self) -> AsyncGenerator[WorkerSnapshot, None]:
        self._reach()
        is_fresh = True
        while True:
            change = self._change
            if self.is_reachable:
                files, self._changed_files = self._changed_files, {}
                yield self.snapshot(files=tuple(files.values()), is_fresh=is_fresh)
            else:
                lost = Failure("connection", "The connection to the transfer worker was lost.", retryable=True)
                yield self.snapshot(is_connected=False, problem=lost)
            is_fresh = not self.is_reachable
            await change.wait()

    async def stop(self) -> bool:
        self.stops += 1
        return self.is_reachable

    async def close(self) -> None:
        self.is_closed = True

    def snapshot(self, **changes: Any) -> WorkerSnapshot:
        """What it tells now."""
        told = WorkerSnapshot(self._newest_first(), self.limits, self.wanted, watched=self.watched)
        return dataclasses.replace(told, **changes)

    def _began(self, transfer: Transfer, rows: list[TransferFile]) -> Transfer:
        self.put(transfer, rows)
        if self._begun is not None:
            self._begun(self, transfer)
        return self.all_transfers[transfer.id]

    def _credential(self, place: BlobPlace) -> str:
        return next((given.kind for where, given in self.given if where.container_url == place.container_url), "")

    def _newest_first(self) -> tuple[Transfer, ...]:
        return tuple(sorted(self.all_transfers.values(), key=lambda each: each.created, reverse=True))

    def _move(self, transfer: TransferId, state: TransferState, **changes: Any) -> Transfer:
        known = self._known(transfer)
        if known.state.is_over and state is not known.state:
            raise UsageError(f"The transfer is {known.state.value}.", remedy="See: tiepoint transfers list")
        return self.set(transfer, state=state, **changes)

    def _known(self, transfer: TransferId) -> Transfer:
        self._reach()
        if transfer not in self.all_transfers:
            raise UsageError(f"There is no transfer {transfer}.", remedy="See: tiepoint transfers list")
        return self.all_transfers[transfer]

    def _reach(self) -> None:
        if not self.is_reachable:
            raise AgentUnavailable("The transfer worker cannot be reached.", remedy="Try again.", retryable=True)
        refusal, self.refusal = self.refusal, None
        if refusal is not None:
            raise refusal

    def _tell(self) -> None:
        told, self._change = self._change, asyncio.Event()
        told.set()


def tallies_of(rows: Iterable[TransferFile]) -> dict[str, Tally]:
    """Count files and bytes by state."""
    found: dict[str, Tally] = {}
    for row in rows:
        known = found.get(row.state.value, Tally())
        found[row.state.value] = Tally(known.files + 1, known.size_bytes + row.size)
    return found


def a_transfer(number: int = 1, **changes: Any) -> Transfer:
    """An upload in the middle of its way; `changes` make it another."""
    capture = CaptureId(f"20261122-brighton-0a1b{number:02x}")
    usual = Transfer(
        id=TransferId(f"transfer-{number}"),
        direction=Direction.UP,
        name="brighton",
        place=PLACE.below(capture),
        folder="/photos/brighton",
        state=TransferState.RUNNING,
        created=T0 + timedelta(minutes=number),
        capture=capture,
        files_total=412,
        bytes_total=412 * 8_000_000,
        tallies={"verified": Tally(200, 200 * 8_000_000), "waiting": Tally(212, 212 * 8_000_000)},
        done_bytes=200 * 8_000_000,
        rate_bytes_per_s=24_000_000.0,
        left_s=(60.0, 90.0),
        connections=8,
        credential="sas",
    )
    return dataclasses.replace(usual, **changes)


def files_midway(count: int, *, failed: Sequence[int] = (), size: int = 8_000_000) -> list[TransferFile]:
    """Rows of a transfer half done: the first half verified, some moving, the named ones failed, the rest waiting."""
    return [_file_midway(index, count, size, is_failed=index in set(failed)) for index in range(count)]


def _file_midway(index: int, count: int, size: int, *, is_failed: bool) -> TransferFile:
    file = TransferFile(index, f"day {index // 1000 + 1}/IMG_{index:05d}.JPG", size)
    if is_failed:
        return dataclasses.replace(file, state=FileState.FAILED, attempts=3, trouble=UNREADABLE)
    if index < count // 2:
        return dataclasses.replace(file, state=FileState.VERIFIED, done_bytes=size, attempts=1, digest=f"{index:032x}")
    if index < count // 2 + 8:
        return dataclasses.replace(file, state=FileState.MOVING, done_bytes=0, rate_bytes_per_s=3e6, attempts=1)
    return file


def midway(worker: FakeTransferWorker, count: int = 412, failed: Sequence[int] = (7, 11)) -> Transfer:
    """Scene: one capture half way up, some files failed."""
    rows = files_midway(count, failed=failed)
    done = sum(row.done_bytes for row in rows)
    total = sum(row.size for row in rows)
    transfer = a_transfer(files_total=count, bytes_total=total, done_bytes=done, tallies=tallies_of(rows))
    return worker.put(transfer, rows)


def completed(worker: FakeTransferWorker, number: int = 2) -> Transfer:
    """Scene: one capture up, with its receipt."""
    done = {"verified": Tally(400, 400 * 8_000_000), "skipped": Tally(12, 12 * 8_000_000)}
    return worker.put(
        a_transfer(
            number,
            state=TransferState.COMPLETED,
            finished=T0 + timedelta(minutes=9),
            tallies=done,
            done_bytes=412 * 8_000_000,
            bytes_moved=400 * 8_000_000,
            rate_bytes_per_s=0.0,
            left_s=None,
            connections=0,
            receipt=RECEIPT,
        )
    )


def needs_sign_in(worker: FakeTransferWorker, number: int = 3) -> Transfer:
    """Scene: one capture that waits for a person to give a credential."""
    stopped = {"state": TransferState.NEEDS_SIGN_IN, "trouble": SIGN_IN, "credential": "", "connections": 0}
    transfer = worker.put(a_transfer(number, name="harbour", rate_bytes_per_s=0.0, left_s=None, **stopped))
    worker.want(PLACE)
    return transfer
