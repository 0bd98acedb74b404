"""What each method of the transfer protocol does for one client: it asks the desk, in a thread where that takes long.

The loop's thread.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from tiepoint import __version__
from tiepoint.daemon.dispatch import Handler, MethodTable, spoken_version
from tiepoint.domain.transfer import Transfer
from tiepoint.protocol import transfers as table
from tiepoint.protocol.hello import EngineVersion, HelloParams, HelloResult
from tiepoint.protocol.methods import Diagnostics, Nothing, StopParams
from tiepoint.runtime import folders
from tiepoint.runtime.endpoint import TRANSFERS
from tiepoint.transfer.desk import Desk
from tiepoint.transfer.parcels import first_parcel

SLOW: Final = frozenset({table.VERIFY.name})
"""Others of the same client are answered meanwhile."""


@dataclass(frozen=True, slots=True)
class House:
    """What all clients of a worker share.

    Args:
        desk: All transfers.
        epoch: Of this worker's life.
        stop: Called with "idle" or "now" when the worker is to end.
        given: Called when a client gave a credential.
        checks: So many captures are checked at once: each takes a thread for long, and pausing needs one too.
    """

    desk: Desk
    epoch: str
    stop: Callable[[str], None]
    given: Callable[[table.CredentialGiven], None]
    checks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))


class TransferMethods:
    """Answers one client.

    Args:
        house: What it asks.
        teller: Stands for the client where the desk has to tell clients apart.
    """

    def __init__(self, house: House, teller: object) -> None:
        self._house = house
        self._desk = house.desk
        self._teller = teller
        handlers: dict[str, Handler] = {
            table.LIST.name: self._list,
            table.BEGIN.name: self._begin,
            table.ADD.name: self._add,
            table.START.name: self._start,
            table.DOWNLOAD.name: self._download,
            table.PAUSE.name: self._pause,
            table.RESUME.name: self._resume,
            table.CANCEL.name: self._cancel,
            table.REMOVE.name: self._remove,
            table.RETRY.name: self._retry,
            table.SET_PRIORITY.name: self._set_priority,
            table.FILES.name: self._files,
            table.AUTHORIZE.name: self._authorize,
            table.FORGET_SIGN_IN.name: self._forget_sign_in,
            table.VERIFY.name: self._verify,
            table.SET_LIMITS.name: self._set_limits,
            table.SET_PROXY.name: self._set_proxy,
            table.WORKER_DIAGNOSTICS.name: self._diagnose,
            table.WORKER_STOP.name: self._stop,
        }
        self._table = MethodTable(table.TRANSFER_METHODS, handlers)

    def hello(self, params: HelloParams) -> HelloResult:
        """Answer the greeting.

        Raises:
            Refusal: The client speaks a version we do not.
        """
        return HelloResult(
            agent=__version__,
            engine=EngineVersion("transfer", __version__),
            capabilities=(),
            epoch=self._house.epoch,
            time=datetime.now(UTC),
            protocol=spoken_version(params, TRANSFERS.title),
        )

    async def call(self, name: str, params: Mapping[str, Any]) -> Any:
        """Do what a request asks; see `MethodTable.call`."""
        return await self._table.call(name, dict(params))

    async def _list(self, _params: Nothing) -> table.TransfersResult:
        return table.TransfersResult(first_parcel(self._desk.transfers()))

    async def _begin(self, params: table.BeginParams) -> table.TransferResult:
        return table.TransferResult(self._desk.begin(params, self._teller))

    async def _add(self, params: table.AddParams) -> Nothing:
        self._desk.add(params, self._teller)
        return Nothing()

    async def _start(self, params: table.TransferRef) -> table.TransferResult:
        return await self._in_thread(lambda: self._desk.start(params.transfer, self._teller))

    async def _download(self, params: table.DownloadParams) -> table.TransferResult:
        return await self._in_thread(lambda: self._desk.download(params))

    async def _pause(self, params: table.TransferRef) -> table.TransferResult:
        return await self._in_thread(lambda: self._desk.pause(params.transfer))

    async def _resume(self, params: table.TransferRef) -> table.TransferResult:
        return table.TransferResult(self._desk.resume(params.transfer))

    async def _cancel(self, params: table.TransferRef) -> table.TransferResult:
        return await self._in_thread(lambda: self._desk.cancel(params.transfer))

    async def _remove(self, params: table.TransferRef) -> Nothing:
        await asyncio.to_thread(self._desk.remove, params.transfer)
        return Nothing()

    async def _retry(self, params: table.RetryParams) -> table.TransferResult:
        return table.TransferResult(self._desk.retry(params))

    async def _set_priority(self, params: table.TransferPriorityParams) -> table.TransferResult:
        return table.TransferResult(self._desk.set_priority(params))

    async def _files(self, params: table.FilesParams) -> table.FilesResult:
        page = self._desk.files(replace(params, limit=min(params.limit, table.MOST_FILES_A_MESSAGE)))
        return replace(page, files=first_parcel(page.files))

    async def _authorize(self, params: table.AuthorizeParams) -> Nothing:
        self._desk.authorize(params)
        self._house.given(table.CredentialGiven(params.place))
        return Nothing()

    async def _forget_sign_in(self, _params: Nothing) -> Nothing:
        self._desk.forget_sign_in()
        return Nothing()

    async def _verify(self, params: table.VerifyParams) -> table.VerifyResult:
        stop = self._desk.new_stop()
        try:
            async with self._house.checks:
                return table.VerifyResult(await asyncio.to_thread(self._desk.verify, params, stop))
        finally:
            stop.stop()  # if its client has gone meanwhile, nobody wants to know any more
            stop.release()

    async def _set_limits(self, params: table.LimitsParams) -> Nothing:
        self._desk.set_limits(params.limits)
        return Nothing()

    async def _set_proxy(self, params: table.ProxyParams) -> Nothing:
        self._desk.use_proxy(params)
        return Nothing()

    async def _diagnose(self, _params: Nothing) -> Diagnostics:
        transfers = self._desk.transfers()
        facts = {
            "version": __version__,
            "python": platform.python_version(),
            "executable": sys.executable,
            "is_frozen": bool(getattr(sys, "frozen", False)),
            "transfers": len(transfers),
            "unfinished": sum(not each.state.is_over for each in transfers),
            "is_busy": self._desk.is_busy,
            "data_folder": str(folders.data_folder()),
            "journal_set_aside": self._desk.set_aside,
        }
        return Diagnostics(facts, str(folders.user_log_file(TRANSFERS.name)), os.getpid())

    async def _stop(self, params: StopParams) -> Nothing:
        self._house.stop(params.when)
        return Nothing()

    async def _in_thread(self, do: Callable[[], Transfer]) -> table.TransferResult:
        """Do what waits for a disk; the answer is as new as what is told before it, or it would undo that."""
        done = await asyncio.to_thread(do)
        return table.TransferResult(self._desk.as_it_is(done))
