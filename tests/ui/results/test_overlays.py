"""The small panels over the 3D view show all of what they say, whenever it comes."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from tiepoint.ui.pages.results.overlays import StatsBar
from tiepoint.ui.viewer import Slot
from tiepoint.ui.viewer.slots import Slots


@pytest.mark.parametrize("is_shown_first", [True, False])
def test_figures_are_laid_out_in_a_corner(qapp: QApplication, is_shown_first: bool) -> None:
    view, bar = QWidget(), StatsBar()
    view.resize(900, 500)
    Slots(view).put(Slot.BOTTOM_LEFT, bar)
    bar.hide()
    if is_shown_first:
        view.show()
        qapp.processEvents()
    bar.show_stats((("Scale", "metric"), ("GSD", "5.2 cm/px")))
    view.show()
    qapp.processEvents()
    labels = bar.findChildren(QLabel)
    assert [label.text() for label in labels] == ["Scale", "metric", "GSD", "5.2 cm/px"]
    assert all(label.width() >= label.sizeHint().width() for label in labels)
    view.close()
    view.deleteLater()
