"""The tree of an operation on the screen: parts with pills, their resources below, hairlines between. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from tiepoint.ui import theme
from tiepoint.ui.pages.cluster.life.tree_model import NAME, STATE, TOOK, ResourceTreeModel
from tiepoint.ui.text import tr
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.cluster_life_tree import TreeLine, TreePart

_ROW_PX: Final = 34
_INDENT_PX: Final = 20
_CHEVRON: Final = 14
_GLYPH: Final = 14
_STATE_PX, _TOOK_PX = 148, 108
_LEAST_KIND_PX: Final = 44
_NAME_SHARE: Final = 0.38
_ONE_LINE: Final = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine)
_SELECTED: Final = QStyle.StateFlag.State_Selected
_Index = QModelIndex | QPersistentModelIndex


class ResourceTree(QTreeView):
    """Shows parts and their resources. Parts under way are open, done ones closed, until a person decides otherwise.

    Signals:
        opened(key): Enter was pressed on a line, or it was clicked twice.
        menu_wanted(key, place): A line's menu was asked for; `place` is on the screen.
    """

    opened = Signal(str)
    menu_wanted = Signal(str, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.tree_model = ResourceTreeModel(self)
        self._by_hand: set[str] = set()
        self._is_arranging = False
        self.setModel(self.tree_model)
        self.setItemDelegate(_LineDelegate(self))
        self.setAccessibleName(tr("ClusterTree", "Resources of the operation"))
        self._setup_ui()
        self.expanded.connect(self._on_toggled)
        self.collapsed.connect(self._on_toggled)
        self.doubleClicked.connect(self._on_opened)

    def set_tree(self, parts: Sequence[TreePart], *, is_all_open: bool = False) -> None:
        """Show these parts; what is open and where one is stay.

        Args:
            parts: In order.
            is_all_open: Whether every part is open, as when only problems are shown.
        """
        self.tree_model.set_tree(parts)
        self._is_arranging = True
        for row in range(self.tree_model.rowCount()):
            index = self.tree_model.index(row, 0)
            if is_all_open:
                self.setExpanded(index, True)
            elif self.tree_model.key_of(row) not in self._by_hand:
                line = self.tree_model.line_of(index)
                is_quiet = self.tree_model.is_over(row) or (line is not None and line.state == "queued")
                self.setExpanded(index, not is_quiet)
        self._is_arranging = False

    def forget_choices(self) -> None:
        """Open and close parts by their state again, for another operation."""
        self._by_hand.clear()

    def copy(self) -> None:
        """Put the current line on the clipboard."""
        line = self.tree_model.line_of(self.currentIndex())
        if line is not None:
            QGuiApplication.clipboard().setText("\t".join((line.name, line.word, line.took, line.note)))

    def _setup_ui(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setIndentation(_INDENT_PX)
        self.setAnimated(False)
        self.setAllColumnsShowFocus(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setExpandsOnDoubleClick(True)
        self.setTabKeyNavigation(False)
        self.setMinimumHeight(140)
        self.setProperty("marks_row", True)
        head = self.header()
        head.setSectionsMovable(False)
        head.setSectionsClickable(False)
        head.setStretchLastSection(True)
        head.setFixedHeight(30)

    def _on_toggled(self, index: QModelIndex) -> None:
        if not self._is_arranging:
            self._by_hand.add(self.tree_model.key_of(index.row()))

    def _on_opened(self, index: QModelIndex) -> None:
        line = self.tree_model.line_of(index)
        if line is not None and not self.tree_model.is_part(index):
            self.opened.emit(line.key)

    def drawBranches(self, painter: QPainter, rect: QRect, index: _Index) -> None:
        """Draw a chevron before parts, nothing before their lines; the ground of both."""
        tokens = theme.tokens()
        row = QRect(0, rect.top(), self.viewport().width(), rect.height())
        if self.selectionModel().isRowSelected(index.row(), index.parent()):
            painter.fillRect(row, QColor(tokens.selection))
        if not self.tree_model.is_part(index):
            return
        is_open = self.isExpanded(self.tree_model.index(index.row(), 0))
        name = "chevron-down" if is_open else "chevron-right"
        place = QPointF(rect.right() - _INDENT_PX + 4, rect.center().y() - _CHEVRON / 2 + 1)
        painter.drawPixmap(place, icons.pixmap(name, "text2", _CHEVRON))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Mark the row where the keyboard is."""
        super().paintEvent(event)
        current = self.currentIndex()
        if self.hasFocus() and current.isValid():
            box = self.visualRect(current)
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.tokens().accent), 2))
            painter.drawRoundedRect(QRect(1, box.top() + 1, self.viewport().width() - 2, box.height() - 3), 4, 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width."""
        super().resizeEvent(event)
        width = self.viewport().width()
        head = self.header()
        head.resizeSection(NAME, max(180, int(width * _NAME_SHARE)))
        head.resizeSection(STATE, _STATE_PX)
        head.resizeSection(TOOK, _TOOK_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy with Ctrl+C, open with Enter: a part unfolds, a line is told to whoever listens."""
        index = self.currentIndex()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.tree_model.is_part(index):
            first = index.siblingAtColumn(0)
            self.setExpanded(first, not self.isExpanded(first))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self._on_opened(index)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a line's menu."""
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        line = self.tree_model.line_of(index)
        if line is not None:
            place = event.pos() if by_mouse else self.visualRect(index).bottomLeft()
            self.menu_wanted.emit(line.key, self.viewport().mapToGlobal(place))


class _LineDelegate(QStyledItemDelegate):
    """Paints a column of a line."""

    def __init__(self, view: ResourceTree) -> None:
        super().__init__(view)
        self._view = view
        self._main, self._strong = font(12), font(12, QFont.Weight.DemiBold)
        self._word = font(12, QFont.Weight.Medium)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """All rows are of one height."""
        return QSize(60, _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one column of one line."""
        line = self._view.tree_model.line_of(index)
        if line is None:
            return
        tokens, box = theme.tokens(), QRect(option.rect)
        is_part = self._view.tree_model.is_part(index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & _SELECTED:
            painter.fillRect(box, QColor(tokens.selection))
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, QColor(tokens.border))
        column = index.column()
        inner = QRectF(box).adjusted(8 if column else 2, 0, -8, -1)
        if column == NAME:
            used = self._strong if is_part else self._main
            self._text(painter, inner, line.name, used, tokens.text)
            beside = inner.adjusted(QFontMetricsF(used).horizontalAdvance(line.name) + 10, 0, 0, 0)
            if beside.width() > _LEAST_KIND_PX:
                self._text(painter, beside, line.kind, self._main, tokens.text3)
        elif column == STATE:
            self._state(painter, inner, line, is_part=is_part)
        elif column == TOOK:
            self._text(painter, inner, line.took, self._main, tokens.text2)
        else:
            self._note(painter, inner, line, is_part=is_part)
        painter.restore()

    def _state(self, painter: QPainter, box: QRectF, line: TreeLine, *, is_part: bool) -> None:
        look = look_of(line.state)
        tone = theme.tokens().tone(look.tone)
        if is_part:
            width = min(box.width(), QFontMetricsF(self._word).horizontalAdvance(line.word) + 36)
            pill = QRectF(box.left() - 2, box.center().y() - 11, width, 22)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tone.soft))
            painter.drawRoundedRect(pill, 11, 11)
        top = box.center().y() - _GLYPH / 2
        painter.drawPixmap(QPointF(box.left() + 7, top), icons.pixmap(look.icon, tone.text, _GLYPH))
        self._text(painter, box.adjusted(27, 0, 0, 0), line.word, self._word, tone.text)

    def _note(self, painter: QPainter, box: QRectF, line: TreeLine, *, is_part: bool) -> None:
        tokens = theme.tokens()
        if not line.tone:
            self._text(painter, box, line.note, self._main, tokens.text if is_part else tokens.text2)
            return
        colour = tokens.tone(line.tone).text
        place = QPointF(box.left(), box.center().y() - _GLYPH / 2)
        painter.drawPixmap(place, icons.pixmap("triangle-alert", colour, _GLYPH))
        self._text(painter, box.adjusted(_GLYPH + 7, 0, 0, 0), line.note, self._main, colour)

    def _text(self, painter: QPainter, box: QRectF, text: str, used: QFont, colour: str) -> None:
        if text:
            painter.setFont(used)
            painter.setPen(QColor(colour))
            shown = QFontMetricsF(used).elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
            painter.drawText(box, _ONE_LINE, shown)
