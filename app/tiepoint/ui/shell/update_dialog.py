"""The dialog about a newer version: what is new, and its files with what tells that they are whole.

It downloads and installs nothing: the browser gets the file. Opened, never run modally. The GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from tiepoint.domain.release import Download, Release
from tiepoint.domain.space import size_text
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.updates import (
    UpdatesModel,
    file_name,
    file_use,
    files_here,
    harmless_notes,
    published_text,
    release_title,
)
from tiepoint.ui.widgets.buttons import Button, IconButton
from tiepoint.ui.widgets.cards import ScrollColumn, Well
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.pill import Pill

_WIDTH: Final = 680
_MOST_NOTES: Final = 300
_MARGIN: Final = 20


class UpdateDialog(QDialog):
    """What is new since this program's version.

    Args:
        panel: The services.
        parent: Over which it lies.
        open_page: Opens an address in the browser and says whether it could.
    """

    def __init__(
        self, panel: Panel, parent: QWidget | None = None, *, open_page: Callable[[str], bool] | None = None
    ) -> None:
        super().__init__(parent)
        self._panel, self._open_page = panel, open_page or _opened
        self.model = UpdatesModel(panel.program, panel.background, self)
        self.downloads: list[Button] = []
        self.skip = Button(tr("Updates", "Skip this version"), kind="quiet")
        self.later = Button(tr("Updates", "Remind me in a week"), kind="quiet")
        self.leave = Button(tr("Updates", "Close"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Updates", "A newer version"))
        self._setup_ui()
        self.skip.clicked.connect(self._on_skip)
        self.later.clicked.connect(self._on_later)
        self.leave.clicked.connect(self.reject)
        self.finished.connect(self.model.shut)
        (self.downloads[0] if self.downloads else self.leave).setFocus()

    def _setup_ui(self) -> None:
        releases = self.model.snapshot.releases
        newest = self.model.snapshot.newest
        notes = ScrollColumn(*(self._notes(release) for release in releases), None, spacing=18)
        notes.setMinimumHeight(min(notes.content.totalHeightForWidth(_WIDTH - 2 * _MARGIN), _MOST_NOTES))
        parts = [self._head(newest), 4, notes, *self._files(newest)] if newest is not None else [notes]
        said = tr(
            "Updates",
            "The browser gets the file; Tiepoint installs nothing. Its SHA-256 tells whether it came whole.",
        )
        foot = row(self.skip, self.later, None, self.leave, spacing=8)
        whole = column(*parts, Label(said, "sub", wrap=True), 4, foot, spacing=12, margins=(_MARGIN, 20, _MARGIN, 16))
        self.setLayout(whole)
        self.resize(_WIDTH, max(whole.totalMinimumSize().height(), whole.totalMinimumHeightForWidth(_WIDTH)))

    def _head(self, newest: Release) -> QWidget:
        title = tr("Updates", "{release} is available", release=release_title(newest))
        told = tr("Updates", "Published {day}. You have {version}.", day=published_text(newest), version=self._version)
        words = column(Label(title, "h1", wrap=True), Label(told, "sub", wrap=True), spacing=4)
        line = row(Glyph("download", "accent_text", 22), words, spacing=14)
        line.setStretch(1, 1)
        if any(release.is_security for release in self.model.snapshot.releases):
            line.addWidget(Pill("warning", tr("Updates", "Closes a security hole")))
        return holder(line)

    @property
    def _version(self) -> str:
        return self.model.version

    def _notes(self, release: Release) -> QWidget:
        head = row(Label(release_title(release), "title"), Label(published_text(release), "sub"), None, spacing=10)
        if release.is_security:
            head.insertWidget(2, Pill("warning", tr("Updates", "Security")))
        lines = harmless_notes(release) or ((tr("Updates", "Nothing is said about what is new."), True),)
        said = (self._note(line) if is_point else self._heading(line) for line, is_point in lines)
        return holder(column(head, *said, spacing=6, margins=(0, 0, 8, 0)))

    def _heading(self, text: str) -> QWidget:
        return holder(column(Label(text, "title", wrap=True, selectable=True), margins=(0, 6, 0, 0)))

    def _note(self, text: str) -> QWidget:
        mark, said = Label("•", "sub"), Label(text, "body", wrap=True, selectable=True)
        line = row(mark, said, spacing=8)
        line.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        line.setStretch(1, 1)
        return holder(line)

    def _files(self, newest: Release) -> list[QWidget]:
        here = files_here(newest)
        if here:
            return [Label(tr("Updates", "For this computer"), "title"), *(self._file(each) for each in here)]
        if not newest.downloads:
            return [Label(tr("Updates", "No file is offered for this version yet."), "sub", wrap=True)]
        systems = ", ".join(plain(each.system, limit=60) for each in newest.downloads)
        said = tr("Updates", "There is no file of this version for this computer, only for: {systems}", systems=systems)
        return [Label(said, "sub", wrap=True)]

    def _file(self, download: Download) -> QWidget:
        name, size = file_name(download), size_text(download.size_bytes)
        get = Button(
            tr("Updates", "Get it in the browser"),
            "external-link",
            "plain" if self.downloads else "primary",
            size="small",
        )
        get.setAccessibleName(tr("Updates", "Get {name} in the browser", name=name))
        get.setToolTip(plain(download.address))
        get.clicked.connect(lambda: self._on_get(download))
        self.downloads.append(get)
        copy = IconButton("copy", tr("Updates", "Copy the SHA-256 of {name}", name=name), size=16)
        copy.clicked.connect(lambda: self._on_copy(download, copy))
        digest = Label(download.sha256, "mono", selectable=True)
        digest.setAccessibleName(tr("Updates", "SHA-256 of {name}: {digest}", name=name, digest=download.sha256))
        words = column(ElidedLabel(name, "value", middle=True), spacing=1)
        if use := file_use(download):
            words.addWidget(ElidedLabel(use, "sub"))
        head = row(words, Label(size, "sub"), get, spacing=12)
        head.setStretch(0, 1)
        return Well(head, row(Label(tr("Updates", "SHA-256"), "caption"), digest, None, copy, spacing=8), spacing=4)

    def _on_get(self, download: Download) -> None:
        if not self._open_page(download.address):
            title = tr("Updates", "No browser could be opened")
            self._panel.messages.warn(title, tr("Updates", "The file is at {address}", address=download.address))

    def _on_copy(self, download: Download, button: IconButton) -> None:
        QGuiApplication.clipboard().setText(download.sha256)
        button.set_icon("check")

    def _on_skip(self) -> None:
        self.model.skip()
        self.accept()

    def _on_later(self) -> None:
        self.model.remind_later()
        self.accept()


def _opened(address: str) -> bool:
    return QDesktopServices.openUrl(QUrl(address))
