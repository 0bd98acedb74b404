"""The Transfers page's state: all transfers in order, the one that is looked at, its files, checks. No widgets.

Coalesces what the service tells to five updates a second, and none while nobody looks. The GUI thread.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Transfer, TransferId, TransferState, Verdict
from tiepoint.services.program import Program
from tiepoint.services.transfer_files import FilesChange
from tiepoint.services.transfers import TransfersSnapshot
from tiepoint.ui.background import Background
from tiepoint.ui.viewmodels.jobs import utc_now
from tiepoint.ui.viewmodels.pace import Pace
from tiepoint.ui.viewmodels.transfers_allowed import TransferAction, allowed, main_action

_TICK_MS: Final = 1000
_PACE_MS: Final = 200
"""The worker tells four times a second."""
_REST_MS: Final = 40
"""Files first, figures a moment later: painting both in one go would hold the loop twice as long."""
_CHOSEN: Final = "transfers.chosen"
_MISSED: Final = "transfers.missed"
_MOST_MISSED: Final = 50
_GOES: Final = (TransferState.PREPARING, TransferState.RUNNING, TransferState.FINISHING)


@dataclass(frozen=True, slots=True)
class Check:
    """A check of a capture in Blob: under way while both are None.

    Args:
        verdict: What it found.
        failure: Why it could not be made.
    """

    verdict: Verdict | None = None
    failure: Failure | None = None

    @property
    def is_running(self) -> bool:
        """Whether it is under way."""
        return self.verdict is None and self.failure is None


class TransfersViewModel(QObject):
    """What the Transfers page shows.

    Signals:
        changed(): Something is to be shown anew.
        files_reset(): The files of another transfer are there, or the same ones anew: `files`.
        files_changed(files): These files are new or have changed, as a list.

    Args:
        program: The services.
        background: Asks them.
        now: The clock.
    """

    changed = Signal()
    files_reset = Signal()
    files_changed = Signal(list)

    def __init__(self, program: Program, background: Background, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self._program, self._background, self._now = program, background, now
        self._service = program.transfers
        self._chosen = str(program.panel_state.state.extras.get(_CHOSEN, ""))
        self._ordered: tuple[Transfer, ...] = in_order(self._service.snapshot.transfers)
        self._checks: dict[str, Check] = {}
        told = str(program.panel_state.state.extras.get(_MISSED, ""))
        self._missed = {key: when for key, mark, when in (each.partition("=") for each in told.split()) if mark}
        self._dirty: set[int] = set()
        self._is_reset = True
        self._is_active = False
        self._pace = Pace(self._on_pace, self, interval_ms=_PACE_MS)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self.changed)
        self._pace.hold(is_held=True)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._ends = [
            self._service.changed.subscribe(lambda _snapshot: self._pace.ask()),
            self._service.files_changed.subscribe(self._on_files),
        ]

    @property
    def snapshot(self) -> TransfersSnapshot:
        """All that is known."""
        return self._service.snapshot

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """All of them: those that are not over in the order in which they go, then the others, newest first."""
        return self._ordered

    @property
    def transfer(self) -> Transfer | None:
        """The one that is looked at; the first one as long as nobody chose."""
        found = self.snapshot.transfer(self._chosen)
        return found or (self._ordered[0] if self._ordered else None)

    @property
    def files(self) -> list[Any]:
        """All files of the one that is looked at, as far as they are known."""
        return list(self._service.rows)

    @property
    def now(self) -> datetime:
        """The time."""
        return self._now()

    @property
    def is_stale(self) -> bool:
        """Whether everything is only as last known."""
        return not self.snapshot.is_connected

    def allowed(self, transfer: Transfer) -> frozenset[TransferAction]:
        """What may be done with a transfer now."""
        return allowed(transfer, is_connected=not self.is_stale)

    def main_action(self, transfer: Transfer) -> TransferAction | None:
        """The one thing to do about a transfer."""
        waits = bool(self.before(transfer))
        return main_action(transfer, self.allowed(transfer), waits_for_other=waits)

    def before(self, transfer: Transfer) -> str:
        """Name of the transfer that goes before this one; empty = none."""
        if transfer.state is not TransferState.QUEUED:
            return ""
        names = ""
        for each in self._ordered:
            if each.id == transfer.id:
                return names
            if each.state in (*_GOES, TransferState.QUEUED):
                names = each.name
        return ""

    def check(self, transfer: Transfer) -> Check | None:
        """The last check of a capture in Blob; None when there was none."""
        return self._checks.get(transfer.id)

    def is_contradicted(self, transfer: Transfer) -> bool:
        """Whether a check found the capture not as its newest receipt says; remembered until there is a newer one."""
        missed, receipt = self._missed.get(transfer.id), transfer.receipt
        return missed is not None and (receipt is None or receipt.made.isoformat() <= missed)

    def choose(self, transfer_id: str) -> None:
        """Look at a transfer, and remember it."""
        if transfer_id != self._chosen:
            self._chosen = transfer_id
            self._program.panel_state.remember(**{_CHOSEN: transfer_id})
            self._update()

    def verify(self, transfer: Transfer) -> None:
        """Check a capture against what is in Blob; `check` tells what came of it."""
        known = self._checks.get(transfer.id)
        if known is None or not known.is_running:
            self._checks[transfer.id] = Check()
            self._start(self._verify(transfer))
            self.changed.emit()

    def set_active(self, *, is_active: bool) -> None:
        """Follow closely while somebody looks, not at all otherwise."""
        self._is_active = is_active
        self._pace.hold(is_held=not is_active)
        if is_active:
            self._tick.start()
            self._update()
        else:
            self._tick.stop()
            self._rest.stop()

    def shut(self) -> None:
        """Listen no more."""
        self._tick.stop()
        self._rest.stop()
        for end in self._ends:
            end()

    def _on_tick(self) -> None:
        if not self.snapshot.is_following:
            self._service.load()  # the command line may have begun the first transfer meanwhile
        self._pace.ask()

    def _on_files(self, change: FilesChange) -> None:
        if change.is_reset:
            self._is_reset = True
            self._dirty.clear()
        elif not self._is_reset:
            self._dirty.update(change.indices)
        self._pace.ask()

    def _on_pace(self) -> None:
        self._take()
        self._rest.start()

    def _update(self) -> None:
        self._take()
        self.changed.emit()

    def _take(self) -> None:
        self._ordered = in_order(self.snapshot.transfers)
        self._watch()
        self._tell_files()

    def _tell_files(self) -> None:
        if self._is_reset:
            self._is_reset = False
            self.files_reset.emit()
            return
        rows, dirty = self._service.rows, self._dirty
        self._dirty = set()
        if dirty:
            self.files_changed.emit([rows[index] for index in sorted(dirty) if index < len(rows)])

    def _watch(self) -> None:
        transfer = self.transfer
        wanted = transfer.id if transfer is not None else None
        if self._is_active and wanted != self._service.watched and not self.is_stale:
            self._start(self._watch_files(wanted))

    async def _watch_files(self, transfer: TransferId | None) -> None:
        with contextlib.suppress(TiepointError):  # the banner tells that the worker is away; its rows come with it
            await self._service.watch(transfer)

    async def _verify(self, transfer: Transfer) -> None:
        try:
            found = Check(verdict=await self._service.verify(transfer.id))
        except TiepointError as error:
            found = Check(failure=Failure.of(error))
        self._checks[transfer.id] = found
        if found.verdict is not None:
            self._remember_verdict(transfer.id, found.verdict)
        self.changed.emit()

    def _remember_verdict(self, transfer: TransferId, verdict: Verdict) -> None:
        missed = {key: when for key, when in self._missed.items() if key != transfer}
        if not verdict.is_whole:
            missed[transfer] = verdict.checked.isoformat()
        self._missed = dict(list(missed.items())[-_MOST_MISSED:])
        self._program.panel_state.remember(**{_MISSED: " ".join(f"{key}={when}" for key, when in self._missed.items())})

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._background.start(work)


def in_order(transfers: tuple[Transfer, ...]) -> tuple[Transfer, ...]:
    """Put those that are not over first, in the order in which they go; then the others, newest first."""
    active = sorted((each for each in transfers if not each.state.is_over), key=lambda each: each.created)
    over = sorted((each for each in transfers if each.state.is_over), key=_ended, reverse=True)
    return (*sorted(active, key=lambda each: -each.priority), *over)


def _ended(transfer: Transfer) -> datetime:
    return transfer.finished or transfer.created
