"""Whether a window can be shown here, asked before Qt is: without its libraries or a display Qt ends the process.

Standard library only. Any thread.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Final, NamedTuple

PACKAGES: Final = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
}
"""Libraries Qt needs on Linux whatever the display, and their packages on Debian and Ubuntu."""
X11_PACKAGES: Final = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
"""What it needs on top for X11 (without them the process is aborted)."""


class DisplayProblem(NamedTuple):
    """Why no window can be shown, and what to do."""

    summary: str
    remedy: str


def display_problem() -> DisplayProblem | None:
    """Return why no window can be shown here; None when one can, as far as can be told beforehand."""
    if sys.platform != "linux":
        return None
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
    missing = _missing(PACKAGES)
    if platform in {"", "xcb"} and not _has_wayland(platform):
        if not os.environ.get("DISPLAY"):
            return DisplayProblem(
                "There is no display to show a window on.",
                "Run it in a desktop session, or use the command line: tiepoint run PHOTOS -o FOLDER",
            )
        missing += _missing(X11_PACKAGES)
        if not missing and not _x11_answers():
            return DisplayProblem(
                f"The display {os.environ['DISPLAY']} does not answer.",
                "Check the variable DISPLAY, and that this user may open windows there.",
            )
    if missing:
        return DisplayProblem(
            "Libraries that a window needs are missing.",
            f"Install them: apt-get install -y --no-install-recommends {' '.join(missing)}",
        )
    return None


def missing_packages() -> list[str]:
    """Return the packages of Debian and Ubuntu that a window needs and that are not there."""
    return _missing(PACKAGES) + _missing(X11_PACKAGES)


def _has_wayland(platform: str) -> bool:
    return not platform and bool(os.environ.get("WAYLAND_DISPLAY")) and not os.environ.get("DISPLAY")


def _missing(libraries: dict[str, str]) -> list[str]:
    return [package for library, package in libraries.items() if not _loads(library)]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _x11_answers() -> bool:
    """Connect as Qt will (xcb_connect(3)); a display we cannot ask counts as there."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    has_error = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not has_error
