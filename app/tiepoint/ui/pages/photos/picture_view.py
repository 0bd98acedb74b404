"""One photo's picture in a box: the best there is now, a better one when it comes. The GUI thread only."""

from __future__ import annotations

import asyncio
from typing import Final

from PySide6.QtCore import QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from tiepoint.domain.photo_picture import PREVIEW_PX
from tiepoint.domain.photo_set import SetPhoto
from tiepoint.services.photo_pictures import PhotoPictures
from tiepoint.ui import theme
from tiepoint.ui.background import Background
from tiepoint.ui.pages.photos.pixmaps import Pixmaps, pixmap_of
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font

_WAIT_MS: Final = 120
_ROUND: Final = 8.0


class LargePictures(QObject):
    """Fetches large pictures, one at a time; asking for another photo gives up on the one before.

    Signals:
        arrived(path, pixmap, problem): A picture is here, or the reason why there is none.

    Args:
        pictures: Delivers them.
        background: Runs the waiting.
        parent: Lives as long as this.
    """

    arrived = Signal(object, object, str)

    def __init__(self, pictures: PhotoPictures, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._pictures, self._background = pictures, background
        self._photo: SetPhoto | None = None
        self._longest_px = PREVIEW_PX
        self._task: asyncio.Task[None] | None = None
        self._timer = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._timer.timeout.connect(self._fetch)

    def want(self, photo: SetPhoto | None, longest_px: int = PREVIEW_PX) -> None:
        """Fetch a photo's picture, a moment later, so that leafing through many fetches few."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._photo, self._longest_px = photo, longest_px
        self._timer.stop()
        if photo is not None and not photo.is_unusable:
            self._timer.start()

    def _fetch(self) -> None:
        if self._photo is not None:
            self._task = self._background.start(self._wait_for(self._photo))

    async def _wait_for(self, photo: SetPhoto) -> None:
        picture = await self._pictures.preview(photo, self._longest_px)
        self.arrived.emit(photo.path, pixmap_of(picture), picture.problem or "")


class PictureView(QWidget):
    """The picture.

    Signals:
        activated(): It was double-clicked.

    Args:
        pixmaps: Thumbnails to begin with.
        large: Large pictures.
        radius: Of the corners.
    """

    activated = Signal()

    def __init__(self, pixmaps: Pixmaps, large: LargePictures, *, radius: float = _ROUND) -> None:
        super().__init__()
        self._pixmaps, self._large, self._radius = pixmaps, large, radius
        self._photo: SetPhoto | None = None
        self._pixmap: QPixmap | None = None
        self._shown: tuple[int, QSize, QPixmap] | None = None
        self._problem = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        large.arrived.connect(self._on_large)
        pixmaps.arrived.connect(self._on_small)

    @property
    def has_large(self) -> bool:
        """Whether the large picture is here."""
        return self._pixmap is not None

    def show_photo(self, photo: SetPhoto | None) -> None:
        """Show a photo; the same one again keeps its picture."""
        before, self._photo = self._photo, photo
        name = plain(photo.name, limit=120) if photo else ""
        self.setAccessibleName(tr("Photos", "Picture of {name}", name=name))
        if before is not None and photo is not None and _same_file(before, photo):
            if before.is_unusable != photo.is_unusable:
                self.update()
            return
        self._pixmap, self._problem = None, ""
        self._large.want(photo)
        self.update()

    def sizeHint(self) -> QSize:
        """As most photos are shaped."""
        return QSize(320, 180)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture, or why there is none."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        pixmap = self._pixmap or (self._pixmaps.pixmap(self._photo) if self._photo else None)
        if pixmap is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.raised))
            painter.drawRoundedRect(QRectF(self.rect()), self._radius, self._radius)
            self._paint_reason(painter)
            return
        box = _fitted(pixmap, QRectF(self.rect()))
        path = QPainterPath()
        path.addRoundedRect(box, self._radius, self._radius)
        painter.setClipPath(path)
        painter.drawPixmap(box.topLeft(), self._scaled(pixmap, box.size().toSize()))

    def _scaled(self, pixmap: QPixmap, size: QSize) -> QPixmap:
        """Return the picture in the size it is shown in; scaled once, not at every painting."""
        device = size * self.devicePixelRatioF()
        if self._shown is None or self._shown[:2] != (pixmap.cacheKey(), device):
            flags = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            scaled = pixmap.scaled(device, *flags)
            scaled.setDevicePixelRatio(self.devicePixelRatioF())
            self._shown = pixmap.cacheKey(), device, scaled
        return self._shown[2]

    def _paint_reason(self, painter: QPainter) -> None:
        photo, tokens = self._photo, theme.tokens()
        middle = self.rect().center()
        worst = photo.worst if photo else None
        words = worst.summary if worst and photo and photo.is_unusable else self._problem
        painter.drawPixmap(middle.x() - 12, middle.y() - (30 if words else 12), icons.pixmap("file-image", "text3", 24))
        painter.setFont(font(12))
        painter.setPen(QColor(tokens.text2))
        box = self.rect().adjusted(16, self.height() // 2, -16, -8)
        flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(box, flags, plain(words, limit=200))

    def _on_large(self, path: str, pixmap: QPixmap | None, problem: str) -> None:
        if self._photo is not None and path == self._photo.path:
            self._pixmap, self._problem = pixmap, problem
            self.update()

    def _on_small(self, path: str) -> None:
        if self._pixmap is None and self._photo is not None and path == self._photo.path:
            self.update()

    def mouseDoubleClickEvent(self, event: object) -> None:
        """Ask to see it large."""
        self.activated.emit()


def _fitted(pixmap: QPixmap, room: QRectF) -> QRectF:
    scale = min(room.width() / max(pixmap.width(), 1), room.height() / max(pixmap.height(), 1))
    box = QRectF(0, 0, pixmap.width() * scale, pixmap.height() * scale)
    box.moveCenter(room.center())
    return box


def _same_file(one: SetPhoto, other: SetPhoto) -> bool:
    return (one.path, one.size, one.mtime_ns) == (other.path, other.size, other.mtime_ns)
