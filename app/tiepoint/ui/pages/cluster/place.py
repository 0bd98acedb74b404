"""A place on the Cluster page: a view of its own with something to say in the strip. The GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tiepoint.ui.pages.page import StripContent


class Place(QWidget):
    """Base of the places: overview, this computer, plan, preflight, and the life of a cluster.

    Signals:
        strip_changed(): `strip()` would say something else now.
    """

    strip_changed = Signal()

    def strip(self) -> StripContent:
        """Say what stands in the strip."""
        raise NotImplementedError

    def focus_first(self) -> None:
        """Put the keyboard's focus where work here begins."""
        self.setFocus()

    def shut(self) -> None:
        """Let go of what outlives widgets, at the end of the session. Nothing by itself."""
