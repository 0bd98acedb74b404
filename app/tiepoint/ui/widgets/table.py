"""A table: sortable, filtered, its columns chosen at the right end of its head, copied as TSV. The GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from tiepoint.ui import theme
from tiepoint.ui.text import plain, tr
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.table_cells import AnyRow, Column
from tiepoint.ui.widgets.table_columns import ColumnMemory, column_menu
from tiepoint.ui.widgets.table_delegate import CellDelegate
from tiepoint.ui.widgets.table_model import RowsModel, TableModel

HEAD_PX: Final = 30
_NO_ARROWS: Final = "QHeaderView::up-arrow, QHeaderView::down-arrow { image: none; width: 0; height: 0; }"
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_CHOOSER_PX: Final = 28
# A cell that begins so would be taken for a formula by a spreadsheet.
_FORMULA_STARTS: Final = ("=", "+", "-", "@")


class Table(QTableView):
    """Shows rows of cells.

    Signals:
        chosen(key): A person went to another row.
        opened(key): A person pressed Enter on a row or clicked it twice.
        menu_wanted(key, place): A person asked for a row's menu; `place` is on the screen.

    Args:
        name: For screen readers.
        memory: Which columns are seen, and how wide.
        columns: All columns.
        row_height: In pixels.
        has_chooser: Whether columns can be chosen; a small table inside a card has no room for it.
        model: Keeps the rows; None = they are given whole with `set_rows`.
    """

    chosen = Signal(str)
    opened = Signal(str)
    menu_wanted = Signal(str, QPoint)

    def __init__(
        self,
        name: str,
        memory: ColumnMemory,
        columns: Sequence[Column],
        *,
        row_height: int = 40,
        has_chooser: bool = True,
        model: RowsModel | None = None,
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.rows_model: RowsModel = TableModel(columns) if model is None else model
        self._memory = memory
        self._is_updating = False
        self._is_fitting = False
        self._chosen = ""
        self._delegate = CellDelegate(self, row_height)
        self._has_chooser = has_chooser
        self._setup_ui(row_height)
        self._connect()
        self.fit_columns()

    @property
    def chosen_key(self) -> str:
        """The key of the row a person is at; empty = none."""
        return self._chosen

    def set_rows(self, rows: Sequence[AnyRow]) -> None:
        """Show these rows; selection and scroll position stay. Only without a model of its own."""
        model = self.rows_model
        if isinstance(model, TableModel):
            self.change_rows(lambda: model.set_rows(rows))

    def set_filter(self, text: str) -> None:
        """Show only rows with these words."""
        self.change_rows(lambda: self.rows_model.set_filter(text))

    def set_tag(self, tag: str) -> None:
        """Show only rows with this tag; empty = all."""
        self.change_rows(lambda: self.rows_model.set_tag(tag))

    def change_rows(self, change: Callable[[], object]) -> None:
        """Let the model change its rows; the current row stays the chosen one, and nobody is told of going there."""
        self._is_updating = True
        change()
        place = self.rows_model.place_of(self._chosen)
        if place is not None and self.currentIndex().row() != place:
            flags = QItemSelectionModel.SelectionFlag
            index = self.rows_model.index(place, max(0, self.currentIndex().column()))
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self._is_updating = False

    def choose(self, key: str) -> None:
        """Go to a row without telling that a person did; nothing happens when it is not shown."""
        self._chosen = key
        self.change_rows(lambda: None)

    def copy(self) -> None:
        """Put the selected rows on the clipboard as tab-separated text, with the heads of the columns."""
        QGuiApplication.clipboard().setText(self.selected_text())

    def selected_text(self) -> str:
        """Return the selected rows, or all when none is, as tab-separated text."""
        header = self.horizontalHeader()
        columns = [header.logicalIndex(place) for place in range(header.count())]
        columns = [each for each in columns if not self.isColumnHidden(each)]
        model = self.rows_model
        picked = sorted({index.row() for index in self.selectionModel().selectedIndexes()}) or range(model.rowCount())
        lines = [[model.columns[each].title for each in columns]]
        lines += [[_copied(model.row_at(place), each) for each in columns] for place in picked]
        return "\n".join("\t".join(_harmless(text) for text in line) for line in lines) + "\n"

    def open_column_menu(self) -> None:
        """Let a person choose the columns."""
        menu = column_menu(self._memory, self.rows_model.columns, self.fit_columns)
        menu.setParent(self, menu.windowFlags())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._chooser.mapToGlobal(QPoint(0, self._chooser.height())))

    def fit_columns(self) -> None:
        """Show what is wanted, as far as there is room; what people chose themselves is never left out."""
        columns = self.rows_model.columns
        seen = [column for column in columns if self._memory.is_wanted(column)]
        room = self.viewport().width() - (_CHOOSER_PX if self._has_chooser else 0)
        needed = sum(each.width if each.takes_rest else self._memory.width(each) for each in seen)
        if not self._memory.is_chosen:
            for column in sorted((each for each in seen if each.drop), key=lambda each: -each.drop):
                if needed <= room:
                    break
                seen.remove(column)
                needed -= self._memory.width(column)
        self._is_fitting = True
        rest = max(0, room - needed)
        for place, column in enumerate(columns):
            self.setColumnHidden(place, column not in seen)
            self.setColumnWidth(place, column.width + rest if column.takes_rest else self._memory.width(column))
        self._is_fitting = False

    def _setup_ui(self, row_height: int) -> None:
        self.setProperty("marks_row", True)  # else the style sheet frames the whole table when it has the focus
        self.setModel(self.rows_model)
        self.setItemDelegate(self._delegate)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMinimumHeight(HEAD_PX + row_height + 4)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(row_height)
        header = self.horizontalHeader()
        header.setFixedHeight(HEAD_PX)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(40)
        header.setSectionsClickable(True)
        header.setSortIndicatorClearable(True)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        # The model's heads say how they are sorted; the style's own arrow would lie over the words.
        header.setStyleSheet(_NO_ARROWS)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self._chooser = IconButton("columns-3", tr("Table", "Choose columns"), size=15)
        self._chooser.setParent(header)
        self._chooser.setFixedSize(28, 28)
        self._chooser.setVisible(self._has_chooser)

    def _connect(self) -> None:
        header = self.horizontalHeader()
        if self._has_chooser:
            header.customContextMenuRequested.connect(lambda _place: self.open_column_menu())
        header.sectionResized.connect(self._on_resized)
        self._chooser.clicked.connect(self.open_column_menu)
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self.doubleClicked.connect(self._on_opened)
        self.entered.connect(lambda index: self._hover(index.row()))

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self.viewport().update()
        row = self.rows_model.row_of(current)
        if not self._is_updating and row is not None and row.key != self._chosen:
            self._chosen = row.key
            self.chosen.emit(row.key)

    def _on_opened(self, index: QModelIndex) -> None:
        row = self.rows_model.row_of(index)
        if row is not None:
            self.opened.emit(row.key)

    def _on_resized(self, section: int, _before: int, width: int) -> None:
        column = self.rows_model.columns[section]
        if not self._is_fitting and width > 0 and not column.takes_rest and self._is_dragged():
            self._memory.set_width(column, width)

    def _is_dragged(self) -> bool:
        return bool(QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton)

    def _hover(self, row: int) -> None:
        if row != self._delegate.hovered:
            self._delegate.hovered = row
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Let the ground of selected rows and the lines between rows go on to the right edge; mark the focus."""
        self._delegate.selected = self._selected_rows()
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        self._paint_rest(painter)
        current = self.currentIndex()
        if self.hasFocus() and current.isValid():
            place, height = self.rowViewportPosition(current.row()), self.rowHeight(current.row())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.tokens().accent), 2))
            painter.drawRoundedRect(QRect(1, place + 1, self.viewport().width() - 2, height - 3), 4, 4)

    def _selected_rows(self) -> set[int]:
        """The selected rows that are seen."""
        top, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        seen = range(max(top, 0), (last if last >= 0 else self.rows_model.rowCount() - 1) + 1)
        chosen = self.selectionModel().selection()
        parts = [chosen.at(place) for place in range(chosen.count())]
        return {row for part in parts for row in seen if part.top() <= row <= part.bottom()}

    def _paint_rest(self, painter: QPainter) -> None:
        header = self.horizontalHeader()
        left, top = header.length() - header.offset(), self.rowAt(0)
        if top < 0 or left >= self.viewport().width():
            return
        tokens = theme.tokens()
        last = self.rowAt(self.viewport().height() - 1)
        for row in range(top, (last if last >= 0 else self.rows_model.rowCount() - 1) + 1):
            box = QRect(left, self.rowViewportPosition(row), self.viewport().width() - left, self.rowHeight(row))
            if row in self._delegate.selected:
                painter.fillRect(box, QColor(tokens.selection))
            elif row == self._delegate.hovered:
                painter.fillRect(box, QColor(tokens.hover))
            painter.fillRect(box.left(), box.bottom(), box.width(), 1, QColor(tokens.border))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns to the width."""
        super().resizeEvent(event)
        self._chooser.move(self.horizontalHeader().width() - 30, 1)
        self._chooser.raise_()
        self.fit_columns()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter, copy with Ctrl+C, the menu with the menu key."""
        row = self.rows_model.row_of(self.currentIndex())
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in _ENTER and row is not None:
            self.opened.emit(row.key)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the row under the pointer, or of the current one from the keyboard."""
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        row = self.rows_model.row_of(index)
        if row is not None:
            place = event.pos() if by_mouse else self.visualRect(index).bottomLeft()
            self.menu_wanted.emit(row.key, self.viewport().mapToGlobal(place))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the row under the pointer."""
        self._hover(self.indexAt(event.position().toPoint()).row())
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: object) -> None:
        """Mark no row any more."""
        self._hover(-1)


def _copied(row: AnyRow, column: int) -> str:
    cell = row.cells[column]
    return ", ".join(part for part in (cell.text, cell.sub) if part)


def _harmless(text: str) -> str:
    """Keep a cell in its column, and keep spreadsheets from running it."""
    flat = plain(text)
    return f"'{flat}" if flat.startswith(_FORMULA_STARTS) else flat
