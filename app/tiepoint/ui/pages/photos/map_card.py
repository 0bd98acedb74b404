"""The card with the map, or with the reason why there is none. The GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from tiepoint.domain.photo_set import PhotoSet, SetPhase
from tiepoint.ui.pages.photos.map_view import MapView
from tiepoint.ui.text import tr, tr_count
from tiepoint.ui.viewmodels.photos import PhotosViewModel
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.empty import EmptyState
from tiepoint.ui.widgets.layouts import holder, row


class MapCard(Card):
    """Where the photos were taken.

    Signals:
        activated(path): A photo on the map was double-clicked.
    """

    activated = Signal(object)

    def __init__(self, photos: PhotosViewModel) -> None:
        fit_button = IconButton("maximize", tr("PhotosMap", "Show all photos on the map (Home)"))
        super().__init__(tr("PhotosMap", "Map"), tr("PhotosMap", "positions, footprints"), fit_button)
        self.fit_button = fit_button
        self._photos = photos
        self.map = MapView(photos)
        self._nothing = EmptyState("map-pin-off", tr("PhotosMap", "No positions"), "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.map)
        self._stack.addWidget(self._nothing)
        self.content.addWidget(holder(row(self._stack, margins=(15, 0, 15, 15))), 1)
        self._nothing.text_label.setMinimumWidth(180)
        self.setMinimumHeight(190)
        self.fit_button.clicked.connect(self.map.fit)
        self.map.activated.connect(self.activated)
        photos.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show the map of the current set, or say why there is none."""
        photo_set = self._photos.photo_set
        photo_map = photo_set.facts.map if photo_set else None
        self.map.show_map(photo_map)
        self.fit_button.setEnabled(photo_map is not None)
        if photo_set is None or photo_map is not None:
            self._stack.setCurrentWidget(self.map)
            return
        self._nothing.title_label.setText(_title(photo_set))
        self._nothing.text_label.setText(_reason(photo_set))
        self._stack.setCurrentWidget(self._nothing)


def _title(photo_set: PhotoSet) -> str:
    if _is_reading(photo_set):
        return tr("PhotosMap", "Reading positions")
    return tr("PhotosMap", "No positions")


def _reason(photo_set: PhotoSet) -> str:
    counts = photo_set.counts
    if _is_reading(photo_set):
        return tr("PhotosMap", "The map appears when the photos have been read.")
    if counts.located:
        return tr_count(
            "PhotosMap",
            "1 photo has a position, but it cannot be used now.",
            "{count} photos have a position, but they cannot be used now.",
            counts.located,
        )
    return tr(
        "PhotosMap",
        "None of these photos says where it was taken. They can be reconstructed all the same; the model has no scale.",
    )


def _is_reading(photo_set: PhotoSet) -> bool:
    counts, phase = photo_set.counts, photo_set.progress.phase
    return counts.listed < counts.photos or phase in (SetPhase.SCAN, SetPhase.HEADS)
