"""What bills: every kind of resource with its price while running, paused and cold. The GUI thread."""

from __future__ import annotations

import dataclasses
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from tiepoint.domain.cluster import Cluster, ClusterState
from tiepoint.domain.price import PriceEstimate, PriceLine
from tiepoint.ui.text import day_text, plain, said_below, tr
from tiepoint.ui.viewmodels.cluster_words import part_look, region_name
from tiepoint.ui.viewmodels.money import number_text, sign_of
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, row

_NONE: Final = "—"
_COLUMNS: Final = ("Running", "Paused", "Cold")
_COLUMN_PX: Final = 52


class BillsCard(Card):
    """Shows a price resource by resource; the column of the state that is on stands out.

    Signals:
        portal_wanted(): The group's costs in the portal are asked for.
    """

    portal_wanted = Signal()

    def __init__(self) -> None:
        self.portal_button = Button(tr("Bills", "Portal"), "external-link", "link")
        super().__init__(tr("Bills", "What bills"), " ", self.portal_button)
        self._shown: tuple[PriceEstimate | None, int] | None = None
        self._grid_place = QScrollArea()
        self._grid_place.setWidgetResizable(True)
        self._grid_place.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._grid_place.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._grid_place.setMinimumHeight(100)
        self._sum = _Sum()
        self._foot = Label("", "caption", wrap=True)
        bar = self._grid_place.verticalScrollBar()
        bar.rangeChanged.connect(lambda _least, most: self._sum.set_bar(width=bar.sizeHint().width() if most else 0))
        self.add(self._grid_place, self._sum, self._foot, spacing=6, margins=(16, 0, 16, 12)).setStretch(0, 1)
        self.portal_button.clicked.connect(self.portal_wanted)

    def show_cluster(self, cluster: Cluster, *, has_portal: bool) -> None:
        """Show what a cluster bills."""
        self.portal_button.setVisible(has_portal)
        price = cluster.price
        if price is not None and cluster.state is ClusterState.DATA_KEPT:
            price = dataclasses.replace(price, lines=tuple(line for line in price.lines if line.is_data))
        on = {ClusterState.PAUSED: 1, ClusterState.COLD: 2, ClusterState.DATA_KEPT: 2}.get(cluster.state, 0)
        if (price, on) == self._shown:
            return
        self._shown = (price, on)
        if self.head is not None:
            self.head.remark_label.setText(_remark(price))
        self._grid_place.setWidget(_grid(price, on))
        self._grid_place.setVisible(price is not None)
        self._sum.setVisible(price is not None)
        if price is not None:
            self._sum.show_sum(price)
        self._foot.setText(_foot(price))
        self._foot.setVisible(bool(self._foot.text()))


def _grid(price: PriceEstimate | None, on: int) -> QWidget:
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 2, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(1, 1)
    for place, head in enumerate(_COLUMNS):
        grid.addWidget(_right(Label(tr("Bills", head), "caption")), 0, place + 2)
    lines = price.lines if price is not None else ()
    for place, line in enumerate(lines, start=1):
        _add_line(grid, place, line, on)
    for place in range(len(_COLUMNS)):
        grid.setColumnMinimumWidth(place + 2, _COLUMN_PX)
    grid.setRowStretch(len(lines) + 1, 1)
    return made


def _add_line(grid: QGridLayout, at: int, line: PriceLine, on: int) -> None:
    grid.addWidget(Glyph(part_look(line.part)[0], "text2", 15), at, 0)
    name = ElidedLabel(said_below(plain(line.label)), "body")
    name.setAccessibleName(", ".join(said_below(plain(part)) for part in (line.label, line.detail) if part))
    grid.addWidget(name, at, 1)
    for place, value in enumerate((line.running, line.paused, line.cold)):
        words = number_text(value) if value else _NONE
        if not line.is_known:
            words = "?"
        label = Label(words, "value" if place == on else "sub")
        label.setAccessibleName(f"{said_below(plain(line.label))}, {tr('Bills', _COLUMNS[place])}: {words}")
        grid.addWidget(_right(label), at, place + 2)


class _Sum(QWidget):
    """All of it, under a line."""

    def __init__(self) -> None:
        super().__init__()
        self._labels = tuple(_right(Label("", "title")) for _ in _COLUMNS)
        for label in self._labels:
            label.setMinimumWidth(_COLUMN_PX)
        self._line = row(25, Label(tr("Bills", "Together"), "title"), None, *self._labels, spacing=12)
        self.setLayout(column(hairline(), self._line, spacing=6))
        self.set_bar(width=0)

    def set_bar(self, *, width: int) -> None:
        """Keep the columns below those of the lines while these have a scroll bar."""
        self._line.setContentsMargins(0, 0, 2 + width, 0)

    def show_sum(self, price: PriceEstimate) -> None:
        """Show the sums."""
        sums = (price.running, price.paused, price.cold)
        for label, head, value in zip(self._labels, _COLUMNS, sums, strict=True):
            label.setText(number_text(value))
            label.setAccessibleName(f"{tr('Bills', 'Together')}, {tr('Bills', head)}: {number_text(value)}")


def _right(label: Label) -> Label:
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label


def _remark(price: PriceEstimate | None) -> str:
    if price is None:
        return ""
    day = day_text(price.read.astimezone(), is_short=True)
    place, sign = region_name(price.region), sign_of(price.currency)
    return tr("Bills", "{sign} per hour, list price, {region}, {day}", sign=sign, region=place, day=day)


def _foot(price: PriceEstimate | None) -> str:
    if price is None:
        return tr(
            "Bills", "Its prices are not known: they are read from Azure’s price list when there is a connection."
        )
    return tr("Bills", "? = not in the price list, counted as 0") if price.unknown else ""
