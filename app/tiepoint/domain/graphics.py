"""What draws in 3D on a computer, and what the panel does where nothing does. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Drawing(StrEnum):
    """How the 3D view draws."""

    SYSTEM = "system"
    SOFTWARE = "software"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class GraphicsFacts:
    """What a trial with OpenGL found.

    Args:
        version: Of OpenGL, (major, minor); None = it did not start.
        renderer: As OpenGL names it.
        vendor: As OpenGL names it.
        is_software: Drawn by the processor.
        problem: What stopped it, raw; empty = nothing did.
        is_remote: The screen is on another computer (remote desktop, X11 over a network).
    """

    version: tuple[int, int] | None
    renderer: str = ""
    vendor: str = ""
    is_software: bool = False
    problem: str = ""
    is_remote: bool = False


@dataclass(frozen=True, slots=True)
class GraphicsChoice:
    """What the panel does.

    Args:
        drawing: How the 3D view draws.
        summary: Why, one sentence; empty where all is as it should be.
        remedy: What a person can do for better, one sentence.
    """

    drawing: Drawing
    summary: str = ""
    remedy: str = ""
