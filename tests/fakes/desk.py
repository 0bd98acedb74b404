"""A desk that keeps transfers in memory and moves nothing: what the worker's server is tested with."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fakes.transfers import T0, tallies_of
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import UsageError
from tiepoint.domain.transfer import (
    Direction,
    FileState,
    Limits,
    Transfer,
    TransferFile,
    TransferId,
    TransferState,
    Verdict,
)
from tiepoint.protocol import transfers as messages
from tiepoint.runtime.stop import Stop
from tiepoint.transfer.desk import News


class FakeSubscription:
    def __init__(self, desk: FakeDesk, listener: Callable[[News], None]) -> None:
        self.desk, self.listener = desk, listener
        self.watched: TransferId | None = None

    def watch(self, transfer: TransferId | None) -> None:
        if transfer is not None:
            self.desk.known(transfer)
        self.watched = transfer

    def close(self) -> None:
        if self in self.desk.ears:
            self.desk.ears.remove(self)


class FakeDesk:
    """Implements `transfer.desk.Desk`; transfers begun run when started and stay where a test puts them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.all: dict[TransferId, Transfer] = {}
        self.rows: dict[TransferId, list[TransferFile]] = {}
        self.drafts: dict[TransferId, object] = {}
        self.ears: list[FakeSubscription] = []
        self.limits = Limits()
        self.proxies: list[str | None] = []
        self.wanted: tuple[BlobPlace, ...] = ()
        self.authorized: list[messages.AuthorizeParams] = []
        self.added: list[messages.AddParams] = []
        self.dropped = asyncio.Event()
        self.is_open = False
        self.is_busy = False
        self.set_aside = ""
        self.stops: list[Stop] = []
        self.verdict: Callable[[], Verdict] | None = None

    def open(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def tell(self, **news: Any) -> None:
        for ear in tuple(self.ears):
            ear.listener(News(**news))

    def set(self, transfer: TransferId, **changes: Any) -> Transfer:
        self.all[transfer] = dataclasses.replace(self.known(transfer), **changes)
        self.tell(transfers=(self.all[transfer],))
        return self.all[transfer]

    def set_file(self, transfer: TransferId, index: int, **changes: Any) -> None:
        row = dataclasses.replace(self.rows[transfer][index], **changes)
        self.rows[transfer][index] = row
        for ear in tuple(self.ears):
            if ear.watched == transfer:
                ear.listener(News(watched=transfer, files=(row,)))

    def known(self, transfer: TransferId) -> Transfer:
        if transfer not in self.all:
            raise UsageError(f"There is no transfer {transfer}.")
        return self.all[transfer]

    def transfers(self) -> tuple[Transfer, ...]:
        return tuple(reversed(self.all.values()))

    def as_it_is(self, transfer: Transfer) -> Transfer:
        return self.all.get(transfer.id, transfer)

    def state(self) -> messages.WorkerState:
        return messages.WorkerState(self.transfers(), self.limits, self.wanted)

    def begin(self, params: messages.BeginParams, teller: object) -> Transfer:
        transfer = Transfer(
            id=TransferId(f"transfer-{len(self.all) + 1}"),
            direction=Direction.UP,
            name=params.name,
            place=params.place.below("20261122-brighton-0a1b2c"),
            folder=params.folder,
            state=TransferState.DRAFT,
            created=T0,
        )
        self.drafts[transfer.id] = teller
        self.all[transfer.id], self.rows[transfer.id] = transfer, []
        return transfer

    def add(self, params: messages.AddParams, teller: object) -> None:
        self._of(params.transfer, teller)
        self.added.append(params)
        rows = self.rows[params.transfer]
        for file in params.files:
            rows.append(TransferFile(len(rows), file.path, file.size))

    def start(self, transfer: TransferId, teller: object) -> Transfer:
        self._of(transfer, teller)
        del self.drafts[transfer]
        rows = self.rows[transfer]
        total = sum(row.size for row in rows)
        return self.set(
            transfer,
            state=TransferState.RUNNING,
            files_total=len(rows),
            bytes_total=total,
            tallies=tallies_of(rows),
        )

    def forget_teller(self, teller: object) -> None:
        for transfer in [each for each, known in self.drafts.items() if known is teller]:
            del self.drafts[transfer], self.all[transfer]
            self.dropped.set()
            self.tell(removed=(transfer,))

    def download(self, params: messages.DownloadParams) -> Transfer:
        transfer = Transfer(
            id=TransferId(f"transfer-{len(self.all) + 1}"),
            direction=Direction.DOWN,
            name=params.name or "download",
            place=params.place,
            folder=params.folder,
            state=TransferState.QUEUED,
            created=T0,
        )
        self.all[transfer.id], self.rows[transfer.id] = transfer, []
        return transfer

    def pause(self, transfer: TransferId) -> Transfer:
        return self._move(transfer, TransferState.PAUSED)

    def resume(self, transfer: TransferId) -> Transfer:
        return self._move(transfer, TransferState.RUNNING)

    def cancel(self, transfer: TransferId) -> Transfer:
        known = self.known(transfer)
        return known if known.state.is_over else self.set(transfer, state=TransferState.CANCELED, finished=T0)

    def remove(self, transfer: TransferId) -> None:
        if not self.known(transfer).state.is_over:
            raise UsageError("The transfer is not over.")
        del self.all[transfer]
        self.tell(removed=(transfer,))

    def retry(self, params: messages.RetryParams) -> Transfer:
        for row in self.rows[self.known(params.transfer).id]:
            if row.state is FileState.FAILED:
                self.set_file(params.transfer, row.index, state=FileState.WAITING)
        return self.set(params.transfer, state=TransferState.RUNNING)

    def set_priority(self, params: messages.TransferPriorityParams) -> Transfer:
        return self.set(params.transfer, priority=params.priority)

    def files(self, params: messages.FilesParams) -> messages.FilesResult:
        self.known(params.transfer)
        rows = [row for row in self.rows[params.transfer] if not params.states or row.state.value in params.states]
        return messages.FilesResult(tuple(rows[params.offset : params.offset + params.limit]), len(rows))

    def on_given(self, tell: Callable[[BlobPlace], None]) -> None:
        self.tell_given = tell

    def authorize(self, params: messages.AuthorizeParams) -> None:
        self.authorized.append(params)
        self.wanted = tuple(each for each in self.wanted if each.container_url != params.place.container_url)

    def new_stop(self) -> Stop:
        self.stops.append(Stop())
        return self.stops[-1]

    def verify(self, params: messages.VerifyParams, stop: Stop) -> Verdict:
        assert self.verdict is not None
        return self.verdict()

    def use_proxy(self, params: messages.ProxyParams) -> None:
        self.proxies.append(params.proxy)

    def set_limits(self, limits: Limits) -> None:
        self.limits = limits
        self.tell(limits=limits)

    def subscribe(self, listener: Callable[[News], None]) -> FakeSubscription:
        self.ears.append(FakeSubscription(self, listener))
        return self.ears[-1]

    def _of(self, transfer: TransferId, teller: object) -> None:
        if self.drafts.get(transfer) is not teller:
            raise UsageError("This transfer was not begun here.")

    def _move(self, transfer: TransferId, state: TransferState) -> Transfer:
        if self.known(transfer).state.is_over:
            raise UsageError(f"The transfer is {self.all[transfer].state.value}.")
        return self.set(transfer, state=state)
