"""What the map is painted of: ground shaded by overlap, outlines of footprints, points. The GUI thread only.

The shading is one small picture with a colour for each count, so that thousands of footprints cost nothing to show.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from tiepoint.domain.photo_map import CoverageGrid, MapPhoto
from tiepoint.ui import theme
from tiepoint.ui.viewmodels.photos_view_of_map import MapWindow, scale_bar

MOST_OUTLINES: Final = 400
"""With more photos than this only the shading shows the ground; outlines would cover each other."""
_FULL_OVERLAP: Final = 8
_SPOT_PX: Final = 4


def paint_lines(painter: QPainter, window: MapWindow) -> None:
    """Paint a quiet raster of round distances."""
    length, _ = scale_bar(window.scale, 64.0)
    west, north = window.to_m(0, 0)
    east, south = window.to_m(window.width, window.height)
    painter.setPen(QPen(QColor(theme.tokens().border), 1))
    at = west - west % length
    while at <= east:
        x = round(window.to_px(at, 0)[0]) + 0.5
        painter.drawLine(QPointF(x, 0), QPointF(x, window.height))
        at += length
    at = south - south % length
    while at <= north:
        y = round(window.to_px(0, at)[1]) + 0.5
        painter.drawLine(QPointF(0, y), QPointF(window.width, y))
        at += length


def coverage_image(grid: CoverageGrid) -> QImage:
    """Return the overlap as a picture: no photo is clear, eight and more are the strongest."""
    accent = QColor(theme.tokens().accent)
    table = [0]
    for count in range(1, 256):
        share = min(count, _FULL_OVERLAP) / _FULL_OVERLAP
        accent.setAlphaF(0.10 + 0.42 * share)
        table.append(accent.rgba())
    # Rows come from the south; a picture begins in the north.
    rows = (grid.counts[row * grid.columns : (row + 1) * grid.columns] for row in reversed(range(grid.rows)))
    image = QImage(b"".join(rows), grid.columns, grid.rows, grid.columns, QImage.Format.Format_Indexed8).copy()
    image.setColorTable(table)
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def paint_coverage(painter: QPainter, window: MapWindow, grid: CoverageGrid, image: QImage) -> None:
    """Paint the overlap."""
    left, bottom = window.to_px(grid.west_m, grid.south_m)
    side = grid.cell_m * window.scale
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, side < 3)
    painter.drawImage(
        QRectF(left, bottom - grid.rows * side, grid.columns * side, grid.rows * side), image, QRectF(image.rect())
    )


def paint_outlines(painter: QPainter, window: MapWindow, photos: Iterable[MapPhoto], colour: str, width: float) -> None:
    """Paint the edges of footprints."""
    painter.setPen(QPen(QColor(colour), width))
    for photo in photos:
        if photo.footprint is not None:
            painter.drawPolygon(QPolygonF([QPointF(*window.to_px(*corner)) for corner in photo.footprint]))


def paint_points(painter: QPainter, window: MapWindow, photos: Sequence[MapPhoto], colour: str, size: float) -> None:
    """Paint positions as dots with an edge."""
    if not photos:
        return
    dots = QPolygonF([QPointF(*window.to_px(photo.east_m, photo.north_m)) for photo in photos])
    for shade, width in ((theme.tokens().surface, size + 2.5), (colour, size)):
        painter.setPen(QPen(QColor(shade), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(dots)


def paint_many_points(painter: QPainter, window: MapWindow, photos: Sequence[MapPhoto], colour: str) -> None:
    """Paint thousands of positions as small squares; of those that fall on one spot only one is painted."""
    left, top = window.width / 2 - window.east_m * window.scale, window.height / 2 + window.north_m * window.scale
    scale, spot, size = window.scale, _SPOT_PX, _SPOT_PX - 1
    spots = {(int(left + photo.east_m * scale) // spot, int(top - photo.north_m * scale) // spot) for photo in photos}
    across, down = window.width // spot, window.height // spot
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.drawRects([QRect(x * spot, y * spot, size, size) for x, y in spots if 0 <= x <= across and 0 <= y <= down])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def paint_track(painter: QPainter, window: MapWindow, photos: Sequence[MapPhoto]) -> None:
    """Paint the way from photo to photo in the order of their names."""
    painter.setPen(QPen(QColor(theme.tokens().text3), 1, Qt.PenStyle.DotLine))
    painter.drawPolyline(QPolygonF([QPointF(*window.to_px(photo.east_m, photo.north_m)) for photo in photos]))
