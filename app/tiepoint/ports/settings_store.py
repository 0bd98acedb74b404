"""Where the settings live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tiepoint.domain.settings import Settings


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, and where this process set a broken file aside to (None when it was fine)."""

    settings: Settings
    set_aside: Path | None = None


class SettingsStore(Protocol):
    """Keeps one set of settings; blocking but small, so it may be called on the loop."""

    def load(self) -> LoadedSettings:
        """Read the settings; none stored = the defaults; a broken file is moved aside and the defaults returned.

        Raises:
            SetupError: The file is there but cannot be opened.
        """

    def change(self, change: Callable[[Settings], Settings]) -> LoadedSettings:
        """Store what `change` makes of what is stored now, and return it; nobody else writes in between.

        Raises:
            SetupError: The file cannot be opened, or the folder cannot be written.
            NoSpace: The disk is full.
        """
