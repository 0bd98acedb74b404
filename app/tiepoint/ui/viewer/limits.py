"""How much this computer draws: in motion, standing still, and of a texture. Plain data; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_SOFTWARE_NAMES: Final = ("llvmpipe", "softpipe", "swr", "swiftshader", "gdi generic", "basic render", "software")


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets of one renderer.

    Args:
        renderer: Its name as OpenGL gives it.
        is_software: True without a graphics card.
        texture_px: Longest edge of a texture.
        moving_faces: Faces drawn while the view moves.
        still_faces: Faces drawn by themselves when it stands still; more on request.
        moving_points: Points of a cloud drawn while it moves.
        still_points: Points drawn by themselves when it stands still.
        version: Of OpenGL, (major, minor).
        vendor: Of the driver, as OpenGL gives it.
        driver: Version of driver and OpenGL, as OpenGL gives it.
    """

    renderer: str
    is_software: bool
    texture_px: int
    moving_faces: int
    still_faces: int
    moving_points: int
    still_points: int
    version: tuple[int, int] = (0, 0)
    vendor: str = ""
    driver: str = ""


def limits_of(renderer: str, largest_texture_px: int) -> Limits:
    """Return the budgets of a renderer.

    Args:
        renderer: Its name as OpenGL gives it.
        largest_texture_px: GL_MAX_TEXTURE_SIZE.
    """
    if any(name in renderer.lower() for name in _SOFTWARE_NAMES):
        # Measured with llvmpipe on two cores: 1 million faces take 1 s once and 0.15 s a picture.
        return Limits(renderer, True, min(largest_texture_px, 8192), 100_000, 1_500_000, 300_000, 3_000_000)
    return Limits(renderer, False, min(largest_texture_px, 16384), 4_000_000, 40_000_000, 8_000_000, 60_000_000)
