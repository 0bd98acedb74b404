"""How the scene looks, in plain numbers for the render thread: mode and theme colours. Plain data; any thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from tiepoint.ui.theme import Tokens
from tiepoint.ui.viewer.terms import Backfaces, DisplayMode

Colour: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """What the scene is drawn with.

    Args:
        mode: How surfaces are drawn.
        point_size_px: Of points, logical pixels.
        backfaces: What is drawn behind surfaces.
        background_top: Top of the background.
        background_bottom: Bottom of it.
        clay: Of shaded surfaces without colours.
        wire: Of wireframes.
        behind: Of tinted backfaces.
    """

    mode: DisplayMode = DisplayMode.TEXTURED
    point_size_px: float = 2.0
    backfaces: Backfaces = Backfaces.SAME
    background_top: Colour = (0.1, 0.1, 0.1)
    background_bottom: Colour = (0.0, 0.0, 0.0)
    clay: Colour = (0.8, 0.8, 0.8)
    wire: Colour = (0.5, 0.5, 0.5)
    behind: Colour = (0.4, 0.4, 0.45)

    def themed(self, tokens: Tokens) -> Look:
        """Return the look in a theme's colours."""
        return replace(
            self,
            background_top=rgb(tokens.view_top),
            background_bottom=rgb(tokens.view_bottom),
            clay=rgb("#C9CED6" if tokens.is_dark else "#D9DCE1"),
            wire=rgb("#8FA3C2" if tokens.is_dark else "#4A5B78"),
            behind=rgb("#5A6474" if tokens.is_dark else "#8C94A3"),
        )


def rgb(colour: str) -> Colour:
    """Return "#RRGGBB" as three numbers from 0 to 1."""
    red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue
