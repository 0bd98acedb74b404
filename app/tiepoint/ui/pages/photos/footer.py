"""The foot of the photos: progress with a way to stop it, what can be done with the selected ones, or a quiet word."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QSizePolicy, QStackedLayout, QWidget

from tiepoint.domain.photo_set import PhotoSet, SetPhase, SetPhoto
from tiepoint.domain.space import size_text
from tiepoint.ui.pages.photos.skipped_dialog import skipped_words
from tiepoint.ui.text import grouped, tr, tr_count
from tiepoint.ui.viewmodels.photos import PhotosViewModel
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import holder, row

_MARGINS = (16, 0, 12, 0)


class Footer(QWidget):
    """One line of three.

    Args:
        photos: What is shown and selected.
        stop: Stops the work on the set.
        resume: Goes on with it.
        show_skipped: Lists what was not taken.
    """

    def __init__(
        self,
        photos: PhotosViewModel,
        *,
        stop: Callable[[], object],
        resume: Callable[[], object],
        show_skipped: Callable[[], object],
    ) -> None:
        super().__init__()
        self.setFixedHeight(44)
        self._photos = photos
        self._words, self._selected = ElidedLabel("", "sub"), Label("", "sub")
        self._working = ElidedLabel("", "sub")
        self._bar = ProgressBar()
        self.stop_button = Button(tr("Photos", "Stop"), "x", "quiet", size="small")
        self.resume_button = Button(tr("Photos", "Go on checking"), "play", size="small")
        self.skipped_button = Button("", kind="link")
        self.toggle_button = Button("", "eye-off", size="small")
        self.remove_button = Button(tr("Photos", "Remove"), "trash-2", "quiet", size="small")
        self.remove_button.setToolTip(tr("Photos", "Take them out of this set; the files stay where they are (Delete)"))
        for button, slot in (
            (self.stop_button, stop),
            (self.resume_button, resume),
            (self.skipped_button, show_skipped),
            (self.toggle_button, photos.toggle_selected),
            (self.remove_button, photos.remove_selected),
        ):
            button.clicked.connect(lambda _=False, each=slot: each())
        self._setup_ui()
        photos.changed.connect(self.refresh)
        photos.selected.connect(self.refresh)
        photos.arranged.connect(self.refresh)

    def refresh(self) -> None:
        """Show what counts now: the selection before the work, the work before the quiet word."""
        photo_set = self._photos.photo_set
        if photo_set is None:
            return
        selected = self._photos.selected_count()
        if selected > 1:
            self._show_selected()
        elif photo_set.is_working:
            self._show_working(photo_set)
        else:
            self._show_words(photo_set)

    def _setup_ui(self) -> None:
        self._stack = QStackedLayout(self)
        self._bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._bar.setFixedWidth(180)
        quiet = row(Glyph("info", "text3", 15), self._words, self.skipped_button, self.resume_button, margins=_MARGINS)
        working = row(Glyph("loader", "info", 15), self._working, self._bar, self.stop_button, margins=_MARGINS)
        selected = row(
            Glyph("circle-check", "info", 15),
            self._selected,
            None,
            self.toggle_button,
            self.remove_button,
            margins=_MARGINS,
        )
        for line in (quiet, working):
            line.setStretch(1, 1)
        for line in (quiet, working, selected):
            self._stack.addWidget(holder(line))

    def _show_selected(self) -> None:
        photos = self._photos.selected_photos()
        size = size_text(sum(photo.size for photo in photos))
        self._selected.setText(tr("Photos", "{count} selected · {size}", count=grouped(len(photos)), size=size))
        set_toggle(self.toggle_button, photos)
        self._stack.setCurrentIndex(2)

    def _show_working(self, photo_set: PhotoSet) -> None:
        progress = photo_set.progress
        self._working.setText(progress_words(photo_set))
        self._bar.set_share(progress.done / progress.total if progress.total else None)
        self._stack.setCurrentIndex(1)

    def _show_words(self, photo_set: PhotoSet) -> None:
        counts = photo_set.counts
        is_unfinished = counts.checked < counts.photos and photo_set.trouble is None
        words = tr("Photos", "Originals stay where they are. Photos left out can be put back at any time.")
        if is_unfinished:
            words = tr(
                "Photos",
                "{done} of {all} photos are checked.",
                done=grouped(counts.checked),
                all=grouped(counts.photos),
            )
        self._words.setText(words)
        skipped = photo_set.skipped_count
        self.skipped_button.setText(skipped_words(skipped))
        self.skipped_button.setVisible(skipped > 0)
        self.resume_button.setVisible(is_unfinished)
        self._stack.setCurrentIndex(0)


def set_toggle(button: Button, photos: tuple[SetPhoto, ...]) -> None:
    """Let a button say what it would do with photos: leave out, include, or nothing because none can be used."""
    is_in = any(photo.is_included for photo in photos)
    button.setText(tr("Photos", "Leave out") if is_in else tr("Photos", "Include"))
    button.set_icon("eye-off" if is_in else "plus")
    button.setToolTip(tr("Photos", "Space does the same"))
    button.setEnabled(any(not photo.is_unusable for photo in photos))


def progress_words(photo_set: PhotoSet) -> str:
    """Say what is being done with a set: `Checking photos, 7 of 21`."""
    progress = photo_set.progress
    done, total = grouped(progress.done), grouped(progress.total or 0)
    if progress.phase is SetPhase.SCAN:
        return tr_count("Photos", "Looking for photos, 1 found", "Looking for photos, {count} found", progress.done)
    if progress.phase is SetPhase.HEADS:
        return tr("Photos", "Reading what the cameras wrote, {done} of {total}", done=done, total=total)
    return tr("Photos", "Checking photos, {done} of {total}", done=done, total=total)
