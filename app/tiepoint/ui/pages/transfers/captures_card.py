"""The card with all captures on their way, and what begins another one. The GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal

from tiepoint.domain.transfer import Transfer
from tiepoint.ui.pages.transfers.capture_list import CaptureList
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.transfers import TransfersViewModel
from tiepoint.ui.viewmodels.transfers_captures import CaptureRow, capture_row
from tiepoint.ui.viewmodels.transfers_words import summary_line
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.layouts import holder, row


class CapturesCard(Card):
    """The list under its head.

    Signals:
        more_wanted(place): The menu about all of them is wanted; `place` is on the screen.

    Args:
        viewmodel: Knows the transfers.
    """

    more_wanted = Signal(QPoint)

    def __init__(self, viewmodel: TransfersViewModel) -> None:
        self.more_button = IconButton("ellipsis", tr("Transfers", "More to do with all of them"))
        super().__init__(tr("Transfers", "Captures"), " ", self.more_button)
        self._viewmodel = viewmodel
        self._kept: dict[str, tuple[object, CaptureRow]] = {}
        self.list = CaptureList()
        self.content.addWidget(holder(row(self.list, margins=(11, 0, 11, 8))), 1)
        self.more_button.clicked.connect(
            lambda: self.more_wanted.emit(self.more_button.mapToGlobal(QPoint(0, self.more_button.height())))
        )

    def refresh(self) -> None:
        """Show what there is now."""
        viewmodel = self._viewmodel
        rows = [self._row(transfer, place) for place, transfer in enumerate(viewmodel.transfers)]
        self._kept = {row.key: self._kept[row.key] for row in rows}
        chosen = viewmodel.transfer
        self.list.set_rows(rows, chosen.id if chosen is not None else "")
        if self.head is not None:
            self.head.remark_label.setText(summary_line(viewmodel.transfers))

    def _row(self, transfer: Transfer, place: int) -> CaptureRow:
        """Return an entry; one that is over stays the same object until the day changes."""
        viewmodel = self._viewmodel
        is_contradicted = viewmodel.is_contradicted(transfer)
        known_by = (transfer, place, viewmodel.is_stale, is_contradicted, viewmodel.now.date())
        known = self._kept.get(transfer.id)
        if known is not None and transfer.state.is_over and known[0] == known_by:
            return known[1]
        made = capture_row(transfer, viewmodel, place)
        self._kept[transfer.id] = known_by, made
        return made
