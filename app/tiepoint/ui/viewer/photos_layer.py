"""PhotosLayer: which frusta are shown, hovered and selected, and drawing them so. GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from tiepoint.ui import theme
from tiepoint.ui.viewer.camera import CameraView
from tiepoint.ui.viewer.drawables import Drawable, drawable
from tiepoint.ui.viewer.frusta import Frusta
from tiepoint.ui.viewer.scene import Scene
from tiepoint.ui.viewer.stage import Stage
from tiepoint.ui.viewer.surface import Part, Texture
from tiepoint.ui.viewer.terms import PhotoPose, Tone

_WIDTH_PX, _STRONG_PX = 1.6, 3.0


class PhotosLayer(QObject):
    """The frusta over one stage.

    Args:
        stage: Draws them.
        parent: Owner.

    Signals:
        hovered: str, name or empty.
    """

    hovered = Signal(object)

    def __init__(self, stage: Stage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stage = stage
        self._photos: tuple[PhotoPose, ...] = ()
        self._size = 0.0
        self._frusta = Frusta((), 0.0)
        self._is_shown = True
        self._selected = ""
        self._hovered = ""
        self._pictures: dict[str, QImage] = {}

    @property
    def selected(self) -> str:
        """Name of the selected photo, or empty."""
        return self._selected

    @property
    def is_shown(self) -> bool:
        """Whether frusta are drawn."""
        return self._is_shown

    @property
    def photos(self) -> tuple[PhotoPose, ...]:
        """The poses."""
        return self._photos

    def find(self, name: str) -> PhotoPose | None:
        """Return a photo's pose."""
        return self._frusta.find(name)

    def set_photos(self, photos: Iterable[PhotoPose], size: float) -> None:
        """Show these photos in a scene of this size."""
        self._photos = tuple(photos)
        self.set_size(size)

    def set_size(self, size: float) -> None:
        """Fit the frusta to a scene of this size."""
        self._size = size
        self._frusta = Frusta(self._photos, size)
        if self._frusta.find(self._selected) is None:
            self._selected = ""
        self.draw()

    def set_shown(self, shown: bool) -> None:
        """Show or hide all."""
        self._is_shown = shown
        self.draw()

    def select(self, name: str) -> None:
        """Select one, or none."""
        self._selected = name if self._frusta.find(name) is not None else ""
        self.draw()

    def set_picture(self, name: str, picture: QImage | None) -> None:
        """Keep the picture of one photo; only the selected one's is needed, so others are forgotten."""
        self._pictures.clear()
        if picture is not None and not picture.isNull():
            self._pictures[name] = picture
        self.draw()

    def at(self, camera: CameraView, x: float, y: float) -> str:
        """Return the photo under a pixel, or an empty text."""
        return self._frusta.at(camera, x, y) if self._is_shown else ""

    def hover(self, name: str) -> None:
        """Light one up, or none."""
        if name != self._hovered:
            self._hovered = name
            self.hovered.emit(name)
            self.draw()

    def draw(self) -> None:
        """Have everything drawn again, in the theme's colours."""
        tokens = theme.tokens()
        tones = {
            Tone.PLAIN: _rgb(tokens.accent),
            Tone.DONE: _rgb(tokens.ok.solid),
            Tone.NOW: _rgb(tokens.accent),
            Tone.WAITING: _rgb(tokens.queued.solid),
        }
        special = frozenset(name for name in (self._selected, self._hovered) if name)
        groups = {
            "photos": self._lines(tones, without=special),
            "hovered": self._lines(dict.fromkeys(Tone, _rgb(tokens.text)), only=self._hovered),
            "selected": self._lines(dict.fromkeys(Tone, _rgb(tokens.warn.solid)), only=self._selected),
        }
        corners, picture = self._plane()

        def draw(scene: Scene) -> None:
            for name, (points, lines, colours) in groups.items():
                scene.set_lines(name, points, lines, colours, _WIDTH_PX if name == "photos" else _STRONG_PX)
            scene.set_plane(corners, picture() if picture else None)

        self._stage.post(draw)

    def _lines(
        self,
        colours: dict[Tone, tuple[int, int, int]],
        *,
        only: str | None = None,
        without: frozenset[str] = frozenset(),
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.uint8]]:
        if not self._is_shown or not self._photos or only == "":
            return np.empty((0, 3)), np.empty((0, 2), np.int32), np.empty((0, 3), np.uint8)
        return self._frusta.lines(colours, only=only or "", without=without)

    def _plane(self) -> tuple[NDArray[Any] | None, Callable[[], Drawable] | None]:
        picture = self._pictures.get(self._selected)
        if picture is None or not self._is_shown:
            return None, None
        small = picture.scaled(512, 512, Qt.AspectRatioMode.KeepAspectRatio).convertToFormat(
            QImage.Format.Format_RGB888
        )
        rows = np.frombuffer(small.constBits(), np.uint8).reshape(small.height(), small.bytesPerLine())
        pixels = rows[:, : small.width() * 3].reshape(small.height(), small.width(), 3).copy()
        return self._frusta.image_corners(self._selected), lambda: _picture(pixels)


def _picture(pixels: NDArray[np.uint8]) -> Drawable:
    """Make a picture ready to be drawn; needs VTK, so in the render thread."""
    square = np.zeros((4, 3), np.float32)
    uv = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    normals = np.tile(np.array([0, 0, 1], np.float32), (4, 1))
    texture = Texture(pixels, (pixels.shape[1], pixels.shape[0]))
    return drawable(Part(square, faces, uv=uv, normals=normals, texture=texture))


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return red, green, blue
