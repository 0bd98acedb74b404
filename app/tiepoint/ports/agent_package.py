"""The agent of this program, ready to be put on another machine."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class AgentPackage(Protocol):
    """One file that Python runs, and the scripts that put it in its place."""

    async def pack(self) -> Path:
        """Make the file and return where it lies. Idempotent; cancel safe.

        Raises:
            SetupError: This installation cannot make one.
        """

    def script(self, *, is_windows: bool) -> str:
        """The script that puts it in its place there and starts it."""
