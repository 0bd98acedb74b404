"""The Photos page with photos: the photos, map and inspector, the reconstruct panel, side by side. The GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from tiepoint.ui.pages.photos.inspector import Inspector
from tiepoint.ui.pages.photos.map_card import MapCard
from tiepoint.ui.pages.photos.photos_card import PhotosCard
from tiepoint.ui.pages.photos.reconstruct_card import ReconstructCard
from tiepoint.ui.widgets.cards import ScrollColumn
from tiepoint.ui.widgets.layouts import row

_GAP: Final = 12
_RECONSTRUCT_PX: Final = (284, 324)
_MIDDLE_PX: Final = (286, 520)


class WorkView(QWidget):
    """The three columns; the outer ones have the width they need, the photos take the rest.

    Args:
        photos: The card with the photos.
        map_card: Where they were taken.
        inspector: The current one.
        reconstruct: What becomes of them.
    """

    def __init__(
        self, photos: PhotosCard, map_card: MapCard, inspector: Inspector, reconstruct: ReconstructCard
    ) -> None:
        super().__init__()
        self._middle = ScrollColumn(map_card, inspector)
        self._middle.content.setStretch(0, 1)
        self._reconstruct = reconstruct
        whole = row(photos, self._middle, reconstruct, spacing=_GAP)
        whole.setStretch(0, 1)
        self.setLayout(whole)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width: a small window keeps room for two columns of photos."""
        width = self.width()
        least, most = _MIDDLE_PX
        self._middle.setFixedWidth(min(max(least, int(width * 0.235)), most))
        least, most = _RECONSTRUCT_PX
        self._reconstruct.setFixedWidth(min(max(least, int(width * 0.22)), most))
        super().resizeEvent(event)
