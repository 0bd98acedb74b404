"""Path Doctor: one picture of the way panel, Blob, scheduler, nodes, what each sees, and where it breaks first.

Opened, never run modally; a page stands in for nothing, it is asked anew each time. GUI thread.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from tiepoint.domain.path_view import PathReport
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.path_picture import PathPicture
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.path_doctor import report_text, verdict
from tiepoint.ui.viewmodels.site_words import site_name
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import ScrollColumn
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.tone_panel import ToneNote

_WIDTH: Final = 760
_HEIGHT: Final = 600


def open_path_doctor(panel: Panel, owner: QWidget, *, site: str = "", capture: str = "", path: str = "") -> QDialog:
    """Open Path Doctor over a window; see the class."""
    dialog = PathDoctorDialog(panel, owner.window(), site=site, capture=capture, path=path)
    dialog.open()
    return dialog


class PathDoctorDialog(QDialog):
    """Looks at once.

    Args:
        panel: The services.
        parent: Over which it opens.
        site: Id of the site; empty = the shown one.
        capture: Id of a capture; empty = the shared folder itself.
        path: Below the shared folder.
    """

    def __init__(self, panel: Panel, parent: QWidget, *, site: str = "", capture: str = "", path: str = "") -> None:
        super().__init__(parent)
        sites = panel.program.remote.sites
        self._panel = panel
        self._site = sites.get(site) or sites.shown
        self._capture, self._path = capture, path
        self._task: asyncio.Task[None] | None = None
        self.report = PathReport()
        self.verdict = ToneNote("ok", "circle-check")
        self.picture = PathPicture()
        self.bar = ProgressBar(height=4)
        self.again_button = Button(tr("PathDoctor", "Look again"), "refresh-cw")
        self.copy_button = Button(tr("PathDoctor", "Copy as text"), "copy")
        self.close_button = Button(tr("PathDoctor", "Close"), kind="primary")
        self.setWindowTitle(tr("PathDoctor", "Path Doctor"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(_WIDTH, _HEIGHT)
        self._setup_ui()
        self._connect()
        self.look()

    def look(self) -> None:
        """Ask everybody anew."""
        self._stop()
        self.again_button.setEnabled(False)
        self.bar.show()
        self._task = self._panel.background.start(self._look())

    async def _look(self) -> None:
        doctor = self._panel.program.remote.path_doctor
        looking = doctor.examine(self._site.id, capture=self._capture, path=self._path)
        try:
            async with contextlib.aclosing(looking) as reports:
                async for report in reports:
                    self._show(report)
        finally:
            self.again_button.setEnabled(True)
            self.bar.hide()

    def _show(self, report: PathReport) -> None:
        self.report = report
        tone, icon, words = verdict(report)
        self.verdict.set_look(icon, tone)
        self.verdict.set_text(words)
        self.picture.show_report(report)
        self.copy_button.setEnabled(bool(report.views))

    def _setup_ui(self) -> None:
        what = tr("PathDoctor", "The same folder as everybody on the way sees it, tried by writing and reading.")
        if self._capture:
            what = tr("PathDoctor", "The same capture as everybody on the way sees it, tried by writing and reading.")
        title = tr("PathDoctor", "Path Doctor: {name}", name=site_name(self._site))
        self.bar.set_share(None)
        self.bar.setAccessibleName(tr("PathDoctor", "Everybody is being asked"))
        self.copy_button.setEnabled(False)
        shown = ScrollColumn(self.picture, None)
        self.setLayout(
            column(
                Label(title, "h1"),
                Label(what, "sub", wrap=True),
                self.bar,
                self.verdict,
                shown,
                row(self.copy_button, self.again_button, None, self.close_button),
                spacing=10,
                margins=(22, 20, 22, 18),
            )
        )

    def _connect(self) -> None:
        self.again_button.clicked.connect(self.look)
        self.copy_button.clicked.connect(self._on_copy)
        self.close_button.clicked.connect(self.close)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(report_text(self.report, site_name(self._site)))
        self.copy_button.setText(tr("PathDoctor", "Copied"))

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask nobody any more."""
        self._stop()
        super().closeEvent(event)

    def reject(self) -> None:
        """Close with Esc."""
        self._stop()
        super().reject()
