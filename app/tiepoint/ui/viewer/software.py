"""Drawing by the processor: what must be set before a process meets OpenGL for the first time. Main thread.

Linux: Mesa's llvmpipe, also where another vendor's driver would be loaded. Windows: the OpenGL that comes with Qt
(opengl32sw.dll); whether VTK draws with it too is for the trial to find out. macOS offers no choice.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Final

_LINUX: Final = {
    "LIBGL_ALWAYS_SOFTWARE": "1",
    "GALLIUM_DRIVER": "llvmpipe",
    "__GLX_VENDOR_LIBRARY_NAME": "mesa",
}
"""docs.mesa3d.org/envvars.html; the last is libglvnd's."""
_IN_THE_WAY: Final = (
    "MESA_LOADER_DRIVER_OVERRIDE",
    "LIBGL_DRIVERS_PATH",
    "LIBGL_ALWAYS_INDIRECT",
    "QT_XCB_GL_INTEGRATION",
)
_WINDOWS: Final = {"QT_OPENGL": "software"}
BEFORE: Final = "TIEPOINT_DRAWING_BEFORE"
"""Keeps what the variables were, as a child inherits the others and may have to try the system's own way."""


def draw_by_software() -> None:
    """Let everything this process draws in 3D from now on be drawn by the processor."""
    if sys.platform == "darwin":
        return
    wanted: Mapping[str, str | None] = _WINDOWS if sys.platform == "win32" else {**dict.fromkeys(_IN_THE_WAY), **_LINUX}
    if BEFORE not in os.environ:
        os.environ[BEFORE] = json.dumps({name: os.environ.get(name) for name in wanted})
    _put(wanted)


def draw_by_system() -> None:
    """Let this process draw in the system's own way, also where one that draws by the processor has started it."""
    before = os.environ.pop(BEFORE, "")
    if before:
        _put(json.loads(before))


def _put(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
