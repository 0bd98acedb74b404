"""What joins the window after its first picture: the job chip, the dock's tabs, desktop notifications."""

from __future__ import annotations

from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.window import MainWindow


def add_extras(window: MainWindow, panel: Panel) -> None:
    """Add them to a window."""
    window.dock.setVisible(panel is None)
