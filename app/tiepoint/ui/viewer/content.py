"""Content: the model or cloud in the view, from the request to the picture that shows all of it. GUI thread."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from tiepoint.domain.errors import TiepointError
from tiepoint.ui import theme
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewer.drawables import drawable
from tiepoint.ui.viewer.ground_grid import ground_grid
from tiepoint.ui.viewer.limits import Limits
from tiepoint.ui.viewer.loading.loader import FirstPicture, Loader
from tiepoint.ui.viewer.loading.source import settle
from tiepoint.ui.viewer.render_thread import Frame
from tiepoint.ui.viewer.scene import Scene
from tiepoint.ui.viewer.stage import Stage
from tiepoint.ui.viewer.surface import Model, Part
from tiepoint.ui.viewer.terms import Detail, LoadProgress, ModelFacts, Phase, Point

_NOWHERE = ((-1.0, -1.0, -1.0), (1.0, 1.0, 1.0))


class Content(QObject):
    """What the view shows.

    Args:
        stage: Draws it.
        parent: Owner.

    Signals:
        progress: LoadProgress.
        taken: a model was taken over and will be drawn; time to look at it.
        shown: Model; it was handed over to be drawn.
        seen: ModelFacts, a picture shows it.
        failed: TiepointError.
        detail_changed: Detail.
    """

    progress = Signal(object)
    taken = Signal()
    shown = Signal(object)
    seen = Signal(object)
    failed = Signal(object)
    detail_changed = Signal(object)

    def __init__(self, stage: Stage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stage = stage
        self._limits: Limits | None = None
        self._wanted: tuple[Path, bool] | None = None
        self._is_loading = False
        self._is_over = False
        self._model: Model | None = None
        self._facts: ModelFacts | None = None
        self._detail: Detail | None = None
        self._bounds: tuple[Point, Point] = _NOWHERE
        self._sample = np.array(_NOWHERE)
        self._serial = 0
        self._unseen = False
        self._is_partial = False
        self._is_grid_shown = False
        self._is_refining = False
        self._loader = Loader(self)
        self._loader.progress.connect(self._on_progress)
        self._loader.first_picture.connect(self._on_first_picture)
        self._loader.full_detail.connect(self._on_full_detail)
        self._loader.failed.connect(self._on_failed)

    @property
    def facts(self) -> ModelFacts | None:
        """Facts of the model shown."""
        return self._facts

    @property
    def detail(self) -> Detail | None:
        """How much of it is drawn."""
        return self._detail

    @property
    def bounds(self) -> tuple[Point, Point]:
        """Lowest and highest corner of what is shown."""
        return self._bounds

    @property
    def sample(self) -> NDArray[np.float64]:
        """(N, 3) points that stand for all that is shown, for fitting the camera."""
        return self._sample

    @property
    def size(self) -> float:
        """Length of the diagonal of what is shown; 0 without anything."""
        return 0.0 if self.is_empty else float(np.linalg.norm(np.subtract(self._bounds[1], self._bounds[0])))

    @property
    def is_empty(self) -> bool:
        """True when nothing is shown."""
        return self._model is None

    @property
    def is_loading(self) -> bool:
        """True while a file is on its way."""
        return self._is_loading

    def begin(self, limits: Limits) -> None:
        """Draw within these limits from now on, beginning with what was asked for before."""
        self._limits = limits
        if self._wanted is not None:
            self._loader.load(self._wanted[0], limits)

    def give_up(self) -> None:
        """There will be no picture: forget what was asked for, and take nothing more."""
        self._is_over = True
        self._wanted = None
        self._is_loading = False

    def open(self, path: Path, *, keep_camera: bool) -> None:
        """Load a file."""
        if self._is_over:
            return
        self._wanted = (path, keep_camera)
        self._is_loading = True
        if self._limits is not None:
            self._loader.load(path, self._limits)

    def cancel(self) -> Path | None:
        """Stop loading and return the file it was."""
        path = self._wanted[0] if self._wanted is not None and self._is_loading else None
        self._loader.cancel()
        self._wanted = None
        self._is_loading = False
        self._is_refining = False
        return path

    def show_full_detail(self) -> None:
        """Prepare and draw all of the model, whatever the limits."""
        detail = self._detail
        if self._model is None or detail is None or not detail.can_show_full:
            return
        self._is_refining = True
        self._set_detail(Detail(detail.shown, detail.total, detail.is_cloud, is_working=True))
        self._loader.refine(self._model)

    def show_cloud(self, points: NDArray[np.float32], colours: NDArray[np.uint8] | None) -> None:
        """Show the points that a running job has so far."""
        if len(points) == 0 or self._is_over:
            return
        if self._is_loading:
            self.cancel()
        near, origin = settle(np.asarray(points))
        part = Part(near, np.empty((0, 3), np.int32), colours=colours)
        model = Model(Path(), (part,), origin)
        keep_camera = self._is_partial
        self._is_partial = True
        self._is_grid_shown = True
        self._take(model, None, keep_camera=keep_camera)
        bounds, serial = self._bounds, self._serial

        def show(scene: Scene) -> None:
            scene.show_model([drawable(part)], origin, bounds)
            scene.serial = serial

        self._stage.post(show)
        self.draw_grid()
        self.shown.emit(model)

    def clear(self) -> None:
        """Show nothing."""
        self.cancel()
        self._model = self._facts = self._detail = None
        self._bounds = _NOWHERE
        self._sample = np.array(_NOWHERE)
        self._is_partial = self._is_grid_shown = self._unseen = False
        self._stage.post(lambda scene: scene.clear_model())
        self.draw_grid()

    def set_grid_shown(self, shown: bool) -> None:
        """Show or hide the ground grid."""
        self._is_grid_shown = shown
        self.draw_grid()

    def draw_grid(self) -> None:
        """Have the grid drawn again, in the theme's colours."""
        tokens = theme.tokens()
        points, lines, colours = ground_grid(
            *self._bounds, _rgb(tokens.border), _rgb(tokens.border_strong) if tokens.is_dark else _rgb("#AEB7C4")
        )
        if not self._is_grid_shown or self.is_empty:
            lines = lines[:0]
        self._stage.post(lambda scene: scene.set_lines("grid", points, lines, colours, 1.0))

    def take(self, frame: Frame) -> None:
        """Learn from a finished picture what of the model it shows."""
        if frame.serial != self._serial or self._model is None:
            return
        total = self._model.point_count if self._model.is_cloud else self._model.face_count
        if not frame.moving:
            if frame.is_whole and frame.shown >= total:
                self._is_refining = False
            short = frame.shown < total
            self._set_detail(
                Detail(
                    min(frame.shown, total),
                    total,
                    self._model.is_cloud,
                    can_show_full=short and not self._is_refining,
                    is_working=short and self._is_refining,
                )
            )
        if self._unseen:
            self._unseen = False
            if self._facts is not None:
                self.seen.emit(self._facts)

    def shut(self) -> None:
        """End the threads, and take nothing more."""
        self._is_over = True
        self._is_loading = False
        self._loader.shut()

    def _on_progress(self, number: int, progress: LoadProgress) -> None:
        if number == self._loader.number:
            self.progress.emit(progress)

    def _on_first_picture(self, number: int, first: FirstPicture) -> None:
        if number != self._loader.number or self._limits is None:
            return
        keep_camera = self._wanted is not None and self._wanted[1]
        allowed = self._limits.still_points if first.model.is_cloud else self._limits.still_faces
        total = first.model.point_count if first.model.is_cloud else first.model.face_count
        self._is_partial = False
        self._is_refining = first.has_more and total <= allowed
        self._is_grid_shown = False
        self._take(first.model, first.facts, keep_camera=keep_camera)
        bounds, serial = self._bounds, self._serial

        def show(scene: Scene) -> None:
            scene.show_model(first.drawables, first.model.origin, bounds)
            scene.serial = serial

        self._stage.post(show)
        self.draw_grid()
        self.shown.emit(first.model)

    def _take(self, model: Model, facts: ModelFacts | None, *, keep_camera: bool) -> None:
        self._serial += 1
        self._model, self._facts, self._detail = model, facts, None
        self._bounds = facts.bounds if facts is not None else model.bounds()
        self._sample = model.sample()
        self._wanted = None
        self._is_loading = False
        self._unseen = True
        if not keep_camera:
            self.taken.emit()  # before it is drawn, so that its first picture is taken from there

    def _on_full_detail(self, number: int, drawables: tuple[object, ...]) -> None:
        if number == self._loader.number:
            self._stage.post(lambda scene: scene.add_detail(drawables))  # type: ignore[arg-type]

    def _on_failed(self, number: int, error: TiepointError) -> None:
        if number != self._loader.number:
            return
        self._wanted = None
        self._is_loading = self._is_refining = False
        self.failed.emit(error)

    def _set_detail(self, detail: Detail) -> None:
        if detail != self._detail:
            self._detail = detail
            self.detail_changed.emit(detail)


def progress_text(progress: LoadProgress | None) -> str:
    """Return what people are told while a file is read."""
    if progress is None:
        return ""
    name = plain(progress.path.name)
    if progress.phase is Phase.TEXTURE:
        return tr("Viewer", "{name}: decoding the texture", name=name)
    if progress.phase is Phase.SIMPLIFYING:
        return tr("Viewer", "{name}: making a light version first", name=name)
    if progress.share is None or progress.phase is Phase.DRAWING:
        return name
    return tr("Viewer", "{name}: {percent} % read", name=name, percent=round(progress.share * 100))


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return red, green, blue
