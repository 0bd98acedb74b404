"""Icons: Lucide glyphs tinted with a token. The GUI thread only.

Icons do not follow the palette, so whoever keeps one makes it anew after `theme.watch` tells of a change.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from tiepoint import resources
from tiepoint.ui.theme.active import tokens


def pixmap(name: str, colour: str = "text2", size: int = 16, *, ratio: float = 2.0) -> QPixmap:
    """Return a glyph as a pixmap.

    Args:
        name: Of the file in resources/icons, without suffix.
        colour: A token (`text2`, `accent`), a tone (`warn`, `warn.text`) or #RRGGBB.
        size: Edge in device-independent pixels.
        ratio: Device pixels per device-independent pixel.
    """
    return _drawn(name, colour if colour.startswith("#") else tokens().colour(colour), size, ratio)


def icon(name: str, colour: str = "text2", size: int = 16, *, checked: str | None = "accent_text") -> QIcon:
    """Return a glyph as an icon that is quieter when disabled, tinted when checked, and drawn when it is needed.

    Args:
        name: Of the file in resources/icons, without suffix.
        colour: As for `pixmap`.
        size: Edge in device-independent pixels, for whoever asks for its natural size.
        checked: Colour while checked; None = no change.
    """
    return QIcon(_Engine(name, colour, size, checked or colour))


class _Engine(QIconEngine):
    """Draws a glyph in the colours of the theme that is on at that moment."""

    def __init__(self, name: str, colour: str, size: int, checked: str) -> None:
        super().__init__()
        self._glyph = (name, colour, size, checked)

    def _colour(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        _, colour, _, checked = self._glyph
        if mode is QIcon.Mode.Disabled:
            return "text3"
        return checked if state is QIcon.State.On else colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Paint it into a box."""
        ratio = painter.device().devicePixelRatioF()
        edge = min(rect.width(), rect.height())
        drawn = pixmap(self._glyph[0], self._colour(mode, state), edge, ratio=ratio)
        painter.drawPixmap(QRect(rect.left(), rect.top(), edge, edge), drawn)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        """Return it as a pixmap; `size` is in device-independent pixels (so since Qt 6.8)."""
        edge = min(size.width(), size.height())
        drawn = pixmap(self._glyph[0], self._colour(mode, state), edge, ratio=scale)
        return drawn if size.width() <= size.height() else _with_gap(drawn, size, scale)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return it as a pixmap for a plain screen."""
        return self.scaledPixmap(size, mode, state, 1.0)

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:
        """Any size will do."""
        return size

    def availableSizes(self, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off) -> list[QSize]:
        """Its natural size."""
        return [QSize(self._glyph[2], self._glyph[2])]

    def isNull(self) -> bool:
        """Never empty."""
        return False

    def clone(self) -> QIconEngine:
        """Return another one."""
        made = _Engine(*self._glyph)
        _clones.append(made)
        return made


_clones: list[_Engine] = []
"""Qt owns a clone without Python knowing, so Python must not let go of it."""


def _with_gap(glyph: QPixmap, size: QSize, ratio: float) -> QPixmap:
    """Return a glyph with free room at its right: the gap to a button's words, which Qt itself keeps too small."""
    wide = QPixmap(size * ratio)
    wide.setDevicePixelRatio(ratio)
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, glyph)
    painter.end()
    return wide


@lru_cache(maxsize=512)
def _drawn(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    edge = round(size * ratio)
    drawn = QPixmap(edge, edge)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode())).render(
        painter, QRectF(0, 0, edge, edge)
    )
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn


@lru_cache(maxsize=512)
def _source(name: str) -> str:
    return resources.read_text(f"icons/{name}.svg")
