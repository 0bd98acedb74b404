"""A cluster at rest: what still bills, why that cannot be helped, and what would. The GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tiepoint.domain.cluster import Cluster, ClusterState
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.cluster_bills import Bill, bills_now, currency_of, rest_bills, saved_by_cooling
from tiepoint.ui.viewmodels.cluster_words import part_look
from tiepoint.ui.viewmodels.money import amount_text, number_text, rate_text, sign_of
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, row

_DAY_H: Final = 24.0
_MONTH_H: Final = 730.0
_MOST_BILLS: Final = 5
_CENT: Final = 0.01


class RestCard(Card):
    """Shows a paused or cold cluster.

    Signals:
        cold_wanted(): It shall become cold.
    """

    cold_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Rest", "At rest"), " ")
        self._shown: tuple[Bill, ...] = ()
        self._figure, self._unit, self._line = Label("", "display"), Label("", "sub"), ElidedLabel("", "sub")
        self._unit.setContentsMargins(0, 0, 0, 5)
        self._lines: list[_BillLine] = []
        self._bills = column(spacing=7)
        self._hint = Label("", "sub", wrap=True)
        self.cold = Button(tr("Rest", "Go cold…"), "snowflake")
        self._setup_ui()
        self.cold.clicked.connect(self.cold_wanted)

    def show_cluster(self, cluster: Cluster, *, may_act: bool, may_cool: bool) -> None:
        """Show a cluster at rest."""
        is_kept = cluster.state is ClusterState.DATA_KEPT
        is_cold = is_kept or cluster.state is ClusterState.COLD
        currency, price = currency_of(cluster), cluster.price
        per_hour = bills_now(cluster)
        if self.head is not None:
            self.head.title_label.setText(_title(cluster.state))
            self.head.remark_label.setText(_remark(cluster.state))
        self._figure.setText("—" if per_hour is None else number_text(per_hour))
        self._unit.setText(tr("Rest", "{sign}/h", sign=sign_of(currency)))
        self._line.setText("" if per_hour is None else _longer(per_hour, currency))
        bills = () if price is None else rest_bills(price, is_cold=is_cold, is_data_only=is_kept)
        self._show_bills(bills, currency)
        saved = 0.0 if price is None or is_cold else saved_by_cooling(price)
        self._hint.setText(_kept_hint() if is_kept else _hint(saved, currency, is_cold=is_cold))
        self.cold.setVisible(not is_cold)
        self.cold.setEnabled(may_act and may_cool)

    def _show_bills(self, bills: tuple[Bill, ...], currency: str) -> None:
        shown = bills[:_MOST_BILLS]
        while len(self._lines) < len(shown):
            self._lines.append(_BillLine())
            self._bills.addWidget(self._lines[-1])
        for place, line in enumerate(self._lines):
            line.setVisible(place < len(shown))
            if place < len(shown):
                line.show_bill(shown[place], currency)

    def _setup_ui(self) -> None:
        figure = row(self._figure, self._unit, None, spacing=6)
        figure.setAlignment(self._unit, Qt.AlignmentFlag.AlignBottom)
        foot = row(self._hint, self.cold, spacing=10)
        foot.setStretch(0, 1)
        caption = Label(tr("Rest", "What still bills, and why"), "caption")
        self.add(column(figure, self._line, spacing=0), hairline(), caption, self._bills, None, foot, spacing=8)


class _BillLine(QWidget):
    """A resource that bills: icon, name, why, how much."""

    def __init__(self) -> None:
        super().__init__()
        self._glyph, self._name = Glyph("circle", size=15), Label("", "value")
        self._why, self._price = ElidedLabel("", "sub"), Label("", "value")
        self._name.setMinimumWidth(136)
        line = row(self._glyph, self._name, self._why, self._price, spacing=10)
        line.setStretch(2, 1)
        self.setLayout(line)

    def show_bill(self, bill: Bill, currency: str) -> None:
        """Show a bill."""
        self._glyph.set_glyph(part_look(bill.part)[0], "text2")
        self._name.setText(bill.label)
        self._why.setText(bill.why)
        price = rate_text(bill.per_hour, currency)
        self._price.setText(price)
        self.setAccessibleName(f"{bill.label}: {price}. {bill.why}")


def _title(state: ClusterState) -> str:
    if state is ClusterState.DATA_KEPT:
        return tr("Rest", "Deleted, data kept")
    return tr("Rest", "Cold") if state is ClusterState.COLD else tr("Rest", "Paused")


def _kept_hint() -> str:
    return tr("Rest", "“Deploy again” makes it anew from its plan, with this data. “Delete” removes the data, too.")


def _remark(state: ClusterState) -> str:
    if state is ClusterState.DATA_KEPT:
        return tr("Rest", "only the storage account with captures and products is left")
    if state is ClusterState.COLD:
        return tr("Rest", "all machines off, working storage archived and removed")
    return tr("Rest", "all machines are off")


def _longer(per_hour: float, currency: str) -> str:
    day, month = amount_text(per_hour * _DAY_H, currency), amount_text(per_hour * _MONTH_H, currency, decimals=0)
    return tr("Rest", "at list price; {day} a day, {month} a month", day=day, month=month)


def _hint(saved: float, currency: str, *, is_cold: bool) -> str:
    if is_cold:
        return tr("Rest", "Resuming makes the working storage again: about 15 minutes longer than from paused.")
    if saved < _CENT:
        return tr("Rest", "Resume starts directory, storage, scheduler and nodes in this order.")
    return tr("Rest", "Going cold saves {rate} more.", rate=rate_text(saved, currency))
