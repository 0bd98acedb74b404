"""What happened to a cluster, newest first: from Azure's activity log and from our own operations. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetricsF, QGuiApplication, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from tiepoint.ui import theme
from tiepoint.ui.text import tr
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.cluster_life_resources import ActivityLine
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import Label

_ROW_PX: Final = 24
_TIME_PX: Final = 62
_LINE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_ONE_LINE: Final = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine)
_Index = QModelIndex | QPersistentModelIndex


class ActivityCard(Card):
    """Shows `ActivityLine`s.

    Signals:
        portal_wanted(): Azure's own page is asked for.
    """

    portal_wanted = Signal()

    def __init__(self) -> None:
        self.portal_button = Button(tr("ClusterActivity", "Open in portal"), "external-link", "link")
        super().__init__(tr("ClusterActivity", "Activity"), "", self.portal_button)
        self.list = ActivityList()
        self._nothing = Label(tr("ClusterActivity", "Nothing is known yet."), "sub")
        self._nothing.setContentsMargins(16, 0, 16, 0)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.content.setContentsMargins(1, 1, 1, 10)
        self.content.addWidget(self._nothing)
        self.content.addWidget(self.list, 1)
        self.portal_button.clicked.connect(self.portal_wanted)

    def show_lines(self, lines: Sequence[ActivityLine], *, has_portal: bool) -> None:
        """Show these lines, newest first."""
        self.portal_button.setVisible(has_portal)
        self._nothing.setVisible(not lines)
        self.list.setVisible(bool(lines))
        self.list.set_lines(lines)


class ActivityModel(QAbstractListModel):
    """Lines, newest first; new ones come in at the top."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[ActivityLine] = []

    def set_lines(self, lines: Sequence[ActivityLine]) -> None:
        """Show these lines, telling views what came."""
        wanted = list(lines)
        if wanted == self._lines:
            return
        new = len(wanted) - len(self._lines)
        if new > 0 and wanted[new:] == self._lines:
            self.beginInsertRows(QModelIndex(), 0, new - 1)
            self._lines = wanted
            self.endInsertRows()
            return
        self.beginResetModel()
        self._lines = wanted
        self.endResetModel()

    def line_of(self, index: _Index) -> ActivityLine | None:
        """Return the line under an index."""
        return self._lines[index.row()] if index.isValid() and index.row() < len(self._lines) else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many lines there are."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Always one."""
        return 0 if parent.isValid() else 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the words, or the line."""
        line = self.line_of(index)
        if line is None:
            return None
        if role == _LINE_ROLE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return " ".join(part for part in (line.time, line.text, line.who) if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            words = f"{line.text} ({line.who})" if line.who else line.text
            escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            return f"<span>{escaped}</span>"
        return None


class ActivityList(QListView):
    """The list: time, icon, words."""

    def __init__(self) -> None:
        super().__init__()
        self.lines_model = ActivityModel(self)
        self.setModel(self.lines_model)
        self.setItemDelegate(_LineDelegate(self))
        self.setAccessibleName(tr("ClusterActivity", "Activity, newest first"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMinimumHeight(_ROW_PX * 3)
        # Its own wish for height would count more than the room there is.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)

    def set_lines(self, lines: Sequence[ActivityLine]) -> None:
        """Show these lines; whoever scrolled down stays where they are."""
        bar = self.verticalScrollBar()
        below = bar.maximum() - bar.value()
        is_at_top = bar.value() == bar.minimum()
        self.lines_model.set_lines(lines)
        if not is_at_top:
            bar.setValue(bar.maximum() - below)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy the current line with Ctrl+C."""
        line = self.lines_model.line_of(self.currentIndex())
        if event.matches(QKeySequence.StandardKey.Copy) and line is not None:
            QGuiApplication.clipboard().setText("\t".join((line.time, line.text, line.who)))
        else:
            super().keyPressEvent(event)


class _LineDelegate(QStyledItemDelegate):
    def __init__(self, view: ActivityList) -> None:
        super().__init__(view)
        self._view = view
        self._words = font(12)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """All lines are of one height."""
        return QSize(100, _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint a line."""
        line = self._view.lines_model.line_of(index)
        if line is None:
            return
        tokens, look, box = theme.tokens(), look_of(line.state), QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(tokens.selection))
        inner = QRectF(box).adjusted(15, 0, -10, 0)
        metrics = QFontMetricsF(self._words)
        painter.setFont(self._words)
        painter.setPen(QColor(tokens.text2))
        time_px = max(_TIME_PX, metrics.horizontalAdvance(line.time) + 10)
        painter.drawText(inner, _ONE_LINE, line.time)
        glyph = icons.pixmap(look.icon, f"{look.tone}.text", 13)
        painter.drawPixmap(QPointF(inner.left() + time_px, inner.center().y() - 6.5), glyph)
        painter.setPen(QColor(tokens.text))
        room = inner.adjusted(time_px + 21, 0, 0, 0)
        painter.drawText(room, _ONE_LINE, metrics.elidedText(line.text, Qt.TextElideMode.ElideRight, room.width()))
        painter.restore()
