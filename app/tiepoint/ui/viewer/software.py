"""Drawing by the processor: what must be set before a process meets OpenGL for the first time. Main thread.

Linux: Mesa's llvmpipe, also where another vendor's driver would be loaded. Windows: the OpenGL that comes with Qt
(opengl32sw.dll); whether VTK draws with it too is for the trial to find out. macOS offers no choice.
"""

from __future__ import annotations

import os
import sys
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


def draw_by_software() -> None:
    """Let everything this process draws in 3D from now on be drawn by the processor."""
    if sys.platform == "win32":
        os.environ.update(_WINDOWS)
    elif sys.platform != "darwin":
        for name in _IN_THE_WAY:
            os.environ.pop(name, None)
        os.environ.update(_LINUX)
