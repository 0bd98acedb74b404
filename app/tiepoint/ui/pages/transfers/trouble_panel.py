"""Why a transfer waits or failed as a whole, what to do about it, and a way on. The GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Signal

from tiepoint.domain.transfer import Transfer, TransferState
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.transfers_allowed import TransferAction
from tiepoint.ui.viewmodels.transfers_parts import standing
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.tone_panel import TonePanel


class TroublePanel(TonePanel):
    """Shown for a transfer that waits for the network, or failed for a reason of its own.

    Signals:
        retry_wanted(): It shall be tried again.
        credential_wanted(): Another signature shall be given.
    """

    retry_wanted = Signal()
    credential_wanted = Signal()

    def __init__(self) -> None:
        self._glyph = Glyph("wifi-off", "warn.text", 20)
        self._title, self._text = Label("", "title", wrap=True), Label("", "sub", wrap=True, selectable=True)
        self.credential_button = Button(tr("Transfers", "Give signature"), "key-round", size="small")
        self.retry_button = Button(tr("Transfers", "Try again"), "rotate-cw", size="small")
        words = column(self._title, self._text, spacing=1)
        line = row(self._glyph, words, self.credential_button, self.retry_button, spacing=10)
        line.setStretch(1, 1)
        super().__init__("warn", line, margins=(14, 10, 10, 10))
        self.retry_button.clicked.connect(self.retry_wanted)
        self.credential_button.clicked.connect(self.credential_wanted)

    def show_transfer(self, transfer: Transfer, may: frozenset[TransferAction]) -> None:
        """Show why a transfer does not go on."""
        is_failed = transfer.state is TransferState.FAILED and transfer.trouble is not None
        if is_failed and standing(transfer).failed.files:
            is_failed = False  # its files tell why, and the card's panel what it means
        is_waiting = transfer.state is TransferState.WAITING
        self.setVisible(is_failed or is_waiting)
        tone = "err" if is_failed else "warn"
        self.set_tone(tone)
        self._glyph.set_glyph("circle-x" if is_failed else "wifi-off", f"{tone}.text")
        title, text = _words(transfer)
        self._title.setText(title)
        self._text.setText(text)
        self.retry_button.setVisible(is_failed and TransferAction.RETRY in may)
        self.credential_button.setVisible(is_failed and TransferAction.CREDENTIAL in may)
        self.setAccessibleName(f"{title} {text}")


def _words(transfer: Transfer) -> tuple[str, str]:
    trouble = transfer.trouble
    if transfer.state is TransferState.WAITING:
        why = said_below(plain(trouble.summary)) if trouble is not None else ""
        calm = tr("Transfers", "It goes on by itself as soon as it can; nothing failed, and what arrived stays.")
        return tr("Transfers", "Waits for the connection"), " ".join(part for part in (why, calm) if part)
    if trouble is None:
        return "", ""
    return said_below(plain(trouble.summary)), said_below(plain(trouble.remedy))
