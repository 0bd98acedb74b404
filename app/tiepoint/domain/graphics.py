"""What draws in 3D on a computer, and what the panel does where nothing does. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

OLDEST_OPENGL: Final = (3, 2)
"""What the 3D view needs (VTK 9.6, OpenGL2 backend)."""


class Drawing(StrEnum):
    """How the 3D view draws."""

    SYSTEM = "system"
    SOFTWARE = "software"
    NONE = "none"


class Trouble(StrEnum):
    """What kind of thing stopped a trial."""

    NOTHING = ""
    NO_SCREEN = "no-screen"
    """No window can be shown at all, so there was no trial."""
    NO_OPENGL = "no-opengl"
    TOO_OLD = "too-old"
    CRASHED = "crashed"
    HUNG = "hung"
    NOT_OFFERED = "not-offered"
    """This system has no such way of drawing."""
    NOT_TRIED = "not-tried"
    """The trial itself could not be made; nothing is known of the graphics."""


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
        driver: Version of driver and OpenGL, as OpenGL says it.
        trouble: Kind of `problem`.
    """

    version: tuple[int, int] | None
    renderer: str = ""
    vendor: str = ""
    is_software: bool = False
    problem: str = ""
    is_remote: bool = False
    driver: str = ""
    trouble: Trouble = Trouble.NOTHING

    @property
    def is_fine(self) -> bool:
        """Whether the 3D view works this way."""
        return not self.problem and self.version is not None and self.version >= OLDEST_OPENGL

    @property
    def identity(self) -> str:
        """Which driver it was, in which version."""
        return " ".join(part for part in (self.vendor, self.renderer, self.driver) if part)


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


@dataclass(frozen=True, slots=True)
class GraphicsRecord:
    """What is remembered between two starts.

    Args:
        surroundings: Of screen, drivers and variables; where they differ, the trial is made again.
        facts: Of the system's own way of drawing.
        choice: What followed from it.
        looked: When, UTC.
        ended_by: Ways of drawing that took the program down, each with the driver's identity then.
        told: What the person was told already.
    """

    surroundings: str
    facts: GraphicsFacts
    choice: GraphicsChoice
    looked: datetime
    ended_by: tuple[tuple[Drawing, str], ...] = field(default=())
    told: str = ""
