"""The typeface Inter, three weights, from our own resources. The GUI thread only."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from tiepoint import resources
from tiepoint.ui.theme.tokens import BODY_PX

_FIRST: Final = ("Inter-Regular.otf", "Inter-SemiBold.otf")
_LATER: Final = ("Inter-Medium.otf",)
_TABULAR: Final = QFont.Tag("tnum")


def load(application: QApplication) -> None:
    """Make Inter the typeface of the program: the weights of the first picture; `load_rest` brings the others."""
    _add(_FIRST)
    application.setFont(font(BODY_PX))


def load_rest() -> None:
    """Load the weights that the first picture does without."""
    _add(_LATER)


def font(size_px: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return the typeface in a size, with figures of equal width, for painting by hand."""
    made = QFont("Inter")
    made.setPixelSize(size_px)
    made.setWeight(weight)
    made.setFeature(_TABULAR, 1)
    return made


def _add(names: tuple[str, ...]) -> None:
    for name in names:
        QFontDatabase.addApplicationFontFromData(QByteArray(resources.read_bytes(f"fonts/{name}")))
