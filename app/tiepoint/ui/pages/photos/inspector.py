"""Everything about the current photo: picture, issues, what the camera wrote, histogram. The GUI thread only."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from tiepoint.domain.photo_set import SetPhoto
from tiepoint.ui.pages.photos.histogram import Histogram
from tiepoint.ui.pages.photos.issue_card import IssueCard
from tiepoint.ui.pages.photos.picture_view import LargePictures, PictureView
from tiepoint.ui.pages.photos.pixmaps import Pixmaps
from tiepoint.ui.text import grouped, plain, tr
from tiepoint.ui.viewmodels import photos_text as words
from tiepoint.ui.viewmodels.photos import PhotosViewModel
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.empty import EmptyState
from tiepoint.ui.widgets.labels import FactList, Label
from tiepoint.ui.widgets.layouts import column, holder

_LEAST_FOR_REMARK_PX: Final = 300


class Inspector(Card):
    """The current photo.

    Signals:
        preview_wanted(): It should be shown large.

    Args:
        photos: The current photo and set.
        pixmaps: Thumbnails.
        large: Large pictures.
    """

    preview_wanted = Signal()

    def __init__(self, photos: PhotosViewModel, pixmaps: Pixmaps, large: LargePictures) -> None:
        large_button = IconButton("maximize", tr("Photos", "Show it large (Enter)"), size=16)
        previous_button = IconButton("chevron-left", tr("Photos", "Previous photo"))
        next_button = IconButton("chevron-right", tr("Photos", "Next photo"))
        super().__init__(tr("Photos", "Photo"), "", large_button, previous_button, next_button)
        self.large_button, self.previous_button, self.next_button = large_button, previous_button, next_button
        self._photos = photos
        self.picture = PictureView(pixmaps, large)
        self.picture.setFixedHeight(150)
        self.issues = IssueCard(self._toggle)
        self.facts = FactList()
        self._histogram = Histogram()
        self._setup_ui()
        large_button.clicked.connect(self.preview_wanted)
        self.picture.activated.connect(self.preview_wanted)
        previous_button.clicked.connect(lambda: photos.step(-1))
        next_button.clicked.connect(lambda: photos.step(1))
        photos.focused.connect(self.refresh)
        photos.arranged.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the photo that is the current one now."""
        photo = self._photos.current
        self._stack.setCurrentIndex(0 if photo is None else 1)
        for button in (self.large_button, self.previous_button, self.next_button):
            button.setEnabled(photo is not None)
        self.picture.show_photo(photo)
        if self.head is None:
            return
        if photo is None:
            self.head.title_label.setText(tr("Photos", "Photo"))
            self.head.remark_label.setText("")
            return
        self.head.title_label.setText(plain(photo.name, limit=28))
        self.head.title_label.setToolTip(words.escaped(plain(str(photo.source), limit=400)))
        self.head.remark_label.setText("" if photo.is_included else tr("Photos", "left out"))
        self.head.remark_label.setVisible(self.width() >= _LEAST_FOR_REMARK_PX)
        self.issues.show_photo(photo)
        facts = self._facts_of(photo)
        self.facts.set_facts([fact for fact in facts if fact[1] != words.NOTHING] if photo.is_unusable else facts)
        self._exposure.setVisible(not photo.is_unusable)
        self._histogram.show_quality(photo.quality)

    def _facts_of(self, photo: SetPhoto) -> list[tuple[str, str]]:
        head = photo.head
        usual = self._photos.photo_set.facts.usual_sharpness if self._photos.photo_set else None
        sharpness = words.sharpness_text(photo)
        if usual is not None and photo.quality is not None:
            sharpness = tr("Photos", "{value}, usual {usual}", value=sharpness, usual=grouped(usual))
        return [
            (tr("Photos", "Sharpness"), sharpness),
            (tr("Photos", "Camera"), plain(words.camera_line(head), limit=120)),
            (tr("Photos", "Exposure"), words.exposure_line(head)),
            (tr("Photos", "Size"), words.size_line(photo)),
            (tr("Photos", "Position"), words.position_line(head)),
            (tr("Photos", "Height"), words.height_line(head)),
            (tr("Photos", "Taken"), words.taken_line(head)),
        ]

    def _setup_ui(self) -> None:
        self._exposure = holder(column(Label(tr("Photos", "Exposure histogram"), "sub"), self._histogram, spacing=6))
        shown = column(
            self.picture,
            self.issues,
            2,
            self.facts,
            4,
            self._exposure,
            None,
            spacing=8,
            margins=(16, 0, 16, 16),
        )
        nothing = EmptyState("image-plus", tr("Photos", "No photo chosen"), tr("Photos", "Click one to see it here."))
        nothing.text_label.setMinimumWidth(160)
        self._stack = QStackedWidget()
        self._stack.addWidget(nothing)
        self._stack.addWidget(holder(shown))
        self.content.addWidget(self._stack, 1)

    def _toggle(self) -> None:
        photo = self._photos.current
        if photo is not None:
            self._photos.set_included((photo,), not photo.is_included)
