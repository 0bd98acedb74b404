"""The list of others' work in the program, with a find box and the text of each licence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QAbstractItemView, QDialog, QListView, QPlainTextEdit, QWidget

from tiepoint.notices import Notice
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.table_find import FindBox

_Index = QModelIndex | QPersistentModelIndex
_NOTICE = Qt.ItemDataRole.UserRole
_SOUGHT = Qt.ItemDataRole.UserRole + 1
_LINE_PX = 26
_LIST_PX = 300
_STRICT: Final = re.compile(r"A?GPL-[\d.]+-(only|or-later)")
"""The GPL with no other licence to choose and no exception."""


class NoticeModel(QAbstractListModel):
    """Others' work as a list: what a line says, and what is looked through.

    Args:
        notices: What the list shows, in its order.
    """

    def __init__(self, notices: Sequence[Notice]) -> None:
        super().__init__()
        self._notices = tuple(notices)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  as Qt declares it
        """Return the number of lines."""
        return 0 if parent.isValid() else len(self._notices)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return what a line says, its notice, or what is looked through."""
        if not index.isValid():
            return None
        notice = self._notices[index.row()]
        title = plain(f"{notice.name} {notice.version}".strip())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return title
            case Qt.ItemDataRole.SizeHintRole:
                return QSize(0, _LINE_PX)
            case Qt.ItemDataRole.ToolTipRole:
                return plain(notice.licence)
            case Qt.ItemDataRole.AccessibleTextRole:
                return plain(f"{title}, {notice.licence}")
            case int() if role == int(_NOTICE):
                return notice
            case int() if role == int(_SOUGHT):
                return f"{title} {notice.licence} {' '.join(notice.part_of)}"
        return None


class ThirdPartyDialog(QDialog):
    """The list on the left, what is known of the chosen one and its licence on the right; open it with `open()`.

    Args:
        notices: What to list; None = it is still being read, and comes with `fill`.
        folder: Where all texts lie as files; None where they lie with the libraries.
        parent: The window.

    Signals:
        text_wanted(notice): Its licence is to be read and given to `show_text`.
        folder_wanted(): The folder of all texts is to be opened.
    """

    text_wanted = Signal(object)
    folder_wanted = Signal()

    def __init__(self, notices: Sequence[Notice] | None, folder: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Settings", "Third-party licences"))
        self.resize(900, 620)
        self.sought = FindBox(tr("Settings", "Name or licence"), width=_LIST_PX)
        self._count = Label("", "caption")
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setFilterRole(int(_SOUGHT))
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.list = QListView()
        self.list.setModel(self._proxy)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.setAccessibleName(tr("Settings", "Libraries and other work"))
        self._name = Label("", "title", wrap=True, selectable=True)
        self._licence = Label("", "sub", wrap=True, selectable=True)
        self._source = Label("", "caption", wrap=True, selectable=True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName(tr("Settings", "Licence text"))
        self._open = Button(tr("Settings", "Open folder of licences"), "folder-open")
        self._open.setVisible(folder is not None)
        self._close = Button(tr("Settings", "Close"), kind="primary")
        self._close.setDefault(True)
        self._folder = folder
        self._said = Label(self._where(folder, notices or ()), "caption", wrap=True)
        self._lay_out()
        self._connect()
        self.sought.setEnabled(notices is not None)
        if notices is None:
            self._name.setText(tr("Settings", "Reading what is installed"))
        else:
            self.fill(notices)

    def fill(self, notices: Sequence[Notice]) -> None:
        """Show the list, once it is read."""
        model = NoticeModel(notices)
        model.setParent(self._proxy)
        self._proxy.setSourceModel(model)
        self.sought.setEnabled(True)
        self._said.setText(self._where(self._folder, notices))
        self._name.setText("")
        self._say_count()
        if not notices:
            self._show_nothing("")

    def choose_first(self) -> None:
        """Choose the first entry, so that its text is asked for."""
        self.list.setCurrentIndex(self._proxy.index(0, 0))

    @staticmethod
    def _where(folder: Path | None, notices: Sequence[Notice]) -> str:
        if folder is not None:
            said = tr("Settings", "Qt and other libraries under the Lesser GPL may be replaced: see LGPL-NOTICE.txt.")
            strict = [notice for notice in notices if _STRICT.fullmatch(notice.licence)]
            # Who passes the program on has to know it.
            holders = ", ".join(dict.fromkeys(name for notice in strict for name in notice.part_of or (notice.name,)))
            told = tr("Settings", "Parts of {name} are under the GPL: see THIRD-PARTY-NOTICES.txt.", name=holders)
            return f"{said} {told}" if strict else said
        return tr("Settings", "Not an installed program: these are the libraries of its Python environment.")

    def _lay_out(self) -> None:
        left = holder(column(self.sought, self.list, self._count, spacing=8))
        left.setFixedWidth(_LIST_PX)
        right = column(self._name, self._licence, self._source, self.text, spacing=6)
        middle = row(left, holder(right), spacing=16)
        foot = row(self._open, None, self._close)
        head = Label(tr("Settings", "Third-party licences"), "h1")
        self.setLayout(column(head, self._said, holder(middle), foot, spacing=12, margins=(20, 20, 20, 16)))

    def _connect(self) -> None:
        self.sought.textChanged.connect(self._on_find)
        self.list.selectionModel().currentChanged.connect(self._on_chosen)
        self._open.clicked.connect(self.folder_wanted)
        self._close.clicked.connect(self.accept)

    def _on_find(self, words: str) -> None:
        self._proxy.setFilterFixedString(words)
        self._say_count()
        if not self._proxy.rowCount():
            self._show_nothing(words)
        elif not self.list.currentIndex().isValid():
            self.choose_first()

    def _say_count(self) -> None:
        self._count.setText(tr_count("Settings", "{count} entry", "{count} entries", self._proxy.rowCount()))

    def _show_nothing(self, words: str) -> None:
        self.list.setCurrentIndex(QModelIndex())
        said = tr("Settings", "Nothing here is called “{words}” or has such a licence.", words=plain(words))
        self._name.setText(said if words else tr("Settings", "No list of others’ work came with this program."))
        for each in (self._licence, self._source):
            each.setText("")
        self.text.setPlainText("")

    def _on_chosen(self, index: QModelIndex) -> None:
        notice = index.data(int(_NOTICE))
        if notice is None:
            return
        inside = tr("Settings", "in {names}", names=", ".join(notice.part_of)) if notice.part_of else ""
        title = f"{notice.name} {notice.version}".strip()
        self._name.setText(plain(f"{title}, {inside}" if inside else title))
        owner = tr("Settings", "© {owner}", owner=plain(notice.copyright)) if notice.copyright else ""
        self._licence.setText(plain(notice.licence) + (f"\n{owner}" if owner else ""))
        self._source.setText(plain(notice.source))
        self.text_wanted.emit(notice)

    def show_text(self, notice: Notice, text: str) -> None:
        """Show the text of a licence, if it is still the chosen one."""
        if self.list.currentIndex().data(int(_NOTICE)) == notice:
            self.text.setPlainText(
                text or tr("Settings", "The package carries no text of its licence. See the address above.")
            )
