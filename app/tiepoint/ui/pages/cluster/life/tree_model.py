"""An operation's resources as a Qt model of two levels, told by differences only. The GUI thread.

It is never reset while an operation goes on: what is open, the current line and the scroll position stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.cluster_life_tree import TreeLine, TreePart
from tiepoint.ui.widgets.table_model import runs

LINE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
NAME, STATE, TOOK, NOTE = range(4)
_HEADS: Final = ("Resource", "State", "Took", "Note")
_SERIALS: Final = {f"part:{part.value}": number for number, part in enumerate(ResourceGroupKind, start=1)}
"""A number for each part, which the indexes of its lines carry; parts themselves carry 0."""
_Index = QModelIndex | QPersistentModelIndex


class _Part:
    """A part as the model keeps it: its lines change in place."""

    def __init__(self, part: TreePart) -> None:
        self.key, self.line, self.is_over = part.line.key, part.line, part.is_over
        self.lines = list(part.lines)


class ResourceTreeModel(QAbstractItemModel):
    """Parts of a cluster, and below each its resources."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts: list[_Part] = []

    def set_tree(self, parts: Sequence[TreePart]) -> None:
        """Show these parts instead, telling views what differs."""
        wanted = {part.line.key: part for part in parts}
        self._remove_parts([row for row, part in enumerate(self._parts) if part.key not in wanted])
        known = {part.key for part in self._parts}
        for first, last in runs([row for row, part in enumerate(parts) if part.line.key not in known]):
            self.beginInsertRows(QModelIndex(), first, last)
            self._parts[first:first] = [_Part(part) for part in parts[first : last + 1]]
            self.endInsertRows()
        for row, (kept, part) in enumerate(zip(self._parts, parts, strict=True)):
            self._update_part(row, kept, part)

    def line_of(self, index: _Index) -> TreeLine | None:
        """Return what an index shows."""
        if not index.isValid():
            return None
        part = self._part_of(index)
        return part.line if index.internalId() == 0 else part.lines[index.row()]

    def is_part(self, index: _Index) -> bool:
        """Whether an index is a part and not one of its resources."""
        return index.isValid() and index.internalId() == 0

    def is_over(self, row: int) -> bool:
        """Whether all of a part is done."""
        return self._parts[row].is_over

    def key_of(self, row: int) -> str:
        """Return a part's key."""
        return self._parts[row].key

    def find(self, key: str) -> QModelIndex:
        """Return where a line or part stands; an invalid index when it does not."""
        for row, part in enumerate(self._parts):
            if part.key == key:
                return self.index(row, 0)
            for place, line in enumerate(part.lines):
                if line.key == key:
                    return self.index(place, 0, self.index(row, 0))
        return QModelIndex()

    def _remove_parts(self, rows: list[int]) -> None:
        for first, last in reversed(list(runs(rows))):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._parts[first : last + 1]
            self.endRemoveRows()

    def _update_part(self, row: int, kept: _Part, part: TreePart) -> None:
        kept.is_over = part.is_over
        if kept.line != part.line:
            kept.line = part.line
            self.dataChanged.emit(self.index(row, 0), self.index(row, NOTE))
        self._update_lines(self.index(row, 0), kept, part.lines)

    def _update_lines(self, parent: QModelIndex, kept: _Part, lines: Sequence[TreeLine]) -> None:
        keys = [line.key for line in lines]
        if [line.key for line in kept.lines] != keys:
            self._match_keys(parent, kept, lines, keys)
        changed = [place for place, line in enumerate(lines) if line != kept.lines[place]]
        for first, last in runs(changed):
            kept.lines[first : last + 1] = lines[first : last + 1]
            self.dataChanged.emit(self.index(first, 0, parent), self.index(last, NOTE, parent))

    def _match_keys(self, parent: QModelIndex, kept: _Part, lines: Sequence[TreeLine], keys: list[str]) -> None:
        """Remove, move and insert lines until they are the wanted ones."""
        wanted, known = set(keys), {line.key for line in kept.lines}
        for first, last in reversed(list(runs([at for at, line in enumerate(kept.lines) if line.key not in wanted]))):
            self.beginRemoveRows(parent, first, last)
            del kept.lines[first : last + 1]
            self.endRemoveRows()
        self._reorder(parent, kept, [key for key in keys if key in known])
        for first, last in runs([at for at, key in enumerate(keys) if key not in known]):
            self.beginInsertRows(parent, first, last)
            kept.lines[first:first] = lines[first : last + 1]
            self.endInsertRows()

    def _reorder(self, parent: QModelIndex, kept: _Part, keys: list[str]) -> None:
        """Put a part's lines into another order; whoever stands on one goes with it."""
        if keys == [line.key for line in kept.lines]:
            return
        for place, key in enumerate(keys):
            at = next(at for at in range(place, len(keys)) if kept.lines[at].key == key)
            if at != place:
                self.beginMoveRows(parent, at, at, parent, place)
                kept.lines.insert(place, kept.lines.pop(at))
                self.endMoveRows()

    def _part_of(self, index: _Index) -> _Part:
        serial = index.internalId()
        if serial == 0:
            return self._parts[index.row()]
        return next(part for part in self._parts if _SERIALS[part.key] == serial)

    def index(self, row: int, column: int, parent: _Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's own
        """Return the index of a place."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, _SERIALS[self._parts[parent.row()].key] if parent.isValid() else 0)

    def parent(self, index: _Index) -> QModelIndex:  # type: ignore[override]
        """Return the part of a line."""
        if not index.isValid() or index.internalId() == 0:
            return QModelIndex()
        serial = index.internalId()
        for row, part in enumerate(self._parts):
            if _SERIALS[part.key] == serial:
                return self.createIndex(row, 0, 0)
        return QModelIndex()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many parts there are, or lines in a part."""
        if not parent.isValid():
            return len(self._parts)
        is_part = parent.internalId() == 0 and parent.column() == 0
        return len(self._parts[parent.row()].lines) if is_part else 0

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Always the same columns."""
        return len(_HEADS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the words, the spoken words, or the line."""
        line = self.line_of(index)
        if line is None:
            return None
        if role == LINE_ROLE:
            return line
        shown = (line.name, line.word, line.took, line.note)[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return shown
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line.said if index.column() == NAME else shown
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the head of a column."""
        if orientation == Qt.Orientation.Horizontal and 0 <= section < len(_HEADS):
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
                return tr("ClusterTree", _HEADS[section])
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None
