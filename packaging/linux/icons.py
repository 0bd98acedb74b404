"""The program's sign as icon files, painted by the code that paints it in the window.

Needs the project's environment. Usage: python packaging/linux/icons.py FOLDER [EDGE ...]
Writes tiepoint-EDGE.png for every edge (pixels), and tiepoint.svg.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from tiepoint.ui.shell.sign import draw_sign

EDGES: Final = (16, 22, 24, 32, 48, 64, 128, 256, 512)
"""Sizes that the icon themes of desktops ask for, pixels."""

_UNITS: Final = 36
"""The sign is painted into a square of this edge."""


def write_icons(folder: Path, edges: Sequence[int] = EDGES) -> list[Path]:
    """Write the sign in some sizes, and as a drawing.

    Args:
        folder: Gets the files; made when it is missing.
        edges: Sizes in pixels.

    Returns:
        The files, the drawing last.
    """
    application = QGuiApplication.instance() or QGuiApplication([])
    folder.mkdir(parents=True, exist_ok=True)
    made = [_write_png(folder / f"tiepoint-{edge}.png", edge) for edge in edges]
    made.append(_write_svg(folder / "tiepoint.svg"))
    del application
    return made


def _write_png(file: Path, edge: int) -> Path:
    image = QImage(edge, edge, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(edge / _UNITS, edge / _UNITS)
    draw_sign(painter)
    painter.end()
    if not image.save(str(file)):
        raise OSError(f"{file} cannot be written")
    return file


def _write_svg(file: Path) -> Path:
    drawing = QSvgGenerator()
    drawing.setFileName(str(file))
    drawing.setSize(QSize(_UNITS, _UNITS))
    drawing.setViewBox(QRect(0, 0, _UNITS, _UNITS))
    drawing.setTitle("Tiepoint")
    drawing.setDescription("Three tie points, joined")
    painter = QPainter(drawing)
    draw_sign(painter)
    painter.end()
    return file


if __name__ == "__main__":
    for written in write_icons(Path(sys.argv[1]), [int(edge) for edge in sys.argv[2:]] or EDGES):
        sys.stdout.write(f"{written}\n")
