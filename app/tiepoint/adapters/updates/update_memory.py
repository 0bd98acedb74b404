"""Remembers the last manifest believed from each address, in a small file. Blocks."""

from __future__ import annotations

from pathlib import Path


class FileUpdateMemory:
    """A small file.

    Args:
        path: Its place.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def last_sequence(self, address: str) -> int:
        """Return the highest sequence believed from an address."""
        return 0

    def remember(self, address: str, sequence: int) -> None:
        """Remember a sequence that was believed."""
