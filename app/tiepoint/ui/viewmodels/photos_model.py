"""The photos as a Qt model: one row a photo, fed with new tuples and told apart by identity. The GUI thread only.

Grid and list share it. It changes as little as it can, so that selection, focus and scrolling survive; where that
would take longer than starting anew, it starts anew and tells so. Must not sort or filter (`photos_order` does).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from tiepoint.domain.photo_set import SetPhoto
from tiepoint.domain.space import size_text
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels import photos_text as words
from tiepoint.ui.viewmodels.photos_order import Column

Index: TypeAlias = QModelIndex | QPersistentModelIndex
COLUMNS: Final = tuple(column for column in Column if column is not Column.RANK)
PHOTO_ROLE: Final = int(Qt.ItemDataRole.UserRole)
"""The `SetPhoto` itself."""
_MOST_RANGES: Final = 12
"""Above this many separate insertions or removals the views are told to look at everything."""
_NO_PARENT: Final = QModelIndex()


class PhotosModel(QAbstractTableModel):
    """Rows of photos."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._photos: list[SetPhoto] = []
        self._known_rows: dict[str, int] | None = {}

    @property
    def photos(self) -> Sequence[SetPhoto]:
        """The photos in the order of the rows."""
        return self._photos

    def photo(self, row: int) -> SetPhoto | None:
        """Return the photo of a row; None when there is no such row."""
        return self._photos[row] if 0 <= row < len(self._photos) else None

    def row_of(self, path: str) -> int:
        """Return the row of a photo, -1 when it is not shown."""
        return self._rows().get(path, -1)

    def replace(self, photos: Sequence[SetPhoto]) -> None:
        """Show these photos instead, changing as little as possible."""
        fresh = list(photos)
        if [photo.path for photo in fresh] == [photo.path for photo in self._photos]:
            self._take_changed(fresh)
            return
        wanted = {photo.path: row for row, photo in enumerate(fresh)}
        gone = list(_ranges(row for row, photo in enumerate(self._photos) if photo.path not in wanted))
        known = self._rows()
        new = list(_ranges(row for row, photo in enumerate(fresh) if photo.path not in known))
        if len(gone) + len(new) > _MOST_RANGES or not self._photos:
            self._start_anew(fresh)
            return
        self._remove(gone)
        self._reorder([photo.path for photo in fresh if photo.path in known])
        self._insert(fresh, new)
        self._take_changed(fresh)

    def _start_anew(self, fresh: list[SetPhoto]) -> None:
        self.beginResetModel()
        self._take(fresh)
        self.endResetModel()

    def _remove(self, ranges: Sequence[tuple[int, int]]) -> None:
        for first, last in reversed(ranges):
            self.beginRemoveRows(_NO_PARENT, first, last)
            self._take([*self._photos[:first], *self._photos[last + 1 :]])
            self.endRemoveRows()

    def _reorder(self, kept: list[str]) -> None:
        if kept == [photo.path for photo in self._photos]:
            return
        self.layoutAboutToBeChanged.emit()
        before, rows = self.persistentIndexList(), self._rows()
        paths = [self._photos[index.row()].path for index in before]
        self._take([self._photos[rows[path]] for path in kept])
        rows = self._rows()
        after = [self.createIndex(rows[path], index.column()) for path, index in zip(paths, before, strict=True)]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _insert(self, fresh: list[SetPhoto], ranges: Sequence[tuple[int, int]]) -> None:
        for first, last in ranges:
            self.beginInsertRows(_NO_PARENT, first, last)
            self._take([*self._photos[:first], *fresh[first : last + 1], *self._photos[first:]])
            self.endInsertRows()

    def _take_changed(self, fresh: list[SetPhoto]) -> None:
        changed = list(_ranges(row for row, photo in enumerate(fresh) if photo is not self._photos[row]))
        self._photos = fresh
        for first, last in changed if len(changed) <= _MOST_RANGES else [(changed[0][0], changed[-1][1])]:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))

    def _take(self, photos: list[SetPhoto]) -> None:
        self._photos = photos
        self._known_rows = None

    def _rows(self) -> dict[str, int]:
        if self._known_rows is None:
            self._known_rows = {photo.path: row for row, photo in enumerate(self._photos)}
        return self._known_rows

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """As many as there are photos."""
        return 0 if parent.isValid() else len(self._photos)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """Always the same."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """Return what a view asks for."""
        photo = self.photo(index.row()) if index.isValid() else None
        if photo is None:
            return None
        if role == PHOTO_ROLE:
            return photo
        if role == Qt.ItemDataRole.DisplayRole:
            return _TEXTS[COLUMNS[index.column()]](photo)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return spoken(photo)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(photo)
        if role == Qt.ItemDataRole.TextAlignmentRole and COLUMNS[index.column()] in _RIGHT:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        """Return the name of a column."""
        if orientation is Qt.Orientation.Horizontal and 0 <= section < len(COLUMNS):
            if role == Qt.ItemDataRole.DisplayRole:
                return tr("Photos", _TITLES[COLUMNS[section]])
            if role == Qt.ItemDataRole.TextAlignmentRole:
                right = Qt.AlignmentFlag.AlignRight if COLUMNS[section] in _RIGHT else Qt.AlignmentFlag.AlignLeft
                return int(right | Qt.AlignmentFlag.AlignVCenter)
        return None


def spoken(photo: SetPhoto) -> str:
    """Say a photo in one line, for screen readers."""
    issues, state = words.issues_text(photo), words.state_of(photo)[1]
    state = "" if photo.worst is not None and state == words.issue_word(photo.worst) else state
    return ", ".join(part for part in (plain(photo.name, limit=120), issues, state) if part)


def _tip(photo: SetPhoto) -> str:
    lines = [plain(photo.path, limit=300), *(plain(issue.summary, limit=300) for issue in photo.issues)]
    return "<br>".join(words.escaped(line) for line in lines)


def _ranges(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Put rows that follow each other together: (first, last)."""
    first = last = -2
    for row in rows:
        if row != last + 1:
            if first >= 0:
                yield first, last
            first = row
        last = row
    if first >= 0:
        yield first, last


_RIGHT: Final = frozenset({Column.SHARPNESS, Column.SIZE})
_TITLES: Final[Mapping[Column, str]] = {
    Column.NAME: "Name",
    Column.ISSUES: "Issues",
    Column.SHARPNESS: "Sharpness",
    Column.SIZE: "Size",
    Column.CAMERA: "Camera",
    Column.TAKEN: "Taken",
    Column.POSITION: "Position",
}
_TEXTS: Final[Mapping[Column, Callable[[SetPhoto], str]]] = {
    Column.NAME: lambda photo: plain(photo.path, limit=200),
    Column.ISSUES: lambda photo: words.issues_text(photo) or words.NOTHING,
    Column.SHARPNESS: words.sharpness_text,
    Column.SIZE: lambda photo: size_text(photo.size),
    Column.CAMERA: lambda photo: plain((photo.head.body if photo.head else None) or words.NOTHING, limit=80),
    Column.TAKEN: lambda photo: words.taken_short(photo.head),
    Column.POSITION: lambda photo: words.position_line(photo.head),
}
