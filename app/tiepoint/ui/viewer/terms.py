"""The viewer's words: what can be shown, from where, and what is said back. Plain frozen data; any thread.

Nothing here may import Qt or VTK, so that viewmodels and tests can use the words without a display.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

Point: TypeAlias = tuple[float, float, float]
"""East, north, up (or the job's local axes, z up), in metres or in the model's own unit when it has no scale."""


class ViewerState(StrEnum):
    """Where the 3D view is in its life."""

    WAITING = "waiting"
    """Not shown yet; nothing of the 3D library has been loaded."""
    STARTING = "starting"
    READY = "ready"
    NO_OPENGL = "no-opengl"
    """There is no OpenGL here; the view shows a plain panel and ignores everything else."""
    CLOSED = "closed"


class DisplayMode(StrEnum):
    """How a surface is drawn; a cloud is always points."""

    TEXTURED = "textured"
    """The photos' own colours, unlit; a model without colours is shaded instead."""
    SHADED = "shaded"
    WIREFRAME = "wireframe"
    POINTS = "points"


class Projection(StrEnum):
    """How depth becomes a picture."""

    PERSPECTIVE = "perspective"
    ORTHOGRAPHIC = "orthographic"


class Direction(StrEnum):
    """A standard view, named by where one looks from."""

    TOP = "top"
    BOTTOM = "bottom"
    FRONT = "front"
    """From the south, looking north."""
    BACK = "back"
    LEFT = "left"
    """From the west, looking east."""
    RIGHT = "right"
    CORNER = "corner"
    """From the south-east and above: the view a model opens with."""


class Backfaces(StrEnum):
    """What is drawn where a surface is seen from behind."""

    SAME = "same"
    TINTED = "tinted"
    """In one grey, so that holes and flipped faces show."""
    HIDDEN = "hidden"


class Tone(StrEnum):
    """The state of a photo's frustum while a job runs."""

    PLAIN = "plain"
    DONE = "done"
    NOW = "now"
    WAITING = "waiting"


class Phase(StrEnum):
    """What a loading model waits for."""

    READING = "reading"
    TEXTURE = "texture"
    SIMPLIFYING = "simplifying"
    DRAWING = "drawing"


class Slot(StrEnum):
    """A corner of the view that holds one widget of the page."""

    TOP_LEFT = "top-left"
    TOP_RIGHT = "top-right"
    BOTTOM_LEFT = "bottom-left"
    BOTTOM_RIGHT = "bottom-right"
    BOTTOM = "bottom"


@dataclass(frozen=True, slots=True)
class PhotoPose:
    """Where a photo was taken and which way it looks.

    Args:
        name: The photo's name in the capture; what the signals carry.
        centre: The projection centre in the job frame.
        rotation: Rows of the matrix that turns job-frame directions into the camera's (x right, y down, z forward),
            as in cameras.json.
        aspect: Width of the photo divided by its height.
        field_of_view_deg: Vertical opening of the photo.
        tone: Its state while a job runs.
    """

    name: str
    centre: Point
    rotation: tuple[Point, Point, Point]
    aspect: float = 1.5
    field_of_view_deg: float = 45.0
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How far a model is; `total` is None when it is not known.

    Args:
        path: The file.
        phase: What it waits for.
        done: Bytes while reading, parts afterwards.
        total: What `done` counts towards.
    """

    path: Path
    phase: Phase
    done: int = 0
    total: int | None = None

    @property
    def share(self) -> float | None:
        """Between 0 and 1, or None when the total is not known."""
        return min(1.0, self.done / self.total) if self.total else None


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a loaded file holds.

    Args:
        path: The file.
        faces: Triangles; 0 for a point cloud.
        points: Vertices or points.
        bounds: Lowest and highest corner.
        texture_px: Width and height of each texture in its file.
        shown_texture_px: The same as drawn; smaller where the graphics card or memory sets a limit.
        has_colours: True when it has a texture or a colour for every point.
        notes: Plain sentences about what is missing, such as a texture that is not there.
    """

    path: Path
    faces: int
    points: int
    bounds: tuple[Point, Point]
    texture_px: tuple[tuple[int, int], ...] = ()
    shown_texture_px: tuple[tuple[int, int], ...] = ()
    has_colours: bool = False
    notes: tuple[str, ...] = ()

    @property
    def is_cloud(self) -> bool:
        """True for points without faces."""
        return self.faces == 0


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of the model is drawn when the view stands still.

    Args:
        shown: Faces (or points) drawn.
        total: Faces (or points) in the file.
        is_cloud: True when both count points.
        can_show_full: True when `ModelView.show_full_detail()` would draw all.
        is_working: True while full detail is on its way.
    """

    shown: int
    total: int
    is_cloud: bool = False
    can_show_full: bool = False
    is_working: bool = False

    @property
    def is_full(self) -> bool:
        """True when nothing is left out."""
        return self.shown >= self.total
