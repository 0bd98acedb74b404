"""The live price: running, paused, cold, resource by resource, and per month. The GUI thread only."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QSlider, QWidget

from tiepoint.domain.price import PriceEstimate, PriceLine
from tiepoint.ui.pages.cluster.failure_note import FailureNote
from tiepoint.ui.text import day_text, plain, said_below, tr
from tiepoint.ui.viewmodels.cluster_words import region_name
from tiepoint.ui.viewmodels.money import amount_text, number_text, sign_of
from tiepoint.ui.viewmodels.plan_editor import PlanModel
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.cards import Card, Well, hairline
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, empty, holder, row
from tiepoint.ui.widgets.share_bar import ShareBar, Swatch

_MOST_LINES: Final = 9
_WEEK_H: Final = 168


class PriceCard(Card):
    """Shows what `PlanPrices` knows.

    Args:
        model: Holds the plan and its price.
    """

    def __init__(self, model: PlanModel) -> None:
        self.again = IconButton("refresh-cw", tr("Price", "Read the price list again"), size=16)
        super().__init__(tr("Price", "Price"), tr("Price", "live, list price"), self.again)
        self._model = model
        self.failure = FailureNote()
        self._asking = ProgressBar(height=3)
        self._asking.set_share(None)
        self._asking.setAccessibleName(tr("Price", "Asking for prices"))
        self._body = self._made_body()
        self.add(self.failure, self._asking, self._body, spacing=10)
        self.again.clicked.connect(lambda: model.prices.ask(model.plan, is_fresh=True))
        model.prices.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the newest price."""
        prices = self._model.prices
        self.failure.show_failure(prices.failure)
        self._asking.setVisible(prices.is_asking and prices.estimate is None)
        self._body.setVisible(prices.estimate is not None)
        if self.head is not None:
            busy = tr("Price", "being read")
            self.head.remark_label.setText(busy if prices.is_asking else tr("Price", "live, list price"))
        if prices.estimate is not None:
            self._show_estimate(prices.estimate)

    def _made_body(self) -> QWidget:
        self.running = _Tile("circle-play", tr("Price", "Running"), tr("Price", "all nodes on"))
        self.paused = _Tile("circle-pause", tr("Price", "Paused"), tr("Price", "disks stay"))
        self.cold = _Tile("snowflake", tr("Price", "Cold"), tr("Price", "Blob stays"))
        tiles = row(self.running, self.paused, self.cold, spacing=8)
        for place in range(3):
            tiles.setStretch(place, 1)
        self._bar = ShareBar()
        self._lines = QGridLayout()
        self._lines.setHorizontalSpacing(8)
        self._lines.setVerticalSpacing(5)
        self._lines.setColumnStretch(2, 1)
        self.hours = QSlider(Qt.Orientation.Horizontal)
        self.hours.setRange(1, _WEEK_H)
        self.hours.setValue(self._model.hours_per_week)
        self.hours.setAccessibleName(tr("Price", "Hours a week that it runs"))
        self.hours.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hours.setPageStep(10)
        self.hours.valueChanged.connect(self._on_hours)
        self._hours_words = Label("", "value")
        slider = row(Label(tr("Price", "Per month at"), "sub"), self._hours_words, self.hours, spacing=8)
        slider.setStretch(2, 1)
        self._paused_month, self._cold_month = Label("", "title"), Label("", "title")
        self._source = Label("", "sub", wrap=True)
        self._unknown = Label("", "sub", wrap=True, tone="warn")
        source = row(Glyph("info", "text2", 14), self._source, spacing=8)
        source.setStretch(1, 1)
        return holder(
            column(
                tiles,
                self._bar,
                self._lines,
                self._unknown,
                hairline(),
                slider,
                _month(tr("Price", "Paused in between"), self._paused_month),
                _month(tr("Price", "Cold in between, resuming takes longer"), self._cold_month),
                source,
                spacing=10,
            )
        )

    def _show_estimate(self, estimate: PriceEstimate) -> None:
        sign = sign_of(estimate.currency)
        for tile, amount in (
            (self.running, estimate.running),
            (self.paused, estimate.paused),
            (self.cold, estimate.cold),
        ):
            tile.show_price(amount, sign)
        self._show_lines(estimate)
        self._show_months(estimate)
        missing = ", ".join(said_below(plain(line.label)) for line in estimate.unknown)
        self._unknown.setText(tr("Price", "Not in the price list, so not counted: {what}.", what=missing))
        self._unknown.setVisible(bool(missing))
        read = estimate.read.astimezone()
        words = tr(
            "Price",
            "Azure retail prices, {region}, {currency}, read {day} at {time}. Discounts are not in it.",
            region=region_name(estimate.region),
            currency=estimate.currency,
            day=day_text(read.date(), is_short=True),
            time=f"{read:%H:%M}",
        )
        if estimate.is_old:
            words = tr("Price", "{words} No newer list could be had.", words=words)
        self._source.setText(words)

    def _show_lines(self, estimate: PriceEstimate) -> None:
        empty(self._lines)
        shown = [line for line in estimate.lines if line.is_known][:_MOST_LINES]
        self._bar.set_shares(
            [line.running for line in shown],
            ", ".join(f"{said_below(plain(line.label))} {number_text(line.running)}" for line in shown),
        )
        for place, line in enumerate(shown):
            self._add_line(place, line)

    def _add_line(self, place: int, line: PriceLine) -> None:
        name, detail = (
            ElidedLabel(said_below(plain(line.label)), "body"),
            ElidedLabel(said_below(plain(line.detail)), "sub"),
        )
        detail.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        name.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        price = Label(number_text(line.running), "value")
        price.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for side, each in enumerate((Swatch(place), name, detail, price)):
            self._lines.addWidget(each, place, side)

    def _on_hours(self, hours: int) -> None:
        self._model.hours_per_week = hours
        if self._model.prices.estimate is not None:
            self._show_months(self._model.prices.estimate)

    def _show_months(self, estimate: PriceEstimate) -> None:
        hours = self._model.hours_per_week
        self._hours_words.setText(tr("Price", "{hours} h a week", hours=hours))
        self._hours_words.setMinimumWidth(self._hours_words.fontMetrics().horizontalAdvance("000 h a week") + 4)
        for label, is_cold in ((self._paused_month, False), (self._cold_month, True)):
            amount = estimate.per_month(hours, is_cold_between=is_cold)
            label.setText(amount_text(amount, estimate.currency, decimals=0))


class _Tile(Well):
    """A price per hour in one state."""

    def __init__(self, icon: str, name: str, words: str) -> None:
        self._name = name
        self._amount, self._unit = Label("", "number"), Label("", "sub")
        head = row(Glyph(icon, "text2", 14), Label(name, "sub"), None, spacing=6)
        amount = row(self._amount, self._unit, None, spacing=4)
        super().__init__(head, amount, ElidedLabel(words, "sub"), spacing=2, margins=(10, 8, 8, 8))

    def show_price(self, amount: float, sign: str) -> None:
        """Show the price."""
        self._amount.setText(number_text(amount))
        self._unit.setText(tr("Price", "{sign}/h", sign=sign))
        self.setAccessibleName(f"{self._name}: {self._amount.text()} {self._unit.text()}")


def _month(words: str, amount: Label) -> QWidget:
    line = row(ElidedLabel(words, "sub"), amount, spacing=8)
    line.setStretch(0, 1)
    return holder(line)
