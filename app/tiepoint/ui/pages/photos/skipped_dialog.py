"""The list of what was dropped and not taken, each with its reason. The GUI thread only; opened, never run modally."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QDialog, QHeaderView, QTableView, QWidget

from tiepoint.domain.capture import SkippedFile
from tiepoint.ui.text import grouped, plain, tr, tr_count
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column, row

_NO_PARENT = QModelIndex()


def skipped_words(count: int) -> str:
    """Say how many files were not taken."""
    return tr_count("Photos", "1 file was not taken", "{count} files were not taken", count)


class SkippedModel(QAbstractTableModel):
    """Files and reasons; any number, for only what is seen is asked for."""

    def __init__(self, skipped: Sequence[SkippedFile]) -> None:
        super().__init__()
        self._skipped = skipped

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """As many as there are files."""
        return 0 if parent.isValid() else len(self._skipped)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        """File and reason."""
        return 0 if parent.isValid() else 2

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> str | None:
        """Return the plain text of a field."""
        if not index.isValid() or role != Qt.ItemDataRole.DisplayRole:
            return None
        each = self._skipped[index.row()]
        return plain(each.path if index.column() == 0 else each.reason, limit=400)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> str | None:
        """Return the name of a column."""
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole and section in (0, 1):
            return (tr("Photos", "File"), tr("Photos", "Why it was not taken"))[section]
        return None


class SkippedDialog(QDialog):
    """The list.

    Args:
        skipped: What was not taken.
        parent: Over which it opens.
        before: How many more were not taken before those.
    """

    def __init__(self, skipped: Sequence[SkippedFile], parent: QWidget, *, before: int = 0) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Photos", "Not taken"))
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 480)
        self._skipped = skipped
        self._model = SkippedModel(skipped)
        self.table = QTableView()
        self.table.setAccessibleName(tr("Skipped", "Files that were not taken, and why"))
        self.table.setModel(self._model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(30)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().resizeSection(1, 260)
        copy, close = Button(tr("Photos", "Copy the list"), "copy"), Button(tr("Photos", "Close"), "", "primary")
        copy.clicked.connect(self._on_copy)
        close.clicked.connect(self.accept)
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.horizontalHeader().setHighlightSections(False)
        words = skipped_words(before + len(skipped))
        latest = tr("Skipped", "The latest {count} are listed.", count=grouped(len(skipped)))
        note = Label(latest if before else "", "sub")
        note.setVisible(bool(before))
        self.setLayout(
            column(Label(words, "h1"), note, self.table, row(None, copy, close), spacing=12, margins=(20, 18, 20, 18))
        )

    def _on_copy(self) -> None:
        lines = (f"{plain(each.path)}\t{plain(each.reason)}" for each in self._skipped)
        QGuiApplication.clipboard().setText("\n".join(lines))
