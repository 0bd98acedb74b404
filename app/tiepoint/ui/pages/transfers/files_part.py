"""The files of a transfer: filter chips, what to do with the failed ones, and the table. The GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QStackedWidget, QWidget

from tiepoint.domain.transfer import Transfer, TransferFile, TransferState
from tiepoint.ui.text import grouped, plain, said_below, tr, tr_count
from tiepoint.ui.viewmodels.transfers_files import FilesModel
from tiepoint.ui.viewmodels.transfers_parts import standing
from tiepoint.ui.viewmodels.transfers_rows import file_columns
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.table import Table
from tiepoint.ui.widgets.table_chips import FilterChips
from tiepoint.ui.widgets.table_columns import ColumnMemory, StateKept
from tiepoint.ui.widgets.table_find import FindBox

_ROW_PX: Final = 40
_FIND_FROM_PX: Final = 760


class FilesPart(QWidget):
    """Chips, buttons and the table.

    Signals:
        retry_wanted(indices): Failed files shall be begun again; an empty list means all of them.
        replace_wanted(): Files in conflict shall replace what is there.
        csv_wanted(): The failed files are wanted as CSV.

    Args:
        kept: Remembers the columns.
    """

    retry_wanted = Signal(list)
    replace_wanted = Signal()
    csv_wanted = Signal()

    def __init__(self, kept: StateKept) -> None:
        super().__init__()
        self.model = FilesModel()
        columns = file_columns()
        memory = ColumnMemory("transfer files", columns, kept)
        self.table = Table(tr("Files", "Files"), memory, columns, row_height=_ROW_PX, model=self.model)
        self.chips = FilterChips(
            (
                ("", tr("Files", "All"), ""),
                ("failed", tr("Files", "Failed"), "circle-x"),
                ("moving", tr("Files", "Moving"), "arrow-up-down"),
                ("verified", tr("Files", "Verified"), "badge-check"),
                ("there", tr("Files", "Already there"), "copy-check"),
            )
        )
        self.reasons_button = Button(tr("Files", "Reasons"), "list-filter", size="small")
        self.find_box = FindBox(tr("Files", "Find a file"), width=150)
        self.replace_button = Button("", "git-compare-arrows", size="small")
        self.retry_button = Button("", "rotate-cw", size="small")
        self.csv_button = Button(tr("Files", "CSV of failed"), "download", size="small")
        self._failed, self._nothing = Label("", "sub", tone="err"), Label("", "sub")
        self._stack = QStackedWidget()
        self._shown = ""
        self._setup_ui()
        self._connect()

    def show_transfer(self, transfer: Transfer, *, is_connected: bool) -> None:
        """Show a transfer's counts, and what can be done with its failed files."""
        figures = standing(transfer)
        failed, conflicts = transfer.tallies.get("failed"), transfer.tallies.get("conflict")
        for tag, count in (
            ("", transfer.files_total),
            ("failed", figures.failed.files),
            ("moving", figures.moving.files),
            ("verified", figures.verified.files),
            ("there", figures.there.files),
        ):
            self.chips.set_count(tag, count, hides_none=True)
        retried, replaced = failed.files if failed else 0, conflicts.files if conflicts else 0
        self.retry_button.setText(tr_count("Files", "Retry {count} failed", "Retry {count} failed", retried))
        self.retry_button.setVisible(retried > 0 and is_connected)
        self.replace_button.setText(
            tr_count("Files", "Replace {count} conflict", "Replace {count} conflicts", replaced)
        )
        self.replace_button.setVisible(replaced > 0 and is_connected)
        self._failed.setText(
            tr_count("Files", "{count} file needs you", "{count} files need you", figures.failed.files)
        )
        self._failed_line.setVisible(figures.failed.files > 0)
        self.csv_button.setVisible(is_connected)
        self.reasons_button.setVisible(len(self.model.reasons) > 1)
        self._tell_nothing(transfer)

    def begin(self, transfer: Transfer, files: Sequence[TransferFile]) -> None:
        """Show the files of another transfer, or those of the same one told anew."""
        if transfer.id != self._shown or len(files) < len(self.model):
            if transfer.id != self._shown:
                self._shown = transfer.id
                self.chips.chip("").setChecked(True)
                self.find_box.clear()
                self.table.set_tag("")
            self.model.set_reason("")
            self.model.begin(transfer.direction)
        self.change(files)

    def change(self, files: Sequence[TransferFile]) -> None:
        """Take files that are new or have changed; the place that is looked at stays."""
        self.table.change_rows(lambda: self.model.update(files))
        self._turn()

    def reasons_menu(self) -> QMenu:
        """Return a menu of why files failed, the most frequent first."""
        menu = QMenu(self)
        every = menu.addAction(tr("Files", "All reasons"))
        every.triggered.connect(lambda: self._choose_reason(""))
        menu.addSeparator()
        for reason, count in self.model.reasons.most_common():
            words = said_below(plain(reason, limit=90)) or tr("Files", "Conflict")
            entry = menu.addAction(f"{words.replace('&', '&&')}\t{grouped(count)}")
            entry.triggered.connect(lambda _=False, each=reason: self._choose_reason(each))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _setup_ui(self) -> None:
        line = row(self.chips, None, self.find_box, spacing=6, margins=(16, 0, 12, 8))
        failed = row(
            self._failed,
            None,
            self.reasons_button,
            self.replace_button,
            self.retry_button,
            self.csv_button,
            spacing=6,
            margins=(16, 0, 12, 8),
        )
        self._failed_line = holder(failed)
        self.chips.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        nothing = holder(column(None, row(None, self._nothing, None), None))
        self._stack.addWidget(holder(row(self.table, margins=(6, 0, 6, 6))))
        self._stack.addWidget(nothing)
        whole = column(line, self._failed_line, self._stack, spacing=0)
        whole.setStretch(2, 1)
        self.setLayout(whole)

    def _connect(self) -> None:
        self.chips.chosen.connect(self._on_tag)
        self.find_box.textChanged.connect(self._on_find)
        self.retry_button.clicked.connect(lambda: self.retry_wanted.emit([]))
        self.replace_button.clicked.connect(self.replace_wanted)
        self.csv_button.clicked.connect(self.csv_wanted)
        self.reasons_button.clicked.connect(self._open_reasons)
        self.table.menu_wanted.connect(self._on_menu)

    def _on_tag(self, tag: str) -> None:
        self.model.set_reason("")
        self.table.set_tag(tag)
        self._turn()

    def _on_find(self, text: str) -> None:
        self.table.set_filter(text)
        self._turn()

    def _open_reasons(self) -> None:
        self.reasons_menu().popup(self.reasons_button.mapToGlobal(QPoint(0, self.reasons_button.height() + 4)))

    def _choose_reason(self, reason: str) -> None:
        tag = "failed" if reason else ""
        self.chips.chip(tag).setChecked(True)
        self.table.set_tag(tag)
        self.table.change_rows(lambda: self.model.set_reason(reason))
        self._turn()

    def _on_menu(self, _key: str, place: QPoint) -> None:
        self.file_menu().popup(place)

    def file_menu(self) -> QMenu:
        """Return what can be done with the selected files."""
        menu = QMenu(self)
        indices = self._selected()
        failed = [each for each in indices if _is_failed(self.model.file(each))]
        retry = menu.addAction(tr_count("Files", "Retry it", "Retry {count} of them", len(failed)))
        retry.setEnabled(bool(failed) and self.retry_button.isVisibleTo(self))
        retry.triggered.connect(lambda: self.retry_wanted.emit(failed))
        menu.addAction(tr("Files", "Copy as table\tCtrl+C")).triggered.connect(self.table.copy)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _selected(self) -> list[int]:
        rows = {index.row() for index in self.table.selectionModel().selectedRows()}
        return sorted(int(self.model.row_at(place).key) for place in rows)

    def _turn(self) -> None:
        self._stack.setCurrentIndex(0 if self.model.rowCount() else 1)

    def _tell_nothing(self, transfer: Transfer) -> None:
        if len(self.model):
            words = tr("Files", "No file is like that.")
        elif transfer.state in (TransferState.DRAFT, TransferState.QUEUED, TransferState.PREPARING):
            words = tr("Files", "The files are still being listed.")
        else:
            words = tr("Files", "No files.")
        self._nothing.setText(words)

    def begin_find(self) -> None:
        """Let a person type what to look for."""
        self.find_box.show()
        self.find_box.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the find box out where the chips need its room; Ctrl+F brings it."""
        self.find_box.setVisible(self.width() >= _FIND_FROM_PX or bool(self.find_box.text()))
        super().resizeEvent(event)


def _is_failed(file: TransferFile | None) -> bool:
    return file is not None and file.state.value == "failed"
