"""The card with the photos: search, filters, grid or list, and what can be done with the selected ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QButtonGroup, QLineEdit, QSizePolicy, QSlider, QStackedWidget

from tiepoint.ui.pages.photos.banner import Banners
from tiepoint.ui.pages.photos.chip_row import ChipRow, filters_of
from tiepoint.ui.pages.photos.footer import Footer
from tiepoint.ui.pages.photos.grid import LARGEST_CELL, LEAST_CELL, PhotoGrid
from tiepoint.ui.pages.photos.pixmaps import Pixmaps
from tiepoint.ui.pages.photos.table import PhotoTable
from tiepoint.ui.text import grouped, tr
from tiepoint.ui.theme import icons
from tiepoint.ui.viewmodels.photos import PhotosViewModel
from tiepoint.ui.viewmodels.photos_order import ALL, Column
from tiepoint.ui.widgets.buttons import Button, IconButton
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.empty import EmptyState
from tiepoint.ui.widgets.layouts import holder, row
from tiepoint.ui.widgets.table_find import name_parts

_SEARCH_MS: Final = 180


class PhotosCard(Card):
    """The photos.

    Signals:
        preview_wanted(): The current photo should be shown large.
        looked_at(photos): These photos are in view.
        view_changed(): Grid or list, or the size of the cells, is another.

    Args:
        photos: What is shown.
        pixmaps: Pictures.
        stop: Stops the work on the set.
        resume: Goes on with it.
        show_skipped: Lists what was not taken.
    """

    preview_wanted = Signal()
    looked_at = Signal(object)
    view_changed = Signal()

    def __init__(
        self,
        photos: PhotosViewModel,
        pixmaps: Pixmaps,
        *,
        stop: Callable[[], object],
        resume: Callable[[], object],
        show_skipped: Callable[[], object],
    ) -> None:
        super().__init__(tr("Photos", "Photos"))
        self._photos = photos
        self.grid = PhotoGrid(photos.model, photos.selection, pixmaps)
        self.grid.setAccessibleName(tr("Photos", "Grid of photos"))
        self.table = PhotoTable(photos.model, photos.selection)
        self.search = QLineEdit()
        self.zoom = QSlider(Qt.Orientation.Horizontal)
        self.chips = ChipRow()
        self.banners = Banners()
        self.footer = Footer(photos, stop=stop, resume=resume, show_skipped=show_skipped)
        self._typing = QTimer(self, singleShot=True, interval=_SEARCH_MS)
        self._setup_head()
        self._setup_body()
        self._connect()

    @property
    def view(self) -> QAbstractItemView:
        """Grid or list, whichever is shown."""
        return self.table if self._list_button.isChecked() else self.grid

    @property
    def is_list(self) -> bool:
        """Whether the list is shown."""
        return self._list_button.isChecked()

    def show_list(self, is_list: bool) -> None:
        """Show the list or the grid; the current photo stays in view."""
        (self._list_button if is_list else self._grid_button).setChecked(True)
        self.zoom.setVisible(not is_list)
        self._show_rows()
        index = self._photos.selection.currentIndex()
        if index.isValid():
            self.view.scrollTo(index)

    def set_zoom(self, size: int) -> None:
        """Make the cells about this wide."""
        self.grid.set_cell_width(size)
        self.zoom.blockSignals(True)
        self.zoom.setValue(self.grid.cell_width)
        self.zoom.blockSignals(False)

    def clear_filters(self) -> None:
        """Show all photos."""
        self.search.clear()
        self._photos.search("")
        self._photos.show_group(ALL)

    def refresh(self) -> None:
        """Show the numbers anew."""
        photo_set = self._photos.photo_set
        if photo_set is None or self.head is None:
            return
        shown, all_of_them = len(self._photos.model.photos), photo_set.counts.photos
        self.head.remark_label.setText(
            grouped(all_of_them)
            if shown == all_of_them
            else tr("Photos", "{shown} of {all}", shown=grouped(shown), all=grouped(all_of_them))
        )
        self.chips.show_filters(filters_of(photo_set.counts, self._photos.shown.sharp), self._photos.wanted.group)
        self._show_rows()

    def _setup_head(self) -> None:
        self.search.setPlaceholderText(tr("Photos", "Search"))
        self.search.setAccessibleName(tr("Photos", "Search photos by name, camera or issue"))
        self.search.setClearButtonEnabled(True)
        self.search.setAcceptDrops(False)  # files dropped here are photos for the set, not words
        self.search.setMinimumWidth(96)
        self.search.setMaximumWidth(200)
        self._search_icon = QAction(icons.icon("search", "text3"), "", self.search)
        self.search.addAction(self._search_icon, QLineEdit.ActionPosition.LeadingPosition)
        name_parts(self.search)
        self.zoom.setRange(LEAST_CELL, LARGEST_CELL)
        self.zoom.setValue(self.grid.cell_width)
        self.zoom.setPageStep(32)
        self.zoom.setFixedWidth(84)
        self.zoom.setAccessibleName(tr("Photos", "Size of the pictures"))
        self.zoom.setToolTip(tr("Photos", "Size of the pictures (Ctrl and the wheel)"))
        self._grid_button = IconButton("grid-3x3", tr("Photos", "Grid"), is_checkable=True)
        self._list_button = IconButton("list", tr("Photos", "List"), is_checkable=True)
        self._kinds = QButtonGroup(self)
        for button in (self._grid_button, self._list_button):
            self._kinds.addButton(button)
        self._grid_button.setChecked(True)
        if self.head is not None:
            for part in (self.search, self.zoom, self._grid_button, self._list_button):
                self.head.controls.addWidget(part)
            self.head.controls.setSpacing(8)

    def _setup_body(self) -> None:
        show_all = Button(tr("Photos", "Show all photos"))
        show_all.clicked.connect(self.clear_filters)
        self._nothing = EmptyState(
            "search",
            tr("Photos", "No photo fits"),
            tr("Photos", "No photo of this set fits the search and the filter."),
            show_all,
        )
        self._rows = QStackedWidget()
        for part in (self.grid, self.table, self._nothing):
            self._rows.addWidget(part)
        self._rows.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.content.addWidget(self.banners)
        self.content.addWidget(holder(row(self.chips, margins=(16, 0, 12, 8))))
        self.content.addWidget(holder(row(self._rows, margins=(15, 0, 4, 0))), 1)
        self.content.addWidget(hairline())
        self.content.addWidget(self.footer)

    def _connect(self) -> None:
        photos = self._photos
        self.search.textChanged.connect(lambda _: self._typing.start())
        self._typing.timeout.connect(lambda: photos.search(self.search.text()))
        self._kinds.buttonClicked.connect(self._on_kind)
        self.zoom.valueChanged.connect(self._on_zoom)
        self.grid.zoomed.connect(self._on_zoom)
        self.grid.looked_at.connect(self.looked_at)
        self.chips.chosen.connect(photos.show_group)
        self.table.sort_wanted.connect(self._on_sort)
        photos.changed.connect(self.refresh)
        photos.arranged.connect(self.refresh)
        for view in (self.grid, self.table):
            view.installEventFilter(self)
            view.doubleClicked.connect(lambda _: self.preview_wanted.emit())
        self.search.installEventFilter(self)

    def _on_kind(self, _button: object) -> None:
        self.show_list(self.is_list)
        self.view.setFocus()
        self.view_changed.emit()

    def _on_zoom(self, size: int) -> None:
        self.set_zoom(size)
        self.view_changed.emit()

    def _on_sort(self, column: Column, is_descending: bool) -> None:
        self._photos.sort(column, is_descending=is_descending)

    def _show_rows(self) -> None:
        is_empty = not self._photos.model.photos and not self._photos.is_arranging
        has_photos = bool(self._photos.photo_set and self._photos.photo_set.photos)
        self._rows.setCurrentWidget(self._nothing if is_empty and has_photos else self.view)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the views: Space, Delete, Enter; Escape and Down leave the search field."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if watched is self.search:
            return self._on_search_key(event)
        if event.key() == Qt.Key.Key_Space and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._photos.toggle_selected()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._photos.remove_selected()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.preview_wanted.emit()
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Minus):
            self._on_zoom(self.grid.cell_width + (24 if event.key() == Qt.Key.Key_Plus else -24))
        else:
            return False
        return True

    def _on_search_key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            return True
        if event.key() == Qt.Key.Key_Down:
            self.view.setFocus()
            return True
        return False
