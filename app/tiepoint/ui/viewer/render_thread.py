"""The render thread: owns the OpenGL context and the scene, and turns cameras into pictures.

Drawing a million faces without a graphics card takes 0.2 s and handing them over a second; neither may hold up the
window. So the GUI thread never draws in 3D. It asks for a camera, the newest wish wins, and finished pictures come
back by a signal with the camera they were drawn with. VTK lets go of Python's lock while it draws.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from PySide6.QtCore import QObject, QThread, Signal
from PySide6.QtGui import QGuiApplication, QImage, QOffscreenSurface, QOpenGLContext, QSurfaceFormat
from shiboken6 import isValid

from tiepoint.ui.text import tr
from tiepoint.ui.viewer.camera import CameraView
from tiepoint.ui.viewer.courtesy import step_back
from tiepoint.ui.viewer.drawables import from_vtk
from tiepoint.ui.viewer.library import load_library
from tiepoint.ui.viewer.limits import Limits, limits_of
from tiepoint.ui.viewer.scene import Scene

_log = logging.getLogger("tiepoint.viewer")
_PLATFORMS_WITHOUT: Final = {"offscreen", "minimal", "linuxfb", "vnc"}
_OLDEST: Final = (3, 2)
_MOST_PIXELS: Final = 16384
_SURE_TEXTURE_PX: Final = 2048
_GL_VENDOR: Final = 0x1F00
_GL_RENDERER: Final = 0x1F01
_GL_VERSION: Final = 0x1F02
_GL_MAX_TEXTURE_SIZE: Final = 0x0D33

Work = Callable[[Scene], None]


@dataclass(frozen=True, slots=True)
class Frame:
    """A finished picture.

    Args:
        image: The picture, with its device pixel ratio set.
        camera: The camera it was drawn with.
        shown: Faces or points of the model in it.
        is_whole: Full detail is there.
        moving: It was drawn for a moving view.
        seconds: What it took.
        serial: Number of the model in it.
    """

    image: QImage
    camera: CameraView
    shown: int
    is_whole: bool
    moving: bool
    seconds: float
    serial: int


@dataclass(frozen=True, slots=True)
class _Wish:
    camera: CameraView
    ratio: float
    moving: bool


def why_no_opengl() -> str:
    """Return why there can be no OpenGL here, or an empty text; cheap. The GUI thread."""
    platform = QGuiApplication.platformName()
    if platform in _PLATFORMS_WITHOUT or not QOpenGLContext.supportsThreadedOpenGL():
        return tr("Viewer", "The window system “{name}” has no OpenGL.", name=platform)
    return ""


def wanted_format() -> QSurfaceFormat:
    """Return what the context must be: desktop OpenGL 3.2 core, which VTK needs."""
    wanted = QSurfaceFormat()
    wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    wanted.setVersion(*_OLDEST)
    return wanted


class RenderThread(QThread):
    """Draws a scene apart from the GUI thread.

    Args:
        surface: Created in the GUI thread, and kept alive until the thread has ended.
        parent: Owner.

    Signals:
        ready: Limits, when it can draw.
        failed: str, why it cannot.
        drawn: Frame; the next is drawn after `accept()`.
    """

    ready = Signal(object)
    failed = Signal(str)
    drawn = Signal(object)

    def __init__(self, surface: QOffscreenSurface, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._surface = surface
        self._changed = threading.Condition()
        self._works: deque[Work] = deque()
        self._wish: _Wish | None = None
        self._last: _Wish | None = None
        self._is_dirty = False
        self._is_unseen = False
        self._is_stopping = False
        self._window: Any = None
        self.version: tuple[int, int] | None = None
        """Of OpenGL, once it started; also where it is too old."""
        self._busy_since_s: float | None = None

    # from the GUI thread

    @property
    def busy_s(self) -> float:
        """How long the driver has been at what it does now; 0 while it waits for something to do."""
        since_s = self._busy_since_s
        return 0.0 if since_s is None else time.monotonic() - since_s

    def post(self, work: Work) -> None:
        """Run something on the scene, in order, and draw again."""
        with self._changed:
            self._works.append(work)
            self._is_dirty = True
            self._changed.notify()

    def ask(self, camera: CameraView, ratio: float, *, moving: bool) -> None:
        """Draw with this camera; a wish that has not been drawn yet is forgotten."""
        with self._changed:
            self._wish = _Wish(camera, ratio, moving)
            self._is_dirty = True
            self._changed.notify()

    def accept(self) -> None:
        """Say that the last picture was taken over, so that the next may be drawn."""
        with self._changed:
            self._is_unseen = False
            self._changed.notify()

    def stop(self) -> None:
        """End after what is being drawn now."""
        with self._changed:
            self._is_stopping = True
            self._works.clear()
            self._changed.notify()

    # in the render thread

    def run(self) -> None:
        """Set up, draw until stopped, release everything."""
        context = QOpenGLContext()
        try:
            scene = self._set_up(context)
        except (ImportError, OSError, RuntimeError) as error:
            _log.info("no 3D view: %s", error)
            self._release(context)
            self.failed.emit(str(error))
            return
        try:
            while self._step(scene):
                pass
        finally:
            scene.close()
            self._release(context)

    def picture(self, scene: Scene, camera: CameraView, ratio: float) -> QImage:
        """Draw a picture of its own in any size, for a posted work; the screen's picture is not touched."""
        largest = _MOST_PIXELS / max(camera.width, camera.height)
        ratio = min(ratio, largest)
        scene.draw(camera, ratio, moving=False)
        image = self._image(ratio)
        self._is_dirty = True
        return image

    def _set_up(self, context: QOpenGLContext) -> Scene:
        load_library()  # holds Python's lock at times, so before stepping back
        step_back()
        self._busy_since_s = time.monotonic()
        context.setFormat(wanted_format())
        if not self._surface.isValid() or not context.create() or not context.makeCurrent(self._surface):
            raise RuntimeError(tr("Viewer", "OpenGL did not start on this screen."))
        found = context.format()
        self.version = found.majorVersion(), found.minorVersion()
        if self.version < _OLDEST or context.isOpenGLES():
            raise RuntimeError(
                tr(
                    "Viewer",
                    "OpenGL {major}.{minor} is older than 3.2.",
                    major=found.majorVersion(),
                    minor=found.minorVersion(),
                )
            )
        limits = _limits(context)
        self._window = _vtk_window(samples=0 if limits.is_software else 4)
        scene = Scene(self._window, is_software=limits.is_software)
        self.ready.emit(limits)
        return scene

    def _step(self, scene: Scene) -> bool:
        with self._changed:
            self._busy_since_s = None
            while not self._has_work(scene):
                self._changed.wait()
            self._busy_since_s = time.monotonic()
            if self._is_stopping:
                return False
            works, self._works = self._works, deque()
            wish = self._wish
            draws = wish is not None and (self._is_dirty or bool(works)) and not self._is_unseen
            if draws:
                self._is_dirty = False
        for work in works:
            self._run(work, scene)
        if draws and wish is not None:
            self._draw(scene, wish)
        elif not works and scene.has_waiting and scene.take_piece():
            with self._changed:
                self._is_dirty = True
        return True

    def _has_work(self, scene: Scene) -> bool:
        if self._is_stopping or self._works:
            return True
        if self._wish is not None and self._is_dirty and not self._is_unseen:
            return True
        return scene.has_waiting and self._wish is not None and not self._wish.moving

    def _run(self, work: Work, scene: Scene) -> None:
        try:
            work(scene)
        except Exception:  # noqa: BLE001 - one failed wish must not end the view; it is in the log
            _log.exception("the 3D view could not do what it was asked")

    def _draw(self, scene: Scene, wish: _Wish) -> None:
        start = time.perf_counter()
        shown = scene.draw(wish.camera, wish.ratio, moving=wish.moving)
        image = self._image(wish.ratio)
        with self._changed:
            self._is_unseen = True
        seconds = time.perf_counter() - start
        self.drawn.emit(Frame(image, wish.camera, shown, scene.is_whole, wish.moving, seconds, scene.serial))

    def _image(self, ratio: float) -> QImage:
        from vtkmodules.vtkCommonCore import vtkUnsignedCharArray

        width, height = self._window.GetSize()
        pixels = vtkUnsignedCharArray()
        self._window.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
        rows = from_vtk(pixels).reshape(height, width, 4)[::-1].copy()
        image = QImage(rows.data, width, height, width * 4, QImage.Format.Format_RGBX8888)
        image = image.convertToFormat(QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        return image

    def _release(self, context: QOpenGLContext) -> None:
        if self._window is not None:
            self._window.Finalize()
            self._window = None
        if isValid(context) and context.isValid():
            context.doneCurrent()


def _limits(context: QOpenGLContext) -> Limits:
    functions = context.functions()
    vendor, renderer, driver = (
        str(functions.glGetString(name) or "") for name in (_GL_VENDOR, _GL_RENDERER, _GL_VERSION)
    )
    largest = functions.glGetIntegerv(_GL_MAX_TEXTURE_SIZE)
    found = limits_of(renderer, largest if isinstance(largest, int) and largest > 0 else _SURE_TEXTURE_PX)
    version = (context.format().majorVersion(), context.format().minorVersion())
    return replace(found, version=version, vendor=vendor, driver=driver)


def _vtk_window(*, samples: int) -> Any:
    from vtkmodules.vtkRenderingOpenGL2 import vtkGenericOpenGLRenderWindow

    window = vtkGenericOpenGLRenderWindow()
    window.SetOwnContext(False)
    window.SetMapped(True)
    window.SetIsCurrent(True)  # the context is made current once and stays so in this thread
    window.SetReadyForRendering(True)
    window.SetFrameBlitModeToNoBlit()
    window.SetMultiSamples(samples)
    window.SetSize(8, 8)
    window.OpenGLInitContext()
    return window
