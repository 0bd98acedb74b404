"""The open result in the 3D view: loading it, its cameras, and what lies over the view when there is nothing to see.

It joins a view card and viewmodels and holds little itself. The GUI thread only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QImage, QPixmap

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.model_facts import ModelFacts, ModelFile
from tiepoint.domain.stages import STAGES
from tiepoint.ui.pages.results.covers import NoOpenGl, failed, nothing_open, still_running
from tiepoint.ui.pages.results.view_card import ViewCard
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.results import ResultsModel, Showing
from tiepoint.ui.viewmodels.results_photo import PhotoModel, poses_of
from tiepoint.ui.viewmodels.results_words import crs_text, gsd_text, scale_short
from tiepoint.ui.widgets.buttons import Button

_CONTEXT: Final = "Results"
_MOST_PICTURE: Final = QSize(640, 420)
_TITLES: Final = {stage.name: stage.title for stage in STAGES}


class ModelInView(QObject):
    """Joins them.

    Args:
        card: The view with its tools.
        results: Which result is open.
        photos: Which photo is selected.
        ask_for_file: Opens a file dialog.
        panel: The way to other pages, and background work.
    """

    def __init__(
        self,
        card: ViewCard,
        results: ResultsModel,
        photos: PhotoModel,
        ask_for_file: Callable[[], None],
        panel: Panel,
    ) -> None:
        super().__init__(card)
        self._card, self._results, self._photos = card, results, photos
        self._ask_for_file, self._panel = ask_for_file, panel
        self._shown: ModelFacts | None = None
        self._no_opengl = ""
        results.changed.connect(self._on_changed)
        results.opened.connect(self._on_opened)
        photos.selected.connect(self._on_photo)
        view = card.view
        view.load_failed.connect(self._on_load_failed)
        view.load_cancelled.connect(self._on_cancelled)
        view.no_opengl.connect(self._on_no_opengl)
        view.photo_clicked.connect(photos.select)
        card.shown_file.chosen.connect(self._on_file_chosen)
        self._on_changed()

    def _on_changed(self) -> None:
        view = self._results.view
        if self._no_opengl and view.showing is Showing.OPEN:
            return
        if view.showing in (Showing.NOTHING, Showing.FAILED, Showing.RUNNING):
            self._card.shown_file.show_result(None)
        if view.showing is Showing.NOTHING:
            self._card.show_cover(nothing_open(self._open_button(), self._button("images", "photos", "Go to Photos")))
        elif view.showing is Showing.OPENING:
            self._card.show_opening(view.title)
        elif view.showing is Showing.FAILED and view.failure is not None:
            self._show_failure(view.failure, view.title)
        elif view.showing is Showing.RUNNING and view.job is not None:
            stage = _TITLES.get(view.job.stage or "", "")
            button = self._button("list", "jobs", "Go to Jobs", job=view.job.id)
            self._card.show_cover(still_running(view.title, tr("Stage", stage) if stage else "", button))

    def _on_opened(self, facts: ModelFacts) -> None:
        self._shown = facts
        card, view = self._card, self._card.view
        card.shown_file.show_result(facts)
        card.show_has_cameras(bool(facts.cameras))
        self._show_stats()
        if self._no_opengl:
            self._panel.background.start(self._show_picture(facts))
            return
        card.show_opening(facts.title)
        view.set_photos(poses_of(facts))
        view.open_model(facts.model.path)

    def _on_load_failed(self, error: TiepointError) -> None:
        self._show_failure(Failure.of(error), self._shown.model.path.name if self._shown else "")

    def _on_cancelled(self, _path: Path) -> None:
        if self._card.view.facts is not None:
            self._card.show_model()
            return
        again = Button(tr(_CONTEXT, "Load it again"), "rotate-cw", "primary")
        again.clicked.connect(self._load_again)
        failure = Failure("canceled", tr(_CONTEXT, "Loading was stopped. Its facts and exports are there without it."))
        self._card.show_cover(failed(failure, "", again, self._open_button("plain")))

    def _on_file_chosen(self, file: ModelFile) -> None:
        if not self._no_opengl:
            self._card.show_opening(file.path.name)
            self._card.view.open_model(file.path, keep_camera=True)

    def _load_again(self) -> None:
        if self._shown is not None:
            self._card.show_opening(self._shown.title)
            self._card.view.open_model(self._shown.model.path)

    def _on_no_opengl(self, reason: str) -> None:
        self._no_opengl = reason
        self._panel.background.start(self._show_picture(self._shown))

    async def _show_picture(self, facts: ModelFacts | None) -> None:
        """Show the result's own picture where there is no 3D; it is decoded in a thread."""
        image = QImage()
        if facts is not None and facts.preview is not None:
            image = await asyncio.to_thread(_small_picture, facts.preview)
        if facts is self._shown:
            self._card.show_cover(NoOpenGl(self._no_opengl, None if image.isNull() else QPixmap.fromImage(image)))

    def _on_photo(self) -> None:
        camera = self._photos.camera
        self._card.view.select_photo(camera.photo if camera else "")
        self._show_stats()

    def _show_failure(self, failure: Failure, file: str) -> None:
        self._card.show_cover(failed(failure, file, self._open_button()))

    def _show_stats(self) -> None:
        facts, camera = self._shown, self._photos.camera
        if facts is None:
            return
        self._card.stats.show_stats(
            (
                (tr(_CONTEXT, "Scale"), scale_short(facts)),
                (tr(_CONTEXT, "CRS"), crs_text(facts)),
                (tr(_CONTEXT, "GSD"), "" if facts.gsd_m is None else gsd_text(facts.gsd_m)),
                (tr(_CONTEXT, "Selected"), "" if camera is None else camera.photo.rpartition("/")[2]),
            )
        )

    def _open_button(self, kind: str = "primary") -> Button:
        text = tr(_CONTEXT, "Open another") if self._results.view.showing is Showing.FAILED else tr(_CONTEXT, "Open…")
        button = Button(text, "folder-open", kind)
        button.clicked.connect(self._ask_for_file)
        return button

    def _button(self, icon: str, page: str, text: str, **target: object) -> Button:
        button = Button(tr(_CONTEXT, text), icon)
        button.clicked.connect(lambda: self._panel.navigator.go(page, **target))
        return button


def _small_picture(path: Path) -> QImage:
    """Decode a picture and bring it to the size it is shown at; not the GUI thread's work."""
    image = QImage(str(path))
    if image.isNull():
        return image
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return image.scaled(_MOST_PICTURE, keep, smooth)
