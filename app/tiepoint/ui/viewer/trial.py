"""The child role `graphics`: starts OpenGL as the 3D view does and draws a picture, to see what happens.

    tiepoint --child graphics system|software

Says each step on stdout as a line of JSON before the next begins, because a driver may end or hold the process:
`loaded`, `window`, `context` (with version, renderer, vendor, driver, is_software), `drawn`, or `failed` with a
`problem`. Main thread.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from tiepoint.domain.graphics import Drawing

if TYPE_CHECKING:
    from tiepoint.ui.viewer.limits import Limits
    from tiepoint.ui.viewer.render_thread import Frame
    from tiepoint.ui.viewer.scene import Scene

_SIZE_PX: Final = 64
_FEWEST_COLOURS: Final = 2


def main(args: Sequence[str]) -> int:
    """Try.

    Args:
        args: How to draw.

    Returns:
        0 when a picture came, 1 when OpenGL said no.
    """
    from tiepoint.ui.viewer.software import draw_by_software, draw_by_system

    if list(args) == [Drawing.SOFTWARE.value]:
        draw_by_software()
    else:
        draw_by_system()
    from PySide6.QtGui import QGuiApplication, QOffscreenSurface

    from tiepoint.ui.viewer.library import load_library
    from tiepoint.ui.viewer.render_thread import RenderThread, wanted_format, why_no_opengl

    try:
        load_library()
    except (ImportError, OSError) as error:
        return _end(str(error))
    _say("loaded")
    application = QGuiApplication([sys.argv[0]])
    _say("window")
    reason = why_no_opengl()
    if reason:
        return _end(reason)
    surface = QOffscreenSurface()
    surface.setFormat(wanted_format())
    surface.create()
    thread = RenderThread(surface)
    problems: list[str] = []

    def on_failed(problem: str) -> None:
        problems.append(problem)
        application.quit()

    def on_drawn(frame: Frame) -> None:
        if _is_blank(frame):
            problems.append("the picture stayed empty")
        application.quit()

    thread.ready.connect(_on_ready)
    thread.failed.connect(on_failed)
    thread.drawn.connect(on_drawn)
    thread.post(_set_scene)
    thread.ask(_camera(), 1.0, moving=False)
    thread.start()
    application.exec()
    if problems:
        _say("failed", problem=problems[0], **({"version": list(thread.version)} if thread.version else {}))
    else:
        _say("drawn")
    thread.stop()
    thread.wait()
    surface.destroy()
    return 1 if problems else 0


def _on_ready(limits: Limits) -> None:
    _say(
        "context",
        version=list(limits.version),
        renderer=limits.renderer,
        vendor=limits.vendor,
        driver=limits.driver,
        is_software=limits.is_software,
    )


def _set_scene(scene: Scene) -> None:
    """Show two triangles with colours and lights, which make the driver compile what models need."""
    import numpy as np

    from tiepoint.ui.viewer.drawables import drawable
    from tiepoint.ui.viewer.surface import Part

    points = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0.5], [-1, 1, 0.5]], np.float32)
    colours = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]], np.uint8)
    part = Part(points, np.array([[0, 1, 2], [0, 2, 3]], np.int32), colours=colours)
    scene.show_model([drawable(part)], (0.0, 0.0, 0.0), ((-1.0, -1.0, 0.0), (1.0, 1.0, 0.5)))


def _camera() -> Any:
    import numpy as np

    from tiepoint.ui.viewer.camera import CameraView

    corners = np.array([[-1.0, -1.0, 0.0], [1.0, 1.0, 0.5]])
    return CameraView(width=_SIZE_PX, height=_SIZE_PX).fitted(corners)


def _is_blank(frame: Frame) -> bool:
    image, step = frame.image, 4
    colours = {image.pixel(x, y) for x in range(0, image.width(), step) for y in range(0, image.height(), step)}
    return len(colours) < _FEWEST_COLOURS


def _end(problem: str) -> int:
    _say("failed", problem=problem)
    return 1


def _say(step: str, **facts: Any) -> None:
    sys.stdout.write(json.dumps({"step": step, **facts}) + "\n")
    sys.stdout.flush()
