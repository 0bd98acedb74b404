"""Every keyboard shortcut of the panel, the one table of them; a test holds it against the source. Plain data.

Whoever adds or changes a shortcut changes this table, too.
"""

from __future__ import annotations

from typing import Final, TypeAlias

Shortcut: TypeAlias = tuple[str, str]
"""Keys as Qt writes them (several with a blank between), and what they do in the source language."""

SHORTCUTS: Final[tuple[tuple[str, tuple[Shortcut, ...]], ...]] = (
    (
        "Everywhere",
        (
            ("Ctrl+1 … Ctrl+8", "Go to a page, in the order of the rail"),
            ("F1", "This page"),
            ("Ctrl+J", "Open or fold away the log"),
            ("Tab Shift+Tab", "Go to the next or the previous control"),
        ),
    ),
    (
        "Photos",
        (
            ("Space", "Exclude or include the chosen photos"),
            ("Return", "Show the photo's details"),
            ("+ -", "Larger or smaller pictures"),
        ),
    ),
    (
        "3D view",
        (
            ("F", "Fit the model into the view"),
            ("T", "Look from above"),
            ("C", "Change between perspective and parallel"),
            ("Left Right Up Down", "Turn the model"),
            ("+ -", "Closer or farther"),
            ("Return Escape", "End a measurement, or give it up"),
        ),
    ),
)
