"""The cards of the overview: this computer, a cluster on Azure, a new one. The GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from tiepoint.domain.space import size_text
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.cluster import ClusterView
from tiepoint.ui.viewmodels.clusters import ClusterCardView
from tiepoint.ui.widgets.card_button import CardButton
from tiepoint.ui.widgets.cards import hairline
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.pill import Pill

_INSIDE = (16, 14, 16, 14)
_NAME_PX = 62


class _FactCard(CardButton):
    """A card with a head, facts below each other, and a foot."""

    def __init__(self, icon: str, pill: tuple[str, str]) -> None:
        super().__init__()
        self.pill = Pill(*pill)
        self._title = ElidedLabel("", "h1")
        self._facts: dict[str, ElidedLabel] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, _NAME_PX)
        self._head = row(Glyph(icon, "accent_text", 20), self._title, self.pill, spacing=10)
        self._head.setStretch(1, 1)

    def _show_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        for place, (name, value) in enumerate(facts):
            if name not in self._facts:
                self._facts[name] = ElidedLabel("", "value")
                self._grid.addWidget(Label(name, "sub"), place, 0)
                self._grid.addWidget(self._facts[name], place, 1)
            self._facts[name].setText(value)


class ComputerOverviewCard(_FactCard):
    """This computer, always there."""

    def __init__(self) -> None:
        super().__init__("laptop", ("starting", ""))
        self._doing, self._note = ElidedLabel("", "sub"), ElidedLabel("", "value")
        self._problem = Glyph("triangle-alert", "warn.text", 16)
        note = row(self._problem, self._note, spacing=8)
        note.setStretch(1, 1)
        self._title.setText(tr("Clusters", "This computer"))
        self.fill(column(self._head, self._doing, 2, self._grid, None, hairline(), note, spacing=8, margins=_INSIDE))

    def show_view(self, view: ClusterView, checks: str, *, needs_somebody: bool) -> None:
        """Show what is known of it, and what the doctor found."""
        self.pill.set_state(*view.pill)
        self._doing.setText(view.doing)
        memory = size_text(view.memory_bytes) if view.memory_bytes else "—"
        cores = tr("Clusters", "{count} cores, {memory}", count=view.cores, memory=memory)
        free = view.disk_free_bytes
        disk = "—" if free is None else tr("Clusters", "{size} free", size=size_text(free))
        self._show_facts(
            (
                (tr("Clusters", "Workers"), view.workers),
                (tr("Clusters", "Machine"), cores),
                (tr("Clusters", "Disk"), disk),
            )
        )
        words = view.problem or checks or tr("Clusters", "Costs nothing; jobs run here without an account")
        self._note.setText(words)
        is_bad = bool(view.problem) or needs_somebody
        self._problem.set_glyph(*(("triangle-alert", "warn.text") if is_bad else ("circle-check", "ok.text")))
        self.setAccessibleName(f"{self._title.text()}. {self.pill.text}. {view.doing}. {words}")


class ClusterOverviewCard(_FactCard):
    """A cluster on Azure."""

    def __init__(self, view: ClusterCardView) -> None:
        super().__init__("server", view.pill)
        self.cluster_id = view.id
        self._cost, self._unit = Label("", "number"), Label(tr("Clusters", "now"), "sub")
        self._spent, self._stops = ElidedLabel("", "sub"), ElidedLabel("", "sub")
        self._spent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._attention, self._glyph = Label("", "sub", wrap=True), Glyph("triangle-alert", "warn.text", 16)
        self._clock = Glyph("timer", "text2", 14)
        cost = row(self._cost, self._unit, self._spent, spacing=6)
        cost.setStretch(2, 1)
        stops = row(self._clock, self._stops, spacing=8)
        stops.setStretch(1, 1)
        note = row(self._glyph, self._attention, spacing=8)
        note.setStretch(1, 1)
        note.setAlignment(self._glyph, Qt.AlignmentFlag.AlignTop)
        self._line = hairline()
        self.fill(column(self._head, self._grid, None, self._line, cost, stops, note, spacing=8, margins=_INSIDE))
        self.show_view(view)

    def show_view(self, view: ClusterCardView) -> None:
        """Show it as it is now."""
        self._title.setText(view.name)
        self.pill.set_state(*view.pill)
        self._show_facts(view.facts)
        self._cost.setText(view.cost or "—")
        self._unit.setText(tr("Clusters", "now") if view.cost else tr("Clusters", "price not known yet"))
        self._spent.setText(view.spent)
        self._stops.setText(view.stops)
        self._stops.setVisible(bool(view.stops))
        self._clock.setVisible(bool(view.stops))
        look = {"err": "circle-x", "info": "info"}.get(view.tone, "triangle-alert")
        self._glyph.set_glyph(look, "text2" if view.tone == "info" else f"{view.tone}.text")
        self._attention.setText(view.attention)
        self._attention.set_tone("" if view.tone == "info" else view.tone)
        self._attention.setVisible(bool(view.attention))
        self._glyph.setVisible(bool(view.attention))
        facts = ", ".join(f"{name}: {value}" for name, value in view.facts)
        parts = (view.name, view.pill[1], facts, view.cost, view.stops, view.attention)
        self.setAccessibleName(". ".join(part for part in parts if part))


class NewClusterCard(CardButton):
    """The place of a cluster that is not there yet."""

    def __init__(self, *, is_first: bool) -> None:
        super().__init__(is_dashed=True)
        title = tr("Clusters", "New cluster")
        words = tr("Clusters", "Choose a size, see the price, check it, deploy it.")
        if is_first:
            words = tr(
                "Clusters",
                "There is no cluster in this subscription yet. Choose a size, see its price, let it be checked; "
                "nothing bills before you deploy it.",
            )
        text = Label(words, "sub", wrap=True)
        centre = Qt.AlignmentFlag.AlignCenter
        name = Label(title, "h1")
        for each in (text, name):
            each.setAlignment(centre)
        self.fill(column(None, row(None, Glyph("plus", "accent_text", 28), None), name, text, None, margins=_INSIDE))
        self.setAccessibleName(f"{title}. {words}")
        self.setMinimumHeight(150)
