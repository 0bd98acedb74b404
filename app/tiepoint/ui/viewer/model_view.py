"""ModelView: the 3D view as a widget for any page. GUI thread.

It holds the parts together and is what pages talk to; it must not read files, import VTK or draw in 3D by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QImage, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

from tiepoint.domain.errors import TiepointError
from tiepoint.ui import theme
from tiepoint.ui.viewer.aim import Aim
from tiepoint.ui.viewer.camera import CameraView
from tiepoint.ui.viewer.canvas import Canvas
from tiepoint.ui.viewer.content import Content
from tiepoint.ui.viewer.limits import Limits
from tiepoint.ui.viewer.looks import Look
from tiepoint.ui.viewer.marks import Mark
from tiepoint.ui.viewer.notice_words import no_opengl_words, waiting_words
from tiepoint.ui.viewer.photos_layer import PhotosLayer
from tiepoint.ui.viewer.picker import Picker
from tiepoint.ui.viewer.pointing import Pointing
from tiepoint.ui.viewer.render_thread import Frame
from tiepoint.ui.viewer.screenshots import Screenshots
from tiepoint.ui.viewer.stage import Stage
from tiepoint.ui.viewer.surface import Model
from tiepoint.ui.viewer.terms import (
    Backfaces,
    Detail,
    Direction,
    DisplayMode,
    LoadProgress,
    ModelFacts,
    PhotoPose,
    Point,
    Projection,
    ViewerState,
)

_START_AFTER_MS: Final = 40


class ModelView(Canvas):
    """A 3D view of one model, its photos' frusta and marks over it.

    Drops of files pass through to the window. Cheap to create: the 3D library is loaded in a thread after the first
    show. Everything may be called before that and takes effect when the view is ready. Without OpenGL every call is
    accepted and does nothing.

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
    """

    state_changed = Signal(ViewerState)
    no_opengl = Signal(str)
    load_progress = Signal(object)
    loaded = Signal(object)
    load_failed = Signal(object)
    load_cancelled = Signal(object)
    detail_changed = Signal(object)
    camera_moved = Signal(object)
    photo_hovered = Signal(object)
    photo_clicked = Signal(object)
    point_picked = Signal(object)
    pointer_at = Signal(object)
    measuring_ended = Signal(bool)
    turntable_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ViewerState.WAITING
        self._look = Look().themed(theme.tokens())
        self._camera = CameraView()
        self._setup_parts()
        self._connect()
        self._send_look()

    def _setup_parts(self) -> None:
        self._stage = Stage()
        self._photos = PhotosLayer(self._stage, self)
        self._shots = Screenshots(self._stage, self)
        self._content = Content(self._stage, self)
        self._aim = Aim(self._navigation, self._content, self._photos, self)
        self._picker = Picker()
        self._pointing = Pointing(
            self,
            self._navigation,
            self._photos,
            self._overlay,
            self._picker,
            shown_camera=lambda: self._camera,
            is_ready=lambda: self._state is ViewerState.READY,
        )

    def _connect(self) -> None:
        stage = self._stage
        stage.ready.connect(self._on_ready)
        stage.failed.connect(self._on_no_opengl)
        stage.drawn.connect(self._on_drawn)
        self._navigation.moved.connect(self._on_moved)
        self._aim.turning_changed.connect(self.turntable_changed)
        self._photos.hovered.connect(self.photo_hovered)
        self._pointing.photo_clicked.connect(self.photo_clicked)
        self._pointing.point_picked.connect(self.point_picked)
        self._pointing.pointer_at.connect(self.pointer_at)
        self._pointing.measuring_ended.connect(self.measuring_ended)
        self._pointing.pivot_picked.connect(self._aim.pivot)
        self._content.progress.connect(self._on_progress)
        self._content.taken.connect(self._aim.look_first)
        self._content.shown.connect(self._on_content)
        self._content.seen.connect(self._on_seen)
        self._content.failed.connect(self._on_failed)
        self._content.detail_changed.connect(self.detail_changed)
        theme.watch(self._on_theme_changed)
        # A view that is destroyed with its window gets no close event; the stage must not be drawn on any more.
        self.destroyed.connect(partial(_abandon, self._stage, self._picker))
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.shut)

    # what there is

    @property
    def state(self) -> ViewerState:
        """Where the view is in its life."""
        return self._state

    @property
    def facts(self) -> ModelFacts | None:
        """Facts of the model shown, or None."""
        return self._content.facts

    @property
    def detail(self) -> Detail | None:
        """How much of the model is drawn, or None without one."""
        return self._content.detail

    @property
    def camera(self) -> CameraView:
        """The camera of the picture shown now."""
        return self._camera

    @property
    def is_loading(self) -> bool:
        """True between `open_model` and its outcome."""
        return self._content.is_loading

    # models

    def open_model(self, path: Path, *, keep_camera: bool = False) -> None:
        """Load a model in a thread and show it in place of what is shown: GLB, OBJ, PLY or STL.

        What is shown stays until the new model is there, also when loading fails. A load under way is cancelled.

        Args:
            path: The file.
            keep_camera: Leave the camera where it is.
        """
        self._content.open(path, keep_camera=keep_camera)
        self._tell()

    def cancel_loading(self) -> None:
        """Stop loading; what is shown stays."""
        path = self._content.cancel()
        self._tell()
        if path is not None:
            self.load_cancelled.emit(path)

    def show_full_detail(self) -> None:
        """Draw every face when the view stands still, however long that takes here."""
        self._content.show_full_detail()

    def update_cloud(self, points: NDArray[np.float32], colours: NDArray[np.uint8] | None = None) -> None:
        """Show the points a running job has so far, over a ground grid; the camera is fitted the first time.

        Args:
            points: (N, 3) float32, job frame.
            colours: (N, 3) uint8 RGB.
        """
        self._content.show_cloud(points, colours)

    def clear(self) -> None:
        """Show nothing: model, cloud, frusta and marks go; loading is cancelled."""
        self.cancel_loading()
        self._aim.stop()
        self._content.clear()
        self._picker.set_model(None)
        self._photos.set_photos((), 0.0)
        self.set_marks(())
        self._ask(moving=False)

    # looks

    def set_mode(self, mode: DisplayMode) -> None:
        """Choose how surfaces are drawn."""
        self._look = replace(self._look, mode=mode)
        self._send_look()

    @property
    def mode(self) -> DisplayMode:
        """How surfaces are drawn."""
        return self._look.mode

    def set_point_size(self, size_px: float) -> None:
        """Choose the size of points, logical pixels, 1 to 12."""
        self._look = replace(self._look, point_size_px=float(np.clip(size_px, 1, 12)))
        self._send_look()

    def set_backfaces(self, backfaces: Backfaces) -> None:
        """Choose what is drawn where a surface is seen from behind."""
        self._look = replace(self._look, backfaces=backfaces)
        self._send_look()

    def set_grid_shown(self, shown: bool) -> None:
        """Show or hide the ground grid."""
        self._content.set_grid_shown(shown)

    # camera

    def fit(self, *, with_photos: bool = False) -> None:
        """Fly back until the whole model fills the picture.

        Args:
            with_photos: Until the places where the photos were taken are in it, too.
        """
        self._aim.fit(with_photos=with_photos)

    def look_from(self, direction: Direction) -> None:
        """Fly to a standard view and fit the model."""
        self._aim.look_from(direction)

    def look_through(self, name: str) -> None:
        """Fly to where a photo was taken, looking as it did; selects it. An unknown name does nothing."""
        self._aim.look_through(name)

    def set_projection(self, projection: Projection) -> None:
        """Choose perspective or orthographic."""
        self._aim.set_projection(projection)

    @property
    def projection(self) -> Projection:
        """Perspective or orthographic."""
        return self._aim.projection

    def set_turntable(self, running: bool) -> None:
        """Turn the model slowly until told otherwise or touched."""
        if not running:
            self._aim.stop()
            self._ask(moving=False)
        elif self._state is ViewerState.READY:
            self._aim.turn()

    @property
    def is_turning(self) -> bool:
        """True while the turntable runs."""
        return self._aim.is_turning

    # photos

    def set_photos(self, photos: Iterable[PhotoPose]) -> None:
        """Show these photos' frusta in place of the ones before; call again when tones change."""
        self._photos.set_photos(photos, self._content.size)
        self._aim.look_at_photos()

    def set_photos_shown(self, shown: bool) -> None:
        """Show or hide all frusta."""
        self._photos.set_shown(shown)

    def select_photo(self, name: str) -> None:
        """Draw one frustum as selected; an empty or unknown name selects none. Sends no signal."""
        self._photos.select(name)

    @property
    def selected_photo(self) -> str:
        """Name of the selected photo, or empty."""
        return self._photos.selected

    def set_photo_picture(self, name: str, picture: QImage | None) -> None:
        """Show a small picture of the photo in its frustum while it is selected."""
        self._photos.set_picture(name, picture)

    # marks and measuring

    def set_marks(self, marks: Iterable[Mark]) -> None:
        """Draw these marks over the model in place of the ones before."""
        self._overlay.set_marks(marks)

    def set_measuring(self, measuring: bool) -> None:
        """Start or stop measuring mode: clicks (not drags) send `point_picked`."""
        self._pointing.set_measuring(measuring and self._state is not ViewerState.NO_OPENGL)

    @property
    def is_measuring(self) -> bool:
        """True in measuring mode."""
        return self._pointing.is_measuring

    def pick(self, x: float, y: float) -> Future[Point | None]:
        """Return the surface point under a widget pixel, found in a thread on the full model; None beside it."""
        return self._picker.pick(self._camera, x, y)

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
        ratio = float(np.clip(scale, 1, 4))
        paint = self._overlay.draw if with_overlay else None
        return self._shots.take(self._navigation.camera, ratio, paint, path)

    # end

    def shut(self) -> None:
        """Release everything of OpenGL and end the threads; the view stays as an empty widget. Also on `close()`."""
        if self._state is ViewerState.CLOSED:
            return
        self._set_state(ViewerState.CLOSED)
        self._aim.stop()
        self._content.shut()
        self._shots.shut()
        self._stage.shut()
        self._picker.shut()
        self._pane.set_image(None)

    # from the parts

    def _on_ready(self, limits: Limits) -> None:
        self._set_state(ViewerState.READY)
        self._send_look()
        self._content.begin(limits)
        self._tell()
        self._ask(moving=False)

    def _on_no_opengl(self, reason: str) -> None:
        self._content.give_up()
        self._set_state(ViewerState.NO_OPENGL)
        self._pane.set_image(None)
        self._notice.say(*no_opengl_words(reason))
        self.no_opengl.emit(reason)

    def _on_drawn(self, frame: Frame) -> None:
        self._pane.set_image(frame.image)
        self._aim.set_frame_time(frame.seconds)
        self._overlay.set_camera(frame.camera)
        has_moved = frame.camera != self._camera
        self._camera = frame.camera
        if has_moved:
            self.camera_moved.emit(frame.camera)
        self._content.take(frame)

    def _on_moved(self, camera: CameraView, moving: bool) -> None:
        self._ask(moving=moving)

    def _on_content(self, model: Model) -> None:
        self._picker.set_model(model)
        self._photos.set_size(self._content.size)
        self._ask(moving=False)

    def _on_seen(self, facts: ModelFacts) -> None:
        self._tell()
        self.loaded.emit(facts)

    def _on_failed(self, error: TiepointError) -> None:
        self._tell()
        self.load_failed.emit(error)

    def _on_progress(self, progress: LoadProgress) -> None:
        self._tell(progress)
        self.load_progress.emit(progress)

    def _on_theme_changed(self) -> None:
        self._look = self._look.themed(theme.tokens())
        self._send_look()
        self._photos.draw()
        self._content.draw_grid()
        self._notice.retint()
        self._overlay.update()

    # inside

    def _set_state(self, state: ViewerState) -> None:
        if state is not self._state:
            self._state = state
            self.state_changed.emit(state)

    def _start(self) -> None:
        if self._state is ViewerState.WAITING:
            self._set_state(ViewerState.STARTING)
            self._tell()
            self._stage.start()

    def _tell(self, progress: LoadProgress | None = None) -> None:
        if self._state in {ViewerState.NO_OPENGL, ViewerState.CLOSED}:
            return
        is_opening = self._content.is_loading and self._content.is_empty
        self._notice.say(*waiting_words(self._state, is_opening=is_opening, progress=progress))

    def _ask(self, *, moving: bool) -> None:
        self._stage.ask(self._navigation.camera, self.devicePixelRatioF(), moving=moving)

    def _send_look(self) -> None:
        look = self._look
        self._stage.post(lambda scene: scene.set_look(look))

    def _press_shortcut(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:  # Ctrl with a figure goes to a page
            return False
        if self._aim.key(event):
            return True
        if event.key() == Qt.Key.Key_T:
            self.set_turntable(not self._aim.is_turning)
        elif event.key() == Qt.Key.Key_C:
            self.set_photos_shown(not self._photos.is_shown)
        else:
            return False
        return True

    # Qt

    def showEvent(self, event: QShowEvent) -> None:
        """Start once the window is on the screen."""
        super().showEvent(event)
        QTimer.singleShot(_START_AFTER_MS, self, self._start)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Release everything."""
        self.shut()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw again for a screen with other pixels."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._ask(moving=False)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is elsewhere."""
        super().leaveEvent(event)
        self._pointing.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Steer, choose a view, take the point in the middle, or end measuring."""
        if self._pointing.key(event) or self._navigation.key(event) or self._press_shortcut(event):
            return
        super().keyPressEvent(event)


def _abandon(stage: Stage, picker: Picker, *_: object) -> None:
    stage.shut()
    picker.shut()
