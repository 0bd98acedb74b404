"""Icons are drawn for the screen they stand on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from tiepoint.ui.theme import icons


@pytest.mark.parametrize("size", [QSize(16, 16), QSize(20, 16)])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_an_icon_has_all_pixels_of_the_screen(qapp: QApplication, size: QSize, ratio: float) -> None:
    drawn = icons.icon("copy").pixmap(size, ratio)
    assert drawn.size() == size * ratio
    assert drawn.devicePixelRatio() == ratio
