"""Where to run: this computer and each cluster as cards, one of them chosen. The GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from tiepoint.services.sites import COMPUTER
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.reconstruct_sites import SiteOffer
from tiepoint.ui.widgets.layouts import column
from tiepoint.ui.widgets.option_card import OptionCard


class RunOn(QWidget):
    """The places.

    Signals:
        chosen(site): A person chose a place, by the id of its site.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._offers: tuple[SiteOffer, ...] = ()
        self.cards: dict[str, OptionCard] = {}
        self._lines = column(spacing=8)
        self.setLayout(self._lines)
        self._add(COMPUTER, OptionCard("laptop", tr("Reconstruct", "This computer"), ""))

    def show_computer(self, line: str, time: str) -> None:
        """Say of this computer what it has and what it takes."""
        self.cards[COMPUTER].set_line(line)
        self.cards[COMPUTER].set_figure(time)

    def show_offers(self, offers: Sequence[SiteOffer], chosen: str) -> None:
        """Show these clusters; one that cannot be taken says why and cannot be chosen."""
        if [each.id for each in offers] != [each.id for each in self._offers]:
            self._rebuild(offers)
        self._offers = tuple(offers)
        for offer in offers:
            card = self.cards[offer.id]
            card.set_line(offer.line)
            card.set_figure(offer.price)
            card.setEnabled(not offer.refusal or offer.id == chosen)
        self.cards.get(chosen, self.cards[COMPUTER]).setChecked(True)

    def _rebuild(self, offers: Sequence[SiteOffer]) -> None:
        for key in [key for key in self.cards if key != COMPUTER]:
            card = self.cards.pop(key)
            self._group.removeButton(card)
            card.hide()
            card.deleteLater()
        for offer in offers:
            self._add(offer.id, OptionCard(offer.icon, offer.title, offer.line, offer.price))

    def _add(self, key: str, card: OptionCard) -> None:
        card.clicked.connect(lambda: self.chosen.emit(key))
        self._group.addButton(card)
        self._lines.addWidget(card)
        self.cards[key] = card
