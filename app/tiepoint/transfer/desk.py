"""All transfers of this user: what clients ask of them, and the threads that carry them.

Every method may be called from any thread and returns at once, unless it says otherwise. Must not know how clients
are reached, and must not move anything itself: works do, on the crew's threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import UsageError
from tiepoint.domain.transfer import Direction, FileState, Limits, Transfer, TransferId, TransferState, Verdict
from tiepoint.protocol.transfers import (
    AddParams,
    AuthorizeParams,
    BeginParams,
    DownloadParams,
    FilesParams,
    FilesResult,
    ProxyParams,
    RetryParams,
    TransferPriorityParams,
    VerifyParams,
    WorkerState,
)
from tiepoint.runtime.stop import Stop
from tiepoint.transfer.download.folder_check import check_target
from tiepoint.transfer.download.rounds import begin_round as begin_download_round
from tiepoint.transfer.download.rounds import leftovers
from tiepoint.transfer.ears import Ear, Listener, News
from tiepoint.transfer.fetching import begin_again, find_download, new_download
from tiepoint.transfer.lane import Lane
from tiepoint.transfer.records import FileRecord, TransferRecord
from tiepoint.transfer.telling import (
    Tellings,
    begin_round,
    find_told,
    join_files,
    join_left_out,
    new_upload,
    take_capture,
    told_records,
)
from tiepoint.transfer.tuning import Tuning
from tiepoint.transfer.verification import verify_capture
from tiepoint.transfer.workshop import Workshop

__all__ = ["Desk", "News", "Subscription"]

_KEEPING_S: Final = 0.5
"""Longest wait for the journal, should the disk be slow."""
_RETRIED: Final = (FileState.FAILED, FileState.CONFLICT)


class Subscription:
    """One client's ear. `watch` and `close` may be called from any thread."""

    def __init__(self, shop: Workshop, ear: Ear) -> None:
        self._shop = shop
        self._ear = ear

    def watch(self, transfer: TransferId | None) -> None:
        """Hear of the rows of this transfer; None = of none.

        Raises:
            UsageError: There is no such transfer.
        """
        with self._shop.floor.lock:
            if transfer is not None:
                self._shop.lane(transfer)
            self._ear.watch(transfer)

    def close(self) -> None:
        """Hear no more. Idempotent."""
        with self._shop.floor.lock:
            self._shop.ears.drop(self._ear)


class Desk:
    """All transfers. Make it, `open` it, use it, `close` it.

    Args:
        folder: Where the journal and the receipts lie; made when missing.
        tuning: Sizes and times.

    Every method that takes a transfer's id raises UsageError when there is none of that id.
    """

    def __init__(self, folder: Path, tuning: Tuning | None = None) -> None:
        self._shop = Workshop(folder, tuning or Tuning())
        self._tellings = Tellings()

    def open(self) -> None:
        """Read the journal and start. Blocking: up to a second with tens of thousands of files.

        Raises:
            SetupError: The journal cannot be used.
        """
        self._shop.open()

    def close(self) -> None:
        """Stop everything, write the journal, end the threads. Blocking, at most some three seconds."""
        self._shop.close()

    @property
    def set_aside(self) -> str:
        """Where a journal that could not be used is now; empty when it was in order."""
        return self._shop.set_aside

    @property
    def is_busy(self) -> bool:
        """Whether something moves or will move by itself: the worker must not end for want of clients."""
        with self._shop.floor.lock:
            is_moving = any(lane.is_going or lane.hands for lane in self._shop.floor.lanes.values())
        return is_moving or self._shop.renewal.is_at_work

    # What clients ask; one to one the methods of protocol/transfers.py.

    def transfers(self) -> tuple[Transfer, ...]:
        """All transfers, newest first."""
        with self._shop.floor.lock:
            return self._shop.summaries()

    def as_it_is(self, transfer: Transfer) -> Transfer:
        """The same transfer now; as it was when it is no more."""
        with self._shop.floor.lock:
            is_known = transfer.id in self._shop.floor.lanes
            return self._shop.summary(transfer.id) if is_known else transfer

    def state(self) -> WorkerState:
        """Everything at one moment; subscribe first, so that nothing falls between."""
        shop = self._shop
        with shop.floor.lock:
            return WorkerState(shop.summaries(), Limits(shop.bucket.rate), shop.wanted())

    def begin(self, params: BeginParams, teller: object) -> Transfer:
        """Begin to tell a capture's files, see `transfers.begin`.

        Args:
            params: What it is.
            teller: The client's session; see `forget_teller`.
        """
        shop = self._shop
        with shop.floor.lock:
            records = [lane.record for lane in shop.floor.lanes.values()]
            record = find_told(sorted(records, key=lambda each: each.created, reverse=True), params)
            if record is None:
                record = new_upload(params)
                shop.floor.put(shop.new_lane(record))
                shop.ears.transfer(record)
            self._tellings.begin(record.id, teller, params)
            return shop.summary(record.id)

    def add(self, params: AddParams, teller: object) -> None:
        """Tell some of its files.

        Raises:
            UsageError: This teller has not begun it.
        """
        with self._shop.floor.lock:
            self._tellings.get(params.transfer, teller).files.extend(params.files)

    def start(self, transfer: TransferId, teller: object) -> Transfer:
        """All files are told: let it go. Blocking for some milliseconds: thousands of names are looked at.

        Raises:
            InputError: Names that Blob or another computer would not take; the draft is dropped.
            UsageError: This teller has not begun it, or told no file.
        """
        shop = self._shop
        with shop.floor.lock:
            telling = self._tellings.get(transfer, teller)
        try:
            files = told_records(telling)
        except Exception:
            self._give_up(transfer, teller)
            raise
        with self._changing(transfer, is_kept=True) as lane:
            self._tellings.end(transfer, teller)
            record = lane.record
            take_capture(record, telling.params.capture)
            join_left_out(record, telling)
            if record.state is TransferState.DRAFT or record.state.is_over:
                begin_round(record, telling, files)
                shop.changes.files(record)
                shop.launch(lane)
            elif join_files(record, files, replaces=telling.params.replaces):
                shop.changes.files(record)
                shop.launch(lane)
            elif record.state is TransferState.PAUSED:
                shop.go_on(lane)
            return shop.summary(transfer)

    def forget_teller(self, teller: object) -> None:
        """A client has gone: what it began to tell and did not start is dropped."""
        with self._shop.floor.lock:
            for transfer in self._tellings.forget(teller):
                self._drop_draft(transfer)

    def download(self, params: DownloadParams) -> Transfer:
        """Let something come down.

        Raises:
            InputError: The folder cannot be made or written. Looking touches the disk: call it from a thread.
        """
        check_target(params)
        shop = self._shop
        with shop.floor.lock:
            record = find_download((lane.record for lane in shop.floor.lanes.values()), params)
            if record is None:
                record = new_download(params)
                shop.floor.put(shop.new_lane(record))
                shop.launch(shop.lane(record.id))
            elif record.state.is_over:
                begin_download_round(record)
                begin_again(record, params)
                shop.launch(shop.lane(record.id))
            elif record.state is TransferState.PAUSED:
                shop.go_on(shop.lane(record.id))
            return shop.summary(record.id)

    def pause(self, transfer: TransferId) -> Transfer:
        """Stop for now; requests on their way get a second and are then cut."""
        with self._changing(transfer, is_kept=True) as lane:
            self._require_begun(lane)
            if lane.record.state.is_over:
                raise UsageError(f"{lane.record.name} is over; there is nothing to pause.")
            if lane.record.state is not TransferState.PAUSED:
                self._shop.floor.halt(lane, TransferState.PAUSED)
            return self._shop.summary(transfer)

    def resume(self, transfer: TransferId) -> Transfer:
        """Go on."""
        with self._changing(transfer) as lane:
            self._require_begun(lane)
            if lane.record.state.is_over:
                raise UsageError(f"{lane.record.name} is over.", remedy="Retry it, or begin it again.")
            self._shop.go_on(lane)
            return self._shop.summary(transfer)

    def cancel(self, transfer: TransferId) -> Transfer:
        """Stop for good."""
        with self._changing(transfer, is_kept=True) as lane:
            if not lane.record.state.is_over:
                self._shop.floor.end(lane, TransferState.CANCELED)
            return self._shop.summary(transfer)

    def remove(self, transfer: TransferId) -> None:
        """Forget one that is over. What a download left half done is deleted: blocking for as long as that takes.

        Raises:
            UsageError: It is not over.
        """
        with self._changing(transfer, is_kept=True) as lane:
            if not lane.record.state.is_over:
                raise UsageError(f"{lane.record.name} is not over.", remedy="Cancel it first.")
            lane.stop.stop()
            lane.stop.release()
            self._shop.floor.drop(lane)
            self._shop.changes.removed(transfer)
            rest = leftovers(lane.record) if lane.record.direction is Direction.DOWN else None
        if rest is not None:
            rest.remove()

    def retry(self, params: RetryParams) -> Transfer:
        """Begin failed files again."""
        shop = self._shop
        with self._changing(params.transfer) as lane:
            self._require_begun(lane)
            record = lane.record
            failed = _failed(record, params.indices)
            for file in failed:
                record.set_state(file, FileState.WAITING)
                file.attempts = 0
                shop.changes.file(record, file)
            record.replaces = record.replaces or params.replaces
            if failed or record.state in (TransferState.FAILED, TransferState.CANCELED):
                shop.launch(lane)
            return shop.summary(record.id)

    def set_priority(self, params: TransferPriorityParams) -> Transfer:
        """Let it go before or after others."""
        with self._changing(params.transfer) as lane:
            lane.record.priority = params.priority
            self._shop.floor.reorder()
            self._shop.changes.transfer(lane.record)
            return self._shop.summary(params.transfer)

    def files(self, params: FilesParams) -> FilesResult:
        """A page of rows."""
        with self._changing(params.transfer) as lane:
            wanted = frozenset(params.states)
            rows = [file for file in lane.record.files if not wanted or file.state.value in wanted]
            page = rows[max(0, params.offset) : max(0, params.offset) + max(0, params.limit)]
            return FilesResult(tuple(file.snapshot() for file in page), len(rows))

    def authorize(self, params: AuthorizeParams) -> None:
        """Take a credential for a container; what waits for it goes on.

        Raises:
            UsageError: It is no signature or token.
        """
        shop = self._shop
        if params.is_by_sign_in:
            shop.line_settings.trust.believe(params.place.endpoint, params.ca_file)
        shop.renewal.note(params.place, is_by_sign_in=params.is_by_sign_in)
        shop.authorize(params.place, params.kind, params.secret, params.expires)

    def forget_sign_in(self) -> None:
        """Forget every credential that came from the sign-in; what uses one waits for another."""
        for place in self._shop.renewal.forget():
            self._shop.credentials.forget(place)

    def on_given(self, tell: Callable[[BlobPlace], None]) -> None:
        """Let somebody hear of credentials that no client gave; called in a thread."""
        self._shop.on_given = tell

    def new_stop(self) -> Stop:
        """Return a switch that ends a check; the end of the desk is its end, too. `release` it in the end."""
        return Stop(self._shop.stop)

    def verify(self, params: VerifyParams, stop: Stop) -> Verdict:
        """Check a capture against Blob. Blocking: lists the capture; call it from a thread.

        Args:
            params: Which.
            stop: Ends it when nobody wants to know any more.

        Raises:
            Stopped: On request.
            SignInNeeded: The container's credential is missing or refused.
            InputError: There is no such capture.
            ConnectionLost: The server cannot be reached.
        """
        return verify_capture(self._shop, params, stop)

    def set_limits(self, limits: Limits) -> None:
        """Set limits; they are kept."""
        shop = self._shop
        if limits.bytes_per_s is not None and limits.bytes_per_s <= 0:
            raise UsageError("A limit must be more than nothing.", remedy="Pause the transfers to stop them.")
        shop.bucket.set_rate(limits.bytes_per_s)
        with shop.floor.lock:
            shop.writer.limits(limits)
            shop.ears.limits(limits)

    def use_proxy(self, params: ProxyParams) -> None:
        """Go through another proxy from now on: requests under way end as they began, each next one goes the new way.

        What waits because the network did not answer tries at once.
        """
        shop = self._shop
        if not shop.proxy.use(params.proxy):
            return
        shop.line_settings.course.change()
        with shop.floor.lock:
            for lane in shop.floor.lanes.values():
                lane.forget_holds()
            shop.floor.wake()

    def subscribe(self, listener: Listener) -> Subscription:
        """Hear of everything that changes from now on.

        Args:
            listener: Called from a thread of the desk; must return at once (`loop.call_soon_threadsafe`).
        """
        ear = Ear(listener)
        with self._shop.floor.lock:
            self._shop.ears.add(ear)
        return Subscription(self._shop, ear)

    @contextmanager
    def _changing(self, transfer: TransferId, *, is_kept: bool = False) -> Iterator[Lane]:
        """Hold the lock around a change; `is_kept`: and let the journal have it before anybody is told it was done."""
        with self._shop.floor.lock:
            yield self._shop.lane(transfer)
        if is_kept:
            self._shop.writer.flush(_KEEPING_S)

    def _require_begun(self, lane: Lane) -> None:
        if lane.record.state is TransferState.DRAFT:
            raise UsageError(f"The files of {lane.record.name} are still being told.", remedy="Wait a moment.")

    def _give_up(self, transfer: TransferId, teller: object) -> None:
        with self._shop.floor.lock:
            self._tellings.end(transfer, teller)
            self._drop_draft(transfer)

    def _drop_draft(self, transfer: TransferId) -> None:
        lane = self._shop.floor.lanes.get(transfer)
        if lane is None or lane.record.state is not TransferState.DRAFT or self._tellings.is_told(transfer):
            return
        self._shop.floor.drop(lane)
        self._shop.ears.removed(transfer)


def _failed(record: TransferRecord, indices: tuple[int, ...] | None) -> list[FileRecord]:
    """Return the files that failed, or those of them that are meant."""
    meant = None if indices is None else frozenset(indices)
    return [file for file in record.files if file.state in _RETRIED and (meant is None or file.index in meant)]
