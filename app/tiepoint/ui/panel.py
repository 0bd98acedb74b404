"""What a page may use of the panel: the program's services, background work, messages and the way to other pages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tiepoint.services.program import Program
    from tiepoint.ui.background import Background
    from tiepoint.ui.shell.messages import Messages


class Navigator(Protocol):
    """The way to other pages."""

    def go(self, page: str, **target: Any) -> None:
        """Show a page (`cluster`, `photos`, `jobs`, `nodes`, `results`, `transfers`, `settings`).

        Args:
            page: Its name.
            target: What it should show; handed to the page's `show_target`.
        """

    def open_paths(self, paths: list[Path]) -> None:
        """Do with files and folders what dropping them on the window does."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Handed to every page.

    Args:
        program: The services.
        background: Starts coroutines from slots.
        messages: Toasts and the error dialog.
        navigator: Goes to other pages.
    """

    program: Program
    background: Background
    messages: Messages
    navigator: Navigator
