"""A fast list of log lines that follows its end, is filtered, searched and copied. The GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from tiepoint.ui import theme
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.log_lines import KEPT, ShownLine, passing

LINE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_LINE_PX: Final = 19
_Index = QModelIndex | QPersistentModelIndex


class LogModel(QAbstractListModel):
    """Keeps the last lines and shows those that pass the filter."""

    def __init__(self) -> None:
        super().__init__()
        self._all: list[ShownLine] = []
        self._shown: list[ShownLine] = []
        self._words = ""
        self._only_warnings = False

    @property
    def lines(self) -> tuple[ShownLine, ...]:
        """All lines that are kept."""
        return tuple(self._all)

    @property
    def shown(self) -> tuple[ShownLine, ...]:
        """The lines that pass the filter."""
        return tuple(self._shown)

    @property
    def warnings(self) -> int:
        """How many of the kept lines are warnings or errors."""
        return sum(line.is_warning for line in self._all)

    def set_lines(self, lines: Sequence[ShownLine]) -> None:
        """Start anew with these."""
        self._all = list(lines[-KEPT:])
        self._refilter()

    def append(self, lines: Sequence[ShownLine]) -> None:
        """Add lines at the end; the oldest ones give way."""
        self._all = [*self._all, *lines][-KEPT:]
        new = passing(lines[-KEPT:], self._words, only_warnings=self._only_warnings)
        self._drop(len(self._shown) + len(new) - KEPT)
        if new:
            self.beginInsertRows(QModelIndex(), len(self._shown), len(self._shown) + len(new) - 1)
            self._shown.extend(new)
            self.endInsertRows()

    def set_filter(self, words: str, *, only_warnings: bool) -> None:
        """Show only lines with these words, or only the warnings among them."""
        if (words, only_warnings) != (self._words, self._only_warnings):
            self._words, self._only_warnings = words, only_warnings
            self._refilter()

    def _refilter(self) -> None:
        self.beginResetModel()
        self._shown = passing(self._all, self._words, only_warnings=self._only_warnings)
        self.endResetModel()

    def _drop(self, count: int) -> None:
        if count > 0:
            self.beginRemoveRows(QModelIndex(), 0, count - 1)
            del self._shown[:count]
            self.endRemoveRows()

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """One; Qt keeps its own answer to itself."""
        return 0 if parent.isValid() else 1

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many lines are shown."""
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the line, or its words."""
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        line = self._shown[index.row()]
        if role == LINE_ROLE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return line.as_text()
        return None


class LogList(QListView):
    """Shows lines and follows their end until somebody scrolls up.

    Signals:
        following_changed(is_following): It began or ceased to follow the end.
        opened(key): A line that leads somewhere was opened.

    Args:
        name: For screen readers.
        is_mono: Whether the text stands in a typeface of even width.
        level_px: Room for level or icon and word.
        source_px: Room for the source; 0 = it is not shown.
        time_px: Room for the time.
    """

    following_changed = Signal(bool)
    opened = Signal(str)

    def __init__(
        self, name: str, *, is_mono: bool = True, time_px: int = 96, level_px: int = 66, source_px: int = 96
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.model_of_lines = LogModel()
        self._is_following = True
        self.setModel(self.model_of_lines)
        self.setItemDelegate(_LineDelegate(self, is_mono=is_mono, widths=(time_px, level_px, source_px)))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMinimumHeight(40)
        self._catch_up = QTimer(self, singleShot=True, interval=0)
        self._catch_up.timeout.connect(self._to_end)
        self.model_of_lines.rowsInserted.connect(self._on_new)
        self.model_of_lines.modelReset.connect(self._on_new)
        self.verticalScrollBar().actionTriggered.connect(lambda _action: QTimer.singleShot(0, self, self._on_scrolled))
        self.activated.connect(self._on_opened)

    @property
    def is_following(self) -> bool:
        """Whether the newest line is kept in view."""
        return self._is_following

    def set_following(self, *, is_following: bool) -> None:
        """Keep the newest line in view, or leave the view where it is."""
        if is_following != self._is_following:
            self._is_following = is_following
            self.following_changed.emit(is_following)
        if is_following:
            self._to_end()

    def copy(self) -> None:
        """Put the selected lines on the clipboard, or all that are shown when none is."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        shown = self.model_of_lines.shown
        lines = [shown[row] for row in rows] or shown
        QGuiApplication.clipboard().setText("\n".join(line.as_text() for line in lines))

    def _on_new(self) -> None:
        if self._is_following:
            self._catch_up.start()

    def _to_end(self) -> None:
        if self._is_following:
            self.scrollToBottom()

    def _on_scrolled(self) -> None:
        bar = self.verticalScrollBar()
        self.set_following(is_following=bar.value() >= bar.maximum() - 2)

    def _on_opened(self, index: QModelIndex) -> None:
        line = index.data(LINE_ROLE)
        if isinstance(line, ShownLine) and line.key:
            self.opened.emit(line.key)

    def wheelEvent(self, event: Any) -> None:
        """Cease to follow when scrolled up by the wheel."""
        super().wheelEvent(event)
        self._on_scrolled()

    def resizeEvent(self, event: Any) -> None:
        """Stay at the end."""
        super().resizeEvent(event)
        self._on_new()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy with Ctrl+C; going up ceases to follow, End follows again."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_Home):
            self.set_following(is_following=False)
        elif event.key() == Qt.Key.Key_End:
            self.set_following(is_following=True)
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_PageDown):
            self._on_scrolled()


class _LineDelegate(QStyledItemDelegate):
    """Paints a line in columns."""

    def __init__(self, view: QListView, *, is_mono: bool, widths: tuple[int, int, int]) -> None:
        super().__init__(view)
        self._view = view
        self._widths = widths
        self._font = _mono() if is_mono else font(12)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one line."""
        line = index.data(LINE_ROLE)
        if not isinstance(line, ShownLine):
            return
        painter.save()
        self._ground(painter, option, index, line)
        tokens, box = theme.tokens(), QRectF(option.rect)
        look = look_of(line.state) if line.state else None
        loud = tokens.tone(look.tone).text if look is not None and line.is_warning else tokens.text
        quiet = loud if line.is_warning else tokens.text3
        time_px, level_px, source_px = self._widths
        left = box.left() + 14
        self._words(painter, QRectF(left, box.top(), time_px, box.height()), line.time, tokens.text3)
        left += time_px
        if look is not None:
            colour = tokens.tone(look.tone).text
            painter.drawPixmap(QPointF(left, box.center().y() - 6), icons.pixmap(look.icon, colour, 13))
        self._words(painter, QRectF(left + 19, box.top(), level_px - 21, box.height()), line.level, quiet)
        left += level_px + (6 if level_px else 0)
        if source_px:
            self._words(painter, QRectF(left, box.top(), source_px, box.height()), line.source, tokens.text2)
            left += source_px + 8
        self._words(painter, QRectF(left, box.top(), box.right() - left - 10, box.height()), line.text, loud)
        painter.restore()

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index, line: ShownLine) -> None:
        tokens = theme.tokens()
        box = QRectF(option.rect).adjusted(6, 0, -6, 0)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(tokens.selection))
        elif line.is_marked:
            painter.fillRect(box, QColor(tokens.tone(look_of(line.state).tone).soft))
        if self._view.hasFocus() and index.row() == self._view.currentIndex().row():
            painter.setPen(QColor(tokens.accent))
            painter.drawRect(box.adjusted(0, 0, -1, -1))

    def _words(self, painter: QPainter, box: QRectF, text: str, colour: str) -> None:
        painter.setFont(self._font)
        painter.setPen(QColor(colour))
        shown = text
        if len(text) * 5 > box.width():
            shown = QFontMetricsF(self._font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Every line is as high as the next."""
        return QSize(200, _LINE_PX)


def _mono() -> QFont:
    made = QFont("DejaVu Sans Mono")
    made.setFamilies(["DejaVu Sans Mono", "Consolas", "Menlo", "monospace"])
    made.setStyleHint(QFont.StyleHint.Monospace)
    made.setPixelSize(11)
    return made
