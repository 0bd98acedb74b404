"""Wait until a window fills the virtual screen with something, and save what the screen shows.

Usage: python packaging/wheel/picture.py PICTURE PROCESS. Exit status: 0 saved, 1 it ended or nothing came in a minute.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Final

from PySide6.QtGui import QGuiApplication, QImage

_PATIENCE_S: Final = 60
_COLOURS: Final = 600
"""The first page with its photos has thousands of colours, the frame around it alone some 150."""


def main(picture: str, process: int) -> int:
    """Look at the screen until it shows a window that has stopped changing."""
    application = QGuiApplication(["picture"])
    screen = application.primaryScreen()
    end = time.monotonic() + _PATIENCE_S
    before = QImage()
    while time.monotonic() < end:
        time.sleep(1)
        os.kill(process, 0)
        shown = screen.grabWindow(0).toImage()
        if shown == before and colours(shown) >= _COLOURS:
            return 0 if shown.save(picture) else 1
        before = shown
    return 1


def colours(image: QImage) -> int:
    """Return how many colours a coarse look at a picture meets."""
    return len({image.pixel(x, y) for x in range(0, image.width(), 4) for y in range(0, image.height(), 4)})


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1], int(sys.argv[2])))
    except ProcessLookupError:
        sys.exit(1)
