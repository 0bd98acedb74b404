"""The card with the 3D view: display modes in its head, tools and figures over the picture, covers when there is none.

It follows the view alone; results, photos and measurements are brought to it. The GUI thread only.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from tiepoint.ui.pages.results.covers import Cover, LoadingPanel
from tiepoint.ui.pages.results.overlays import DetailBar, HintBar, PointerTag, StatsBar
from tiepoint.ui.pages.results.shown_file import ShownFile
from tiepoint.ui.pages.results.tool_palette import ToolPalette
from tiepoint.ui.text import tr
from tiepoint.ui.theme.tokens import RADIUS_CARD
from tiepoint.ui.viewer import Detail, DisplayMode, LoadProgress, ModelFacts, ModelView, Slot
from tiepoint.ui.widgets.buttons import Chip
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.layouts import holder, row

_CONTEXT: Final = "Results"
_EDGE: Final = 12


class ViewCard(Card):
    """The model in 3D.

    Signals:
        screenshot_wanted(): Keep a picture of the view.

    Args:
        view: The 3D view.
    """

    screenshot_wanted = Signal()

    def __init__(self, view: ModelView) -> None:
        super().__init__(tr(_CONTEXT, "Model"))
        self.view = view
        self.palette_of_tools = ToolPalette()
        self.stats, self.detail, self.hint = StatsBar(), DetailBar(), HintBar()
        self.tag = PointerTag(view)
        self.shown_file = ShownFile()
        self._stage = _Stage(view)
        self._modes: dict[DisplayMode, Chip] = {}
        self._mode_group = QButtonGroup(self)
        self._cameras = Chip(tr(_CONTEXT, "Cameras"), "camera", is_on=True)
        self._loading_title = ""
        self._has_cameras = False
        self._controls = QWidget()
        self._setup_ui()
        self._connect()

    @property
    def cover(self) -> Cover:
        """What lies over the view when there is nothing to see."""
        return self._stage.cover

    @property
    def loading(self) -> LoadingPanel:
        """How far a model is that is being loaded."""
        return self._stage.loading

    def show_opening(self, title: str) -> None:
        """Say that something is being opened; the model shown stays until then."""
        self._loading_title = title
        self.cover.hide()
        self.loading.show_progress(title, None)

    def show_cover(self, content: QWidget) -> None:
        """Lay a message over the view; there is nothing to steer meanwhile."""
        self.loading.hide()
        self.cover.show_content(content)
        self._controls.hide()

    def show_model(self) -> None:
        """Show the view itself."""
        self.loading.hide()
        self.cover.hide()
        self._controls.show()
        self._offer_modes()

    def show_has_cameras(self, has_cameras: bool) -> None:
        """Offer frusta only where photos are known."""
        self._has_cameras = has_cameras

    def point_of(self, at: tuple[float, float, float]) -> QPoint | None:
        """Return where a point of the model lies in the view; None behind the camera."""
        pixels, depth = self.view.camera.project([at])  # type: ignore[arg-type]
        return QPoint(round(float(pixels[0, 0])), round(float(pixels[0, 1]))) if depth[0] > 0 else None

    def _setup_ui(self) -> None:
        view = self.view
        view.set_corner_radius(RADIUS_CARD - 1)
        view.setAccessibleName(tr(_CONTEXT, "3D view of the model"))
        for slot, overlay in (
            (Slot.TOP_LEFT, self.palette_of_tools),
            (Slot.TOP_RIGHT, self.hint),
            (Slot.BOTTOM_LEFT, self.stats),
            (Slot.BOTTOM_RIGHT, self.detail),
        ):
            view.set_slot(slot, overlay)
        for overlay in (self.hint, self.stats, self.detail):
            overlay.hide()
        self.content.addWidget(self._stage, 1)
        self._setup_head()

    def _setup_head(self) -> None:
        if self.head is None:
            return
        line = self.head.layout()
        if isinstance(line, QHBoxLayout):
            line.insertWidget(1, self.shown_file)
        for mode, text in (
            (DisplayMode.POINTS, tr(_CONTEXT, "Points")),
            (DisplayMode.WIREFRAME, tr(_CONTEXT, "Wireframe")),
            (DisplayMode.SHADED, tr(_CONTEXT, "Shaded")),
            (DisplayMode.TEXTURED, tr(_CONTEXT, "Textured")),
        ):
            chip = Chip(text, is_on=mode is DisplayMode.TEXTURED)
            self._modes[mode] = chip
            self._mode_group.addButton(chip)
        parting = hairline(is_vertical=True)
        parting.setFixedHeight(22)
        self._controls = holder(row(*self._modes.values(), parting, self._cameras, spacing=6))
        self.head.controls.addWidget(self._controls)

    def _connect(self) -> None:
        view, tools = self.view, self.palette_of_tools
        for mode, chip in self._modes.items():
            chip.clicked.connect(lambda _on=False, mode=mode: view.set_mode(mode))
        self._cameras.clicked.connect(view.set_photos_shown)
        tools.fit_wanted.connect(view.fit)
        tools.direction_chosen.connect(view.look_from)
        tools.projection_chosen.connect(view.set_projection)
        tools.turntable_wanted.connect(view.set_turntable)
        tools.screenshot_wanted.connect(self.screenshot_wanted)
        self.detail.full_wanted.connect(view.show_full_detail)
        self.loading.cancel_wanted.connect(view.cancel_loading)
        view.turntable_changed.connect(tools.show_turntable)
        view.camera_moved.connect(lambda _camera: tools.show_projection(view.projection))
        view.load_progress.connect(self._on_progress)
        view.loaded.connect(self._on_loaded)
        view.detail_changed.connect(self._on_detail)
        shortcut = QShortcut(QKeySequence("Ctrl+Shift+S"), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(self.screenshot_wanted)

    def _on_progress(self, progress: LoadProgress) -> None:
        self.loading.show_progress(self._loading_title or progress.path.name, progress)

    def _on_loaded(self, facts: ModelFacts) -> None:
        self.show_model()
        mode = (
            DisplayMode.POINTS if facts.is_cloud else DisplayMode.TEXTURED if facts.has_colours else DisplayMode.SHADED
        )
        self._modes[mode].setChecked(True)
        self.view.set_mode(mode)

    def _offer_modes(self) -> None:
        """Offer what the model can be shown as."""
        facts = self.view.facts
        is_mesh = facts is not None and not facts.is_cloud
        for mode, chip in self._modes.items():
            chip.setEnabled(is_mesh or mode is DisplayMode.POINTS)
        self._modes[DisplayMode.TEXTURED].setEnabled(is_mesh and facts is not None and facts.has_colours)
        self._cameras.setEnabled(self._has_cameras)

    def _on_detail(self, detail: Detail) -> None:
        self.detail.show_detail(detail)
        self._share_foot()

    def _share_foot(self) -> None:
        taken = 0 if self.detail.isHidden() else self.detail.width() + _EDGE
        self.stats.set_room(self.view.width() - taken - 2 * _EDGE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the foot of the view anew."""
        super().resizeEvent(event)
        self._share_foot()


class _Stage(QWidget):
    """The view with its cover and the loading panel over it."""

    def __init__(self, view: ModelView) -> None:
        super().__init__()
        self._view = view
        self.cover = Cover()
        view.setParent(self)
        self.cover.setParent(self)
        self.loading = LoadingPanel(self)
        self.cover.hide()
        self.setMinimumSize(320, 240)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let view and cover fill it."""
        self._view.setGeometry(self.rect())
        self.cover.setGeometry(self.rect())
        self.loading.centre()
