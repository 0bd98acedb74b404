"""The 3D view: a widget that shows a model, its cameras and the page's marks over it.

Only this package imports VTK, and only after a view was first shown. Importing the package itself is cheap. The GUI
thread never draws in 3D: a render thread with a context of its own does, and hands over finished pictures.
"""

from __future__ import annotations

from tiepoint.ui.viewer.camera import CameraView
from tiepoint.ui.viewer.marks import MEASURE_TEAL, MEASURE_YELLOW, LineMark, Mark, PointMark
from tiepoint.ui.viewer.model_view import ModelView
from tiepoint.ui.viewer.terms import (
    Backfaces,
    Detail,
    Direction,
    DisplayMode,
    LoadProgress,
    ModelFacts,
    Phase,
    PhotoPose,
    Point,
    Projection,
    Slot,
    Tone,
    ViewerState,
)

__all__ = [
    "MEASURE_TEAL",
    "MEASURE_YELLOW",
    "Backfaces",
    "CameraView",
    "Detail",
    "Direction",
    "DisplayMode",
    "LineMark",
    "LoadProgress",
    "Mark",
    "ModelFacts",
    "ModelView",
    "Phase",
    "PhotoPose",
    "Point",
    "PointMark",
    "Projection",
    "Slot",
    "Tone",
    "ViewerState",
]
