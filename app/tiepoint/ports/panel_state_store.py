"""Where the panel's state lives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tiepoint.domain.panel_state import PanelState


@dataclass(frozen=True, slots=True)
class LoadedPanelState:
    """The state, and where a broken file was set aside to (None when it was fine)."""

    state: PanelState
    set_aside: Path | None = None


class PanelStateStore(Protocol):
    """Keeps one panel state. Off the loop, whichever method; cancel safe: saved whole or not at all."""

    async def load(self) -> LoadedPanelState:
        """Read it; none stored = a fresh one; a broken file is moved aside and a fresh one returned.

        Raises:
            SetupError: The file is there but cannot be opened.
        """

    async def save(self, state: PanelState) -> None:
        """Replace what is stored in one step. Idempotent.

        Raises:
            SetupError: The folder cannot be written.
            NoSpace: The disk is full.
        """
