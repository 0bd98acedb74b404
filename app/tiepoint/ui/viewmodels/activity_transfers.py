"""What happened to transfers while the panel ran, as lines for the dock's Activity. The GUI thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

from tiepoint.domain.transfer import Direction, Transfer, TransferState
from tiepoint.services.transfers import TransfersSnapshot
from tiepoint.ui.text import plain, said_below, tr, tr_count
from tiepoint.ui.viewmodels.jobs_words import clock_text
from tiepoint.ui.viewmodels.log_lines import ShownLine
from tiepoint.ui.viewmodels.transfers_parts import standing
from tiepoint.ui.viewmodels.transfers_words import amount_text, state_look

KEY_PREFIX: Final = "transfer:"
"""Begins the key of a line about a transfer; the rest is its id."""
_MOST: Final = 500
_UNTOLD: Final = (TransferState.DRAFT, TransferState.QUEUED, TransferState.PREPARING, TransferState.FINISHING)
"""What passes by itself within moments."""
_MARKED: Final = {TransferState.FAILED: "error", TransferState.NEEDS_SIGN_IN: "warning"}


class TransferJournal:
    """Watches the transfers and keeps a line for each change of state.

    Args:
        told: Hears of each new line.
        now: The clock.
    """

    def __init__(self, told: Callable[[ShownLine], object], now: Callable[[], datetime]) -> None:
        self._told, self._now = told, now
        self._known: dict[str, TransferState] = {}
        self._is_past_known = False
        self.entries: deque[tuple[datetime, ShownLine]] = deque(maxlen=_MOST)
        """When, and the line; oldest first."""

    def take(self, snapshot: TransfersSnapshot) -> None:
        """Look what changed since the last snapshot."""
        for transfer in snapshot.transfers:
            before = self._known.get(transfer.id)
            self._known[transfer.id] = transfer.state
            if before is None and self._is_past_known:
                self._add(transfer, "queued", _begun(transfer))
            elif before is not None and before is not transfer.state and transfer.state not in _UNTOLD:
                self._add(transfer, _MARKED.get(transfer.state) or state_look(transfer)[0], _changed(transfer))
        self._is_past_known = self._is_past_known or snapshot.is_connected

    def _add(self, transfer: Transfer, state: str, words: str) -> None:
        now = self._now()
        time = clock_text(now, now, with_seconds=True)
        line = ShownLine(time, state, "", plain(transfer.name), words, f"{KEY_PREFIX}{transfer.id}")
        self.entries.append((now, line))
        self._told(line)


def _begun(transfer: Transfer) -> str:
    files, size = transfer.files_total, amount_text(transfer.bytes_total)
    if transfer.direction is Direction.DOWN:
        return tr("Activity", "Download begun")
    return tr_count("Activity", "Upload of {count} file begun, {size}", "Upload of {count} files begun, {size}", files,
                    size=size)  # fmt: skip


def _changed(transfer: Transfer) -> str:
    is_up = transfer.direction is Direction.UP
    trouble = f": {said_below(plain(transfer.trouble.summary))}" if transfer.trouble is not None else ""
    words = {
        TransferState.RUNNING: tr("Activity", "Sending") if is_up else tr("Activity", "Receiving"),
        TransferState.WAITING: tr("Activity", "Waits for the connection") + trouble,
        TransferState.NEEDS_SIGN_IN: tr("Activity", "Needs a signature") + trouble,
        TransferState.PAUSED: tr("Activity", "Paused"),
        TransferState.COMPLETED: _complete(transfer),
        TransferState.FAILED: tr("Activity", "Failed") + trouble,
        TransferState.CANCELED: tr("Activity", "Stopped; what arrived stays"),
    }
    return words[transfer.state]


def _complete(transfer: Transfer) -> str:
    files = standing(transfer).arrived.files
    if transfer.direction is Direction.DOWN:
        return tr_count("Activity", "{count} file received", "{count} files received", files)
    words = tr_count("Activity", "{count} file verified in Blob", "{count} files verified in Blob", files)
    is_safe = transfer.receipt is not None and transfer.receipt.is_safe
    return words + (tr("Activity", "; safe to format the card") if is_safe else "")
