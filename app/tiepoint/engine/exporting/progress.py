"""How an export tells how far it is. Pure; any thread."""

from __future__ import annotations

from typing import Protocol


class Tell(Protocol):
    """Hears of progress."""

    def __call__(self, phase: str, done: int, total: int, unit: str = "") -> None:
        """Take phase, done, total and unit."""
