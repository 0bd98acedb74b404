"""Telling people of transfers while they look elsewhere: arrived, failed, or waiting for somebody. Once each.

Only what happens while the panel runs is told: a transfer seen for the first time is no news. The GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject

from tiepoint.domain.transfer import Direction, Transfer, TransferState
from tiepoint.services.transfers import TransfersSnapshot
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.notifications import Notification
from tiepoint.ui.text import grouped, plain, said_below, tr, tr_count
from tiepoint.ui.viewmodels.transfers_parts import standing
from tiepoint.ui.viewmodels.transfers_words import left_out_text

_NAME_LENGTH: Final = 80
_TOLD: Final = (TransferState.COMPLETED, TransferState.FAILED, TransferState.NEEDS_SIGN_IN)
Tell = Callable[[str, Notification], None]


class TransferNotices(QObject):
    """Watches the transfers.

    Args:
        owner: Lives as long as this.
        panel: Whose transfers.
        tell: Tells, as `JobNotifications.tell` does.
    """

    def __init__(self, owner: QObject, panel: Panel, tell: Tell) -> None:
        super().__init__(owner)
        self._tell = tell
        self._rounds = panel.program.remote.rounds
        self._known: dict[str, TransferState] = {}
        self._off = panel.program.transfers.changed.subscribe(self._on_changed)
        self._on_changed(panel.program.transfers.snapshot)

    def shut(self) -> None:
        """Tell nothing any more."""
        self._off()

    def _on_changed(self, snapshot: TransfersSnapshot) -> None:
        wanted = {place.container_url for place in snapshot.wanted}
        for transfer in snapshot.transfers:
            before = self._known.get(transfer.id)
            waits = transfer.state is TransferState.NEEDS_SIGN_IN
            if before is not None and waits and transfer.place.container_url not in wanted:
                continue  # a right given before is given again by itself
            self._known[transfer.id] = transfer.state
            if transfer.state is TransferState.COMPLETED and self._is_products(transfer):
                continue  # told as the round's, with the way to the result
            if before is not None and before is not transfer.state and transfer.state in _TOLD:
                self._tell(*notice_of(transfer))

    def _is_products(self, transfer: Transfer) -> bool:
        return any(each.download == transfer.id for each in self._rounds.all)


def notice_of(transfer: Transfer) -> tuple[str, Notification]:
    """Say what happened to a transfer: the state of a toast, and a title and a sentence."""
    name = plain(transfer.name, limit=_NAME_LENGTH)
    state, title, text = {
        TransferState.COMPLETED: _arrived,
        TransferState.FAILED: _failed,
        TransferState.NEEDS_SIGN_IN: _waits,
    }[transfer.state](transfer, name)
    key = f"{transfer.id} {transfer.state.value}"
    action = tr("Notice", "Show it") if state == "ok" else tr("Notice", "Look at it")
    return state, Notification(key, title, text, action, "transfers", {"transfer": transfer.id})


def _arrived(transfer: Transfer, name: str) -> tuple[str, str, str]:
    files = standing(transfer).arrived.files
    if transfer.direction is Direction.DOWN:
        words = tr_count("Notice", "{count} file is in {folder}.", "{count} files are in {folder}.", files,
                         folder=plain(transfer.folder, limit=160))  # fmt: skip
        return "ok", tr("Notice", "{name} is on this computer", name=name), words
    receipt = transfer.receipt
    if receipt is None or not receipt.is_whole:
        words = tr("Notice", "There is no receipt yet: do not format the card.")
        return "warning", tr("Notice", "{name} is up", name=name), words
    words = tr_count(
        "Notice",
        "{all} of {count} photo verified in Blob.",
        "{all} of {count} photos verified in Blob.",
        receipt.photos_total,
        all=grouped(receipt.photos),
    )
    if receipt.left_out:
        return "warning", tr("Notice", "{name} is up", name=name), f"{words} {left_out_text(receipt.left_out)}"
    return "ok", tr("Notice", "{name} is up: safe to format the card", name=name), words


def _failed(transfer: Transfer, name: str) -> tuple[str, str, str]:
    figures = standing(transfer)
    failed = figures.failed.files
    if not failed:
        why = said_below(plain(transfer.trouble.summary)) if transfer.trouble is not None else ""
        return "error", tr("Notice", "{name} was not moved", name=name), why
    title = tr_count("Notice", "{name}: {count} file failed", "{name}: {count} files failed", failed, name=name)
    if not figures.arrived.files:
        return "error", title, tr("Notice", "Nothing arrived. See why, and retry them.")
    if figures.arrived.files + failed < figures.total.files:
        return "error", title, tr("Notice", "Others were not begun. See why, and retry them.")
    return "error", title, tr("Notice", "The others arrived. See why, and retry them.")


def _waits(transfer: Transfer, name: str) -> tuple[str, str, str]:
    title = tr("Notice", "{name} needs a signature", name=name)
    return "warning", title, tr("Notice", "It waits, nothing failed; it goes on once one is given.")
