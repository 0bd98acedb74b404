"""Icons: Lucide glyphs tinted with a token. The GUI thread only.

Icons do not follow the palette, so whoever keeps one makes it anew after `theme.watch` tells of a change.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from tiepoint import resources
from tiepoint.ui.theme.active import tokens

_RATIOS: Final = (1.0, 2.0)


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
    """Return a glyph as an icon that is quieter when disabled and tinted when checked.

    Args:
        name: Of the file in resources/icons, without suffix.
        colour: As for `pixmap`.
        size: Edge in device-independent pixels.
        checked: Colour while checked; None = no change.
    """
    made = QIcon()
    for ratio in _RATIOS:
        made.addPixmap(pixmap(name, colour, size, ratio=ratio), QIcon.Mode.Normal, QIcon.State.Off)
        made.addPixmap(pixmap(name, "text3", size, ratio=ratio), QIcon.Mode.Disabled, QIcon.State.Off)
        if checked:
            made.addPixmap(pixmap(name, checked, size, ratio=ratio), QIcon.Mode.Normal, QIcon.State.On)
    return made


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
