"""Opens a page in the person's browser. Blocks for a moment; any thread."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import webbrowser
from collections.abc import Iterator
from typing import Final

_WSL_S: Final = 15
_LIBRARIES: Final = "LD_LIBRARY_PATH"


def opened_in_browser(address: str) -> bool:
    """Open a page; say whether a browser could be started."""
    if sys.platform.startswith("linux"):
        if _is_wsl() and _opened_by_windows(address):
            return True
        if not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")):
            return False  # else Python would start a text browser in this terminal
    with _own_libraries_aside():
        try:
            return _opened(address)
        except (webbrowser.Error, OSError):
            return False


def _opened(address: str) -> bool:
    """Open a page without waiting for the browser's end, as Python would for one that BROWSER names."""
    browser = webbrowser.get()
    if type(browser) is webbrowser.GenericBrowser:
        return webbrowser.BackgroundBrowser([browser.name, *browser.args]).open(address)
    return webbrowser.open(address)


@contextlib.contextmanager
def _own_libraries_aside() -> Iterator[None]:
    """Let the browser find the system's libraries: a packaged program puts its own before them."""
    original, ours = os.environ.get(f"{_LIBRARIES}_ORIG"), os.environ.get(_LIBRARIES)
    if not getattr(sys, "frozen", False) or ours is None:
        yield
        return
    try:
        if original is None:
            del os.environ[_LIBRARIES]
        else:
            os.environ[_LIBRARIES] = original
        yield
    finally:
        os.environ[_LIBRARIES] = ours


def _is_wsl() -> bool:
    return "microsoft" in os.uname().release.lower() if hasattr(os, "uname") else False


def _opened_by_windows(address: str) -> bool:
    command = ["powershell.exe", "-NoProfile", "-Command", f'Start-Process "{address}"']
    try:
        return subprocess.call(command, timeout=_WSL_S, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
