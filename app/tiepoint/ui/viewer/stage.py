"""Stage: the render thread's life as the view sees it: started late, asked for pictures, ended for sure. GUI thread."""

from __future__ import annotations

import logging
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QOffscreenSurface
from shiboken6 import isValid

from tiepoint.domain.graphics import Drawing, GraphicsChoice
from tiepoint.ui.viewer.camera import CameraView
from tiepoint.ui.viewer.held import are_held, hold
from tiepoint.ui.viewer.limits import Limits
from tiepoint.ui.viewer.render_thread import Frame, RenderThread, Work, wanted_format, why_no_opengl
from tiepoint.ui.viewer.start_gate import GATE

_log = logging.getLogger("tiepoint.viewer")
_END_MS: Final = 4_000
_END_OF_ANOTHER_MS: Final = 200
"""A driver that holds one thread will not let go of the next."""
_HUNG_S: Final = 20.0
"""A driver that was at one thing for so long has hung, as in the trial."""


class Stage(QObject):
    """Draws for one view. It outlives the widget until its thread has ended.

    Signals:
        ready: Limits.
        failed: str, why there is no OpenGL; once.
        drawn: Frame.
    """

    ready = Signal(object)
    failed = Signal(str)
    drawn = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._thread: RenderThread | None = None
        self._surface: QOffscreenSurface | None = None
        self._early: list[Work] = []
        self._is_asked = False
        self._is_over = False

    @property
    def thread_in_use(self) -> RenderThread | None:
        """The thread, while there is one."""
        return self._thread

    def start(self) -> None:
        """Start drawing once it is known how; does nothing the second time."""
        if not self._is_asked and not self._is_over:
            self._is_asked = True
            GATE.enter(self._begin)

    def _begin(self, choice: GraphicsChoice) -> None:
        if self._is_over:
            return
        if choice.drawing is Drawing.NONE:
            self._give_up(f"{choice.summary} {choice.remedy}".strip())
            return
        reason = why_no_opengl()
        if reason:
            self._on_failed(reason)
            return
        self._surface = QOffscreenSurface()
        self._surface.setFormat(wanted_format())
        self._surface.create()
        self._thread = RenderThread(self._surface)
        self._thread.ready.connect(self._on_ready)
        self._thread.failed.connect(self._on_failed)
        self._thread.drawn.connect(self._on_drawn)
        for work in self._early:
            self._thread.post(work)
        self._early.clear()
        self._thread.start()

    def post(self, work: Work) -> None:
        """Run something on the scene, in order, now or once there is one."""
        if self._is_over:
            return
        if self._thread is None:
            self._early.append(work)
        else:
            self._thread.post(work)

    def ask(self, camera: CameraView, ratio: float, *, moving: bool) -> None:
        """Ask for a picture."""
        if self._thread is not None and not self._is_over:
            self._thread.ask(camera, ratio, moving=moving)

    def shut(self) -> None:
        """End the thread and release everything of OpenGL; waits for the picture being drawn, a few seconds at most.

        A thread that the driver holds is left to the end of the process.
        """
        self._is_over = True
        self._early.clear()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.stop()
            if not thread.wait(_END_OF_ANOTHER_MS if are_held() else _END_MS):
                self._leave(thread)
                return
        if self._surface is not None and isValid(self._surface):
            self._surface.destroy()
            self._surface = None

    def _leave(self, thread: RenderThread) -> None:
        _log.warning("the 3D view's thread does not end; it has been at one thing for %.0f s", thread.busy_s)
        hold(thread, self._surface)
        self._surface = None
        if thread.busy_s >= _HUNG_S:
            GATE.has_hung = True

    def _on_ready(self, limits: Limits) -> None:
        if not self._is_over:
            self.ready.emit(limits)

    def _on_drawn(self, frame: Frame) -> None:
        if self._is_over or self._thread is None:
            return
        self._thread.accept()
        GATE.note_drawn()
        self.drawn.emit(frame)

    def _on_failed(self, reason: str) -> None:
        if not self._is_over:
            self._give_up(reason)
            GATE.note_failed(reason)

    def _give_up(self, reason: str) -> None:
        if self._is_over:
            return
        self.shut()
        self.failed.emit(reason)
