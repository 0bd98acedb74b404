"""The meter: what a cluster costs now and has cost, of which budget, and when it stops by itself. The GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from tiepoint.ui import theme
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.cluster_life_meter import MeterView
from tiepoint.ui.widgets.bars import draw_bar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, holder, row

KEEP_HOURS: Final = 2.0
_NEAR: Final = 0.8
"""From this share of the budget on the bar warns."""


class MeterCard(Card):
    """Shows a `MeterView`.

    Signals:
        keep_wanted(): The cluster shall be kept for longer.
        release_wanted(): Nobody wants it any more.
    """

    keep_wanted = Signal()
    release_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Meter", "Meter"), " ")
        self._per_hour, self._spent, self._time = _Figure(), _Figure(), _Figure()
        self._budget_words = Label("", "sub")
        self._budget_bar = BudgetBar()
        self._stop_glyph = Glyph("timer", "accent_text", 20)
        self._stops, self._why = Label("", "value"), Label("", "sub", wrap=True)
        self.keep = Button(tr("Meter", "Keep 2 h longer"), "plus")
        self.keep.setToolTip(tr("Meter", "Nobody has to sit here for it: the cluster is wanted for two hours more"))
        self.release = Button(tr("Meter", "Release"), "hand", "quiet")
        self.release.setToolTip(tr("Meter", "Nobody wants it any more: it stops itself once it has nothing to do"))
        self._setup_ui()
        self.keep.clicked.connect(self.keep_wanted)
        self.release.clicked.connect(self.release_wanted)

    @property
    def words(self) -> str:
        """What it says of stopping."""
        return f"{self._stops.text()}. {self._why.text()}"

    def show_view(self, view: MeterView, *, may_act: bool) -> None:
        """Show the meter.

        Args:
            view: What.
            may_act: Whether it can be kept and released now.
        """
        if self.head is not None:
            self.head.remark_label.setText(view.since)
        self._per_hour.put(view.per_hour, tr("Meter", "{sign}/h", sign=view.sign), view.machines)
        self._spent.put(view.spent, view.sign, tr("Meter", "spent in this run"))
        self._time.put(view.for_s, "", tr("Meter", "it has run"))
        self._budget.setVisible(view.budget_share is not None)
        if view.budget_share is not None:
            self._budget_words.setText(tr("Meter", "{budget} · hard stop", budget=view.budget))
            self._budget_bar.set_share(view.budget_share, view.budget)
        self._stops.setText(view.stops)
        self._why.setText(view.stops_why)
        tone = "warn.text" if view.is_uncertain else "accent_text"
        self._stop_glyph.set_glyph("triangle-alert" if view.is_uncertain else "timer", tone)
        self.keep.setEnabled(may_act)
        self.release.setVisible(view.is_kept and may_act)

    def _setup_ui(self) -> None:
        figures = row(self._per_hour, self._spent, self._time, spacing=16)
        for place in range(3):
            figures.setStretch(place, 1)
        head = row(Label(tr("Meter", "Budget of this run"), "sub"), None, self._budget_words)
        self._budget = holder(column(head, self._budget_bar, spacing=6))
        words = column(self._stops, self._why, spacing=1)
        foot = row(self._stop_glyph, words, self.release, self.keep, spacing=10)
        foot.setStretch(1, 1)
        self.add(figures, self._budget, None, foot, spacing=12)


class BudgetBar(QWidget):
    """How much of the budget is spent, with a mark at its end: there everything stops."""

    def __init__(self) -> None:
        super().__init__()
        self._share = 0.0
        self.setFixedHeight(14)

    def set_share(self, share: float, words: str) -> None:
        """Show a share; more than 1 is all of it."""
        if share != self._share:
            self._share = share
            self.update()
        self.setAccessibleName(words)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bar and its mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tone = "err" if self._share >= 1 else "warn" if self._share >= _NEAR else "info"
        draw_bar(painter, QRectF(0, 3, self.width() - 6, 8), min(self._share, 1.0), tone)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tokens().text))
        painter.drawRoundedRect(QRectF(self.width() - 3, 0, 2, 14), 1, 1)


class _Figure(QWidget):
    """A big figure with its unit, and a line below."""

    def __init__(self) -> None:
        super().__init__()
        self._value, self._unit, self._line = Label("", "display"), Label("", "sub"), ElidedLabel("", "sub")
        figure = row(self._value, self._unit, None, spacing=6)
        figure.setAlignment(self._unit, Qt.AlignmentFlag.AlignBottom)
        self._unit.setContentsMargins(0, 0, 0, 5)
        self.setLayout(column(figure, self._line, spacing=0))

    def put(self, value: str, unit: str, line: str) -> None:
        """Show this."""
        self._value.setText(value)
        self._unit.setText(unit)
        self._line.setText(line)
        self.setAccessibleName(" ".join(part for part in (value, unit, line) if part))
