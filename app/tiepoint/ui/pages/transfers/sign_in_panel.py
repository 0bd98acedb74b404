"""Giving a waiting transfer a new signature, in place. The GUI thread; what is pasted is handed on and forgotten."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Signal

from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Direction, Transfer, TransferId, TransferState
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.signature_words import Need, signature_note, signature_problem
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.secret_field import SecretField
from tiepoint.ui.widgets.tone_panel import TonePanel


class SignInPanel(TonePanel):
    """Asks for a signature.

    Signals:
        given(transfer, text): A signature, or a URL with one, shall be used for a transfer's container.
    """

    given = Signal(str, str)

    def __init__(self) -> None:
        self._title, self._text = Label("", "title"), Label("", "sub", wrap=True)
        self.field = SecretField(
            tr("SignIn", "Shared access signature"), tr("SignIn", "Paste the SAS token or the Blob SAS URL")
        )
        self.use_button = Button(tr("SignIn", "Use it and go on"), "play", "primary", size="small")
        self._note = Label("", "sub", wrap=True)
        glyph = Glyph("key-round", "warn.text", 20)
        entry = row(self.field, self.use_button, spacing=8)
        entry.setStretch(0, 1)
        words = column(self._title, self._text, 4, entry, self._note, spacing=2)
        line = row(column(glyph, None), words, spacing=12)
        line.setStretch(1, 1)
        super().__init__("warn", line, margins=(14, 10, 12, 10))
        self._transfer: Transfer | None = None
        self._is_forced = self._is_busy = False
        self._now = datetime.now().astimezone()
        self.field.changed.connect(self._judge)
        self.field.entered.connect(self._on_use)
        self.use_button.clicked.connect(self._on_use)

    def show_transfer(self, transfer: Transfer, now: datetime, *, is_connected: bool) -> None:
        """Ask when a transfer waits for a signature, or a person wanted to give one."""
        is_other = self._transfer is None or transfer.id != self._transfer.id
        if is_other:
            self._forget()
        waits = transfer.state is TransferState.NEEDS_SIGN_IN
        if self._is_busy and not waits:
            self._forget()
        self._transfer, self._now = transfer, now
        self._title.setText(tr("SignIn", "A signature is needed") if waits else tr("SignIn", "Use another signature"))
        self._text.setText(_why(transfer) if waits else _container(transfer))
        self.setAccessibleName(f"{self._title.text()}. {self._text.text()}")
        self.setVisible((waits or self._is_forced) and is_connected)
        self._judge()

    def ask(self) -> None:
        """Show it although nothing is wrong yet, ready for typing."""
        self._is_forced = True
        self.show()
        self.field.line.setFocus()

    def refused(self, transfer: TransferId, failure: Failure) -> None:
        """Say why a signature was not taken."""
        if self._transfer is not None and self._transfer.id == transfer:
            self._is_busy = False
            self._judge()
            self._say(" ".join(said_below(part) for part in (failure.summary, failure.remedy) if part), "err")

    def done(self, transfer: TransferId) -> None:
        """A signature was taken."""
        if self._transfer is not None and self._transfer.id == transfer:
            self._forget()
            self.setVisible(self._transfer.state is TransferState.NEEDS_SIGN_IN)

    def _forget(self) -> None:
        self._is_forced = self._is_busy = False
        self.field.clear()

    def _judge(self) -> None:
        transfer, text = self._transfer, self.field.text
        if transfer is None:
            return
        need = Need.UPLOAD if transfer.direction is Direction.UP else Need.DOWNLOAD
        problem = signature_problem(text, transfer.place, need, self._now) if text else ""
        self.use_button.setEnabled(bool(text) and not problem and not self._is_busy)
        if text:
            self._say(problem or signature_note(text, self._now), "err" if problem else "")
        else:
            self._say(tr("SignIn", "In the Azure portal: the container, “Shared access tokens”, “Generate”."), "")

    def _say(self, words: str, tone: str) -> None:
        self._note.set_tone(tone)
        self._note.setText(words)

    def _on_use(self) -> None:
        if self.use_button.isEnabled() and self._transfer is not None:
            self._is_busy = True
            self.use_button.setEnabled(False)
            self.given.emit(self._transfer.id, self.field.text)


def _why(transfer: Transfer) -> str:
    if transfer.trouble is None:
        return tr("SignIn", "No right to use this container is held. Nothing failed; it goes on once one is given.")
    why = " ".join(said_below(plain(part)) for part in (transfer.trouble.summary, transfer.trouble.remedy) if part)
    return f"{why} {tr('SignIn', 'Nothing failed; it goes on once a good one is given.')}"


def _container(transfer: Transfer) -> str:
    return tr("SignIn", "For everything in {container}.", container=plain(transfer.place.container_url))
