"""The tools that float over the 3D view: turning, measuring, standard views, turntable, screenshot.

It only says what was chosen; the page does it. The GUI thread only.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QFrame, QGraphicsOpacityEffect, QMenu, QToolButton

from tiepoint.ui.text import tr
from tiepoint.ui.viewer import Direction, Projection
from tiepoint.ui.viewmodels.measuring import Tool
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.cards import hairline
from tiepoint.ui.widgets.layouts import column

_CONTEXT: Final = "Results"
_DIM: Final = 0.4
_TOOL_ICONS: Final = {
    Tool.ORBIT: "rotate-3d",
    Tool.POINT: "crosshair",
    Tool.DISTANCE: "ruler",
    Tool.POLYLINE: "spline",
}


class ToolPalette(QFrame):
    """A column of icon buttons.

    Signals:
        tool_chosen(tool): A `Tool`.
        fit_wanted(): Show the whole model.
        direction_chosen(direction): A `Direction`.
        projection_chosen(projection): A `Projection`.
        turntable_wanted(is_on): Turn by itself.
        screenshot_wanted(): Keep a picture.
    """

    tool_chosen = Signal(object)
    fit_wanted = Signal()
    direction_chosen = Signal(object)
    projection_chosen = Signal(object)
    turntable_wanted = Signal(bool)
    screenshot_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("overlay", True)
        self.setAccessibleName(tr(_CONTEXT, "Tools of the 3D view"))
        self._tools = QButtonGroup(self)
        self._buttons: dict[Tool, IconButton] = {}
        self._fit = IconButton("maximize", tr(_CONTEXT, "Show the whole model (F)"))
        self._views = IconButton("compass", tr(_CONTEXT, "Standard views"))
        self._projection = IconButton("box", "", is_checkable=True)
        self._turntable = IconButton("rotate-cw", tr(_CONTEXT, "Turntable (T)"), is_checkable=True)
        self._screenshot = IconButton("camera", tr(_CONTEXT, "Keep a picture of the view (Ctrl+Shift+S)"))
        self._setup_ui()
        self._connect()
        self.show_projection(Projection.PERSPECTIVE)

    def show_tool(self, tool: Tool) -> None:
        """Mark the tool in hand."""
        self._buttons[tool].setChecked(True)

    def show_can_measure(self, can_measure: bool, reason: str) -> None:
        """Dim the measuring tools when nothing can be measured; a click on one still says why."""
        for tool, button in self._buttons.items():
            if tool is not Tool.ORBIT:
                dimming = QGraphicsOpacityEffect(button)
                dimming.setOpacity(1.0 if can_measure else _DIM)
                button.setGraphicsEffect(dimming)
                button.set_name(_tool_name(tool) if can_measure else f"{_tool_name(tool)}: {reason}")

    def show_projection(self, projection: Projection) -> None:
        """Mark the projection."""
        is_orthographic = projection is Projection.ORTHOGRAPHIC
        self._projection.setChecked(is_orthographic)
        self._projection.set_icon("square-dashed" if is_orthographic else "box")
        self._projection.set_name(
            tr(_CONTEXT, "Orthographic; click for perspective (5)")
            if is_orthographic
            else tr(_CONTEXT, "Perspective; click for orthographic (5)")
        )

    def show_turntable(self, is_on: bool) -> None:
        """Mark whether the model turns by itself."""
        self._turntable.setChecked(is_on)

    def _setup_ui(self) -> None:
        for tool, icon in _TOOL_ICONS.items():
            button = IconButton(icon, _tool_name(tool), is_checkable=True)
            self._buttons[tool] = button
            self._tools.addButton(button)
        self._buttons[Tool.ORBIT].setChecked(True)
        self._views.setMenu(_views_menu(self))
        self._views.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        rest = (self._fit, self._views, self._projection, self._turntable, self._screenshot)
        self.setLayout(column(*self._buttons.values(), hairline(), *rest, spacing=3, margins=(4, 4, 4, 4)))
        self.adjustSize()

    def _connect(self) -> None:
        for tool, button in self._buttons.items():
            button.clicked.connect(lambda _on=False, tool=tool: self.tool_chosen.emit(tool))
        self._fit.clicked.connect(lambda: self.fit_wanted.emit())
        self._projection.clicked.connect(self._on_projection)
        self._turntable.clicked.connect(self.turntable_wanted)
        self._screenshot.clicked.connect(lambda: self.screenshot_wanted.emit())

    def _on_projection(self, is_orthographic: bool) -> None:
        self.projection_chosen.emit(Projection.ORTHOGRAPHIC if is_orthographic else Projection.PERSPECTIVE)


def _tool_name(tool: Tool) -> str:
    return {
        Tool.ORBIT: tr(_CONTEXT, "Turn the model (Esc)"),
        Tool.POINT: tr(_CONTEXT, "Measure a point (P)"),
        Tool.DISTANCE: tr(_CONTEXT, "Measure a distance (D)"),
        Tool.POLYLINE: tr(_CONTEXT, "Measure along a line (L)"),
    }[tool]


def _views_menu(palette: ToolPalette) -> QMenu:
    menu = QMenu(palette)
    for direction, text, keys in (
        (Direction.TOP, tr(_CONTEXT, "Top"), "7"),
        (Direction.FRONT, tr(_CONTEXT, "Front"), "1"),
        (Direction.RIGHT, tr(_CONTEXT, "Right"), "3"),
        (Direction.BACK, tr(_CONTEXT, "Back"), "Ctrl+1"),
        (Direction.LEFT, tr(_CONTEXT, "Left"), "Ctrl+3"),
        (Direction.BOTTOM, tr(_CONTEXT, "Bottom"), "Ctrl+7"),
        (Direction.CORNER, tr(_CONTEXT, "Corner"), "0"),
    ):
        # The keys belong to the view while it has the focus; here they are only told.
        entry = QAction(f"{text}\t{keys}", menu)
        entry.triggered.connect(lambda _on=False, direction=direction: palette.direction_chosen.emit(direction))
        menu.addAction(entry)
    return menu
