"""What the head of a model file tells, and what is raised when it makes no sense. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tiepoint.domain.model_facts import ModelFormat


class BrokenModel(ValueError):
    """The file is no whole model; the text says why, as the end of "… cannot be shown: "."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the head says.

    Attributes:
        format: What the file is.
        faces: None for a cloud, or when it is not told.
        vertices: None when it is not told.
        texture_px: Width and height of the texture inside the file.
        companions: Names of files that belong to it, relative to its folder.
        has_y_up: Whether its axes are glTF's.
        frame: `crs` and `scale` as result.json has them, as far as the file says them.
    """

    format: ModelFormat
    faces: int | None = None
    vertices: int | None = None
    texture_px: tuple[int, int] | None = None
    companions: tuple[str, ...] = ()
    has_y_up: bool = False
    frame: Mapping[str, Any] = field(default_factory=dict)


def frame_of_comment(head: bytes) -> dict[str, Any]:
    """Return what the comments of Tiepoint's own OBJ and PLY files say of the unit: metres, arbitrary, or nothing."""
    text = head.lower()
    if b"tiepoint" not in text:
        return {}
    if b"unit: metres" in text:
        return {"scale": {"source": "file", "metres_per_unit": 1.0}}
    return {"scale": {"source": "none", "metres_per_unit": None}} if b"unit: arbitrary" in text else {}
