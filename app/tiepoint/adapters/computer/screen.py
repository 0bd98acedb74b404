"""What a trial of the graphics depends on: the screen, its distance, drivers and variables. Any thread; quick.

Nothing here loads a graphics library.
"""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from pathlib import Path
from typing import Any, Final

_PREFIXES: Final = ("LIBGL_", "MESA_", "GALLIUM_", "__GLX_", "__EGL_", "LP_", "NV_", "DRI_", "ZINK_", "QT_OPENGL")
_NAMES: Final = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "QT_XCB_GL_INTEGRATION", "VK_ICD_FILENAMES")
_REMOTE_NAMES: Final = ("XRDP_SESSION", "VNCDESKTOP", "NXSESSIONID", "X2GO_SESSION")
_SM_REMOTESESSION: Final = 0x1000
"""GetSystemMetrics: not 0 in a session of Remote Desktop (learn.microsoft.com, GetSystemMetrics)."""
_LOCAL_HOSTS: Final = ("", "unix", "wayland")
_CARDS: Final = Path("/sys/class/drm")


def surroundings_of(version: str) -> str:
    """Return a text that is the same as long as another trial would find the same.

    Args:
        version: Of this program.
    """
    names = sorted(name for name in os.environ if name in _NAMES or name.startswith(_PREFIXES))
    told = [f"{name}={os.environ[name]}" for name in names]
    return "; ".join([f"tiepoint {version}", platform.platform(), *_cards(), *told, *_remote_words()])


def is_remote_screen() -> bool:
    """Whether the screen is on another computer, as far as this one knows."""
    if sys.platform == "win32":
        user32: Any = ctypes.windll.user32
        return bool(user32.GetSystemMetrics(_SM_REMOTESESSION))
    if sys.platform == "darwin":
        return False
    if any(os.environ.get(name) for name in _REMOTE_NAMES):
        return True
    if os.environ.get("WAYLAND_DISPLAY"):
        return False
    host = os.environ.get("DISPLAY", "").rpartition(":")[0]
    return host.rpartition("/")[2].lower() not in _LOCAL_HOSTS and not host.startswith("/")


def _remote_words() -> list[str]:
    return ["remote"] if is_remote_screen() else []


def _cards() -> list[str]:
    """Return the cards of Linux with the driver that serves each; another driver is another trial."""
    try:
        cards = sorted(path for path in _CARDS.iterdir() if path.name.startswith("card") and "-" not in path.name)
        return [f"{card.name}={(card / 'device' / 'driver').resolve().name}" for card in cards]
    except OSError:
        return []
