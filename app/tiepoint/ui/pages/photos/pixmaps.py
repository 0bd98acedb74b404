"""Pictures of photos as pixmaps, kept up to a limit; asks the service for what is visible and no more. The GUI thread.

Must not read files or decode: pictures come as plain pixels from `services.photo_pictures`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from tiepoint.domain.photo_picture import PhotoPicture
from tiepoint.domain.photo_set import SetPhoto
from tiepoint.services.photo_pictures import PhotoPictures

_MOST_BYTES: Final = 160_000_000
Key: TypeAlias = tuple[str, int, int]


@dataclass(slots=True)
class _Kept:
    pixmap: QPixmap | None
    longest_px: int
    is_rough: bool
    scaled: QPixmap | None = None
    scaled_size: QSize | None = None

    @property
    def bytes(self) -> int:
        """Memory of the pixmap."""
        return 0 if self.pixmap is None else self.pixmap.width() * self.pixmap.height() * 4


class Pixmaps(QObject):
    """Thumbnails of photos.

    Signals:
        arrived(path): There is a picture of a photo now, or a better one.

    Args:
        pictures: Delivers them.
        parent: Lives as long as this.
    """

    arrived = Signal(object)  # as Qt text, a name with bytes that are no UTF-8 would lose them

    def __init__(self, pictures: PhotoPictures, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._asked: dict[str, Key] = {}
        self._bytes = 0
        pictures.arrived.subscribe(self._on_arrived)

    def want(self, photos: Sequence[SetPhoto], longest_px: int) -> None:
        """Ask for pictures of these photos, visible ones first; those that are here already are not asked for."""
        missing = [photo for photo in photos if not photo.is_unusable and not self._is_fine(_key(photo), longest_px)]
        self._asked = {photo.path: _key(photo) for photo in missing}
        self._pictures.show(missing, longest_px)

    def pixmap(self, photo: SetPhoto) -> QPixmap | None:
        """Return the best picture there is of a photo."""
        kept = self._kept.get(_key(photo))
        return kept.pixmap if kept else None

    def filling(self, photo: SetPhoto, size: QSize, ratio: float) -> QPixmap | None:
        """Return the picture of a photo, cut so that it fills a size; the last size asked for is kept.

        Args:
            photo: Which.
            size: In device-independent pixels.
            ratio: Device pixels per device-independent pixel.
        """
        key = _key(photo)
        kept = self._kept.get(key)
        if kept is None or kept.pixmap is None:
            return None
        self._kept.move_to_end(key)
        device = size * ratio
        if kept.scaled is None or kept.scaled_size != device:
            kept.scaled, kept.scaled_size = _filled(kept.pixmap, device, ratio), device
        return kept.scaled

    def _is_fine(self, key: Key, longest_px: int) -> bool:
        kept = self._kept.get(key)
        return kept is not None and not kept.is_rough and kept.longest_px >= longest_px

    def _on_arrived(self, picture: PhotoPicture) -> None:
        key = self._asked.get(picture.path)
        if key is None:
            return
        before = self._kept.get(key)
        if before is not None and picture.is_rough and not before.is_rough:
            return
        self._bytes -= before.bytes if before else 0
        kept = _Kept(pixmap_of(picture), picture.longest_px, picture.is_rough)
        self._kept[key] = kept
        self._bytes += kept.bytes
        self._let_go()
        self.arrived.emit(picture.path)

    def _let_go(self) -> None:
        while self._bytes > _MOST_BYTES and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].bytes


def pixmap_of(picture: PhotoPicture) -> QPixmap | None:
    """Turn plain pixels into a pixmap; None when there are none or they do not fit their size."""
    if picture.problem or len(picture.rgb) < picture.width * picture.height * 3 or not picture.rgb:
        return None
    pixels = QImage(picture.rgb, picture.width, picture.height, picture.width * 3, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(pixels)


def _filled(pixmap: QPixmap, device: QSize, ratio: float) -> QPixmap:
    scaled = pixmap.scaled(
        device, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
    )
    left, top = (scaled.width() - device.width()) // 2, (scaled.height() - device.height()) // 2
    cut = scaled.copy(left, top, device.width(), device.height())
    cut.setDevicePixelRatio(ratio)
    return cut


def _key(photo: SetPhoto) -> Key:
    return photo.path, photo.size, photo.mtime_ns
