"""What the page draws over the model: immutable marks at 3D points. Plain frozen data; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from tiepoint.ui.viewer.terms import Point

MEASURE_YELLOW = "#FFD166"
MEASURE_TEAL = "#37D6C4"


@dataclass(frozen=True, slots=True)
class PointMark:
    """A dot with an optional label above it.

    Args:
        at: Where it is.
        label: Plain text; empty for none.
        colour: "#RRGGBB".
    """

    at: Point
    label: str = ""
    colour: str = MEASURE_YELLOW


@dataclass(frozen=True, slots=True)
class LineMark:
    """A polyline or polygon with a dot at every corner and an optional label.

    Args:
        points: Its corners, two or more; one is drawn as a dot.
        label: Plain text, at the middle of the line or of the polygon; empty for none.
        colour: "#RRGGBB".
        is_closed: Join the last corner to the first and fill it lightly.
        is_draft: Still being drawn: dashed, and with a line to the pointer.
        segment_labels: One plain text for every segment, or none.
    """

    points: tuple[Point, ...]
    label: str = ""
    colour: str = MEASURE_YELLOW
    is_closed: bool = False
    is_draft: bool = False
    segment_labels: tuple[str, ...] = ()


Mark: TypeAlias = PointMark | LineMark
