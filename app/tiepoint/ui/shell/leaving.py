"""What happens when a person closes the window: ask when something runs, do what was chosen, then end."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.closing import ClosingChoice, ask_before_closing

_asking: set[int] = set()


async def leave(window: QWidget, panel: Panel, end: Callable[[], None]) -> None:
    """Ask what becomes of running jobs, and end the session unless the person stays.

    Args:
        window: Parent of the question.
        panel: Knows what runs.
        end: Ends the session.
    """
    if id(window) in _asking:
        return
    _asking.add(id(window))
    try:
        choice = await _choice(window, panel)
    finally:
        _asking.discard(id(window))
    if choice is ClosingChoice.STOP:
        await panel.program.computer.stop_agent(now=True)
    if choice is not ClosingChoice.STAY:
        end()


async def _choice(window: QWidget, panel: Panel) -> ClosingChoice:
    program = panel.program
    return await ask_before_closing(window, program.monitor.snapshot.unfinished, program.captures.being_kept)
