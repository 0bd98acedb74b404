"""A 3D view without 3D: it remembers what it was asked, and a test plays what would happen in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QWidget

from tiepoint.ui.viewer import (
    CameraView,
    DisplayMode,
    Mark,
    ModelFacts,
    PhotoPose,
    Point,
    Projection,
    Slot,
    ViewerState,
)


class FakeModelView(QWidget):
    """Has the signals and calls of `ui.viewer.ModelView`; a click at (x, y) picks the point (x, y, 0)."""

    state_changed = Signal(ViewerState)
    no_opengl = Signal(str)
    load_progress = Signal(object)
    loaded = Signal(object)
    load_failed = Signal(object)
    load_cancelled = Signal(object)
    detail_changed = Signal(object)
    camera_moved = Signal(object)
    photo_hovered = Signal(str)
    photo_clicked = Signal(str)
    point_picked = Signal(object)
    pointer_at = Signal(object)
    measuring_ended = Signal(bool)
    turntable_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.calls: list[tuple[str, Any]] = []
        self.opened: list[Path] = []
        self.facts: ModelFacts | None = None
        self.mode = DisplayMode.TEXTURED
        self.projection = Projection.PERSPECTIVE
        self.is_measuring = False
        self.is_loading = False
        self.photos: list[PhotoPose] = []
        self.marks: list[Mark] = []
        self.selected = ""
        self.pictures: dict[str, QImage | None] = {}
        self.camera = CameraView((320, 240, 500), (320, 240, 0), (0, 1, 0), width=640, height=480)

    def asked(self, name: str) -> list[Any]:
        """What a call was given, each time it was made."""
        return [value for called, value in self.calls if called == name]

    def finish_loading(self, *, faces: int = 100, has_colours: bool = True) -> None:
        """Let the model that is loading be there."""
        self.is_loading = False
        path = self.opened[-1]
        self.facts = ModelFacts(path, faces, 60, ((0, 0, 0), (1, 1, 1)), has_colours=has_colours)
        self.loaded.emit(self.facts)

    def open_model(self, path: Path, *, keep_camera: bool = False) -> None:
        self.opened.append(path)
        self.is_loading = True

    def cancel_loading(self) -> None:
        self.is_loading = False
        self.load_cancelled.emit(self.opened[-1])

    def set_mode(self, mode: DisplayMode) -> None:
        self.mode = mode

    def set_projection(self, projection: Projection) -> None:
        self.projection = projection
        self.camera = dataclasses.replace(self.camera, is_orthographic=projection is Projection.ORTHOGRAPHIC)
        self.camera_moved.emit(self.camera)

    def set_slot(self, slot: Slot, widget: QWidget | None) -> None:
        if widget is not None:
            widget.setParent(self)

    def set_photos(self, photos: Iterable[PhotoPose]) -> None:
        self.photos = list(photos)

    def select_photo(self, name: str) -> None:
        self.selected = name

    def set_photo_picture(self, name: str, picture: QImage | None) -> None:
        self.pictures[name] = picture

    def set_marks(self, marks: Iterable[Mark]) -> None:
        self.marks = list(marks)

    def set_measuring(self, measuring: bool) -> None:
        self.is_measuring = measuring

    def screenshot(self, *, scale: int = 1, with_overlay: bool = True, path: Path | None = None) -> Future[QImage]:
        self.calls.append(("screenshot", path))
        taken: Future[QImage] = Future()
        taken.set_result(QImage(4, 4, QImage.Format.Format_RGB888))
        return taken

    def click(self, x: int, y: int) -> QPoint:
        """Where to click for the point (x, y, 0)."""
        return QPoint(x, y)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.is_measuring:
            place: Point = (event.position().x(), event.position().y(), 0.0)
            self.point_picked.emit(place)

    def set_corner_radius(self, radius_px: int) -> None:
        self.calls.append(("set_corner_radius", radius_px))

    def fit(self, *, with_photos: bool = False) -> None:
        self.calls.append(("fit", None))

    def look_from(self, direction: Any) -> None:
        self.calls.append(("look_from", direction))

    def look_through(self, name: str) -> None:
        self.calls.append(("look_through", name))

    def set_turntable(self, running: bool) -> None:
        self.calls.append(("set_turntable", running))
        self.turntable_changed.emit(running)

    def set_photos_shown(self, shown: bool) -> None:
        self.calls.append(("set_photos_shown", shown))

    def show_full_detail(self) -> None:
        self.calls.append(("show_full_detail", None))

    def clear(self) -> None:
        self.facts = None
        self.calls.append(("clear", None))

    def shut(self) -> None:
        self.calls.append(("shut", None))
