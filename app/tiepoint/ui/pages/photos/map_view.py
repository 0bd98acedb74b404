"""The map of positions and footprints, drawn in Qt without the network: wheel zooms, dragging pans, a click selects.

What does not move is kept as a pixmap; panning moves the pixmap, and a moment later the map is drawn anew. The GUI
thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from tiepoint.domain.photo_map import MapPhoto, PhotoMap
from tiepoint.ui import theme
from tiepoint.ui.pages.photos import map_layers as layers
from tiepoint.ui.pages.photos.map_marks import paint_legend, paint_north, paint_scale, paint_words
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.viewmodels.photos import PhotosViewModel
from tiepoint.ui.viewmodels.photos_text import distance_text
from tiepoint.ui.viewmodels.photos_view_of_map import MapWindow, fitted
from tiepoint.ui.widgets.focus_ring import draw_focus_ring

_NEAR_PX: Final = 12.0
_CLICK_PX: Final = 4
_REDRAW_MS: Final = 70
_MOST_FAR: Final = 3
_MOST_SELECTED: Final = 300


class MapView(QWidget):
    """The map.

    Signals:
        activated(path): A photo was double-clicked.

    Args:
        photos: The current set and what of it is selected.
    """

    activated = Signal(object)

    def __init__(self, photos: PhotosViewModel) -> None:
        super().__init__()
        self.setMinimumHeight(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setToolTip(tr("PhotosMap", "Footprints assume that the camera looked straight down at level ground."))
        self._photos = photos
        self._map: PhotoMap | None = None
        self._places: dict[str, MapPhoto] = {}
        self._window = MapWindow()
        self._drawn: tuple[QPixmap, MapWindow] | None = None
        self._coverage: QImage | None = None
        self._out: frozenset[str] = frozenset()
        self._is_fitted = True
        self._pressed: QPointF | None = None
        self._is_dragged = False
        self._redraw = QTimer(self, singleShot=True, interval=_REDRAW_MS)
        self._redraw.timeout.connect(self._forget_drawn)
        photos.selected.connect(self.update)
        photos.focused.connect(self.update)
        photos.arranged.connect(self._on_arranged)
        theme.watch(self._on_theme)
        self.show_map(None)

    @property
    def window_m(self) -> MapWindow:
        """What is looked at."""
        return self._window

    def show_map(self, photo_map: PhotoMap | None) -> None:
        """Show another map; the view stays where a person moved it."""
        if photo_map is self._map and photo_map is not None:
            return
        is_other_place = self._map is None or photo_map is None or _origin(photo_map) != _origin(self._map)
        self._map, self._coverage = photo_map, None
        self._places = {photo.path: photo for photo in photo_map.photos} if photo_map else {}
        if self._is_fitted or is_other_place:
            self.fit()
        self._forget_drawn()
        self._name()

    def fit(self) -> None:
        """Show all photos that belong together."""
        self._is_fitted = True
        if self._map is not None:
            self._window = fitted(self._map, self.width(), self.height())
        self._forget_drawn()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Come nearer or go farther; what is under the place stays there."""
        at = at or QPointF(self.width() / 2, self.height() / 2)
        self._look_through(self._window.zoomed(factor, at.x(), at.y()))

    def photo_at(self, place: QPointF) -> str | None:
        """Return the photo whose dot is nearest to a place, if it is near."""
        best, found = _NEAR_PX**2, None
        window = self._window
        for path, photo in self._places.items():
            x, y = window.to_px(photo.east_m, photo.north_m)
            distance = (x - place.x()) ** 2 + (y - place.y()) ** 2
            if distance < best:
                best, found = distance, path
        return found

    def _look_through(self, window: MapWindow) -> None:
        self._window, self._is_fitted = window, False
        self._redraw.start()
        self.update()

    def _forget_drawn(self) -> None:
        self._drawn = None
        self.update()

    def _on_theme(self) -> None:
        self._coverage = None
        self._forget_drawn()

    def _name(self) -> None:
        count = len(self._places)
        self.setAccessibleName(tr("PhotosMap", "Map of {count} positions", count=count))

    def _ground(self) -> tuple[QPixmap, MapWindow]:
        """Return what does not change with the selection, drawn anew when it was forgotten."""
        if self._drawn is None:
            ratio = self.devicePixelRatioF()
            pixmap = QPixmap(self.size() * ratio)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_ground(painter)
            painter.end()
            self._drawn = pixmap, self._window
        return self._drawn

    def _paint_ground(self, painter: QPainter) -> None:
        photo_map, window, tokens = self._map, self._window, theme.tokens()
        layers.paint_lines(painter, window)
        if photo_map is None:
            return
        if photo_map.coverage is not None:
            if self._coverage is None:
                self._coverage = layers.coverage_image(photo_map.coverage)
            layers.paint_coverage(painter, window, photo_map.coverage, self._coverage)
        included, left_out = self._parted(photo_map.photos)
        if len(photo_map.photos) <= layers.MOST_OUTLINES:
            edge = QColor(tokens.accent)
            edge.setAlphaF(0.35)
            layers.paint_outlines(painter, window, included, edge.name(QColor.NameFormat.HexArgb), 1)
            layers.paint_track(painter, window, photo_map.photos)
            layers.paint_points(painter, window, left_out, tokens.text3, 7.0)
            layers.paint_points(painter, window, included, tokens.accent, 7.0)
        else:
            layers.paint_many_points(painter, window, left_out, tokens.text3)
            layers.paint_many_points(painter, window, included, tokens.accent)

    def _parted(self, photos: Sequence[MapPhoto]) -> tuple[list[MapPhoto], list[MapPhoto]]:
        out = self._photos.shown.left_out
        return [each for each in photos if each.path not in out], [each for each in photos if each.path in out]

    def _on_arranged(self) -> None:
        if self._photos.shown.left_out != self._out:
            self._out = self._photos.shown.left_out
            self._forget_drawn()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, selection, names, scale bar and north."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(theme.tokens().raised))
        pixmap, drawn_for = self._ground()
        self._paint_moved(painter, pixmap, drawn_for)
        self._paint_selected(painter)
        if self._map is not None:
            paint_scale(painter, self._window)
            paint_north(painter, self.width())
            self._paint_far(painter)
            if self._map.coverage is not None:
                paint_legend(painter, self.width(), self.height())
        draw_focus_ring(painter, self, 6)

    def _paint_moved(self, painter: QPainter, pixmap: QPixmap, drawn_for: MapWindow) -> None:
        if drawn_for == self._window:
            painter.drawPixmap(0, 0, pixmap)
            return
        west, north = drawn_for.to_m(0, 0)
        left, top = self._window.to_px(west, north)
        grown = self._window.scale / drawn_for.scale
        box = QRectF(left, top, self.width() * grown, self.height() * grown)
        painter.drawPixmap(box, pixmap, QRectF(pixmap.rect()))

    def _paint_selected(self, painter: QPainter) -> None:
        current = self._photos.current
        count = self._photos.selected_count()
        photos = self._photos.selected_photos() if 0 < count <= _MOST_SELECTED else ()
        chosen = [self._places[photo.path] for photo in photos if photo.path in self._places]
        tokens = theme.tokens()
        fill = QColor(tokens.warn.solid)
        fill.setAlphaF(0.14)
        is_single = len(chosen) == 1
        painter.setBrush(fill if is_single else Qt.BrushStyle.NoBrush)
        layers.paint_outlines(painter, self._window, chosen[:40], tokens.warn.solid, 2 if is_single else 1)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        layers.paint_points(painter, self._window, chosen, tokens.warn.solid, 9.0 if len(chosen) < 60 else 6.0)
        place = self._places.get(current.path) if current else None
        if current is not None and place is not None:
            x, y = self._window.to_px(place.east_m, place.north_m)
            paint_words(painter, QPointF(x + 9, y + 4), plain(current.name, limit=60), tokens.text)

    def _paint_far(self, painter: QPainter) -> None:
        far = self._map.far if self._map else ()
        tone = theme.tokens().warn.text
        for line, (path, metres) in enumerate(far[:_MOST_FAR]):
            more = len(far) - _MOST_FAR
            name = plain(path.rpartition("/")[2], limit=40)
            words = tr("PhotosMap", "{name}, {distance} away", name=name, distance=distance_text(metres))
            if line == _MOST_FAR - 1 and more > 0:
                words = tr("PhotosMap", "{words}, and {more} more", words=words, more=more)
            painter.drawPixmap(QPointF(10, 10 + 20 * line), icons.pixmap("map-pin-off", tone, 14))
            painter.setFont(font(12, QFont.Weight.Medium))
            words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, self.width() - 84)
            paint_words(painter, QPointF(30, 21 + 20 * line), words, tone)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to drag or to click."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed, self._is_dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or say by the pointer that there is a photo."""
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            is_over = len(self._places) <= 2000 and self.photo_at(event.position()) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if is_over else Qt.CursorShape.OpenHandCursor)
            return
        moved = event.position() - self._pressed
        if self._is_dragged or moved.manhattanLength() > _CLICK_PX:
            self._is_dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self._look_through(self._window.moved(moved.x(), moved.y()))
            self._pressed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Select the photo that was clicked; with Ctrl beside the others."""
        if self._pressed is not None and not self._is_dragged:
            path = self.photo_at(event.position())
            if path is not None:
                has_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
                others = [photo.path for photo in self._photos.selected_photos()] if has_ctrl else []
                self._photos.select([*others, path], current=path)
        self._pressed = None
        self.setCursor(Qt.CursorShape.OpenHandCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the photo large, or fit where there is none."""
        path = self.photo_at(event.position())
        if path is not None:
            self.activated.emit(path)
        else:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer."""
        self.zoom(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows pan, plus and minus zoom, Home fits, N and P go to the next and previous photo."""
        step, key = 40.0, event.key()
        moves = {
            Qt.Key.Key_Left: (step, 0.0),
            Qt.Key.Key_Right: (-step, 0.0),
            Qt.Key.Key_Up: (0.0, step),
            Qt.Key.Key_Down: (0.0, -step),
        }
        if key in moves:
            self._look_through(self._window.moved(*moves[Qt.Key(key)]))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom(1 / 1.25 if key == Qt.Key.Key_Minus else 1.25)
        elif key == Qt.Key.Key_Home:
            self.fit()
        elif key in (Qt.Key.Key_N, Qt.Key.Key_P):
            self._photos.step(1 if key == Qt.Key.Key_N else -1)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what is looked at."""
        self._window = self._window.sized(self.width(), self.height())
        if self._is_fitted:
            self.fit()
        self._forget_drawn()

    def sizeHint(self) -> QSize:
        """A little wider than high."""
        return QSize(320, 160)


def _origin(photo_map: PhotoMap) -> tuple[float, float]:
    return photo_map.origin_lat, photo_map.origin_lon
