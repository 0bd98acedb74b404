"""The parts of the Photos page that need photos, made when the first ones come, and what passes between them.

The GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from tiepoint.domain.photo_set import SetPhoto
from tiepoint.ui.pages.photos.big_preview import BigPreview
from tiepoint.ui.pages.photos.custom_dialog import CustomDialog
from tiepoint.ui.pages.photos.inspector import Inspector
from tiepoint.ui.pages.photos.map_card import MapCard
from tiepoint.ui.pages.photos.messages_of_set import WaysOn, messages_of
from tiepoint.ui.pages.photos.photos_card import PhotosCard
from tiepoint.ui.pages.photos.picture_view import LargePictures
from tiepoint.ui.pages.photos.pixmaps import Pixmaps
from tiepoint.ui.pages.photos.reconstruct_card import ReconstructCard
from tiepoint.ui.pages.photos.skipped_dialog import SkippedDialog
from tiepoint.ui.pages.photos.work_view import WorkView
from tiepoint.ui.panel import Panel
from tiepoint.ui.viewmodels.photos import PhotosViewModel
from tiepoint.ui.viewmodels.reconstruct import ReconstructViewModel

_IS_LIST: Final = "photos.is_list"
_POLISHED_AT_ONCE: Final = 16
_CELL: Final = "photos.cell_px"


class Work(QObject):
    """The parts, connected.

    Args:
        panel: The program and the window around.
        photos: The current set.
        reconstruct: What becomes of it.
        choose_folder: Asks for a folder and hands it to a function.
        add_view: Puts the finished view, still hidden, where it will be shown.
    """

    def __init__(
        self,
        panel: Panel,
        photos: PhotosViewModel,
        reconstruct: ReconstructViewModel,
        *,
        choose_folder: Callable[[Callable[[Path], object]], object],
        add_view: Callable[[QWidget], object],
    ) -> None:
        super().__init__(photos)
        self._panel, self._photos, self._reconstruct = panel, photos, reconstruct
        sets = panel.program.photo_sets
        self._pixmaps = Pixmaps(sets.pictures, self)
        self.preview: BigPreview | None = None
        self._ways = WaysOn(
            sets.refresh, lambda: choose_folder(photos.locate_missing), sets.resume, sets.accept_suggestions
        )
        self._add_view = add_view
        self._steps = self._build()

    def step(self) -> bool:
        """Make the next part; a few milliseconds each, so that the window answers between them.

        Returns:
            False when all parts are there.
        """
        return next(self._steps, None) is not None

    def finish(self) -> None:
        """Make all parts that are missing."""
        while self.step():
            pass

    def open_preview(self) -> None:
        """Show the current photo over the whole window."""
        if self.preview is None:
            large = LargePictures(self._panel.program.photo_sets.pictures, self._panel.background, self)
            self.preview = BigPreview(self._photos, self._pixmaps, large, self.view.window())
            self.preview.closed.connect(lambda: self.card.view.setFocus())
        self.preview.open_over()

    def _build(self) -> Iterator[bool]:
        photos, sets = self._photos, self._panel.program.photo_sets
        self.card = PhotosCard(
            photos, self._pixmaps, stop=sets.cancel, resume=sets.resume, show_skipped=self._show_skipped
        )
        yield True
        self.map_card = MapCard(photos)
        yield True
        large = LargePictures(sets.pictures, self._panel.background, self)
        self.inspector = Inspector(photos, self._pixmaps, large)
        yield True
        self.reconstruct_card = ReconstructCard(self._reconstruct, photos, self._panel.program.computer)
        yield True
        self.view = WorkView(self.card, self.map_card, self.inspector, self.reconstruct_card)
        self._restore()
        self._connect()
        self._add_view(self.view)
        yield True
        yield from self._polish()

    def _polish(self) -> Iterator[bool]:
        """Have the style sheet applied before the parts are shown, to a few widgets at a time."""
        widgets = self.view.findChildren(QWidget)
        for start in range(0, len(widgets), _POLISHED_AT_ONCE):
            for widget in widgets[start : start + _POLISHED_AT_ONCE]:
                widget.ensurePolished()
            yield True

    def _connect(self) -> None:
        photos = self._photos
        photos.changed.connect(self._refresh)
        self.card.preview_wanted.connect(self.open_preview)
        self.card.looked_at.connect(self._on_looked_at)
        self.card.view_changed.connect(self._remember)
        self.inspector.preview_wanted.connect(self.open_preview)
        self.map_card.activated.connect(self._on_activated)
        self.reconstruct_card.custom_wanted.connect(self._edit_custom)
        photos.focused.connect(self._keep_in_view)

    def show_all(self) -> None:
        """Show everything that happened before these parts listened."""
        self.card.refresh()
        self.card.footer.refresh()
        self.inspector.refresh()
        self.reconstruct_card.refresh()
        self._refresh()

    def _refresh(self) -> None:
        self.map_card.refresh()
        self.card.banners.show_messages(messages_of(self._photos, self._ways))

    def _keep_in_view(self) -> None:
        index = self._photos.selection.currentIndex()
        if index.isValid() and not self.card.view.hasFocus():
            self.card.view.scrollTo(index)

    def _on_looked_at(self, photos: list[SetPhoto]) -> None:
        photo_set = self._photos.photo_set
        if photo_set is not None and photo_set.is_working:
            unchecked = [photo.path for photo in photos if not photo.is_checked]
            if unchecked:
                self._panel.program.photo_sets.check_first(unchecked)

    def _on_activated(self, path: str) -> None:
        self._photos.select([path], current=path)
        self.open_preview()

    def _show_skipped(self) -> None:
        photo_set = self._photos.photo_set
        if photo_set is not None:
            SkippedDialog(photo_set.skipped, self.view, before=photo_set.skipped_before).open()

    def _edit_custom(self) -> None:
        dialog = CustomDialog(self._reconstruct.changes, self.view)
        dialog.chosen.connect(self._reconstruct.change_parameters)
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.open()

    def _remember(self) -> None:
        self._panel.program.panel_state.remember(**{_IS_LIST: self.card.is_list, _CELL: self.card.grid.cell_width})

    def _restore(self) -> None:
        extras = self._panel.program.panel_state.state.extras
        cell = extras.get(_CELL)
        if isinstance(cell, int):
            self.card.set_zoom(cell)
        if extras.get(_IS_LIST) is True:
            self.card.show_list(True)
