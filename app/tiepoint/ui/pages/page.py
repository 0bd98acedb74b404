"""What every page is: a widget with something to say in the strip above it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QWidget


@dataclass(frozen=True, slots=True)
class StripContent:
    """What the strip shows for a page.

    Args:
        title: The capture, the job or the page.
        state: A name in `theme.states.STATES`; empty = no pill.
        state_text: Words of the pill instead of the state's own.
        subtitle: One quiet line under the title.
        facts: Names and values, the most important first; the last ones give way when the window is narrow.
        progress: Share from 0 to 1 for the line below the strip; None = no line.
        actions: What may be done, the primary one last (`action.setData("primary")`).
        is_about_job: True when the strip already tells the running job, so that its chip is not shown twice.
        is_about_transfers: The same of the transfers.
        is_about_cluster: The same of what clusters cost.
        follows_site: True when the page shows the chosen site's scheduler; the strip then lets people choose another.
        is_stale: Whether `progress` is only as last known.
    """

    title: str
    state: str = ""
    state_text: str = ""
    subtitle: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    progress: float | None = None
    actions: tuple[QAction, ...] = ()
    is_about_job: bool = False
    is_about_transfers: bool = False
    is_about_cluster: bool = False
    follows_site: bool = False
    is_stale: bool = False


class Page(QWidget):
    """Base of the pages.

    Signals:
        strip_changed(): `strip()` would say something else now.
    """

    strip_changed = Signal()

    def strip(self) -> StripContent:
        """Say what stands in the strip."""
        raise NotImplementedError

    def show_target(self, **target: Any) -> None:
        """Show what another page points to; pages say which targets they know. The usual page knows none."""

    def take_drop(self, paths: list[Path]) -> bool:
        """Do something of its own with dropped files and folders.

        Returns:
            True when it did; otherwise the window does the usual thing.
        """
        return False

    def shut(self) -> None:
        """Let go of what outlives widgets (3D views, subscriptions), at the end of the session. Nothing by itself."""

    def focus_first(self) -> None:
        """Put the keyboard's focus where work on this page begins."""
        self.setFocus()

    def turn(self, stack: QStackedWidget, place: int) -> None:
        """Show another part of a stack; the keyboard's focus comes along where it was on the page."""
        focused = self.window().focusWidget()
        had_focus = focused is not None and (focused is self or stack.isAncestorOf(focused))
        is_change = place != stack.currentIndex()
        stack.setCurrentIndex(place)
        if is_change and had_focus:
            self.focus_first()
