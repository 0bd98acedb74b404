"""ModelView: the 3D view as a widget for any page. GUI thread.

It holds the parts together and is what pages talk to; it must not read files, import VTK or draw in 3D by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from tiepoint.ui.viewer.camera import CameraView
from tiepoint.ui.viewer.marks import Mark
from tiepoint.ui.viewer.terms import (
    Backfaces,
    Detail,
    Direction,
    DisplayMode,
    ModelFacts,
    PhotoPose,
    Point,
    Projection,
    Slot,
    ViewerState,
)


class ModelView(QWidget):
    """A 3D view of one model, its photos' frusta and marks over it.

    Cheap to create: the 3D library is loaded in a thread after the first show. Everything may be called before that
    and takes effect when the view is ready. Without OpenGL every call is accepted and does nothing.

    Signals:
        state_changed: ViewerState.
        no_opengl: str, a sentence why; once, when there is no OpenGL.
        load_progress: LoadProgress, at most about 10 times a second.
        loaded: ModelFacts, when the model is first seen (big ones simplified, see `detail_changed`).
        load_failed: TiepointError; InputError names the file and the reason. Not sent after `cancel_loading`.
        load_cancelled: Path.
        detail_changed: Detail.
        camera_moved: CameraView, with every picture that shows another camera; projects points to widget pixels.
        photo_hovered: str, name of the photo whose frustum is under the pointer; empty when none is.
        photo_clicked: str, name; empty for a click beside every frustum while one was selected.
        point_picked: object, a Point on the surface, for every click in measuring mode.
        pointer_at: object, a Point under the pointer in measuring mode or None.
        measuring_ended: bool, True by Enter or a double click, False by Esc.
        turntable_changed: bool.
        files_dropped is not here: drops pass through the view to the window.
    """

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

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ViewerState.WAITING

    # what there is

    @property
    def state(self) -> ViewerState:
        """Where the view is in its life."""
        return self._state

    @property
    def facts(self) -> ModelFacts | None:
        """Facts of the model shown, or None."""
        raise NotImplementedError

    @property
    def detail(self) -> Detail | None:
        """How much of the model is drawn, or None without one."""
        raise NotImplementedError

    @property
    def camera(self) -> CameraView:
        """The camera of the picture shown now."""
        raise NotImplementedError

    @property
    def is_loading(self) -> bool:
        """True between `open_model` and its outcome."""
        raise NotImplementedError

    # models

    def open_model(self, path: Path, *, keep_camera: bool = False) -> None:
        """Load a model in a thread and show it in place of what is shown: GLB, OBJ, PLY or STL.

        What is shown stays until the new model is there, also when loading fails. A load under way is cancelled.

        Args:
            path: The file.
            keep_camera: Leave the camera where it is.
        """
        raise NotImplementedError

    def cancel_loading(self) -> None:
        """Stop loading; what is shown stays."""
        raise NotImplementedError

    def show_full_detail(self) -> None:
        """Draw every face when the view stands still, however long that takes here."""
        raise NotImplementedError

    def update_cloud(self, points: NDArray[np.float32], colours: NDArray[np.uint8] | None = None) -> None:
        """Show the points a running job has so far, over a ground grid; the camera is fitted the first time.

        Args:
            points: (N, 3) float32, job frame.
            colours: (N, 3) uint8 RGB.
        """
        raise NotImplementedError

    def clear(self) -> None:
        """Show nothing: model, cloud, frusta and marks go; loading is cancelled."""
        raise NotImplementedError

    # looks

    def set_mode(self, mode: DisplayMode) -> None:
        """Choose how surfaces are drawn."""
        raise NotImplementedError

    @property
    def mode(self) -> DisplayMode:
        """How surfaces are drawn."""
        raise NotImplementedError

    def set_point_size(self, size_px: float) -> None:
        """Choose the size of points, logical pixels, 1 to 12."""
        raise NotImplementedError

    def set_backfaces(self, backfaces: Backfaces) -> None:
        """Choose what is drawn where a surface is seen from behind."""
        raise NotImplementedError

    def set_grid_shown(self, shown: bool) -> None:
        """Show or hide the ground grid."""
        raise NotImplementedError

    def set_corner_radius(self, radius_px: int) -> None:
        """Round the picture's lower corners (all four when nothing is above it) to sit flush in a card."""
        raise NotImplementedError

    def set_slot(self, slot: Slot, widget: QWidget | None) -> None:
        """Put a widget of the page into a corner over the picture; None empties the corner.

        The view becomes its parent, keeps it 12 px from the edges and above the marks.
        """
        raise NotImplementedError

    # camera

    def fit(self) -> None:
        """Fly back until the whole model fills the picture."""
        raise NotImplementedError

    def look_from(self, direction: Direction) -> None:
        """Fly to a standard view and fit the model."""
        raise NotImplementedError

    def look_through(self, name: str) -> None:
        """Fly to where a photo was taken, looking as it did; selects it. An unknown name does nothing."""
        raise NotImplementedError

    def set_projection(self, projection: Projection) -> None:
        """Choose perspective or orthographic."""
        raise NotImplementedError

    @property
    def projection(self) -> Projection:
        """Perspective or orthographic."""
        raise NotImplementedError

    def set_turntable(self, running: bool) -> None:
        """Turn the model slowly until told otherwise or touched."""
        raise NotImplementedError

    # photos

    def set_photos(self, photos: Iterable[PhotoPose]) -> None:
        """Show these photos' frusta in place of the ones before; call again when tones change."""
        raise NotImplementedError

    def set_photos_shown(self, shown: bool) -> None:
        """Show or hide all frusta."""
        raise NotImplementedError

    def select_photo(self, name: str) -> None:
        """Draw one frustum as selected; an empty or unknown name selects none. Sends no signal."""
        raise NotImplementedError

    def set_photo_picture(self, name: str, picture: QImage | None) -> None:
        """Show a small picture of the photo in its frustum while it is selected."""
        raise NotImplementedError

    # marks and measuring

    def set_marks(self, marks: Iterable[Mark]) -> None:
        """Draw these marks over the model in place of the ones before."""
        raise NotImplementedError

    def set_measuring(self, measuring: bool) -> None:
        """Start or stop measuring mode: clicks (not drags) send `point_picked`."""
        raise NotImplementedError

    @property
    def is_measuring(self) -> bool:
        """True in measuring mode."""
        raise NotImplementedError

    def pick(self, x: float, y: float) -> Future[Point | None]:
        """Return the surface point under a widget pixel, found in a thread on the full model; None beside it."""
        raise NotImplementedError

    # pictures

    def screenshot(self, *, scale: int = 1, with_overlay: bool = True, path: Path | None = None) -> Future[QImage]:
        """Draw a picture apart from the screen; in a coroutine `await asyncio.wrap_future(view.screenshot())`.

        Works while the view is hidden too, once it is READY. Slots are never part of it.

        Args:
            scale: 1 to 4 times the widget's size.
            with_overlay: Draw marks and labels too.
            path: Also save it there (PNG or JPEG by its ending), in a thread.

        Returns:
            The picture; fails with OperationFailed when there is no 3D view, NoSpace or OperationFailed when it
            cannot be saved.
        """
        raise NotImplementedError

    # end

    def shut(self) -> None:
        """Release everything of OpenGL and end the threads; the view stays as an empty widget. Also on `close()`."""
        raise NotImplementedError
