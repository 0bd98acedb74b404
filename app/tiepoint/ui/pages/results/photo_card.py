"""The Photo card: the photo of the camera that was clicked, and its neighbours. The GUI thread only."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tiepoint.domain.model_facts import Camera
from tiepoint.domain.photo_picture import PhotoPicture
from tiepoint.ui import theme
from tiepoint.ui.pages.results.fact_rows import FactRows
from tiepoint.ui.text import grouped, plain, tr, tr_count
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.theme.tokens import RADIUS
from tiepoint.ui.viewmodels.results_facts import FactRow
from tiepoint.ui.viewmodels.results_photo import PhotoModel
from tiepoint.ui.widgets.buttons import Button, IconButton
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import row

_CONTEXT: Final = "Results"
_SMALL_PX: Final = 320


class PhotoCard(Card):
    """The selected photo.

    Signals:
        look_through_wanted(photo): Fly to where it was taken.
        picture_ready(photo, image): A small picture of it for the view.

    Args:
        photos: Which photo is selected.
    """

    look_through_wanted = Signal(object)
    picture_ready = Signal(object, QImage)

    def __init__(self, photos: PhotoModel) -> None:
        self._look = Button(tr(_CONTEXT, "Look through"), "eye", size="small")
        self._back = IconButton("chevron-left", tr(_CONTEXT, "Previous photo"), size=16)
        self._forward = IconButton("chevron-right", tr(_CONTEXT, "Next photo"), size=16)
        super().__init__(tr(_CONTEXT, "Photo"), " ", self._look)
        self._photos = photos
        self.picture = _Picture()
        self.facts = FactRows()
        self._hint = Label(tr(_CONTEXT, "Click a camera in the view, or step through."), "sub", wrap=True)
        self._place = Label("", "value")
        self._place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        steps = row(self._back, self._place, self._forward, spacing=4)
        steps.setStretch(1, 1)
        self.add(self._hint, self.picture, steps, self.facts, spacing=8, margins=(16, 0, 16, 14))
        self._connect()
        self._on_selected()

    def _connect(self) -> None:
        self._photos.selected.connect(self._on_selected)
        self._photos.arrived.connect(self._on_arrived)
        self._back.clicked.connect(lambda: self._photos.step(-1))
        self._forward.clicked.connect(lambda: self._photos.step(1))
        self._look.clicked.connect(self._on_look)

    def _on_look(self) -> None:
        if self._photos.camera is not None:
            self.look_through_wanted.emit(self._photos.camera.photo)

    def _on_selected(self) -> None:
        camera, count = self._photos.camera, len(self._photos.cameras)
        self.setVisible(count > 0)
        self._look.setEnabled(camera is not None)
        if self.head is not None:
            self.head.title_label.setText(tr(_CONTEXT, "Photo") if camera is None else _name(camera))
        self._place.setText(_place_text(self._photos.position, count))
        self.picture.setVisible(camera is not None)
        self.picture.show_image(None, tr(_CONTEXT, "Loading"))
        self._hint.setVisible(camera is None)
        self.facts.show_rows(() if camera is None else _facts_of(camera))

    def _on_arrived(self) -> None:
        camera, picture = self._photos.camera, self._photos.picture
        if camera is None:
            return
        image = None if picture is None else image_of(picture)
        self.picture.show_image(image, self._photos.problem)
        if image is not None:
            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation
            self.picture_ready.emit(camera.photo, image.scaled(_SMALL_PX, _SMALL_PX, keep, smooth))


class _Picture(QWidget):
    """The photo with round corners, or a word instead of it."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self.words = ""
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def image(self) -> QImage | None:
        """What is shown."""
        return self._image

    def show_image(self, image: QImage | None, words: str) -> None:
        """Show a picture, or words while there is none."""
        self._image, self.words = image, words
        self.setAccessibleName(tr(_CONTEXT, "Photo") if image is not None else words)
        self.updateGeometry()
        self.update()

    def heightForWidth(self, width: int) -> int:
        """As high as the picture is at this width, within reason."""
        if self._image is None or self._image.width() == 0:
            return round(width * 0.66)
        return min(round(width * self._image.height() / self._image.width()), round(width * 1.1))

    def hasHeightForWidth(self) -> bool:
        """Its height follows its width."""
        return True

    def sizeHint(self) -> QSize:
        """Wide as a card."""
        return QSize(288, self.heightForWidth(288))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape, box = QPainterPath(), QRectF(self.rect())
        shape.addRoundedRect(box, RADIUS, RADIUS)
        painter.fillPath(shape, QColor(tokens.raised))
        if self._image is None:
            painter.setFont(font(12))
            painter.setPen(QColor(tokens.text2))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(16, 8, -16, -8), flags, self.words)
            return
        painter.setClipPath(shape)
        scale = max(box.width() / self._image.width(), box.height() / self._image.height())
        if self._image.height() > self._image.width() * 1.1:
            scale = min(box.width() / self._image.width(), box.height() / self._image.height())
        width, height = self._image.width() * scale, self._image.height() * scale
        place = QRectF((box.width() - width) / 2, (box.height() - height) / 2, width, height)
        painter.drawImage(place, self._image)


def image_of(picture: PhotoPicture) -> QImage | None:
    """Return a decoded photo as an image of its own; None when there are no pixels."""
    if not picture.rgb:
        return None
    stride = 3 * picture.width
    return QImage(picture.rgb, picture.width, picture.height, stride, QImage.Format.Format_RGB888).copy()


def _name(camera: Camera) -> str:
    return plain(camera.photo.rpartition("/")[2], limit=24)


def _place_text(position: int | None, count: int) -> str:
    if position is None:
        return tr_count(_CONTEXT, "{count} photo", "{count} photos", count)
    return tr(_CONTEXT, "{place} of {count}", place=grouped(position), count=grouped(count))


def _facts_of(camera: Camera) -> tuple[FactRow, ...]:
    rows = []
    if camera.tie_points is not None:
        rows.append(FactRow(tr(_CONTEXT, "Tie points seen"), grouped(camera.tie_points)))
    rows.append(FactRow(tr(_CONTEXT, "Size"), f"{camera.width_px} × {camera.height_px} px"))
    rows.append(FactRow(tr(_CONTEXT, "Focal length"), f"{camera.focal_px:.0f} px"))
    return tuple(rows)
