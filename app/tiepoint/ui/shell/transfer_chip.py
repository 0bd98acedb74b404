"""Transfers on their way, in the strip of every page: how far, how fast; a click leads to them. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSizePolicy

from tiepoint.domain.transfer import Direction, Transfer, TransferState
from tiepoint.services.transfers import TransfersSnapshot
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.strip_chip import StripChip
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.jobs_words import percent_text, range_text
from tiepoint.ui.viewmodels.pace import Pace
from tiepoint.ui.viewmodels.transfers_parts import Totals, totals
from tiepoint.ui.viewmodels.transfers_words import rate_text, state_look
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph
from tiepoint.ui.widgets.layouts import column, row

_WIDTH: Final = 216
_LEAST_WIDTH: Final = 168
_PACE_MS: Final = 500
_LOOK_MS: Final = 5000
_NEEDS_SOMEBODY: Final = (TransferState.NEEDS_SIGN_IN,)


class TransferChip(StripChip):
    """Shows what all transfers together amount to, or the one that needs somebody.

    Signals:
        wanted_changed(is_wanted): There are, or are no longer, transfers to show.
    """

    wanted_changed = Signal(bool)

    def __init__(self, panel: Panel) -> None:
        super().__init__(_WIDTH, _LEAST_WIDTH)
        self._panel = panel
        self._shown: Transfer | None = None
        self._share = 0.0
        self._is_lost = False
        self._glyph = Glyph("arrow-up-down", "accent_text", 18)
        self._name, self._words = ElidedLabel("", "value"), ElidedLabel("", "caption")
        self._pace = Pace(self._show, self, interval_ms=_PACE_MS)
        self._setup_ui()
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._on_look)
        self._look.start()
        self._end = panel.program.transfers.changed.subscribe(lambda _snapshot: self._pace.ask())
        self.destroyed.connect(self._end)
        self._show()

    @property
    def is_wanted(self) -> bool:
        """Whether there is something to show."""
        return self._shown is not None

    @property
    def words(self) -> str:
        """What it says."""
        return f"{self._name.text()}, {self._words.text()}"

    def _setup_ui(self) -> None:
        self.setFixedHeight(46)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(_WIDTH)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tr("TransferChip", "Show the transfers"))
        line = row(
            self._glyph,
            column(None, self._name, self._words, None, spacing=1),
            spacing=8,
            margins=(12, 0, 12, 0),
        )
        line.setStretch(1, 1)
        self.setLayout(line)

    def _on_look(self) -> None:
        """The command line may have begun the first transfer of this computer meanwhile."""
        if self._panel.program.transfers.snapshot.is_following:
            self._look.stop()
        else:
            self._panel.program.transfers.load()

    def _show(self) -> None:
        snapshot = self._panel.program.transfers.snapshot
        was_wanted, self._shown = self.is_wanted, chip_transfer(snapshot)
        if self._shown is not None:
            self._show_transfers(self._shown, snapshot)
        if self.is_wanted != was_wanted:
            self.wanted_changed.emit(self.is_wanted)

    def _show_transfers(self, transfer: Transfer, snapshot: TransfersSnapshot) -> None:
        sums = totals(snapshot.transfers)
        self._share, self._is_lost = sums.share, not snapshot.is_connected
        state, _ = state_look(transfer)
        look = look_of("lost" if self._is_lost else state)
        self._glyph.set_glyph(look.icon, f"{look.tone}.text")
        name, words = _said(transfer, snapshot, sums)
        self._name.setText(name)
        self._words.setText(words)
        self.setAccessibleName(tr("TransferChip", "Transfers: {words}", words=self.words))
        self.update()

    def share(self) -> float | None:
        """How far it is."""
        return self._share

    def is_lost(self) -> bool:
        """Whether the connection is away."""
        return self._is_lost

    def open(self) -> None:
        """Show it on its page."""
        if self._shown is not None:
            self._panel.navigator.go("transfers", transfer=self._shown.id)


def chip_transfer(snapshot: TransfersSnapshot) -> Transfer | None:
    """Return the transfer that the chip leads to: one that needs somebody, else one that moves, else any not over."""
    unfinished = snapshot.unfinished
    by_need: tuple[Callable[[Transfer], bool], ...] = (
        lambda each: each.state in _NEEDS_SOMEBODY,
        lambda each: each.state is TransferState.RUNNING,
        lambda each: each.state.is_going,
        lambda each: each.state is TransferState.PAUSED,
    )
    return next((each for fits in by_need for each in unfinished if fits(each)), None)


def _said(transfer: Transfer, snapshot: TransfersSnapshot, sums: Totals) -> tuple[str, str]:
    several = tr_count("TransferChip", "{count} transfer", "{count} transfers", sums.active)
    name = plain(transfer.name, limit=60) if sums.active == 1 else several
    share = percent_text(sums.share)
    if not snapshot.is_connected:
        return name, tr("TransferChip", "Not heard, last known {share}", share=share)
    if transfer.state is TransferState.NEEDS_SIGN_IN:
        return plain(transfer.name, limit=60), tr("TransferChip", "Needs a signature")
    if transfer.state is TransferState.RUNNING:
        verb = tr("TransferChip", "Sending") if transfer.direction is Direction.UP else tr("TransferChip", "Receiving")
        head = f"{verb} {share}" if sums.active == 1 else f"{several} · {share}"
        left = "" if sums.left is None else tr("TransferChip", "{time} left", time=range_text(sums.left))
        rate = rate_text(sums.rate_bytes_per_s) if sums.rate_bytes_per_s >= 1 else ""
        return head, " · ".join(part for part in (rate, left) if part) or name
    state, words = state_look(transfer)
    return name, f"{words or look_of(state).text} · {share}"
