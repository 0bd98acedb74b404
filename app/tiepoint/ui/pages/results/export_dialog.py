"""The dialog that asks what a model is to be exported to, and where. Open it with `open()`. The GUI thread only."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QDialog, QFileDialog, QLineEdit, QWidget

from tiepoint.domain.model_export import ExportFormat
from tiepoint.services.model_export import ExportChoice
from tiepoint.ui.background import Background
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.results_words import bytes_text
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.option_card import OptionCard

_CONTEXT: Final = "Export"
_ICONS: Final = {
    ExportFormat.GLB: "box",
    ExportFormat.OBJ_ZIP: "file-box",
    ExportFormat.OBJ_FOLDER: "folder",
    ExportFormat.PLY: "shapes",
    ExportFormat.STL: "triangle",
    ExportFormat.CLOUD_PLY: "sparkles",
}


class ExportDialog(QDialog):
    """Asks for format and place.

    Signals:
        export_wanted(format, target, overwrite): Begin.

    Args:
        choices: What can be chosen.
        folder: Where to begin; None = the person's documents.
        background: Starts the look whether something is there already.
        parent: The window.
    """

    export_wanted = Signal(object, Path, bool)

    def __init__(
        self, choices: Sequence[ExportChoice], folder: Path | None, background: Background, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self._choices, self._background = tuple(choices), background
        self._folder = folder or _documents()
        self._confirmed: Path | None = None
        self.setWindowTitle(tr(_CONTEXT, "Export the model"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(600)
        self._group = QButtonGroup(self)
        self.options: list[OptionCard] = []
        self._note = Label("", "sub", wrap=True)
        self.target = QLineEdit()
        self._choose = Button(tr(_CONTEXT, "Choose…"), "folder-open")
        self._warning = Label("", "sub", tone="warn", wrap=True)
        self._warning_line = holder(row(Glyph("triangle-alert", "warn.text", 16), self._warning))
        self.export = Button(tr(_CONTEXT, "Export"), "download", "primary")
        self._cancel = Button(tr(_CONTEXT, "Cancel"))
        self._setup_ui()
        self._connect()
        self._begin()

    @property
    def choice(self) -> ExportChoice:
        """The format chosen now."""
        return self._choices[max(0, self._group.checkedId())]

    def _setup_ui(self) -> None:
        for place, choice in enumerate(self._choices):
            size = "" if choice.size_bytes is None else bytes_text(choice.size_bytes)
            option = OptionCard(
                _ICONS.get(choice.format, "box"), said_below(choice.title), said_below(choice.note), size
            )
            option.setEnabled(choice.is_possible)
            self._group.addButton(option, place)
            self.options.append(option)
        self._note.setMinimumHeight(38)
        self._note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.target.setAccessibleName(tr(_CONTEXT, "Where to write it"))
        self.export.setDefault(True)
        where = row(self.target, self._choose)
        where.setStretch(0, 1)
        self._warning_line.hide()
        self.setLayout(
            column(
                Label(tr(_CONTEXT, "Export the model"), "h1"),
                4,
                *self.options,
                self._note,
                Label(tr(_CONTEXT, "Write to"), "value"),
                where,
                self._warning_line,
                6,
                row(None, self._cancel, self.export),
                spacing=8,
                margins=(20, 18, 20, 16),
            )
        )

    def _connect(self) -> None:
        self._group.idToggled.connect(self._on_format)
        self._choose.clicked.connect(self._on_choose)
        self._cancel.clicked.connect(self.reject)
        self.export.clicked.connect(self._on_export)
        self.target.textEdited.connect(lambda: self._warn(""))

    def _begin(self) -> None:
        first = next((place for place, choice in enumerate(self._choices) if choice.is_possible), None)
        if first is None:
            self.export.setEnabled(False)
            self._note.setText(tr(_CONTEXT, "Nothing of this result can be exported."))
        else:
            self.options[first].setChecked(True)
            self.options[first].setFocus()

    def _on_format(self, _place: int, is_on: bool) -> None:
        if not is_on:
            return
        self._note.setText(plain(said_below(self.choice.note)))
        self.target.setText(str(self._folder / self.choice.suggested_name))
        self._warn("")

    def _on_choose(self) -> None:
        dialog = QFileDialog(self, tr(_CONTEXT, "Export the model"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.choice.suffix:
            dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            dialog.setDefaultSuffix(self.choice.suffix.lstrip("."))
        else:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setDirectory(str(self._folder))
        dialog.selectFile(self.choice.suggested_name)
        dialog.fileSelected.connect(self._on_chosen)
        dialog.open()

    def _on_chosen(self, chosen: str) -> None:
        target = Path(chosen)
        if self.choice.suffix:
            self._confirmed = target  # the file dialog has asked about what is there
        else:
            target = target / self.choice.suggested_name
        self._folder = target.parent
        self.target.setText(str(target))
        self._warn("")

    def _on_export(self) -> None:
        text = self.target.text().strip()
        if not text:
            self._warn(tr(_CONTEXT, "Say where to write it."))
            return
        target = Path(text).expanduser()
        if self._confirmed == target:
            self._finish(target, overwrite=True)
        else:
            self.export.setEnabled(False)
            self._background.start(self._look_and_finish(target))

    async def _look_and_finish(self, target: Path) -> None:
        is_there = await asyncio.to_thread(_is_there, target)
        self.export.setEnabled(True)
        if not is_there:
            self._finish(target, overwrite=False)
            return
        self._confirmed = target
        self.export.setText(tr(_CONTEXT, "Replace"))
        self._warn(tr(_CONTEXT, "Something of this name is there already. Choose another name, or replace it."))

    def _finish(self, target: Path, *, overwrite: bool) -> None:
        self.export_wanted.emit(self.choice.format, target, overwrite)
        self.accept()

    def _warn(self, text: str) -> None:
        self._warning.setText(text)
        self._warning_line.setVisible(bool(text))
        if not text:
            self.export.setText(tr(_CONTEXT, "Export"))


def _documents() -> Path:
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(place) if place else Path.home()


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
