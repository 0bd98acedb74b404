"""Waiting for the person: in the browser, or with a code on another device. The GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.sign_in import SignInView
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Well
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row


class BrowserWait(QWidget):
    """The browser is open, and this waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.cancel = Button(tr("SignIn", "Cancel"), "x")
        bar = ProgressBar(height=4)
        bar.set_share(None)
        bar.setAccessibleName(tr("SignIn", "Waiting for your browser"))
        title = Label(tr("SignIn", "Finish signing in in your browser"), "h1")
        text = tr(
            "SignIn",
            "A page of Azure has opened there. This window goes on by itself when you are done. If no page came, "
            "cancel and sign in with a code.",
        )
        line = row(Glyph("external-link", "accent_text", 18), title, None, spacing=10)
        self.setLayout(column(line, Label(text, "sub", wrap=True), bar, row(self.cancel, None), spacing=12))


class CodeWait(QWidget):
    """A code is to be typed on a page, here or on another device."""

    def __init__(self) -> None:
        super().__init__()
        self._url = ""
        self.copy = Button(tr("SignIn", "Copy code"), "copy")
        self.open = Button(tr("SignIn", "Open the page"), "external-link", "primary")
        self.cancel = Button(tr("SignIn", "Cancel"), "x", "quiet")
        self._code = Label("", "code", selectable=True)
        self._left, self._where = Label("", "sub"), Label("", "value", wrap=True, selectable=True)
        self.copy.clicked.connect(self._on_copy)
        self.open.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(self._url)))
        head = row(self._code, None, self.copy, spacing=12)
        self.setLayout(
            column(
                Label(tr("SignIn", "Type this code on the page below, on any device"), "body", wrap=True),
                Well(head, self._left),
                self._where,
                row(self.open, self.cancel, None, spacing=10),
                spacing=12,
            )
        )

    def show_view(self, view: SignInView) -> None:
        """Show the code, where to type it, and how long it is good."""
        if view.code != self._code.text():
            self._code.setText(view.code)
            spelled = " ".join(view.code)
            self._code.setAccessibleName(tr("SignIn", "Code: {code}", code=spelled))
            self.copy.setText(tr("SignIn", "Copy code"))
            self.copy.set_icon("copy")
        self._url = view.code_url
        self._where.setText(view.code_url)
        over = tr("SignIn", "It is no longer good. Cancel, and ask for another one.")
        left = tr("SignIn", "Good for {time} more", time=view.code_left) if view.code_left else over
        self._left.setText(left if view.code else "")

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code.text())
        self.copy.setText(tr("SignIn", "Copied"))
        self.copy.set_icon("check")
