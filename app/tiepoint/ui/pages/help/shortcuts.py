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
            ("Ctrl+K", "Choose whose jobs and nodes are shown"),
            ("Tab Shift+Tab", "Go to the next or the previous control"),
            ("Ctrl+C", "Copy the chosen rows or lines"),
        ),
    ),
    (
        "Photos",
        (
            ("Ctrl+O", "Add photos"),
            ("Ctrl+U", "Upload to Azure"),
            ("Ctrl+N", "New capture"),
            ("F2", "Rename the capture"),
            ("Space", "Exclude or include the chosen photos"),
            ("Delete", "Take the chosen photos out of the capture"),
            ("Ctrl+Z Ctrl+Shift+Z", "Undo and redo"),
            ("Return", "Look at the photo large"),
            ("+ -", "Larger or smaller pictures"),
        ),
    ),
    ("Cluster", (("Alt+Left", "All clusters"),)),
    (
        "Jobs",
        (
            ("Ctrl+P", "Pause or resume"),
            ("Ctrl+Up Ctrl+Down", "Higher or lower priority"),
            ("Ctrl+E", "Open the folder of the products"),
            ("Delete", "Stop"),
        ),
    ),
    (
        "Nodes",
        (
            ("Ctrl+I", "Facts of the node"),
            ("Return", "Show the job of the node"),
        ),
    ),
    (
        "Results",
        (
            ("Ctrl+O", "Open a model"),
            ("Ctrl+E", "Export"),
            ("Ctrl+Shift+S", "Keep a picture of the view"),
            ("P D L", "Measure a point, a distance, along a line"),
            ("Space", "Measure the point in the middle of the view; Shift with an arrow moves the model"),
            ("Return Escape", "End the measurement, or give it up"),
            ("Backspace", "Take back the last point"),
            ("Delete", "Delete the chosen measurement"),
        ),
    ),
    (
        "Transfers",
        (
            ("Return", "Do what the button of the chosen capture says"),
            ("Ctrl+P", "Pause or go on"),
            ("Delete", "Stop it, or take it off the list once it is over"),
        ),
    ),
    (
        "3D view",
        (
            ("F", "Fit the model into the view"),
            ("7 1 3", "From above, the front, the right; again: from the other side"),
            ("0", "From a corner"),
            ("5", "Perspective or parallel"),
            ("Left Right Up Down", "Turn the model; with Shift move it"),
            ("+ -", "Closer or farther"),
            ("T", "Turntable on or off"),
            ("C", "Show or hide the photos"),
        ),
    ),
)
