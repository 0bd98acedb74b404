#!/usr/bin/env python3
"""Draws the program's sign as icon files for Windows and macOS and as the installer's picture; kept in the repository.

Usage: .venv/bin/python packaging/windows/draw_icons.py   (needs the project's environment: Qt draws, Pillow writes)
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Final

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QLinearGradient, QPainter

from tiepoint.ui.shell.sign import draw_sign

PACKAGING: Final = Path(__file__).resolve().parent.parent
_WINDOWS_EDGES: Final = (16, 20, 24, 32, 40, 48, 64, 128, 256)
_MACOS_EDGES: Final = (16, 32, 64, 128, 256, 512, 1024)
_SIDE: Final = (328, 628)
_SIDE_SIGN: Final = 144
_MACOS_MARGIN: Final = 0.1
"""Apple's icons leave a tenth of the square free on each side."""


def draw(edge: int, margin: float = 0.0) -> Image.Image:
    """Return the sign as a picture of `edge` by `edge` pixels on nothing."""
    drawn = QImage(edge, edge, QImage.Format.Format_ARGB32)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(edge * margin, edge * margin)
    painter.scale(edge * (1 - 2 * margin) / 36, edge * (1 - 2 * margin) / 36)
    draw_sign(painter)
    painter.end()
    return _as_picture(drawn).convert("RGBA")


def draw_side() -> Image.Image:
    """Return the picture at the side of the installer's first and last page, twice as large as it is shown."""
    width, height = _SIDE
    drawn = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    ground = QLinearGradient(0, 0, width, height)
    ground.setColorAt(0, QColor("#20252D"))
    ground.setColorAt(1, QColor("#0E1014"))
    painter.fillRect(0, 0, width, height, ground)
    painter.translate((width - _SIDE_SIGN) / 2, height * 0.3)
    painter.scale(_SIDE_SIGN / 36, _SIDE_SIGN / 36)
    draw_sign(painter)
    painter.end()
    return _as_picture(drawn).convert("RGB")


def _as_picture(drawn: QImage) -> Image.Image:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    drawn.save(buffer, "PNG")
    return Image.open(io.BytesIO(bytes(buffer.data().data())))


def main() -> int:
    """Write all files."""
    application = QGuiApplication(sys.argv[:1])
    windows = [draw(edge) for edge in _WINDOWS_EDGES]
    sizes = [picture.size for picture in windows]
    windows[-1].save(PACKAGING / "windows/tiepoint.ico", sizes=sizes, append_images=windows[:-1])
    macos = [draw(edge, _MACOS_MARGIN) for edge in _MACOS_EDGES]
    macos[-1].save(PACKAGING / "macos/tiepoint.icns", append_images=macos[:-1])
    draw_side().save(PACKAGING / "windows/installer/side.bmp")
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
