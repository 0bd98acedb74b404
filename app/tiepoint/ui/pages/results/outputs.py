"""What leaves the page: the report, the folder, pictures of the view, exported models; and the dialogs that ask.

Dialogs are opened, never run in a loop of their own. The GUI thread only.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from tiepoint.domain.failure import Failure
from tiepoint.domain.model_export import ExportFormat
from tiepoint.ports.model_exporter import Exported
from tiepoint.ui.opening import MODEL_SUFFIXES
from tiepoint.ui.pages.results.desktop import Desktop
from tiepoint.ui.pages.results.export_dialog import ExportDialog
from tiepoint.ui.pages.results.view_card import ViewCard
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.export import ExportModel
from tiepoint.ui.viewmodels.results import ResultsModel
from tiepoint.ui.viewmodels.results_words import bytes_text

_CONTEXT: Final = "Results"
_PICTURE_SCALE: Final = 2


class Outputs(QObject):
    """Does what the strip's actions say.

    Args:
        page: Parent of the dialogs.
        panel: Messages, background work, what is remembered.
        results: Which result is open.
        exports: Exports it.
        card: The view, for pictures of it.
        desktop: Opens files with the system's programs.
    """

    def __init__(
        self,
        page: QWidget,
        panel: Panel,
        results: ResultsModel,
        exports: ExportModel,
        card: ViewCard,
        desktop: Desktop,
    ) -> None:
        super().__init__(page)
        self._page, self._panel, self._results, self._exports = page, panel, results, exports
        self._card, self._desktop = card, desktop
        exports.completed.connect(self._on_exported)
        exports.failed.connect(panel.messages.failure)
        card.screenshot_wanted.connect(self.ask_for_picture)

    def ask_for_file(self) -> None:
        """Ask which model to open."""
        dialog = self._file_dialog(tr(_CONTEXT, "Open a model"))
        patterns = " ".join(f"*{suffix}" for suffix in sorted(MODEL_SUFFIXES))
        everything = tr(_CONTEXT, "All files")
        dialog.setNameFilter(f"{tr(_CONTEXT, 'Models')} ({patterns});;{everything} (*)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self._results.open_path(Path(chosen)))
        dialog.open()

    def open_report(self) -> None:
        """Open the report page with the system's viewer."""
        facts = self._results.view.facts
        if facts is not None and facts.report is not None:
            self._open(facts.report)

    def open_folder(self) -> None:
        """Open the result's folder."""
        facts = self._results.view.facts
        if facts is not None:
            self._open(facts.folder)

    def ask_for_export(self) -> None:
        """Ask for a format and a place, then export."""
        facts = self._results.view.facts
        if facts is None:
            return
        if self._exports.is_running:
            self._panel.messages.note(tr(_CONTEXT, "One export is running; start the next when it is done."))
            return
        remembered = self._panel.program.panel_state.state.extras.get("results_export_folder")
        folder = Path(str(remembered)) if remembered else None
        dialog = ExportDialog(self._exports.choices(facts), folder, self._panel.background, self._page.window())
        dialog.export_wanted.connect(self._on_export_wanted)
        dialog.open()

    def ask_for_picture(self) -> None:
        """Ask where to keep a picture of the view."""
        facts = self._results.view.facts
        dialog = self._file_dialog(tr(_CONTEXT, "Keep a picture of the view"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"{tr(_CONTEXT, 'Pictures')} (*.png *.jpg)")
        dialog.setDefaultSuffix("png")
        dialog.selectFile(_file_name(facts.title if facts else "model") + ".png")
        dialog.fileSelected.connect(lambda chosen: self._panel.background.start(self._keep_picture(Path(chosen))))
        dialog.open()

    def tell_written(self, path: Path, text: str = "") -> None:
        """Say that a file was written, with a way to it."""
        self._panel.messages.done(
            tr(_CONTEXT, "{file} is written.", file=plain(path.name)),
            text,
            action=tr(_CONTEXT, "Show in folder"),
            on_action=lambda: self._open(path.parent),
        )

    async def _keep_picture(self, path: Path) -> None:
        picture = self._card.view.screenshot(scale=_PICTURE_SCALE, path=path)
        await asyncio.wrap_future(picture)
        self.tell_written(path)

    def _on_export_wanted(self, format: ExportFormat, target: Path, overwrite: bool) -> None:
        facts = self._results.view.facts
        if facts is not None:
            self._panel.program.panel_state.remember(results_export_folder=str(target.parent))
            self._exports.start(facts, format, target, overwrite=overwrite)

    def _on_exported(self, exported: Exported) -> None:
        notes = " ".join(plain(note) for note in exported.notes)
        self.tell_written(exported.target, f"{bytes_text(exported.size_bytes)}. {notes}".strip())

    def _open(self, path: Path) -> None:
        if not self._desktop.open(path):
            self._panel.messages.failure(
                Failure(
                    "desktop",
                    tr(_CONTEXT, "The system has no program that opens {path}.", path=plain(str(path))),
                    tr(_CONTEXT, "Open it by hand."),
                )
            )

    def _file_dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._page.window(), title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog


def _file_name(title: str) -> str:
    """Turn a title into a name that every file system takes."""
    kept = "".join(each if each.isalnum() or each in " -_." else "-" for each in title).strip(" .")
    return kept[:80] or "model"
