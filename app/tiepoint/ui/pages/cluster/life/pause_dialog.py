"""*Pause…*: let running tasks end first or not, and what still bills then. GUI thread; opened, never run modally."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QButtonGroup, QWidget

from tiepoint.domain.cluster import Cluster
from tiepoint.ui.pages.cluster.life.dialog import FactWell, LifeDialog
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.viewmodels.cluster_bills import Bill, bills_now, currency_of, rest_bills
from tiepoint.ui.viewmodels.money import amount_text, rate_text
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.option_card import OptionCard

_DAY_H: Final = 24
_MOST: Final = 4


class PauseDialog(LifeDialog):
    """Asks how to pause a cluster; `drains` holds the answer."""

    def __init__(self, cluster: Cluster, parent: QWidget) -> None:
        super().__init__(
            parent,
            "circle-pause",
            "warn.text",
            tr("Pause", "Pause {name}?", name=plain(cluster.name, limit=60)),
            tr("Pause", "All its machines are switched off and bill no more. Disks, photos and products stay."),
            tr("Pause", "Pause"),
        )
        busy = sum(bool(machine.is_busy) for machine in cluster.machines)
        working = tr_count("Pause", "{count} machine works now", "{count} machines work now", busy) if busy else ""
        self.drain = OptionCard(
            "hourglass",
            tr("Pause", "Let running tasks end first"),
            tr("Pause", "Nothing new begins; machines go off one after the other."),
            working,
        )
        self.now = OptionCard(
            "power-off",
            tr("Pause", "Switch off now"),
            tr("Pause", "Tasks that run are lost and are done again after the next resume."),
        )
        self._group = QButtonGroup(self)
        for each in (self.drain, self.now):
            self._group.addButton(each)
        self.drain.setChecked(True)
        self.fill(self.drain, self.now, Label(tr("Pause", "What it costs then"), "caption"), _costs(cluster))

    @property
    def drains(self) -> bool:
        """Whether running tasks end first."""
        return self.drain.isChecked()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the choice."""
        super().showEvent(event)
        self.drain.setFocus()


def _costs(cluster: Cluster) -> FactWell:
    price, currency = cluster.price, currency_of(cluster)
    if price is None:
        return FactWell([(tr("Pause", "While paused"), tr("Pause", "not known; disks and storage bill on"))])
    now = bills_now(cluster)
    facts = [(tr("Pause", "Now"), rate_text(now, currency))] if now is not None else []
    facts.append((tr("Pause", "While paused"), _rest(price.paused, currency)))
    facts += [(f"    {bill.label}", rate_text(bill.per_hour, currency)) for bill in _dearest(cluster)]
    return FactWell(facts)


def _dearest(cluster: Cluster) -> tuple[Bill, ...]:
    return rest_bills(cluster.price, is_cold=False)[:_MOST] if cluster.price is not None else ()


def _rest(per_hour: float, currency: str) -> str:
    day = amount_text(per_hour * _DAY_H, currency)
    return tr("Pause", "{rate}, {day} a day", rate=rate_text(per_hour, currency), day=day)
