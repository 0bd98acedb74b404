"""The transfer that is looked at: from where to where, figures, bar, what to do, its files. The GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QWidget

from tiepoint.domain.transfer import Direction, Transfer
from tiepoint.ui.pages.transfers.card_panel import CardPanel
from tiepoint.ui.pages.transfers.files_part import FilesPart
from tiepoint.ui.pages.transfers.sign_in_panel import SignInPanel
from tiepoint.ui.pages.transfers.tiles import Tiles
from tiepoint.ui.pages.transfers.trouble_panel import TroublePanel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.jobs_words import percent_text
from tiepoint.ui.viewmodels.transfers import TransfersViewModel
from tiepoint.ui.viewmodels.transfers_allowed import TransferAction
from tiepoint.ui.viewmodels.transfers_parts import bar_parts, standing
from tiepoint.ui.viewmodels.transfers_words import action_words, state_look, way_text
from tiepoint.ui.widgets.bars import SegmentBar
from tiepoint.ui.widgets.buttons import Button, IconButton
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import ElidedLabel, Label
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.pill import Pill
from tiepoint.ui.widgets.table_columns import StateKept
from tiepoint.ui.widgets.table_delegate import stale_tone

_NAME_PX: Final = 260
_RIGHT: Final = Qt.TextElideMode.ElideRight


class DetailCard(Card):
    """Shows a transfer.

    Signals:
        acted(action): A person wants something done with it, a `TransferAction`.
        menu_wanted(place): The menu with everything else is wanted; `place` is on the screen.

    Args:
        viewmodel: Knows the transfer.
        kept: Remembers the columns.
    """

    acted = Signal(object)
    menu_wanted = Signal(QPoint)

    def __init__(self, viewmodel: TransfersViewModel, kept: StateKept) -> None:
        super().__init__()
        self._viewmodel = viewmodel
        self._action: TransferAction | None = None
        self._name, self._way = Label("", "title"), ElidedLabel("", "sub", middle=True)
        self._pill = Pill("queued")
        self.main_button = Button("", size="small")
        self.more_button = IconButton("ellipsis", tr("Transfers", "More to do with it"))
        self.tiles = Tiles()
        self.bar = SegmentBar()
        self.trouble = TroublePanel()
        self.sign_in = SignInPanel()
        self.card = CardPanel()
        self.files = FilesPart(kept)
        self._setup_ui()
        self._connect()

    def show_transfer(self, transfer: Transfer) -> None:
        """Show a transfer as it is now."""
        viewmodel, now = self._viewmodel, self._viewmodel.now
        may = viewmodel.allowed(transfer)
        self.setAccessibleName(plain(transfer.name, limit=120))
        name = self._name.fontMetrics().elidedText(plain(transfer.name), _RIGHT, _NAME_PX)
        self._name.setText(name)
        self._way.setText(way_text(transfer))
        state, words = state_look(transfer)
        is_contradicted = viewmodel.is_contradicted(transfer)
        if is_contradicted:
            state, words = "error", tr("Transfers", "Not all there")
        self._pill.set_state("lost" if viewmodel.is_stale else state, words)
        self._show_main(transfer)
        self.tiles.show_transfer(transfer, len(self.files.model.reasons))
        parts = bar_parts(transfer)
        if viewmodel.is_stale:
            parts = tuple((stale_tone(tone), amount) for tone, amount in parts)
        self.bar.set_parts(parts, self._bar_words(transfer))
        self.trouble.show_transfer(transfer, may)
        self.sign_in.show_transfer(transfer, now, is_connected=not viewmodel.is_stale)
        can_check = TransferAction.VERIFY in may
        self.card.show_transfer(
            transfer, viewmodel.check(transfer), now, may_check=can_check, is_contradicted=is_contradicted
        )
        self.files.show_transfer(transfer, is_connected=not viewmodel.is_stale)

    def _show_main(self, transfer: Transfer) -> None:
        self._action = self._viewmodel.main_action(transfer)
        is_own = self._action in (TransferAction.RECEIPT, TransferAction.CREDENTIAL)  # their panels have the button
        self.main_button.setVisible(self._action is not None and not is_own)
        if self._action is not None:
            verb, icon = action_words(self._action, transfer)
            if verb != self.main_button.text():
                self.main_button.setText(verb)
                self.main_button.set_icon(icon)

    def _bar_words(self, transfer: Transfer) -> str:
        figures = standing(transfer)
        share = percent_text(figures.share)
        if transfer.direction is Direction.UP:
            return tr("Transfers", "{share} verified in Blob", share=share)
        return tr("Transfers", "{share} received", share=share)

    def _setup_ui(self) -> None:
        head = row(
            self._name,
            self._pill,
            self._way,
            self.main_button,
            self.more_button,
            spacing=10,
            margins=(16, 10, 12, 0),
        )
        head.setStretch(2, 1)
        middle = column(self.trouble, self.sign_in, self.card, spacing=8, margins=(16, 0, 12, 0))
        self.content.addWidget(holder(head))
        self.content.addSpacing(8)
        self.content.addWidget(_inset(self.tiles))
        self.content.addSpacing(10)
        self.content.addWidget(_inset(self.bar))
        self.content.addSpacing(10)
        self.content.addLayout(middle)
        self.content.addSpacing(10)
        self.content.addWidget(self.files, 1)
        for panel in (self.trouble, self.sign_in, self.card):
            panel.hide()

    def _connect(self) -> None:
        self.main_button.clicked.connect(lambda: self.acted.emit(self._action))
        self.more_button.clicked.connect(
            lambda: self.menu_wanted.emit(self.more_button.mapToGlobal(QPoint(0, self.more_button.height())))
        )
        self.trouble.retry_wanted.connect(lambda: self.acted.emit(TransferAction.RETRY))
        self.trouble.credential_wanted.connect(self.sign_in.ask)
        self.card.receipt_wanted.connect(lambda: self.acted.emit(TransferAction.RECEIPT))
        self.card.check_wanted.connect(lambda: self.acted.emit(TransferAction.VERIFY))
        self.card.folder_wanted.connect(self._on_folder)
        self.files.replace_wanted.connect(lambda: self.acted.emit(TransferAction.REPLACE))
        self.files.csv_wanted.connect(lambda: self.acted.emit(TransferAction.CSV))

    def _on_folder(self) -> None:
        transfer = self._viewmodel.transfer
        is_down = transfer is not None and transfer.direction is Direction.DOWN
        self.acted.emit(TransferAction.OPEN_FOLDER if is_down else TransferAction.SHOW_RECEIPT)


def _inset(widget: QWidget) -> QWidget:
    return holder(row(widget, margins=(16, 0, 12, 0)))
