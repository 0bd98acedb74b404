"""Loads the few parts of VTK that the view needs, without holding up the GUI thread. Any thread but the GUI thread.

Importing a C extension maps and links its shared libraries while Python's lock is held, which stops every thread for
up to 100 ms a piece. So the libraries are mapped first by a foreign call, for which Python lets go of the lock; the
imports then find them in memory. VTK's own messages go to our log: it must never open a window or write to a console.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import logging
import sys
import threading
from pathlib import Path
from typing import Any, Final

_log = logging.getLogger("tiepoint.viewer")
_lock = threading.Lock()
_kept: list[Any] = []  # VTK forgets an output window that nobody holds

MODULES: Final = (
    "vtkCommonCore",
    "vtkCommonMath",
    "vtkCommonTransforms",
    "vtkCommonDataModel",
    "vtkCommonExecutionModel",
    "vtkFiltersCore",
    "vtkFiltersGeneral",
    "vtkRenderingCore",
    "vtkRenderingUI",
    "vtkRenderingOpenGL2",
    "vtkIOGeometry",
)


def load_library() -> None:
    """Import VTK's modules once; later calls return at once.

    Raises:
        ImportError: VTK is missing or cannot be loaded here.
    """
    with _lock:
        if _kept:
            return
        _map_libraries()
        for name in ("numpy", "vtkmodules", *(f"vtkmodules.{name}" for name in MODULES)):
            importlib.import_module(name)
        importlib.import_module("vtkmodules.util.numpy_support")
        _kept.append(_route_messages())


def _map_libraries() -> None:
    spec = importlib.util.find_spec("vtkmodules")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    open_library = _foreign_open()
    if folder is None or open_library is None:
        return
    names = {path.name.split(".")[0].split("-")[0]: path for path in folder.iterdir() if path.suffix in _SUFFIXES}
    for name in MODULES:
        for candidate in (f"lib{name}", name):
            if candidate in names:
                open_library(names[candidate])


_SUFFIXES: Final = {".so", ".pyd", ".dylib"}


def _foreign_open() -> Any:
    """Return a function that maps a library while other Python threads go on, or None."""
    if sys.platform == "win32":
        load = ctypes.WinDLL("kernel32").LoadLibraryW
        load.argtypes = [ctypes.c_wchar_p]
        load.restype = ctypes.c_void_p
        return lambda path: load(str(path))
    try:
        load = ctypes.CDLL(None).dlopen
    except (OSError, AttributeError):
        return None
    load.argtypes = [ctypes.c_char_p, ctypes.c_int]
    load.restype = ctypes.c_void_p
    return lambda path: load(str(path).encode(), 1)  # RTLD_LAZY: names that Python itself brings may still be open


def _route_messages() -> Any:
    from vtkmodules.vtkCommonCore import vtkOutputWindow

    window: Any = vtkOutputWindow()
    window.SetDisplayModeToNever()

    def tell(_caller: object, _event: str, text: str = "") -> None:
        _log.info("VTK: %s", text.strip())

    tell.CallDataType = "string0"  # type: ignore[attr-defined]
    for event in ("ErrorEvent", "WarningEvent"):
        window.AddObserver(event, tell)
    vtkOutputWindow.SetInstance(window)
    return window
