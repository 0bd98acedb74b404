"""The dialog behind "Details": what happened, what to do, the raw text, and a report to copy."""

from __future__ import annotations

import platform
import sys

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from tiepoint import __version__
from tiepoint.ui.shell.messages import Message
from tiepoint.ui.text import tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row


class ErrorDialog(QDialog):
    """Shows one message with its details; open it with `open()`, never with `exec()`."""

    def __init__(self, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message = message
        self.setWindowTitle(tr("Errors", "What happened"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(560)
        self._setup_ui()

    def _setup_ui(self) -> None:
        look = look_of(self._message.state)
        title = Label(self._message.title, "h1", wrap=True, selectable=True)
        text = Label(self._message.text, "sub", wrap=True, selectable=True)
        text.setVisible(bool(self._message.text))
        details = QPlainTextEdit(report_of(self._message))
        details.setReadOnly(True)
        details.setMinimumHeight(200)
        details.setAccessibleName(tr("Errors", "Details"))
        self._copy = Button(tr("Errors", "Copy report"), "copy")
        self._copy.clicked.connect(self._on_copy)
        close = Button(tr("Errors", "Close"), kind="primary")
        close.clicked.connect(self.accept)
        close.setDefault(True)
        glyph = Glyph(look.icon, f"{look.tone}.text", 22)
        head = row(glyph, column(title, text, spacing=4), spacing=14)
        head.setStretch(1, 1)
        head.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
        self.setLayout(column(head, 6, details, 6, row(self._copy, None, close), spacing=8, margins=(20, 20, 20, 16)))
        close.setFocus()

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(report_of(self._message))
        self._copy.setText(tr("Errors", "Copied"))
        self._copy.set_icon("check")


def report_of(message: Message) -> str:
    """Return what to send to us: the message, its details, and the versions. No names of files beyond those in it."""
    facts = (
        f"Tiepoint {__version__}, Python {platform.python_version()}, Qt {qVersion()}, "
        f"{platform.system()} {platform.release()}, {platform.machine()}, {QGuiApplication.platformName()}"
    )
    if getattr(sys, "frozen", False):
        facts += ", installed"
    return "\n".join(
        part for part in (message.title, message.text, facts, "", message.detail.strip()) if part or part == ""
    )
