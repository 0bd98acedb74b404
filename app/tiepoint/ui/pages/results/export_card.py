"""The card of an export that runs: what, how far, and a way to stop it. The GUI thread only."""

from __future__ import annotations

from typing import Final

from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.export import ExportModel
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import ElidedLabel

_CONTEXT: Final = "Export"


class ExportCard(Card):
    """Shown while an export runs.

    Args:
        exports: The export.
    """

    def __init__(self, exports: ExportModel) -> None:
        self.cancel = Button(tr(_CONTEXT, "Cancel"), kind="quiet", size="small")
        super().__init__(tr(_CONTEXT, "Exporting"), " ", self.cancel)
        self._exports = exports
        self._bar, self._words = ProgressBar(), ElidedLabel("", "sub")
        self.add(self._bar, self._words, spacing=8, margins=(16, 0, 16, 14))
        self.cancel.clicked.connect(exports.cancel)
        exports.started.connect(self._on_started)
        exports.changed.connect(self._on_changed)
        exports.ended.connect(self.hide)
        self.hide()

    def _on_started(self) -> None:
        if self.head is not None and self._exports.target is not None:
            self.head.remark_label.setText(plain(self._exports.target.name))
        self._on_changed()
        self.show()

    def _on_changed(self) -> None:
        self._bar.set_share(self._exports.share)
        self._words.setText(self._exports.words)
